"""What the verbs of annual plans share."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.duties.deadlines import due_after
from lantu.duties.services.close import close_duty
from lantu.duties.services.move import move_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.annual_plan.events import ProposalMoved
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanProposal
from lantu.lifecycle.annual_plan.rules import plan_rules, season_span
from lantu.lifecycle.annual_plan.states import (
    CARRIED_STATES,
    CLOSED_STATES,
    PlanState,
    ProposalState,
    Verb,
    next_state,
)

PROPOSAL = "lifecycle.planproposal"
PLAN = "lifecycle.annualplan"
REVIEW = "lifecycle.planelementreview"
SEVERITY = 2
SHORTEST_REASON = 4
END_OF_DAY = time(18, 0)
S, P = ProposalState, PlanState


def next_pk(table: str) -> int:
    """The number of a row about to be inserted: its duty names it, and it may not be without duty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        return int(cursor.fetchone()[0])


def lock_plan(plan: AnnualPlan) -> AnnualPlan:
    """The plan's row, locked until the end of the transaction."""
    return (
        AnnualPlan.objects.select_for_update(of=("self",))
        .select_related("duty", "keeper__organisation", "approver__organisation")
        .get(pk=plan.pk)
    )


def lock_proposal(proposal: PlanProposal, *, version: int | None = None) -> PlanProposal:
    """The proposal's row, locked. Raises Refused when the caller saw an older version."""
    row = (
        PlanProposal.objects.select_for_update(of=("self",))
        .select_related(
            "plan__keeper__organisation", "duty", "proposed_by__organisation", "expert", "owner_org"
        )
        .get(pk=proposal.pk)
    )
    if version is not None and version != row.version:
        raise Refused(
            "plans.changed_meanwhile",
            _("这项申报刚刚被其他人更新（现为“%(state)s”，第 %(n)d 次修改），您的操作没有执行。")
            % {"state": row.get_state_display(), "n": row.version},
            remedy=_("请刷新页面，看过最新内容后再操作。"),
        )
    return row


def within_reach(actor: User, permission: str, *, area_code: str, owner_id: int | None) -> None:
    """Raise Denied unless one of the actor's grants holds the permission for this county and owner."""
    units = frozenset({owner_id} if owner_id else ())

    class Place:
        id = None

        def __init__(self) -> None:
            self.area_code = area_code

        def organisation_ids(self) -> frozenset[int]:
            return units

    if not may(actor, permission, Place()):
        raise Denied(
            "plans.out_of_reach",
            _("这个项目不在您的申报范围内。"),
            remedy=_("县区申报本县区的项目，建设单位申报本单位的项目。"),
        )


def reason_of(text: str, *, field: str = "reason") -> str:
    """A reason that says something. Raises Unacceptable when it is too short."""
    reason = text.replace("\x00", "").strip()
    if len(reason) < SHORTEST_REASON:
        raise Unacceptable(
            "plans.reason_missing",
            _("请写明理由。"),
            remedy=_("用一句话说明依据，至少 %(n)d 个字。") % {"n": SHORTEST_REASON},
            field=field,
        )
    return reason[:300]


def other_person(one: User, two: User, code: str) -> None:
    """Four eyes: raise Refused when the same person would do both."""
    if one.pk == two.pk:
        raise Refused(
            f"plans.{code}",
            _("申报、编制与审定不能是同一人。"),
            remedy=_("请由另一位同事办理这一步。"),
        )


def end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, END_OF_DAY))


def duty_of(proposal: PlanProposal, *, now: datetime) -> dict[str, Any] | None:
    """Keyword arguments for open_duty and move_duty; None where the plan or nobody holds the ball."""
    if proposal.state in CLOSED_STATES or proposal.state in CARRIED_STATES:
        return None
    clocks, plan = plan_rules().clocks, proposal.plan
    keeper = plan.keeper
    call = next((season for season in plan_rules().calendar if season.key == "call"), None)
    refresh = end_of(season_span(call, plan.year + 1)[1]) if call else due_after(now, days=365)
    match proposal.state:
        case S.IDEA | S.RESERVE:
            step = (
                "refresh",
                gettext_noop("更新储备或申报"),
                proposal.proposed_by,
                max(refresh, due_after(now, days=30)),
            )
        case S.RETURNED:
            step = "resubmit", gettext_noop("补正后重报"), proposal.proposed_by, _in(now, clocks["returned"])
        case S.PROPOSED:
            step = "check", gettext_noop("初审"), keeper, _in(now, clocks["proposed"])
        case S.CHECKED:
            step = "to_elements", gettext_noop("送要素会审"), keeper, _in(now, clocks["checked"])
        case S.ELEMENT_REVIEW:
            step = "elements", gettext_noop("汇总要素会审"), keeper, _in(now, clocks["elements"] + 1)
        case _:
            assert proposal.expert is not None
            step = "expert", gettext_noop("专家论证"), proposal.expert, _in(now, clocks["expert"])
    key, label, holder, due_at = step
    return {
        "step": key,
        "title": f"{plan.title} · {proposal.name}"[:200],
        "action_label": label,
        "action_url": reverse("lifecycle:plan_proposal", args=[proposal.pk]),
        "holder": holder,
        "due_at": due_at,
        "severity": SEVERITY,
    }


def _in(now: datetime, working_days: int) -> datetime:
    return due_after(now, working_days=working_days)


def plan_duty(plan: AnnualPlan, *, now: datetime) -> dict[str, Any] | None:
    """The one duty of a plan in its state; None when the year is over."""
    clocks = plan_rules().clocks
    match plan.state:
        case P.COLLECTING:
            step = "collect", gettext_noop("组织征集并平衡"), plan.keeper, clocks["collecting"]
        case P.BALANCING:
            step = "balance", gettext_noop("定稿平衡方案"), plan.keeper, clocks["balancing"]
        case P.CONSULTING:
            step = "consult", gettext_noop("汇总意见并送审"), plan.keeper, clocks["consulting"]
        case P.SUBMITTED:
            step = "issue", gettext_noop("审定下达"), plan.approver, clocks["submitted"]
        case P.ISSUED:
            step = "appraise", gettext_noop("年终考核"), plan.keeper, 0
        case _:
            return None
    key, label, holder, days = step
    due_at = _in(now, days) if days else max(end_of(date(plan.year, 12, 31)), _in(now, 5))
    return {
        "step": key,
        "title": plan.title,
        "action_label": label,
        "action_url": reverse("lifecycle:plan", args=[plan.year]),
        "holder": holder,
        "due_at": due_at,
        "severity": SEVERITY,
    }


def walk(
    proposal: PlanProposal, verb: Verb, *, by: User, now: datetime, reason: str = "", code: str = ""
) -> PlanProposal:
    """Take the step, hand the duty on (or close it where the plan takes over), save, and tell. The row is locked already."""
    before = proposal.state
    proposal.state = next_state(before, verb)
    settle(proposal, now=now, by=by)
    proposal.updated_at, proposal.version = now, proposal.version + 1
    proposal.save()
    emit(
        ProposalMoved(
            project_id=None, subject_id=proposal.pk, year=proposal.plan.year, code=proposal.code, verb=str(verb),
            before=before, after=proposal.state, reason_code=code,
        ),
        actor=by,
        at=now,
        reason=reason,
    )  # fmt: skip
    return proposal


def settle(proposal: PlanProposal, *, now: datetime, by: User) -> None:
    """Make the proposal's duty fit its state."""
    wanted = duty_of(proposal, now=now)
    held = proposal.duty if proposal.duty is not None and proposal.duty.closed_at is None else None
    if wanted is None:
        if held is not None:
            proposal.duty = close_duty(held, now=now, actor=by, outcome=str(S(proposal.state).label))
        proposal.closed_at = now if proposal.state in CLOSED_STATES else None
        return
    proposal.closed_at = None
    if held is not None:
        proposal.duty = move_duty(held, now=now, actor=by, **wanted)
    else:
        proposal.duty = open_duty(
            subject_type=PROPOSAL, subject_id=proposal.pk, project=None, now=now, actor=by, **wanted
        )


def settle_plan(plan: AnnualPlan, *, now: datetime, by: User) -> None:
    """Make the plan's duty fit its state, and save."""
    wanted = plan_duty(plan, now=now)
    if wanted is None:
        if plan.duty is not None and plan.duty.closed_at is None:
            plan.duty = close_duty(plan.duty, now=now, actor=by, outcome=gettext_noop("年终考核完成"))
        plan.closed_at = now
    elif plan.duty is not None and plan.duty.step != wanted["step"]:
        plan.duty = move_duty(plan.duty, now=now, actor=by, **wanted)
    plan.save()
