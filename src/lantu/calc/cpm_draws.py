"""The end of one network for many drawn durations at once: the draws are laid side by side as one wide network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lantu.calc.cpm import FURTHEST_YEARS, BeyondCalendar, Network, check_network, prepare, stretch
from lantu.calc.cpm_graph import TooNarrow, layers_of
from lantu.calc.cpm_narrow import narrow_passes
from lantu.calc.cpm_passes import Prepared, early_dates
from lantu.calc.cpm_single import early_as_dates, in_working_minutes, shares_one_calendar
from lantu.calc.work_time import Minutes

# Activities handled at once: what fits the processor's cache is faster than everything in one go.
AT_ONCE = 60_000
PER_ACTIVITY = (
    "calendar", "shape", "start_after", "start_before", "finish_after", "finish_before", "must_start", "must_end",
    "actual_start", "actual_finish",
)  # fmt: skip


def ends_of_draws(network: Network, durations: NDArray[np.int64]) -> Minutes:
    """The latest early finish for each row of ``durations`` (draws × activities), minutes of the axis.

    The same answers as ``schedule_network`` of each draw. Raises ``CycleFound``, ``ValueError``, ``BeyondCalendar``.
    """
    check_network(network)
    step = max(AT_ONCE // network.size, 1)
    blocks = [_ends(network, durations[first : first + step]) for first in range(0, len(durations), step)]
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.int64)


def _ends(network: Network, durations: NDArray[np.int64]) -> Minutes:
    wide = _side_by_side(network, durations)
    years = 40
    while years <= FURTHEST_YEARS:
        low, high = stretch(network, years)
        lines = tuple(calendar.between(low, high) for calendar in network.calendars)
        prepared = prepare(wide, lines)
        finish = _early_finish(prepared)
        if finish is not None and int(finish.max()) < high - 1440:
            each = finish.reshape(durations.shape)
            counted = prepared.counted.reshape(durations.shape)[0]
            return np.asarray((each[:, counted] if counted.any() else each).max(axis=1), dtype=np.int64)
        years *= 4
    raise BeyondCalendar("the network does not end within 640 years")


def _early_finish(prepared: Prepared) -> Minutes | None:
    """None when a working minute lies beyond the calendar's stretch."""
    single = shares_one_calendar(prepared)
    inner = in_working_minutes(prepared) if single else prepared
    try:
        start, finish = early_dates(inner, layers_of(inner.size, inner.predecessor, inner.successor))
    except TooNarrow:
        dates = narrow_passes(inner)
        start, finish = dates.early_start, dates.early_finish
    if not single:
        return finish
    if int(finish.max()) >= prepared.lines[int(prepared.calendar[0])].total:
        return None
    return early_as_dates(prepared, start, finish)[1]


def _side_by_side(network: Network, durations: NDArray[np.int64]) -> Network:
    """One copy of the network for each draw. “As late as possible” uses free float only and moves no end; expected
    finishes give way to the drawn durations.
    """
    copies, size = durations.shape
    shift = np.repeat(np.arange(copies, dtype=np.int64) * size, network.predecessor.size)
    columns: dict[str, Any] = {
        name: np.tile(getattr(network, name), copies)
        for name in PER_ACTIVITY
        if getattr(network, name) is not None
    }
    for name in ("kind", "lag", "lag_calendar"):
        columns[name] = np.tile(getattr(network, name), copies)
    return replace(
        network,
        duration=durations.reshape(-1),
        predecessor=np.tile(network.predecessor, copies) + shift,
        successor=np.tile(network.successor, copies) + shift,
        as_late_as_possible=None,
        expected_finish=None,
        **columns,
    )
