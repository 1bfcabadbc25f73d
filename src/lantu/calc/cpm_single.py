"""A network on one calendar is worked in working minutes, and its dates are made once, at the end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lantu.calc.cpm_passes import FINISH_MILESTONE, START_MILESTONE, UNSET, Dates, Prepared
from lantu.calc.work_time import Minutes, WorkLine


class WorkingAxis(WorkLine):
    """Time counted in working minutes: every minute is worked."""

    __slots__ = ()

    def work(self, t: Minutes) -> Minutes:
        """The moment itself."""
        return t

    def start_of(self, w: Minutes) -> Minutes:
        """The minute itself."""
        return w

    def finish_of(self, w: Minutes) -> Minutes:
        """The minute itself."""
        return w

    def shift(self, t: Minutes, by: Minutes) -> Minutes:
        """A plain sum."""
        return t + by

    def shift_back(self, t: Minutes, by: Minutes) -> Minutes:
        """A plain difference."""
        return t - by

    def one_work(self, t: int) -> int:
        """The moment itself."""
        return t

    def one_start(self, w: int) -> int:
        """The minute itself."""
        return w

    def one_finish(self, w: int) -> int:
        """The minute itself."""
        return w


def shares_one_calendar(prepared: Prepared) -> bool:
    """Every activity and every lag counts on the same calendar."""
    first = prepared.calendar[0]
    if len(prepared.lines) > 1 and not bool((prepared.calendar == first).all()):
        return False
    return not bool(((prepared.lag != 0) & (prepared.lag_calendar != first)).any())


def in_working_minutes(prepared: Prepared) -> Prepared:
    """The same network with every date told in working minutes of the one calendar."""
    line = prepared.lines[int(prepared.calendar[0])]
    nowhere = np.zeros(1, dtype=np.int64)
    axis = WorkingAxis(nowhere, np.zeros(2, dtype=np.int64), 0, 0, 0)
    must = prepared.must_finish
    return replace(
        prepared,
        lines=(axis,),
        calendar=np.zeros_like(prepared.calendar),
        lag_calendar=np.zeros_like(prepared.lag_calendar),
        pin_start=_told(line, prepared.pin_start),
        pin_finish=_told(line, prepared.pin_finish),
        start_basis=_told(line, prepared.start_basis),
        must_finish=must if must == UNSET else line.one_work(must),
        on_axis=True,
    )


def _told(line: WorkLine, dates: Minutes) -> Minutes:
    known = dates != UNSET
    if not known.any():
        return dates
    return np.where(known, line.work(dates), UNSET)


def early_as_dates(prepared: Prepared, starts: Minutes, finishes: Minutes) -> tuple[Minutes, Minutes]:
    """Early working minutes back as dates; pins keep the dates they were given."""
    line = prepared.lines[int(prepared.calendar[0])]
    ends, begins = prepared.shape == FINISH_MILESTONE, prepared.shape == START_MILESTONE
    start, finish = line.start_of(starts), line.finish_of(finishes)
    finish = np.where(begins, start, finish)
    start = np.where(ends, finish, start)
    pinned = prepared.pinned
    if pinned.any():
        start = np.where(pinned, prepared.pin_start, start)
        finish = np.where(pinned, prepared.pin_finish, finish)
    if prepared.predecessor.size and bool((ends & ~pinned).any()):
        _show_early(prepared, start, finish, starts, line)
    return start, finish


def as_dates(prepared: Prepared, worked: Dates, last: int) -> Dates:
    """Working minutes back as dates; pins keep the dates they were given. ``last``: working minute of the end."""
    line = prepared.lines[int(prepared.calendar[0])]
    ends, begins = prepared.shape == FINISH_MILESTONE, prepared.shape == START_MILESTONE
    early_start, early_finish = early_as_dates(prepared, worked.early_start, worked.early_finish)
    late_start, late_finish = line.start_of(worked.late_start), line.finish_of(worked.late_finish)
    late_finish = np.where(begins, late_start, late_finish)
    late_start = np.where(ends, late_finish, late_start)
    pinned = prepared.pinned
    if pinned.any():
        late_start = np.where(pinned, prepared.pin_start, late_start)
        late_finish = np.where(pinned, prepared.pin_finish, late_finish)
    dates = Dates(early_start, early_finish, late_start, late_finish)
    if bool((begins & ~pinned).any()):
        _show_late(prepared, dates, worked.late_start, line, line.one_finish(last))
    return dates


def _show_early(prepared: Prepared, start: Minutes, finish: Minutes, w: Minutes, line: WorkLine) -> None:
    """A finish milestone that waits for a start shows the moment of that start, not the evening before."""
    links = np.flatnonzero((prepared.shape == FINISH_MILESTONE)[prepared.successor])
    after, before = prepared.successor[links], prepared.predecessor[links]
    free = ~prepared.pinned[after]
    after, before, links = after[free], before[free], links[free]
    while True:
        leaving = np.where(prepared.started, prepared.start_basis, start)
        at = np.where(prepared.from_start[links], leaving[before], finish[before])
        at = line.shift(at, prepared.lag[links])
        latest = np.full(prepared.size, UNSET, dtype=np.int64)
        np.maximum.at(latest, after, at)
        late = latest > finish
        late &= prepared.shape == FINISH_MILESTONE
        shown = line.start_of(w[late])
        if not late.any() or bool((shown == finish[late]).all()):
            return
        start[late] = finish[late] = shown


def _show_late(prepared: Prepared, dates: Dates, w: Minutes, line: WorkLine, last: int) -> None:
    """A start milestone that must be over by a finish shows the moment of that finish, not the morning after."""
    links = np.flatnonzero((prepared.shape == START_MILESTONE)[prepared.predecessor])
    before, after = prepared.predecessor[links], prepared.successor[links]
    chosen = (prepared.shape == START_MILESTONE) & ~prepared.pinned
    while True:
        at = np.where(prepared.to_finish[links], dates.late_finish[after], dates.late_start[after])
        at = line.shift_back(at, prepared.lag[links])
        soonest = np.full(prepared.size, last, dtype=np.int64)
        np.minimum.at(soonest, before, at)
        early = chosen & (dates.late_start > soonest)
        shown = line.finish_of(w[early])
        if not early.any() or bool((shown == dates.late_start[early]).all()):
            return
        dates.late_start[early] = dates.late_finish[early] = shown
