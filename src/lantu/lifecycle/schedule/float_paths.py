"""Multiple float paths into one activity, as the page and the API show them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from lantu.calc.cpm_paths import float_paths
from lantu.core.refusals import Missing
from lantu.lifecycle.schedule import network
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity

MOST_PATHS = 50


@dataclass(frozen=True)
class Path:
    """``gap_days``: working days (of the plan's default calendar) that its last link has left before it drives what it
    leads to; ``float_days``: the least total float on it. ``joins``: where it meets an earlier path.
    """

    number: int
    activities: list[ScheduleActivity]
    joins: ScheduleActivity | None
    gap_days: float
    float_days: float


@dataclass(frozen=True)
class Paths:
    end: ScheduleActivity
    by_total: bool
    paths: list[Path]


def paths_into(schedule: Schedule, *, end_code: str = "", most: int = 10, by_total: bool = False) -> Paths:
    """The tightest chains into an activity, the one that ends last where none is named. Raises Missing for a code that the
    plan does not hold. Computed from the rows as they stand; nothing is written.
    """
    loaded = network.load(schedule)
    found = network.compute(loaded)
    codes = [row.code for row in loaded.activities]
    if end_code and end_code not in codes:
        raise Missing(
            "schedules.no_activity",
            _("计划“%(plan)s”里没有任务“%(code)s”。") % {"plan": schedule.name, "code": end_code},
            remedy=_("请核对任务编号。"),
        )
    end = codes.index(end_code) if end_code else int(found.early_finish.argmax())
    default = schedule.calendars.filter(is_default=True).first()
    per_day = 60 * (default.hours_per_day if default else 8)
    rows = loaded.activities
    shown = [
        Path(
            number,
            [rows[node] for node in path.nodes],
            None if path.joins is None else rows[path.joins],
            path.gap / per_day,
            path.total_float / per_day,
        )
        for number, path in enumerate(
            float_paths(loaded.network, found, end, most=min(most, MOST_PATHS), by_total=by_total), start=1
        )
    ]
    return Paths(rows[end], by_total, shown)
