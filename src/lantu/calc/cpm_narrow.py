"""The same two passes one activity after the other: for long thin networks, where layers would hold one each."""

from __future__ import annotations

import numpy as np

from lantu.calc.cpm_graph import csr, sequence_of
from lantu.calc.cpm_passes import FINISH_MILESTONE, START_MILESTONE, TASK, UNSET, Dates, Prepared
from lantu.calc.work_time import WorkLine


class _Lists:
    """Columns as plain lists: single values are read from them faster than from arrays."""

    def __init__(self, prepared: Prepared) -> None:
        self.duration = prepared.duration.tolist()
        self.lines = [prepared.lines[number] for number in prepared.calendar.tolist()]
        self.shape = prepared.shape.tolist()
        self.pinned = prepared.pinned.tolist()
        self.predecessor = prepared.predecessor.tolist()
        self.successor = prepared.successor.tolist()
        self.from_start = prepared.from_start.tolist()
        self.to_finish = prepared.to_finish.tolist()
        self.lag = prepared.lag.tolist()
        self.lag_lines = [prepared.lines[number] for number in prepared.lag_calendar.tolist()]
        self.pin_start = prepared.pin_start.tolist()
        self.pin_finish = prepared.pin_finish.tolist()


def narrow_passes(prepared: Prepared) -> Dates:
    """Both passes; the same answers as :func:`lantu.calc.cpm_passes.wide_passes`. Raises ``CycleFound``."""
    lists = _Lists(prepared)
    sequence = sequence_of(prepared.size, prepared.predecessor, prepared.successor)
    early_start, early_finish = _forward(prepared, lists, sequence)
    finish = np.array(early_finish, dtype=np.int64)
    last = prepared.must_finish if prepared.must_finish != UNSET else prepared.ends(finish)
    late_start, late_finish = _backward(prepared, lists, sequence, last)
    return Dates(
        np.array(early_start, dtype=np.int64),
        finish,
        np.array(late_start, dtype=np.int64),
        np.array(late_finish, dtype=np.int64),
    )


def _forward(prepared: Prepared, lists: _Lists, sequence: list[int]) -> tuple[list[int], list[int]]:
    ptr, order = (array.tolist() for array in csr(prepared.size, prepared.successor))
    floor = prepared.floor.tolist()
    basis = np.where(prepared.started, prepared.start_basis, UNSET).tolist()
    start, finish = list(lists.pin_start), list(lists.pin_finish)
    leaves = list(start)
    for node in sequence:
        if lists.pinned[node]:
            continue
        line, duration, w, latest = lists.lines[node], lists.duration[node], floor[node], None
        for link in order[ptr[node] : ptr[node + 1]]:
            before = lists.predecessor[link]
            at = leaves[before] if lists.from_start[link] else finish[before]
            if lists.lag[link]:
                at = _shift(lists.lag_lines[link], at, lists.lag[link])
            latest = at if latest is None else max(latest, at)
            w = max(w, line.one_work(at) - (duration if lists.to_finish[link] else 0))
        start[node] = finish[node] = line.one_start(w)
        if lists.shape[node] == TASK:
            finish[node] = line.one_finish(w + duration)
        elif lists.shape[node] == FINISH_MILESTONE and latest is not None:
            ended = line.one_finish(w)
            if latest <= ended:
                start[node] = finish[node] = ended
        leaves[node] = basis[node] if basis[node] != UNSET else start[node]
    return start, finish


def _backward(
    prepared: Prepared, lists: _Lists, sequence: list[int], last_date: int
) -> tuple[list[int], list[int]]:
    ptr, order = (array.tolist() for array in csr(prepared.size, prepared.predecessor))
    ceiling = prepared.ceiling.tolist()
    start, finish = list(lists.pin_start), list(lists.pin_finish)
    for node in reversed(sequence):
        if lists.pinned[node]:
            continue
        line, duration, soonest = lists.lines[node], lists.duration[node], last_date
        w = min(ceiling[node], line.one_work(last_date))
        for link in order[ptr[node] : ptr[node + 1]]:
            after = lists.successor[link]
            at = finish[after] if lists.to_finish[link] else start[after]
            if lists.lag[link]:
                lag_line = lists.lag_lines[link]
                at = lag_line.one_start(lag_line.one_work(at) - lists.lag[link])
            soonest = min(soonest, at)
            w = min(w, line.one_work(at) + (duration if lists.from_start[link] else 0))
        if lists.shape[node] == START_MILESTONE:
            begun = line.one_start(w)
            start[node] = finish[node] = begun if begun <= soonest else line.one_finish(w)
        else:
            finish[node] = line.one_finish(w)
            start[node] = line.one_start(w - duration) if lists.shape[node] == TASK else finish[node]
    return start, finish


def _shift(line: WorkLine, at: int, by: int) -> int:
    w = line.one_work(at) + by
    return line.one_finish(w) if by > 0 else line.one_start(w)
