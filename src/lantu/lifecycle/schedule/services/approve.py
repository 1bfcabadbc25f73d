"""From draft to force: propose, send back, put in force with its document and baseline, revise."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.core.services.keep_evidence import keep_evidence
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.schedule.drafts import ActivityRow, CalendarRow, LinkRow, ScheduleDraft
from lantu.lifecycle.schedule.events import (
    BaselineFrozen,
    ScheduleProposed,
    SchedulePutInForce,
    ScheduleSentBack,
    ScheduleSuperseded,
)
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity, ScheduleLink
from lantu.lifecycle.schedule.models_kept import (
    ScheduleBaseline,
    ScheduleBaselineActivity,
    ScheduleDemand,
    ScheduleSlip,
)
from lantu.lifecycle.schedule.services import passing
from lantu.lifecycle.schedule.services.carrying import carry_progress
from lantu.lifecycle.schedule.services.create import BATCH, create_schedule, hashed
from lantu.lifecycle.schedule.services.recalculate import refresh
from lantu.lifecycle.schedule.states import PAST, ActivityKind, ScheduleKind, ScheduleStatus, Verb

SENT_TWICE = timedelta(seconds=20)
MIRROR_REMEDY = gettext_noop("镜像只供查看和比较；需要报批的，请另存为编制稿。")


@transaction.atomic
def propose_schedule(
    schedule: Schedule, *, approver: User, edited_no: int, by: User, now: datetime
) -> Schedule:
    """Hand a computed draft to the person who decides; a duty of theirs begins."""
    require(by, "lifecycle.schedule_edit", schedule.project)
    schedule = passing.lock(schedule, edited_no=edited_no)
    if schedule.kind == ScheduleKind.MIRROR:
        raise Refused("schedules.mirror", _("外部计划的镜像不能报批。"), remedy=_(MIRROR_REMEDY))
    passing.advance(schedule, Verb.PROPOSE)
    if approver.pk == by.pk:
        raise passing.unfit("approver", _("报批人与审批人不能是同一人。"), _("请选择另一位审批人。"))
    if not may(approver, "lifecycle.schedule_approve", schedule.project):
        raise passing.unfit("approver", _("%(person)s不能批准这个项目的计划。") % {"person": approver})
    if schedule.computed_no != schedule.edited_no:
        refresh(schedule, now=now)
    schedule.proposed_by, schedule.proposed_at, schedule.return_reason = by, now, ""
    schedule.duty = open_duty(
        subject_type=passing.SUBJECT,
        subject_id=schedule.pk,
        project=schedule.project,
        now=now,
        actor=by,
        **passing.approval_duty(schedule, approver, now),
    )
    schedule.save()
    emit(
        ScheduleProposed(
            project_id=schedule.project_id, subject_id=schedule.pk, name=schedule.name, approver_id=approver.pk,
            finish_at=_iso(schedule.finish_at),
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return schedule


@transaction.atomic
def send_back(schedule: Schedule, *, reason: str, by: User, now: datetime) -> Schedule:
    """Return a proposed plan to its author with a reason."""
    schedule = passing.lock(schedule)
    _must_decide(schedule, by)
    why = passing.reason_of(reason)
    passing.advance(schedule, Verb.SEND_BACK)
    schedule.return_reason = why
    _close(schedule, now=now, actor=by, outcome=gettext_noop("退回修改"))
    schedule.save()
    emit(
        ScheduleSentBack(project_id=schedule.project_id, subject_id=schedule.pk, name=schedule.name),
        actor=by,
        at=now,
        reason=why,
    )
    return schedule


@transaction.atomic
def put_in_force(
    schedule: Schedule, *, document: Any, file_name: str, document_no: str = "", by: User, now: datetime
) -> Schedule:
    """Approve: the document is kept, the plan is frozen as its first baseline, and the version before it is superseded.

    ``document``: the approval as a file or bytes. Raises Refused when the same person proposed it.
    """
    schedule = passing.lock(schedule)
    _must_decide(schedule, by)
    passing.advance(schedule, Verb.PUT_IN_FORCE)
    if schedule.proposed_by_id == by.pk:
        raise Refused(
            "schedules.same_person", _("报批人不能批准自己的计划。"), remedy=_("请由另一位有权的人批准。")
        )
    revises = schedule.replaces_id
    before = _supersede(schedule, by=by, now=now)
    if before is not None and revises == before.pk and carry_progress(before, schedule):
        refresh(schedule, now=now)
    schedule.approved_by, schedule.approved_at = by, now
    _close(schedule, now=now, actor=by, outcome=gettext_noop("已批准"))
    schedule.save()
    assert schedule.proposed_by is not None
    baseline = _freeze(
        schedule, name=_("批准基准"), document=document, file_name=file_name, document_no=document_no,
        asked_by=schedule.proposed_by, by=by, now=now,
    )  # fmt: skip
    emit(
        SchedulePutInForce(
            project_id=schedule.project_id, subject_id=schedule.pk, name=schedule.name,
            replaces_id=before.pk if before else None, baseline_number=baseline.number, document_no=document_no[:80],
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return schedule


@transaction.atomic
def freeze_baseline(
    schedule: Schedule,
    *,
    name: str,
    document: Any,
    file_name: str,
    document_no: str = "",
    by: User,
    now: datetime,
) -> ScheduleBaseline:
    """A further baseline of a plan in force, with the document that approved it, by somebody who did not edit it last."""
    require(by, "lifecycle.schedule_approve", schedule.project)
    schedule = passing.lock(schedule)
    if schedule.status != ScheduleStatus.IN_FORCE or schedule.kind == ScheduleKind.MIRROR:
        raise Refused(
            "schedules.not_in_force",
            _("只有执行中的计划可以冻结基准。"),
            remedy=_("请先报批并批准这份计划。"),
        )
    author = schedule.edited_by or schedule.created_by
    if author.pk == by.pk:
        raise Refused(
            "schedules.same_person",
            _("最后修改计划的人不能自己冻结基准。"),
            remedy=_("请由另一位有权的人冻结。"),
        )
    return _freeze(
        schedule, name=passing.clean(name, most=120) or _("基准"), document=document, file_name=file_name,
        document_no=document_no, asked_by=author, by=by, now=now,
    )  # fmt: skip


@transaction.atomic
def revise_schedule(schedule: Schedule, *, by: User, now: datetime, name: str = "") -> Schedule:
    """A copy as a draft: of a plan in force its next revision, of a mirror an own plan that can be computed."""
    require(by, "lifecycle.schedule_edit", schedule.project)
    schedule = passing.lock(schedule)
    if schedule.status not in {ScheduleStatus.IN_FORCE, *PAST} and (schedule.kind != ScheduleKind.MIRROR):
        raise Refused(
            "schedules.wrong_order", _("编制中的计划可以直接修改。"), remedy=_("请在原计划上修改，不必另存。")
        )
    if (sent_twice := _just_made(schedule, by=by, now=now)) is not None:
        return sent_twice
    mirror = schedule.kind == ScheduleKind.MIRROR
    copy = create_schedule(
        project=schedule.project,
        draft=draft_of(schedule, name=name),
        by=by,
        now=now,
        is_demo=schedule.is_demo,
        replaces=None if mirror else schedule,
        revision=1 if mirror else schedule.revision + 1,
    )
    _copy_demands(schedule, copy)
    return copy


def _just_made(schedule: Schedule, *, by: User, now: datetime) -> Schedule | None:
    """The copy that the same person asked for a moment ago: a form that was sent twice makes one draft."""
    rows = Schedule.objects.filter(
        replaces=schedule,
        status=ScheduleStatus.DRAFT,
        created_by=by,
        edited_no=1,
        created_at__gt=now - SENT_TWICE,
    )
    return rows.filter(created_at__lte=now).order_by("-id").first()


def draft_of(schedule: Schedule, *, name: str = "") -> ScheduleDraft:
    """The rows of a schedule as a draft, with their progress."""
    rows = schedule.activities.select_related("parent", "calendar").order_by("order", "id")
    plain = (
        "code", "name", "kind", "wbs_path", "milestone_side", "duration_min", "remaining_min", "constraint_kind",
        "constraint_at", "constraint2_kind", "constraint2_at", "deadline_at", "expected_finish_at", "percent",
        "percent_kind",
        "evidence_grade", "actual_start_at", "actual_finish_at", "weight", "budget_yuan", "actual_yuan", "quantity",
        "quantity_unit", "owner_id", "responsible_id", "source_uid",
    )  # fmt: skip
    return ScheduleDraft(
        name=passing.clean(name, most=160) or schedule.name,
        kind=ScheduleKind.SECTION if schedule.kind == ScheduleKind.MIRROR else schedule.kind,
        start_at=schedule.start_at,
        data_date=schedule.data_date,
        must_finish_at=schedule.must_finish_at,
        critical_rule=schedule.critical_rule,
        critical_float_min=schedule.critical_float_min,
        progress_rule=schedule.progress_rule,
        source=schedule.source,
        source_name=schedule.source_name,
        calendars=[
            CalendarRow(
                code=row.code, name=row.name, week=row.week, exceptions=row.exceptions,
                hours_per_day=row.hours_per_day, is_default=row.is_default,
            )
            for row in schedule.calendars.order_by("id")
        ],
        activities=[
            ActivityRow(
                **{name: getattr(row, name) for name in plain},
                parent_code=row.parent.code if row.parent else "",
                calendar_code=row.calendar.code if row.calendar else "",
            )
            for row in rows
        ],
        links=[
            LinkRow(
                predecessor_code=link.predecessor.code, successor_code=link.successor.code, kind=link.kind,
                lag_min=link.lag_min, lag_calendar=link.lag_calendar,
            )
            for link in ScheduleLink.objects.filter(schedule=schedule).select_related("predecessor", "successor")
        ],
    )  # fmt: skip


def _copy_demands(schedule: Schedule, copy: Schedule) -> None:
    places = dict(copy.activities.values_list("code", "pk"))
    demands = ScheduleDemand.objects.filter(activity__schedule=schedule).select_related("activity")
    ScheduleDemand.objects.bulk_create(
        [
            ScheduleDemand(
                activity_id=places[one.activity.code], resource_id=one.resource_id, amount=one.amount
            )
            for one in demands
        ],
        batch_size=BATCH,
    )


def _must_decide(schedule: Schedule, by: User) -> None:
    """The holder of the duty decides, or anybody else with the right over this project (the holder may be away)."""
    require(by, "lifecycle.schedule_approve", schedule.project)


def _close(schedule: Schedule, *, now: datetime, actor: User, outcome: str) -> None:
    if schedule.duty is not None and schedule.duty.closed_at is None:
        schedule.duty = close_duty(schedule.duty, now=now, actor=actor, outcome=outcome)


def _supersede(schedule: Schedule, *, by: User, now: datetime) -> Schedule | None:
    """The version in force that this one takes the place of: its predecessor, the master, or the one of that name."""
    others = Schedule.objects.select_for_update(of=("self",)).filter(
        project_id=schedule.project_id, status=ScheduleStatus.IN_FORCE
    )
    before = others.filter(pk=schedule.replaces_id or 0).first()
    if before is None and schedule.kind == ScheduleKind.MASTER:
        before = others.filter(kind=ScheduleKind.MASTER).first()
    if before is None:
        before = others.filter(name=schedule.name).exclude(kind=ScheduleKind.MIRROR).first()
    if before is None:
        return None
    passing.advance(before, Verb.SUPERSEDE)
    before.save(update_fields=["status"])
    for slip in ScheduleSlip.objects.filter(schedule=before, closed_at=None).select_related("duty"):
        close_duty(slip.duty, now=now, actor=by, outcome=gettext_noop("计划已修订")) if slip.duty else None
        slip.closed_at, slip.outcome = now, "revised"
        slip.save(update_fields=["closed_at", "outcome"])
    schedule.replaces = before
    emit(
        ScheduleSuperseded(
            project_id=before.project_id, subject_id=before.pk, name=before.name, by_id=schedule.pk
        ),
        actor=by,
        at=now,
    )
    return before


def _freeze(
    schedule: Schedule,
    *,
    name: str,
    document: Any,
    file_name: str,
    document_no: str,
    asked_by: User,
    by: User,
    now: datetime,
) -> ScheduleBaseline:
    """Copy every activity that is no summary, with the hash of the copy."""
    kept = keep_evidence(
        file=document, name=file_name, project_id=schedule.project_id, uploaded_by=by, supports_type=passing.SUBJECT,
        supports_id=schedule.pk, now=now,
    )  # fmt: skip
    rows = list(
        ScheduleActivity.objects.filter(schedule=schedule)
        .exclude(kind=ActivityKind.SUMMARY)
        .order_by("order", "id")
    )
    last = schedule.baselines.order_by("-number").first()
    frozen = [
        (row.code, _iso(row.actual_start_at or row.early_start_at), _iso(row.actual_finish_at or row.early_finish_at),
         row.duration_min, row.weight, row.budget_yuan, row.quantity)
        for row in rows
    ]  # fmt: skip
    baseline = ScheduleBaseline.objects.create(
        schedule=schedule, number=last.number + 1 if last else 1, name=name, frozen_at=now, frozen_by=asked_by,
        approved_by=by, document=kept, document_no=passing.clean(document_no, most=80), finish_at=schedule.finish_at,
        budget_yuan=sum(row.budget_yuan for row in rows), content_hash=hashed(frozen),
    )  # fmt: skip
    ScheduleBaselineActivity.objects.bulk_create(
        [
            ScheduleBaselineActivity(
                baseline=baseline, activity=row, code=row.code, name=row.name, kind=row.kind,
                start_at=row.actual_start_at or row.early_start_at,
                finish_at=row.actual_finish_at or row.early_finish_at, duration_min=row.duration_min, weight=row.weight,
                budget_yuan=row.budget_yuan, quantity=row.quantity, quantity_unit=row.quantity_unit,
                is_critical=row.is_critical,
            )
            for row in rows
        ],
        batch_size=BATCH,
    )  # fmt: skip
    emit(
        BaselineFrozen(
            project_id=schedule.project_id, subject_id=schedule.pk, name=schedule.name, number=baseline.number,
            baseline_name=baseline.name, finish_at=_iso(baseline.finish_at), content_hash=baseline.content_hash,
            document_no=baseline.document_no,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return baseline


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
