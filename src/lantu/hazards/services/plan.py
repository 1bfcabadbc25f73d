"""The plan of rectification 整改方案: handed in by the addressee, judged by somebody else, then work begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.hazards.events import PlanApproved, PlanReturned, PlanSubmitted
from lantu.hazards.four_eyes import may_judge_plan, must_be_of_rectifying_unit
from lantu.hazards.models import Hazard, InPlace, Plan
from lantu.hazards.services.passing import advance, clean_text, hand_on, lock, reason_of, tell, unit_of
from lantu.hazards.states import Verb

ITEMS = ("goals", "methods", "resources", "people", "schedule", "emergency")
# An orange hazard's plan says what is done and until when; a major one's has all six items.
SHORT_ITEMS = ("methods", "schedule")
SHORTEST_ITEM = 4


@transaction.atomic
def submit_plan(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    items: Mapping[str, str],
    finish_at: datetime | None = None,
    version: int | None = None,
) -> Plan:
    """Hand in a plan. ``items``: the six of :data:`ITEMS`; ``finish_at`` defaults to the order's deadline.

    Raises Refused for a missing item, a finish after the deadline, out of order or for another unit's person.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.submit_plan", hazard.project)
    must_be_of_rectifying_unit(hazard, by)
    texts = _checked_items(hazard, items)
    finish_at = _checked_finish(hazard, finish_at, now)
    before, _after = advance(hazard, Verb.SUBMIT_PLAN)
    plan = Plan.objects.create(
        hazard=hazard,
        no=hazard.plans.count() + 1,
        finish_at=finish_at,
        by=by,
        unit_id=unit_of(by),
        at=now,
        **texts,
    )
    hazard.rectifier = by
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("已提交整改方案"))
    tell(PlanSubmitted, hazard, before=before, at=now, actor=by, plan_id=plan.pk, plan_no=plan.no,
         finish_at=finish_at.isoformat())  # fmt: skip
    return plan


def _checked_items(hazard: Hazard, items: Mapping[str, str]) -> dict[str, str]:
    texts = {name: clean_text(items.get(name, "")) for name in ITEMS}
    wanted = ITEMS if hazard.is_major else SHORT_ITEMS
    for name in wanted:
        if len(texts[name]) < SHORTEST_ITEM:
            label = Plan._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            raise Refused(
                "hazards.plan_incomplete",
                _("整改方案缺少“%(item)s”。") % {"item": label},
                remedy=_("重大隐患的方案须写全六项；较大隐患至少写明措施和时限。"),
                field=name,
                status=422,
            )
    return texts


def _checked_finish(hazard: Hazard, finish_at: datetime | None, now: datetime) -> datetime:
    assert hazard.due_at is not None
    finish_at = finish_at or hazard.due_at
    if finish_at != hazard.due_at and not now < finish_at < hazard.due_at:
        raise Refused(
            "hazards.plan_too_late",
            _("计划完成时间须在现在与整改期限之间。"),
            remedy=_("确需更长时间的，请在到期前申请延期。"),
            field="finish_at",
            status=422,
        )
    return finish_at


@transaction.atomic
def approve_plan(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    in_place: Iterable[str] = (),
    note: str = "",
    version: int | None = None,
) -> Plan:
    """Approve the plan: work begins. For a major hazard the inspector ticks all of 五到位; for an orange one the
    supervising engineer approves. Raises Refused while something is not in place, or for the wrong person."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.approve_plan", hazard.project)
    may_judge_plan(hazard, by)
    before, _after = advance(hazard, Verb.APPROVE_PLAN, Verb.START)
    chosen = set(in_place)
    ticked = [key for key in InPlace.values if key in chosen]
    missing = [str(InPlace(key).label) for key in InPlace.values if key not in chosen]
    if hazard.is_major and missing:
        raise Refused(
            "hazards.not_in_place",
            _("五到位还缺：%(missing)s。") % {"missing": "、".join(missing)},
            remedy=_("全部到位后再批准；不到位的，请退回方案并写明理由。"),
            field="in_place",
            status=422,
        )
    plan = _decide(hazard, by=by, now=now, passed=True, note=clean_text(note), in_place=ticked)
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("整改方案已批准"))
    tell(
        PlanApproved,
        hazard,
        before=before,
        at=now,
        actor=by,
        reason=plan.note,
        plan_id=plan.pk,
        in_place=ticked,
    )
    return plan


@transaction.atomic
def return_plan(hazard: Hazard, *, by: User, now: datetime, reason: str, version: int | None = None) -> Plan:
    """Back to the addressee, with a reason; the deadline of the order does not move."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.return_plan", hazard.project)
    may_judge_plan(hazard, by)
    why = reason_of(reason)
    before, _after = advance(hazard, Verb.RETURN_PLAN)
    plan = _decide(hazard, by=by, now=now, passed=False, note=why, in_place=[])
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("整改方案已退回"))
    tell(PlanReturned, hazard, before=before, at=now, actor=by, reason=why, plan_id=plan.pk)
    return plan


def _decide(hazard: Hazard, *, by: User, now: datetime, passed: bool, note: str, in_place: list[str]) -> Plan:
    plan: Plan = hazard.plans.order_by("-no")[0]
    plan.passed, plan.note, plan.in_place = passed, note, in_place
    plan.decided_by, plan.decided_at = by, now
    plan.save(update_fields=["passed", "note", "in_place", "decided_by", "decided_at"])
    return plan


def approved_plan(hazard: Hazard) -> Plan | None:
    """The latest plan that was approved."""
    return hazard.plans.filter(passed=True).order_by("-no").first()
