"""What follows from the dates: floats, driving links, the longest path, late activities, levels of effort."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lantu.calc.cpm_graph import csr
from lantu.calc.cpm_passes import TASK, Dates, Prepared
from lantu.calc.work_time import Minutes, WorkLine

if TYPE_CHECKING:
    from lantu.calc.cpm import Network

LEVEL_OF_EFFORT = 3
BIG = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Floats:
    """Per activity, but ``driving`` per link of the network."""

    total_float: Minutes
    free_float: Minutes
    driving: NDArray[np.bool_]
    longest: NDArray[np.bool_]


def floats_of(network: Network, prepared: Prepared, dates: Dates) -> Floats:
    """Total and free float, driving links and the longest path."""
    lines = prepared.lines
    end = prepared.ends(dates.early_finish)
    finished = ~prepared.counted
    total = _total_float(network, prepared, dates, lines)
    total[finished] = 0
    free = _free_float(prepared, dates, lines, end)
    free[finished] = 0
    driving = _driving(prepared, dates, lines)
    longest = _longest(prepared, dates, driving, end)
    every = np.zeros(network.predecessor.size, dtype=bool)
    every[prepared.link_ids] = driving
    return Floats(total, free, every, longest)


def work_of(prepared: Prepared, lines: tuple[WorkLine, ...], t: Minutes, whose: NDArray[np.int64]) -> Minutes:
    """``WorkLine.work`` of each moment by the calendar of the activity ``whose`` it is."""
    if len(lines) == 1:
        return lines[0].work(t)
    out = np.empty(t.size, dtype=np.int64)
    of = prepared.calendar[whose]
    for number, line in enumerate(lines):
        mine = of == number
        if mine.any():
            out[mine] = line.work(t[mine])
    return out


def _total_float(network: Network, prepared: Prepared, dates: Dates, lines: tuple[WorkLine, ...]) -> Minutes:
    everyone = np.arange(prepared.size)
    by_finish = work_of(prepared, lines, dates.late_finish, everyone) - work_of(
        prepared, lines, dates.early_finish, everyone
    )
    if network.float_kind == 0:
        return by_finish
    by_start = work_of(prepared, lines, dates.late_start, everyone) - work_of(
        prepared, lines, dates.early_start, everyone
    )
    # The start of an activity in progress lies behind it.
    by_start = np.where(prepared.started, by_finish, by_start)
    return by_start if network.float_kind == 1 else np.minimum(by_start, by_finish)


def _moved(prepared: Prepared, at: Minutes, lines: tuple[WorkLine, ...], *, backwards: bool) -> Minutes:
    """Dates of links moved by their lags, or back."""
    lagged = np.flatnonzero(prepared.lag)
    if lagged.size == 0:
        return at
    calendars = prepared.lag_calendar[lagged]
    for number in set(calendars.tolist()):
        links = lagged[calendars == number]
        move = lines[number].shift_back if backwards else lines[number].shift
        at[links] = move(at[links], prepared.lag[links])
    return at


def _free_float(prepared: Prepared, dates: Dates, lines: tuple[WorkLine, ...], end: int) -> Minutes:
    """How far each may slip without moving any successor's early dates or the project's end."""
    everyone = np.arange(prepared.size)
    ended = work_of(prepared, lines, dates.early_finish, everyone)
    free = work_of(prepared, lines, np.full(prepared.size, end, dtype=np.int64), everyone) - ended
    if prepared.predecessor.size == 0:
        return free
    arrives = np.where(
        prepared.to_finish, dates.early_finish[prepared.successor], dates.early_start[prepared.successor]
    )
    bound = work_of(prepared, lines, _moved(prepared, arrives, lines, backwards=True), prepared.predecessor)
    leaves = ended[prepared.predecessor]
    if prepared.from_start.any():
        begun = work_of(prepared, lines, _leaving(prepared, dates), everyone)
        leaves = np.where(prepared.from_start, begun[prepared.predecessor], leaves)
    least = np.full(prepared.size, BIG, dtype=np.int64)
    np.minimum.at(least, prepared.predecessor, bound - leaves)
    return np.asarray(np.minimum(least, free), dtype=np.int64)


def _leaving(prepared: Prepared, dates: Dates) -> Minutes:
    return np.asarray(np.where(prepared.started, prepared.start_basis, dates.early_start), dtype=np.int64)


def _driving(prepared: Prepared, dates: Dates, lines: tuple[WorkLine, ...]) -> NDArray[np.bool_]:
    """Links whose date is the one that the successor starts by."""
    decides: NDArray[np.bool_] = _gaps(prepared, dates, lines) <= 0
    return decides


def gaps_of(prepared: Prepared, dates: Dates) -> Minutes:
    """Per link that takes part, how far it may slip before it decides its successor's date (relationship float), in working
    minutes of the successor's calendar.
    """
    return np.maximum(_gaps(prepared, dates, prepared.lines), 0)


def _gaps(prepared: Prepared, dates: Dates, lines: tuple[WorkLine, ...]) -> Minutes:
    if prepared.predecessor.size == 0:
        return np.zeros(0, dtype=np.int64)
    at = np.where(
        prepared.from_start,
        _leaving(prepared, dates)[prepared.predecessor],
        dates.early_finish[prepared.predecessor],
    )
    at = _moved(prepared, at, lines, backwards=False)
    asked = work_of(prepared, lines, at, prepared.successor)
    asked -= np.where(prepared.to_finish, prepared.duration[prepared.successor], 0)
    begins = work_of(prepared, lines, dates.early_start, np.arange(prepared.size))
    return np.asarray(begins[prepared.successor] - asked, dtype=np.int64)


def _longest(prepared: Prepared, dates: Dates, driving: NDArray[np.bool_], end: int) -> NDArray[np.bool_]:
    """Back along driving links from whatever ends last."""
    found: NDArray[np.bool_] = prepared.counted & (dates.early_finish == end)
    links = np.flatnonzero(driving & prepared.counted[prepared.predecessor])
    if links.size == 0:
        return found
    ptr_array, order = csr(prepared.size, prepared.successor[links])
    ptr, sources = ptr_array.tolist(), prepared.predecessor[links][order].tolist()
    stack = np.flatnonzero(found).tolist()
    seen = set(stack)
    while stack:
        node = stack.pop()
        for source in sources[ptr[node] : ptr[node + 1]]:
            if source not in seen:
                seen.add(source)
                stack.append(source)
    found[list(seen)] = True
    return found


def push_late(prepared: Prepared, dates: Dates, late: NDArray[np.bool_]) -> Dates:
    """Activities “as late as possible” use up their free float, the last ones first."""
    lines = prepared.lines
    start, finish = dates.early_start.copy(), dates.early_finish.copy()
    chosen = np.flatnonzero(late & prepared.counted & ~prepared.pinned & ~prepared.started)
    ptr, order = csr(prepared.size, prepared.predecessor)
    end = prepared.ends(finish)
    for node in chosen[np.argsort(-start[chosen], kind="stable")].tolist():
        line = lines[int(prepared.calendar[node])]
        duration = int(prepared.duration[node])
        w = min(line.one_work(end), int(prepared.ceiling[node]))
        for link in order[ptr[node] : ptr[node + 1]].tolist():
            after = int(prepared.successor[link])
            at = int(finish[after] if prepared.to_finish[link] else start[after])
            lag = int(prepared.lag[link])
            if lag:
                lag_line = lines[int(prepared.lag_calendar[link])]
                at = lag_line.one_start(lag_line.one_work(at) - lag)
            w = min(w, line.one_work(at) + (duration if prepared.from_start[link] else 0))
        if line.one_finish(w) <= finish[node]:
            continue
        finish[node] = line.one_finish(w)
        start[node] = line.one_start(w - duration) if prepared.shape[node] == TASK else finish[node]
    return replace(dates, early_start=start, early_finish=finish)


def span_efforts(network: Network, dates: Dates) -> Dates:
    """A level of effort lasts from the earliest to the latest of what it is tied to; its late dates are the same."""
    if network.shape is None or not (network.shape == LEVEL_OF_EFFORT).any():
        return dates
    start, finish = dates.early_start.copy(), dates.early_finish.copy()
    late_start, late_finish = dates.late_start.copy(), dates.late_finish.copy()
    for node in np.flatnonzero(network.shape == LEVEL_OF_EFFORT).tolist():
        begins: list[int] = []
        ends: list[int] = []
        for link in np.flatnonzero(network.successor == node).tolist():
            other = int(network.predecessor[link])
            at = int(dates.early_start[other] if network.kind[link] & 1 else dates.early_finish[other])
            (ends if network.kind[link] & 2 else begins).append(at)
        for link in np.flatnonzero(network.predecessor == node).tolist():
            other = int(network.successor[link])
            at = int(dates.early_finish[other] if network.kind[link] & 2 else dates.early_start[other])
            (begins if network.kind[link] & 1 else ends).append(at)
        if begins or ends:
            start[node] = late_start[node] = min(begins or ends)
            finish[node] = late_finish[node] = max([*ends, start[node]])
    return Dates(start, finish, late_start, late_finish)
