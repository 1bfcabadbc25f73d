"""A neutral schedule as the network of ``calc.cpm``: to tell what our own calculation makes of the file."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lantu.calc import cpm
from lantu.calc.work_time import BEIJING, WorkTime, always, from_axis, to_axis
from lantu.lifecycle.schedule.exchange.neutral import (
    Activity,
    Constraint,
    Finding,
    Kind,
    LagCalendar,
    Link,
    NeutralSchedule,
)

KINDS = {"FS": cpm.Kind.FS, "SS": cpm.Kind.SS, "FF": cpm.Kind.FF, "SF": cpm.Kind.SF}
SHAPES = {
    Kind.TASK: cpm.Shape.TASK,
    Kind.START_MILESTONE: cpm.Shape.START_MILESTONE,
    Kind.FINISH_MILESTONE: cpm.Shape.FINISH_MILESTONE,
    Kind.LOE: cpm.Shape.LEVEL_OF_EFFORT,
}
MOST_EXPANDED = 200_000
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Laid:
    """``activities[n]`` is position n of the network. ``skipped``: links that could not take part."""

    network: cpm.Network
    activities: list[Activity]
    skipped: list[Finding]


@lru_cache(maxsize=32_768)
def minute(moment: datetime | None) -> int:
    """Minute of the axis, or ``cpm.NONE``. The moment is local Beijing time without zone."""
    return cpm.NONE if moment is None else to_axis(moment.replace(tzinfo=BEIJING))


def moment_of(value: int) -> datetime:
    """The local moment without zone, as neutral schedules have them."""
    return from_axis(int(value)).replace(tzinfo=None)


def lay_network(project: NeutralSchedule, *, from_project: bool) -> Laid:
    """``from_project``: the file comes of Microsoft Project, where work in progress stays where it began.

    Raises ``ValueError`` when there is no activity or no date to begin from.
    """
    activities = project.leaves
    begin = _begin(project, activities)
    if not activities or begin is None:
        raise ValueError("no activity or no date to begin from")
    places = {calendar.uid: place for place, calendar in enumerate(project.calendars)}
    own = places[project.calendar_uid]
    calendars = [WorkTime.of(calendar.week, calendar.exceptions) for calendar in project.calendars]
    calendars.append(always())
    calendar = np.array([places.get(a.calendar_uid, own) for a in activities], dtype=np.int64)
    links, skipped = _between_leaves(project)
    index = {activity.uid: place for place, activity in enumerate(activities)}
    before = _array(index[link.predecessor_uid] for link in links)
    after = _array(index[link.successor_uid] for link in links)
    bounds = _bounds(activities, from_project)
    network = cpm.Network(
        duration=_array(_left(a, from_project) for a in activities),
        calendar=calendar,
        calendars=calendars,
        predecessor=before,
        successor=after,
        kind=_array(KINDS[link.kind] for link in links),
        lag=_array(link.lag_min for link in links),
        lag_calendar=_lag_calendars(links, calendar[before], calendar[after], own, len(calendars) - 1),
        start=minute(begin),
        data_date=minute(project.data_date),
        must_finish=minute(project.must_finish_at),
        shape=_array(SHAPES[a.kind] for a in activities),
        as_late_as_possible=np.array([a.constraint is Constraint.ALAP for a in activities]),
        actual_start=_array(cpm.NONE if from_project and not a.actual_finish_at else minute(a.actual_start_at) for a in activities),
        actual_finish=_array(minute(a.actual_finish_at) for a in activities),
        expected_finish=_array(minute(a.expected_finish_at) for a in activities) if project.uses_expected_finish else None,
        retained_logic=project.progress_rule != "override",
        float_kind=cpm.FloatKind.SMALLEST if from_project else cpm.FloatKind.FINISH,
        **bounds,
    )  # fmt: skip
    return Laid(network, activities, skipped)


def _array(values: object) -> Ints:
    return np.fromiter(values, dtype=np.int64)  # type: ignore[call-overload]


def _begin(project: NeutralSchedule, activities: list[Activity]) -> datetime | None:
    if project.start_at:
        return project.start_at
    starts = [activity.start_at for activity in activities if activity.start_at]
    return min(starts) if starts else None


def _left(activity: Activity, from_project: bool) -> int:
    whole = activity.duration_min or 0
    if from_project:
        return max(whole, 0)
    return max(whole if activity.remaining_min is None else activity.remaining_min, 0)


def _bounds(activities: list[Activity], from_project: bool) -> dict[str, Ints]:
    names = ("start_after", "start_before", "finish_after", "finish_before", "must_start", "must_end")
    out = {name: np.full(len(activities), cpm.NONE, dtype=np.int64) for name in names}
    of = {
        Constraint.SNET: ("start_after",),
        Constraint.SNLT: ("start_before",),
        Constraint.FNET: ("finish_after",),
        Constraint.FNLT: ("finish_before",),
        Constraint.MSO: ("start_after", "start_before"),
        Constraint.MFO: ("finish_after", "finish_before"),
        Constraint.MANDATORY_START: ("must_start",),
        Constraint.MANDATORY_FINISH: ("must_end",),
    }
    for place, activity in enumerate(activities):
        for kind, at in (
            (activity.constraint, activity.constraint_at),
            (activity.constraint2, activity.constraint2_at),
        ):
            for name in of.get(kind, ()) if at else ():
                out[name][place] = minute(at)
        if from_project and not activity.actual_finish_at:
            # Without a status date Project leaves begun and hand-placed work where it is.
            pinned = activity.actual_start_at or (activity.start_at if activity.is_manual else None)
            if pinned:
                out["must_start"][place] = minute(pinned)
    return out


def _lag_calendars(links: list[Link], before: Ints, after: Ints, own: int, elapsed: int) -> Ints:
    chosen = np.full(len(links), own, dtype=np.int64)
    for place, link in enumerate(links):
        if link.lag_calendar is LagCalendar.PREDECESSOR:
            chosen[place] = before[place]
        elif link.lag_calendar is LagCalendar.SUCCESSOR:
            chosen[place] = after[place]
        elif link.lag_calendar is LagCalendar.ELAPSED:
            chosen[place] = elapsed
    return chosen


def _between_leaves(project: NeutralSchedule) -> tuple[list[Link], list[Finding]]:
    """Links of summaries handed down to what lies below them, as far as that says the same.

    “After a summary has finished” means after each of its activities; “a summary starts after” means each of them
    does. A summary's start as a cause, or its finish as an effect, has no such reading: those are skipped and told.
    """
    below = leaves_below(project)
    leaf = {activity.uid for activity in project.leaves}
    kept: list[Link] = []
    skipped: list[Finding] = []
    for link in project.links:
        before = (
            [link.predecessor_uid] if link.predecessor_uid in leaf else below.get(link.predecessor_uid, [])
        )
        after = [link.successor_uid] if link.successor_uid in leaf else below.get(link.successor_uid, [])
        from_start, to_finish = link.kind in ("SS", "SF"), link.kind in ("FF", "SF")
        unclear = (from_start and link.predecessor_uid not in leaf) or (
            to_finish and link.successor_uid not in leaf
        )
        if unclear or set(before) & set(after) or len(kept) + len(before) * len(after) > MOST_EXPANDED:
            params = {"from": link.predecessor_uid, "to": link.successor_uid, "kind": link.kind.value}
            skipped.append(
                Finding(code="link_of_summary_skipped", level="warn", line=link.line, params=params)
            )
            continue
        kept += [
            Link(predecessor_uid=one, successor_uid=other, kind=link.kind, lag_min=link.lag_min, lag_calendar=link.lag_calendar, line=link.line)
            for one in before
            for other in after
        ]  # fmt: skip
    return kept, skipped


def leaves_below(project: NeutralSchedule) -> dict[str, list[str]]:
    """Uids of the activities below each summary, at any depth."""
    parents = {activity.uid: activity.parent_uid for activity in project.activities}
    below: dict[str, list[str]] = defaultdict(list)
    for activity in project.leaves:
        here = activity.parent_uid
        while here:
            below[here].append(activity.uid)
            here = parents.get(here, "")
    return below


def days(minutes: int) -> float:
    """Calendar days, for people, one decimal."""
    return round(timedelta(minutes=minutes) / timedelta(days=1), 1)
