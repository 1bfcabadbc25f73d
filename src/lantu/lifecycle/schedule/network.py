"""Rows of a schedule as the arrays that ``calc.cpm`` reads, and its answer as rows again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext as _

from lantu.calc.cpm import NONE, Computed, CycleFound, Kind, Network, Shape, schedule_network
from lantu.calc.cpm_draws import ends_of_draws
from lantu.calc.work_time import BadCalendar, WorkTime, always, from_axis, to_axis
from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity, ScheduleCalendar, ScheduleLink
from lantu.lifecycle.schedule.states import (
    ActivityKind,
    ConstraintKind,
    CriticalRule,
    LagCalendar,
    MilestoneSide,
    ProgressRule,
)

C = ConstraintKind
WEEK = 7 * 1440
BOUNDS: Mapping[str, tuple[str, ...]] = {
    C.START_ON: ("start_after", "start_before"),
    C.START_AFTER: ("start_after",),
    C.START_BEFORE: ("start_before",),
    C.FINISH_ON: ("finish_after", "finish_before"),
    C.FINISH_AFTER: ("finish_after",),
    C.FINISH_BEFORE: ("finish_before",),
    C.MUST_START: ("must_start",),
    C.MUST_FINISH: ("must_end",),
}
TIGHTEST = {"start_after": max, "finish_after": max, "start_before": min, "finish_before": min}


@dataclass(frozen=True)
class Loaded:
    """A schedule as a network; ``activities`` without summaries, in the order of the arrays."""

    schedule: Schedule
    activities: list[ScheduleActivity]
    place: dict[int, int]
    links: list[ScheduleLink]
    network: Network

    def critical(self, found: Computed) -> np.ndarray:
        """Which activities are critical by the schedule's own rule; finished ones never."""
        by_float = self.schedule.critical_rule == CriticalRule.TOTAL_FLOAT
        flags = found.critical(by_float=by_float, limit=self.schedule.critical_float_min)
        open_ones = [activity.actual_finish_at is None for activity in self.activities]
        return flags & np.array(open_ones, dtype=bool)


def work_time_of(calendar: ScheduleCalendar) -> WorkTime:
    """The calendar as the engine knows it. Raises Unacceptable naming the day that is wrong."""
    try:
        days = {date.fromisoformat(day): spans for day, spans in calendar.exceptions.items()}
        return WorkTime.of(calendar.week, days)
    except (BadCalendar, ValueError, TypeError, AttributeError) as error:
        place = error.place if isinstance(error, BadCalendar) else "week"
        raise Unacceptable(
            "schedules.bad_calendar",
            _("日历“%(name)s”有误：%(place)s。") % {"name": calendar.name or calendar.code, "place": place},
            remedy=_("每天的工作时段写成“从几分到几分”，按先后排列、互不重叠，全周至少有一个工作时段。"),
            field=f"calendars.{calendar.code}.{place}",
        ) from error


def working_minutes(calendar: ScheduleCalendar, start_at: datetime, finish_at: datetime) -> int:
    """Working minutes of ``[start_at, finish_at)`` on this calendar; negative when the order is reversed."""
    first, last = to_axis(start_at), to_axis(finish_at)
    line = work_time_of(calendar).between(min(first, last) - WEEK, max(first, last) + WEEK)
    return line.one_work(last) - line.one_work(first)


def load(schedule: Schedule) -> Loaded:
    """Read everything in three queries. Raises Unacceptable for a calendar that cannot be used."""
    calendars = list(ScheduleCalendar.objects.filter(schedule=schedule).order_by("id"))
    activities = list(
        ScheduleActivity.objects.filter(schedule=schedule)
        .exclude(kind=ActivityKind.SUMMARY)
        .order_by("order", "id")
    )
    links = list(ScheduleLink.objects.filter(schedule=schedule).order_by("id"))
    return assemble(schedule, calendars, activities, links)


def assemble(
    schedule: Schedule,
    calendars: Sequence[ScheduleCalendar],
    activities: list[ScheduleActivity],
    links: list[ScheduleLink],
) -> Loaded:
    """Arrays of rows that are at hand. Links that touch a summary are left out."""
    numbers = {calendar.pk: number for number, calendar in enumerate(calendars)}
    default = next((numbers[calendar.pk] for calendar in calendars if calendar.is_default), 0)
    lines = [work_time_of(calendar) for calendar in calendars]
    lines.append(always())
    place = {activity.pk: number for number, activity in enumerate(activities)}
    links = [link for link in links if link.predecessor_id in place and link.successor_id in place]
    of = [numbers.get(activity.calendar_id or 0, default) for activity in activities]
    predecessors = [place[link.predecessor_id] for link in links]
    successors = [place[link.successor_id] for link in links]
    lag_of = {LagCalendar.PROJECT.value: default, LagCalendar.ELAPSED.value: len(lines) - 1}
    lag_calendar = [
        lag_of.get(link.lag_calendar, of[after if link.lag_calendar == LagCalendar.SUCCESSOR else before])
        for link, before, after in zip(links, predecessors, successors, strict=True)
    ]
    network = Network(
        duration=_whole([activity.remaining_min for activity in activities]),
        calendar=_whole(of),
        calendars=lines,
        predecessor=_whole(predecessors),
        successor=_whole(successors),
        kind=_whole([Kind[link.kind] for link in links]),
        lag=_whole([link.lag_min for link in links]),
        lag_calendar=_whole(lag_calendar),
        start=to_axis(schedule.start_at),
        data_date=to_axis(schedule.data_date),
        must_finish=_minute(schedule.must_finish_at),
        shape=_whole([_shape(activity) for activity in activities]),
        actual_start=_whole([_minute(activity.actual_start_at) for activity in activities]),
        actual_finish=_whole([_minute(activity.actual_finish_at) for activity in activities]),
        retained_logic=schedule.progress_rule == ProgressRule.RETAINED_LOGIC,
        as_late_as_possible=np.array(
            [C.ALAP in {activity.constraint_kind, activity.constraint2_kind} for activity in activities],
            dtype=bool,
        ),
        expected_finish=_expected(activities),
        **_bounds(activities),
    )
    return Loaded(schedule, activities, place, links, network)


def compute(loaded: Loaded) -> Computed:
    """Both passes. Raises Unacceptable for an empty plan, and with the cycles by name."""
    with _told(loaded):
        return schedule_network(loaded.network)


def ends_of(loaded: Loaded, durations: np.ndarray) -> np.ndarray:
    """The plan's end for each row of durations. Raises what :func:`compute` raises."""
    with _told(loaded):
        return ends_of_draws(loaded.network, durations)


@contextmanager
def _told(loaded: Loaded) -> Iterator[None]:
    """What the engine cannot compute, in the plan's words."""
    if not loaded.activities:
        raise Unacceptable(
            "schedules.empty", _("计划里还没有任务。"), remedy=_("请先增加任务，再计算。"), field="activities"
        )
    try:
        yield
    except CycleFound as error:
        raise cycle_refusal(error, [f"{row.code} {row.name}" for row in loaded.activities]) from error
    except ValueError as error:
        raise Unacceptable(
            "schedules.beyond_calendar",
            _("计划算不出完工日期：%(why)s。") % {"why": error},
            remedy=_("请检查工期、限制日期和日历，通常是某个工期或日期多写了几位。"),
            field="activities",
        ) from error


def cycle_refusal(error: CycleFound, names: Sequence[str]) -> Unacceptable:
    """The cycles with the names of their activities, in the order in which they wait for each other."""
    told = [" → ".join([names[node] for node in cycle] + [names[cycle[0]]]) for cycle in error.cycles]
    refusal = Unacceptable(
        "schedules.cycle",
        _("逻辑关系成环，共 %(count)d 处：%(cycles)s") % {"count": len(told), "cycles": "；".join(told[:5])},
        remedy=_("环上的任务互相等待，请去掉其中一条逻辑关系，或改为搭接关系。"),
        field="links",
    )
    refusal.more = {"cycles": told}
    return refusal


def store(loaded: Loaded, found: Computed) -> None:
    """Write dates, floats and flags of all rows in two statements."""
    critical = loaded.critical(found)
    columns = [
        [activity.pk for activity in loaded.activities],
        *([from_axis(minute) for minute in values.tolist()] for values in (
            found.early_start, found.early_finish, found.late_start, found.late_finish
        )),
        found.total_float.tolist(),
        found.free_float.tolist(),
        critical.tolist(),
        found.longest.tolist(),
        found.duration.tolist(),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE lifecycle_scheduleactivity a SET early_start_at = v.es, early_finish_at = v.ef, late_start_at = v.ls,
              late_finish_at = v.lf, total_float_min = v.tf, free_float_min = v.ff, is_critical = v.cr,
              is_on_longest_path = v.lp,
              remaining_min = v.rm
            FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
              %s::integer[], %s::integer[], %s::boolean[], %s::boolean[], %s::integer[])
              AS v(id, es, ef, ls, lf, tf, ff, cr, lp, rm)
            WHERE a.id = v.id
            """,
            columns,
        )
        cursor.execute(
            """
            UPDATE lifecycle_schedulelink l SET is_driving = v.dr
            FROM unnest(%s::bigint[], %s::boolean[]) AS v(id, dr) WHERE l.id = v.id AND l.is_driving <> v.dr
            """,
            [[link.pk for link in loaded.links], found.driving.tolist()],
        )


def moment(minute: Any) -> datetime:
    """A minute of the engine as a moment."""
    return from_axis(int(minute))


def _minute(at: datetime | None) -> int:
    return NONE if at is None else to_axis(at)


def _whole(values: Sequence[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def _expected(activities: Sequence[ScheduleActivity]) -> np.ndarray | None:
    if all(activity.expected_finish_at is None for activity in activities):
        return None
    return _whole([_minute(activity.expected_finish_at) for activity in activities])


def _shape(activity: ScheduleActivity) -> int:
    if activity.kind == ActivityKind.LOE:
        return Shape.LEVEL_OF_EFFORT
    if activity.kind == ActivityKind.MILESTONE:
        finish = activity.milestone_side != MilestoneSide.START
        return Shape.FINISH_MILESTONE if finish else Shape.START_MILESTONE
    return Shape.TASK


def _bounds(activities: Sequence[ScheduleActivity]) -> dict[str, Any]:
    """Arrays of the constraints that occur; a deadline bounds the late finish and moves no early date."""
    found: dict[str, np.ndarray] = {}
    for number, activity in enumerate(activities):
        stated = [
            (activity.constraint_kind, activity.constraint_at),
            (activity.constraint2_kind, activity.constraint2_at),
            (C.FINISH_BEFORE, activity.deadline_at),
        ]
        for kind, at in stated:
            for name in BOUNDS.get(kind, ()) if at is not None else ():
                column = found.setdefault(name, np.full(len(activities), NONE, dtype=np.int64))
                known, minute = int(column[number]), _minute(at)
                column[number] = minute if known == NONE else TIGHTEST.get(name, max)(known, minute)
    return found
