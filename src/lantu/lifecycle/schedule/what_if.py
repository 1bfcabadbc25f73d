"""What a delay would cost: a function that gates, issues and reports call. Nothing is written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from django.utils.translation import gettext as _

from lantu.calc.cpm import NONE, Computed
from lantu.calc.work_time import to_axis
from lantu.core.refusals import Missing
from lantu.lifecycle.schedule import network
from lantu.lifecycle.schedule.models import Schedule
from lantu.projects.models import Project

DAY_MIN = 1440
SECONDS = 86_400


@dataclass(frozen=True)
class Moved:
    """One activity whose dates move, in the order of the plan; ``critical``: after the move."""

    activity_id: int
    code: str
    name: str
    finish_before: datetime
    finish_after: datetime
    days_late: int
    critical: bool


@dataclass(frozen=True)
class WhatIf:
    """``days_late``: calendar days by which the end of the plan moves; ``critical``: the activity decides that end."""

    schedule_id: int
    activity_code: str
    activity_name: str
    days: float
    finish_before: datetime
    finish_after: datetime
    days_late: int
    activities_moved: int
    critical: bool
    float_days: float
    moved: tuple[Moved, ...] = ()


def what_if_delay(
    schedule_or_project: Schedule | Project, *, activity_code: str, days: float, now: datetime
) -> WhatIf:
    """The plan as it would run if ``activity_code`` stood still for ``days`` calendar days from its start, or, where it
    has begun, from ``now``. Raises Missing when there is no plan or no such activity.
    """
    schedule = _schedule_of(schedule_or_project)
    loaded = network.load(schedule)
    number = next((n for n, row in enumerate(loaded.activities) if row.code == activity_code), None)
    if number is None:
        raise Missing(
            "schedules.no_activity",
            _("计划“%(plan)s”里没有任务“%(code)s”。") % {"plan": schedule.name, "code": activity_code},
            remedy=_("请核对任务编号。"),
        )
    before = network.compute(loaded)
    net, activity = loaded.network, loaded.activities[number]
    wait = round(max(days, 0) * DAY_MIN)
    if activity.actual_finish_at is not None:
        delayed = net
    elif activity.actual_start_at is not None:
        line = before.lines[int(net.calendar[number])]
        since = max(int(before.early_start[number]), to_axis(now))
        longer = net.duration.copy()
        longer[number] += line.one_work(since + wait) - line.one_work(since)
        delayed = replace(net, duration=longer)
    else:
        after = (
            net.start_after.copy() if net.start_after is not None else np.full(net.size, NONE, dtype=np.int64)
        )
        after[number] = max(int(after[number]), int(before.early_start[number]) + wait)
        delayed = replace(net, start_after=after)
    then = network.compute(replace(loaded, network=delayed)) if delayed is not net else before
    moved = (then.early_start != before.early_start) | (then.early_finish != before.early_finish)
    finish_before, finish_after = network.moment(before.finish), network.moment(then.finish)
    per_day = _day_minutes(schedule, activity.calendar_id)
    return WhatIf(
        schedule_id=schedule.pk,
        activity_code=activity.code,
        activity_name=activity.name,
        days=days,
        finish_before=finish_before,
        finish_after=finish_after,
        days_late=math.ceil((finish_after - finish_before) / timedelta(days=1)),
        activities_moved=int(moved.sum()),
        critical=bool(loaded.critical(before)[number]),
        float_days=int(before.total_float[number]) / per_day,
        moved=_moved(loaded, before, then, moved),
    )


def _moved(loaded: network.Loaded, before: Computed, then: Computed, moved: np.ndarray) -> tuple[Moved, ...]:
    critical = loaded.critical(then)
    found = []
    for number in np.flatnonzero(moved).tolist():
        row = loaded.activities[number]
        ends = network.moment(before.early_finish[number]), network.moment(then.early_finish[number])
        late = math.ceil((ends[1] - ends[0]) / timedelta(days=1))
        found.append(Moved(row.pk, row.code, row.name, *ends, late, bool(critical[number])))
    return tuple(found)


@dataclass(frozen=True)
class Consequences:
    """What a change does to the whole plan; ``days_late``: calendar days of its end, negative when it ends earlier."""

    finish_before: datetime
    finish_after: datetime
    days_late: int
    moved: tuple[Moved, ...]
    critical_before: int
    critical_after: int

    @property
    def days_early(self) -> int:
        """Calendar days by which the end comes nearer."""
        return max(-self.days_late, 0)


def consequences(before: network.Loaded, after: network.Loaded) -> Consequences:
    """The same activities computed twice. Raises Unacceptable where either cannot be computed."""
    first, then = network.compute(before), network.compute(after)
    moved = (then.early_start != first.early_start) | (then.early_finish != first.early_finish)
    finish, finish_after = network.moment(first.finish), network.moment(then.finish)
    return Consequences(
        finish_before=finish,
        finish_after=finish_after,
        days_late=math.ceil((finish_after - finish) / timedelta(days=1)),
        moved=_moved(before, first, then, moved),
        critical_before=int(before.critical(first).sum()),
        critical_after=int(after.critical(then).sum()),
    )


def with_starts(loaded: network.Loaded, not_before: Mapping[str, datetime]) -> network.Loaded:
    """The plan with further “start no earlier than” dates, by activity code; unknown codes are left out."""
    net = loaded.network
    after = net.start_after.copy() if net.start_after is not None else np.full(net.size, NONE, dtype=np.int64)
    for number, row in enumerate(loaded.activities):
        if row.code in not_before:
            after[number] = max(int(after[number]), to_axis(not_before[row.code]))
    return replace(loaded, network=replace(net, start_after=after))


def _schedule_of(given: Schedule | Project) -> Schedule:
    if isinstance(given, Schedule):
        return given
    from lantu.lifecycle.schedule.selectors import schedule_in_force

    found = schedule_in_force(given)
    if found is None:
        raise Missing(
            "schedules.none_in_force",
            _("项目“%(project)s”没有执行中的进度计划。") % {"project": given.name},
            remedy=_("请先在“进度”页编制并批准计划，或导入外部计划。"),
        )
    return found


def _day_minutes(schedule: Schedule, calendar_id: int | None) -> float:
    calendars = schedule.calendars.all()
    found = next((row for row in calendars if row.pk == calendar_id), None) or next(
        (row for row in calendars if row.is_default), None
    )
    return 60 * (found.hours_per_day if found else 8)
