"""Critical milestones past their baseline: each becomes an open object with one person who owes cause and measures."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.deadlines import due_after
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.schedule.events import MilestoneSlipped, SlipAnswered, SlipClosed
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity
from lantu.lifecycle.schedule.models_kept import ScheduleBaselineActivity, ScheduleSlip
from lantu.lifecycle.schedule.services import passing
from lantu.lifecycle.schedule.states import ActivityKind, ScheduleKind, ScheduleStatus
from lantu.packs.load import national
from lantu.projects.models import Party

DAY = timedelta(days=1)


@transaction.atomic
def watch_milestones(schedule: Schedule, *, now: datetime) -> list[ScheduleSlip]:
    """Open a slip for every critical milestone of a plan in force that passed its baseline unreached, and close those
    of milestones that were reached. Running twice changes nothing.
    """
    if schedule.status != ScheduleStatus.IN_FORCE or schedule.kind == ScheduleKind.MIRROR:
        return []
    baseline = schedule.baselines.filter(is_imported=False).order_by("-number").first()
    if baseline is None:
        return []
    _close_reached(schedule, now=now)
    late = (
        ScheduleBaselineActivity.objects.filter(
            baseline=baseline, finish_at__lt=now, activity__schedule=schedule, activity__kind=ActivityKind.MILESTONE,
            activity__is_critical=True, activity__actual_finish_at=None,
        )
        .exclude(activity__in=ScheduleSlip.objects.filter(schedule=schedule, closed_at=None).values("activity"))
        .select_related("activity__responsible__organisation", "activity__owner")
    )  # fmt: skip
    # One question per milestone and baseline date: an answered one is not asked again.
    asked = set(
        ScheduleSlip.objects.filter(schedule=schedule).values_list("activity_id", "baseline_finish_at")
    )
    return [_open(schedule, row, now=now) for row in late if (row.activity_id, row.finish_at) not in asked]


def _open(schedule: Schedule, row: ScheduleBaselineActivity, *, now: datetime) -> ScheduleSlip:
    activity = row.activity
    assert activity is not None
    assert row.finish_at is not None
    forecast = max(activity.early_finish_at or now, now)
    severity = _severity(schedule, row.finish_at, forecast, now)
    slip = ScheduleSlip(
        pk=passing.next_pk("lifecycle_scheduleslip"), schedule=schedule, activity=activity,
        baseline_finish_at=row.finish_at, forecast_finish_at=forecast, opened_at=now,
    )  # fmt: skip
    slip.duty = open_duty(
        subject_type=passing.SLIP_SUBJECT,
        subject_id=slip.pk,
        project=schedule.project,
        step="answer",
        title=f"{activity.name} · {schedule.project.name}"[:200],
        action_label=gettext_noop("说明节点滞后原因与措施"),
        action_url=passing.page_of(schedule),
        holder=holder_of(schedule, activity),
        severity=severity,
        due_at=due_after(now, working_days=national().schedules.answer_working_days),
        now=now,
        actor=None,
    )
    slip.save(force_insert=True)
    emit(
        MilestoneSlipped(
            project_id=schedule.project_id, subject_id=slip.pk, schedule_id=schedule.pk, milestone=activity.name,
            baseline_finish=row.finish_at.isoformat(), forecast_finish=forecast.isoformat(), severity=severity,
        ),
        actor=None,
        at=now,
    )  # fmt: skip
    return slip


def holder_of(schedule: Schedule, activity: ScheduleActivity) -> User:
    """The milestone's own person, else the contact of the contractor, of the owner, at last the plan's author."""
    responsible: User | None = activity.responsible
    if responsible is not None:
        return responsible
    parties: dict[str, User] = {
        party.role: party.contact
        for party in Party.objects.filter(project_id=schedule.project_id).select_related(
            "contact__organisation"
        )
    }
    for role in (Party.Role.CONTRACTOR, Party.Role.OWNER, Party.Role.OFFICER):
        if role in parties:
            return parties[role]
    author: User = schedule.created_by
    return author


def _severity(schedule: Schedule, baseline: datetime, forecast: datetime, now: datetime) -> int:
    """By the levels of the pack: days late, or share of what remained from now to the baseline's end."""
    days = (forecast - baseline) / DAY
    remaining = max(((schedule.finish_at or now) - now) / DAY, 1.0)
    return max(national().schedules.delay_severity(days_late=days, share=days / remaining), 2)


def _close_reached(schedule: Schedule, *, now: datetime) -> None:
    reached = ScheduleSlip.objects.filter(
        schedule=schedule, closed_at=None, activity__actual_finish_at__isnull=False
    ).select_related("activity", "duty")
    for slip in reached:
        _close(slip, schedule, outcome="reached", label=gettext_noop("节点已完成"), by=None, now=now)


def _close(
    slip: ScheduleSlip, schedule: Schedule, *, outcome: str, label: str, by: User | None, now: datetime
) -> None:
    if slip.duty is not None and slip.duty.closed_at is None:
        slip.duty = close_duty(slip.duty, now=now, actor=by, outcome=label)
    slip.closed_at, slip.outcome = now, outcome
    slip.save()
    emit(
        SlipClosed(
            project_id=schedule.project_id, subject_id=slip.pk, schedule_id=schedule.pk,
            milestone=slip.activity.name, outcome=outcome,
        ),
        actor=by,
        at=now,
    )  # fmt: skip


@transaction.atomic
def answer_slip(slip: ScheduleSlip, *, answer: str, by: User, now: datetime) -> ScheduleSlip:
    """The holder says why and what is done about it; that closes the slip, the milestone stays late on every page."""
    passing.lock(slip.schedule)
    slip = (
        ScheduleSlip.objects.select_for_update(of=("self",))
        .select_related("duty", "activity", "schedule__project")
        .get(pk=slip.pk)
    )
    if slip.closed_at is not None:
        raise Refused("schedules.slip_closed", _("这个节点已办结。"), remedy=_("请刷新页面。"))
    if slip.duty is None or slip.duty.holder_id != by.pk:
        raise Refused(
            "schedules.not_yours",
            _("这一步由%(person)s办理。") % {"person": slip.duty.holder if slip.duty else ""},
            remedy=_("本人外出的，请在“我的待办”里移交。"),
            status=403,
        )
    text = passing.clean(answer, most=500)
    if len(text) < 10:
        raise passing.unfit(
            "answer", _("请写明原因和赶工措施。"), _("至少一句话：为什么晚、怎么追、何时完成。")
        )
    slip.answer = text
    emit(
        SlipAnswered(
            project_id=slip.schedule.project_id, subject_id=slip.pk, schedule_id=slip.schedule_id,
            milestone=slip.activity.name, answer=text,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    _close(slip, slip.schedule, outcome="answered", label=gettext_noop("已说明原因与措施"), by=by, now=now)
    return slip
