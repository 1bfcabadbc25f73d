"""Critical path of a network of activities (JGJ/T 121-2015 terms: ES EF LS LF TF FF), over several calendars.

Arrays in, arrays out; activities and links are named by their position. Durations, lags and floats are working
minutes, dates are minutes of the axis of ``lantu.calc.work_time``. Method, choices and worked examples:
docs/algorithms/cpm.md. Sources: JGJ/T 121-2015; domain notes D1; dates stored by Primavera P6 in real exports
(tests) decide where the standard is silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from lantu.calc.cpm_floats import floats_of, push_late, span_efforts
from lantu.calc.cpm_graph import CycleFound, TooNarrow, find_cycles, layers_of
from lantu.calc.cpm_narrow import narrow_passes
from lantu.calc.cpm_passes import Bounds, Prepared, wide_passes
from lantu.calc.cpm_single import as_dates, in_working_minutes, shares_one_calendar
from lantu.calc.work_time import Minutes, WorkLine, WorkTime

NONE = np.iinfo(np.int64).min
"""No date: an activity without an actual start, a constraint that is not set."""

YEAR = 366 * 1440
FURTHEST_YEARS = 640


class Kind(IntEnum):
    """Kinds of links; bit 0: it leaves the predecessor's start, bit 1: it arrives at the successor's finish."""

    FS = 0
    SS = 1
    FF = 2
    SF = 3


class Shape(IntEnum):
    """What an activity is. A level of effort spans what it is tied to and drives nothing."""

    TASK = 0
    START_MILESTONE = 1
    FINISH_MILESTONE = 2
    LEVEL_OF_EFFORT = 3


class FloatKind(IntEnum):
    """How total float is taken when start and finish disagree (several calendars)."""

    FINISH = 0
    START = 1
    SMALLEST = 2


class BeyondCalendar(ValueError):
    """The network does not end within 640 years: a duration or a date is wrong."""


@dataclass(frozen=True)
class Network:
    """``n`` activities and ``m`` links. Unset dates are :data:`NONE`; ``calendar`` and ``lag_calendar`` index
    ``calendars``. ``duration`` is what is left to do: of a finished activity it is not read.
    """

    duration: Minutes
    calendar: NDArray[np.int64]
    calendars: Sequence[WorkTime]
    predecessor: NDArray[np.int64]
    successor: NDArray[np.int64]
    kind: NDArray[np.int64]
    lag: Minutes
    lag_calendar: NDArray[np.int64]
    start: int
    data_date: int = NONE
    must_finish: int = NONE
    shape: NDArray[np.int64] | None = None
    start_after: Minutes | None = None
    start_before: Minutes | None = None
    finish_after: Minutes | None = None
    finish_before: Minutes | None = None
    must_start: Minutes | None = None
    must_end: Minutes | None = None
    as_late_as_possible: NDArray[np.bool_] | None = None
    # What is left of a task lasts from its early start until then; a date before that start leaves ``duration`` as it is.
    expected_finish: Minutes | None = None
    actual_start: Minutes | None = None
    actual_finish: Minutes | None = None
    retained_logic: bool = True
    float_kind: FloatKind = FloatKind.FINISH

    @property
    def size(self) -> int:
        """Number of activities."""
        return int(self.duration.size)


@dataclass(frozen=True)
class Computed:
    """What the network says. Dates are minutes of the axis, floats working minutes of the activity's calendar.

    ``duration``: what was left to do, as expected finishes made it. ``driving``: per link, whether it decides its successor's early date. ``finish``: the latest early finish.
    ``longest``: on a driving path into an activity that ends last. Finished activities carry their actual dates and
    no float (0). Starts of activities in progress are those of the remaining work.
    """

    early_start: Minutes
    early_finish: Minutes
    late_start: Minutes
    late_finish: Minutes
    total_float: Minutes
    free_float: Minutes
    driving: NDArray[np.bool_]
    longest: NDArray[np.bool_]
    finish: int
    duration: Minutes
    lines: tuple[WorkLine, ...] = field(repr=False)

    def critical(self, *, by_float: bool = False, limit: int = 0) -> NDArray[np.bool_]:
        """By the longest path, or by a total float of at most ``limit`` working minutes."""
        return self.total_float <= limit if by_float else self.longest


def schedule_network(network: Network) -> Computed:
    """Both passes, floats, driving links and the longest path. Raises :class:`CycleFound` naming the activities of
    each cycle by position, ``ValueError`` for arrays that do not fit, :class:`BeyondCalendar`.
    """
    check_network(network)
    if network.expected_finish is not None:
        network = _as_expected(network)
    return _computed(network)


def _as_expected(network: Network) -> Network:
    """Durations that end tasks when they are expected: repeated, because one such task may lead to another."""
    expected = _or_none(network.expected_finish, network.size)
    chosen = (expected != NONE) & (_or_none(network.actual_finish, network.size) == NONE)
    if network.shape is not None:
        chosen &= network.shape == Shape.TASK
    network = replace(network, expected_finish=None)
    for _round in range(int(chosen.sum()) + 1):
        found = _computed(network)
        left = _by_calendar(network, found.lines, expected, "work") - _by_calendar(
            network, found.lines, found.early_start, "work"
        )
        duration = np.where(chosen & (left > 0), left, network.duration)
        if bool((duration == network.duration).all()):
            break
        network = replace(network, duration=duration)
    return network


def _computed(network: Network) -> Computed:
    years = 40
    while years <= FURTHEST_YEARS:
        result = _within(network, years)
        if result is not None:
            return result
        years *= 4
    raise BeyondCalendar("the network does not end within 640 years")


def _within(network: Network, years: int) -> Computed | None:
    """The result, or None when a date fell off the ends of a calendar laid out for so many years."""
    low, high = stretch(network, years)
    lines = tuple(calendar.between(low, high) for calendar in network.calendars)
    prepared = prepare(network, lines)
    single = shares_one_calendar(prepared)
    inner = in_working_minutes(prepared) if single else prepared
    try:
        dates = wide_passes(inner, layers_of(inner.size, inner.predecessor, inner.successor))
    except TooNarrow:
        dates = narrow_passes(inner)
    if network.as_late_as_possible is not None and network.as_late_as_possible.any():
        dates = push_late(inner, dates, network.as_late_as_possible)
    found = floats_of(network, inner, dates)
    finish = inner.ends(dates.early_finish)
    if single:
        line = lines[int(network.calendar[0])]
        last = inner.must_finish if inner.must_finish != NONE else finish
        if max(finish, last) >= line.total or int(dates.late_start.min()) <= 0:
            return None
        dates = as_dates(prepared, dates, last)
        finish = prepared.ends(dates.early_finish)
    elif finish >= high - 1440 or int(dates.late_start.min()) <= low + 1440:
        return None
    dates = span_efforts(network, dates)
    return Computed(
        dates.early_start, dates.early_finish, dates.late_start, dates.late_finish, found.total_float, found.free_float,
        found.driving, found.longest, finish, network.duration, lines,
    )  # fmt: skip


def stretch(network: Network, years: int) -> tuple[int, int]:
    """The piece of the axis on which calendars are laid out: every stated date, and years before and after."""
    known = [network.start]
    known += [date for date in (network.data_date, network.must_finish) if date != NONE]
    for dates in (
        network.start_after, network.start_before, network.finish_after, network.finish_before,
        network.must_start, network.must_end, network.actual_start, network.actual_finish,
    ):  # fmt: skip
        if dates is not None and (dates != NONE).any():
            stated = dates[dates != NONE]
            known += [int(stated.min()), int(stated.max())]
    return min(known) - years * YEAR // 2, max(known) + years * YEAR


def check_network(network: Network) -> None:
    """Whether the arrays fit each other. Raises ``ValueError``."""
    size, links = network.size, network.predecessor.size
    for name in ("calendar",):
        if getattr(network, name).size != size:
            raise ValueError(f"{name}: {size} values expected")
    for name in ("successor", "kind", "lag", "lag_calendar"):
        if getattr(network, name).size != links:
            raise ValueError(f"{name}: {links} values expected")
    if not network.calendars:
        raise ValueError("a network needs a calendar")
    if size == 0:
        raise ValueError("a network needs an activity")
    if links and (
        min(network.predecessor.min(), network.successor.min()) < 0
        or max(network.predecessor.max(), network.successor.max()) >= size
    ):
        raise ValueError("a link names an activity that does not exist")
    if int(network.duration.min()) < 0:
        raise ValueError("a duration cannot be negative")
    most = len(network.calendars)
    for name in ("calendar", "lag_calendar"):
        values = getattr(network, name)
        if values.size and not (values.min() >= 0 and values.max() < most):
            raise ValueError(f"{name}: there are only {most} calendars")


def prepare(network: Network, lines: tuple[WorkLine, ...]) -> Prepared:
    """Links that take part, and what binds each activity apart from links, in working minutes of its calendar."""
    size = network.size
    shape = network.shape if network.shape is not None else np.zeros(size, dtype=np.int64)
    actual_start = _or_none(network.actual_start, size)
    actual_finish = _or_none(network.actual_finish, size)
    done, effort = actual_finish != NONE, shape == Shape.LEVEL_OF_EFFORT
    started = actual_start != NONE
    kept = _taking_part(network, done, effort, started)
    shape = np.where((shape == Shape.TASK) & (network.duration == 0), Shape.START_MILESTONE, shape)
    duration = np.where(done | effort | (shape != Shape.TASK), 0, network.duration)
    bounds = _bounds(network, lines, duration, started)
    chosen = slice(None) if kept.size == network.predecessor.size else kept
    before, after, kind = network.predecessor[chosen], network.successor[chosen], network.kind[chosen]
    has_out = np.zeros(size, dtype=bool)
    has_out[before] = True
    pinned_start = np.where(done, actual_start, bounds.pin_start)
    pinned_finish = np.where(done, actual_finish, bounds.pin_finish)
    return Prepared(
        lines=lines,
        duration=duration,
        calendar=network.calendar,
        shape=shape,
        link_ids=kept,
        predecessor=before,
        successor=after,
        from_start=(kind & 1).astype(bool),
        to_finish=(kind & 2).astype(bool),
        lag=network.lag[chosen],
        lag_calendar=network.lag_calendar[chosen],
        floor=bounds.floor,
        ceiling=bounds.ceiling,
        pinned=pinned_start != NONE,
        pin_start=pinned_start,
        pin_finish=pinned_finish,
        started=started & ~done,
        start_basis=actual_start,
        open_ends=np.flatnonzero(~has_out & ~done & ~effort),
        counted=~done & ~effort,
        must_finish=network.must_finish,
    )


def _taking_part(
    network: Network, done: NDArray[np.bool_], effort: NDArray[np.bool_], started: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Links that bind anybody: none into finished work, none at a level of effort, none into begun work that overrides."""
    every = np.arange(network.predecessor.size)
    if not (done.any() or effort.any() or (started.any() and not network.retained_logic)):
        return every
    keep = ~(done[network.successor] | effort[network.successor] | effort[network.predecessor])
    if not network.retained_logic:
        keep &= ~started[network.successor]
    return every[keep]


def _or_none(values: Minutes | None, size: int) -> Minutes:
    return values if values is not None else np.full(size, NONE, dtype=np.int64)


def _bounds(
    network: Network, lines: tuple[WorkLine, ...], duration: Minutes, started: NDArray[np.bool_]
) -> Bounds:
    """Earliest start and latest finish by dates alone, in working minutes; pins as dates."""
    size = network.size
    begin = max(network.start, network.data_date)
    earliest = np.full(size, begin, dtype=np.int64)
    if network.start_after is not None:
        np.maximum(earliest, np.where(started, NONE, network.start_after), out=earliest)
    floor = _by_calendar(network, lines, earliest, "work")
    if network.finish_after is not None:
        ends = _by_calendar(network, lines, network.finish_after, "work") - duration
        floor = np.where(network.finish_after != NONE, np.maximum(floor, ends), floor)
    most = np.iinfo(np.int64).max // 4
    ceiling = np.full(size, most, dtype=np.int64)
    if network.finish_before is not None:
        by = _by_calendar(network, lines, network.finish_before, "work")
        ceiling = np.where(network.finish_before != NONE, np.minimum(ceiling, by), ceiling)
    if network.start_before is not None:
        by = _by_calendar(network, lines, network.start_before, "work") + duration
        ceiling = np.where((network.start_before != NONE) & ~started, np.minimum(ceiling, by), ceiling)
    pin_start = np.full(size, NONE, dtype=np.int64)
    pin_finish = np.full(size, NONE, dtype=np.int64)
    if network.must_start is not None:
        on = (network.must_start != NONE) & ~started
        w = _by_calendar(network, lines, network.must_start, "work")
        pin_start = np.where(on, _by_calendar(network, lines, w, "start_of"), pin_start)
        end = np.where(duration > 0, _by_calendar(network, lines, w + duration, "finish_of"), pin_start)
        pin_finish = np.where(on, end, pin_finish)
    if network.must_end is not None:
        on = network.must_end != NONE
        w = _by_calendar(network, lines, network.must_end, "work")
        pin_finish = np.where(on, _by_calendar(network, lines, w, "finish_of"), pin_finish)
        begin_at = np.where(duration > 0, _by_calendar(network, lines, w - duration, "start_of"), pin_finish)
        pin_start = np.where(on, begin_at, pin_start)
    return Bounds(floor, ceiling, pin_start, pin_finish)


def _by_calendar(network: Network, lines: tuple[WorkLine, ...], values: Minutes, what: str) -> Minutes:
    """``WorkLine.<what>`` of every activity by its own calendar."""
    if len(lines) == 1:
        return np.asarray(getattr(lines[0], what)(values), dtype=np.int64)
    out = np.empty(values.size, dtype=np.int64)
    for number, line in enumerate(lines):
        mine = network.calendar == number
        if mine.any():
            out[mine] = getattr(line, what)(values[mine])
    return out


__all__ = [
    "NONE", "BeyondCalendar", "Computed", "CycleFound", "FloatKind", "Kind", "Network", "Shape", "find_cycles",
    "schedule_network",
]  # fmt: skip
