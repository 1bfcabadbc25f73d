"""A stored schedule as a neutral one: the writers know no database."""

from __future__ import annotations

from collections import defaultdict

from lantu.lifecycle.schedule.exchange.mirrors import local
from lantu.lifecycle.schedule.exchange.neutral import (
    Activity,
    Calendar,
    Constraint,
    Kind,
    LagCalendar,
    Link,
    LinkKind,
    NeutralSchedule,
    Span,
    tidy_day,
)
from lantu.lifecycle.schedule.exchange.services.store_mirror import CONSTRAINTS
from lantu.lifecycle.schedule.exchange.texts import stamp
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity, ScheduleCalendar, ScheduleLink
from lantu.lifecycle.schedule.models_kept import ScheduleBaselineActivity
from lantu.lifecycle.schedule.states import ActivityKind, MilestoneSide

MOST_BASELINES = 11
CONSTRAINT_OF = {str(kind): constraint for constraint, kind in CONSTRAINTS.items()}


def neutral_of(schedule: Schedule) -> NeutralSchedule:
    """Everything that a file can carry; uids are the keys of the rows. Five queries, whatever the size."""
    calendars = [_calendar(row) for row in ScheduleCalendar.objects.filter(schedule=schedule)]
    default = next((c.uid for c in calendars if c.is_default), calendars[0].uid if calendars else "")
    project = NeutralSchedule(
        uid=str(schedule.pk),
        code=schedule.project.code,
        name=schedule.name,
        data_date=local(schedule.data_date),
        start_at=local(schedule.start_at),
        finish_at=local(schedule.finish_at),
        must_finish_at=local(schedule.must_finish_at),
        calendar_uid=default,
        critical_float_min=schedule.critical_float_min,
        progress_rule=schedule.progress_rule,
        calendars=calendars,
    )
    spans = _baselines(schedule)
    rows = ScheduleActivity.objects.filter(schedule=schedule).order_by("order", "id")
    for row in rows.iterator(chunk_size=2000):
        project.activities.append(_activity(row, spans.get(row.pk, [])))
    found = ScheduleLink.objects.filter(schedule=schedule).values_list(
        "predecessor_id", "successor_id", "kind", "lag_min", "lag_calendar"
    )
    project.links = [
        Link(
            predecessor_uid=str(before),
            successor_uid=str(after),
            kind=LinkKind(kind),
            lag_min=lag,
            lag_calendar=LagCalendar(lag_calendar),
        )
        for before, after, kind, lag, lag_calendar in found
    ]
    return project


def _calendar(row: ScheduleCalendar) -> Calendar:
    return Calendar(
        uid=str(row.pk),
        name=row.name,
        week=tuple(tidy_day((a, b) for a, b in day) for day in row.week),  # type: ignore[arg-type]
        exceptions={
            moment.date(): tidy_day((a, b) for a, b in spans)
            for day, spans in row.exceptions.items()
            if (moment := stamp(day)) is not None
        },
        hours_per_day=row.hours_per_day,
        is_default=row.is_default,
    )


def _baselines(schedule: Schedule) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = defaultdict(list)
    rows = ScheduleBaselineActivity.objects.filter(
        baseline__schedule=schedule, baseline__number__lt=MOST_BASELINES, activity__isnull=False
    ).values_list("activity_id", "baseline__number", "start_at", "finish_at", "duration_min")
    for activity, number, start, finish, duration in rows:
        spans[activity].append(
            Span(number=number, start_at=local(start), finish_at=local(finish), duration_min=duration)
        )
    return spans


def _activity(row: ScheduleActivity, spans: list[Span]) -> Activity:
    kind = Kind.TASK
    if row.kind == ActivityKind.MILESTONE:
        kind = Kind.START_MILESTONE if row.milestone_side == MilestoneSide.START else Kind.FINISH_MILESTONE
    elif row.kind in (ActivityKind.SUMMARY, ActivityKind.LOE):
        kind = Kind(row.kind)
    start, finish = row.actual_start_at or row.early_start_at, row.actual_finish_at or row.early_finish_at
    return Activity(
        uid=str(row.pk),
        code=row.code,
        name=row.name,
        kind=kind,
        parent_uid=str(row.parent_id) if row.parent_id else "",
        level=row.level,
        calendar_uid=str(row.calendar_id) if row.calendar_id else "",
        duration_min=row.duration_min,
        remaining_min=row.remaining_min,
        start_at=local(start),
        finish_at=local(finish),
        early_start_at=local(row.early_start_at),
        early_finish_at=local(row.early_finish_at),
        late_start_at=local(row.late_start_at),
        late_finish_at=local(row.late_finish_at),
        actual_start_at=local(row.actual_start_at),
        actual_finish_at=local(row.actual_finish_at),
        total_float_min=row.total_float_min,
        free_float_min=row.free_float_min,
        is_critical=row.is_critical,
        is_on_longest_path=row.is_on_longest_path,
        percent=row.percent,
        percent_kind=row.percent_kind,
        constraint=CONSTRAINT_OF.get(row.constraint_kind, Constraint.NONE),
        constraint_at=local(row.constraint_at),
        deadline_at=local(row.deadline_at),
        cost=float(row.budget_yuan),
        baselines=spans,
    )
