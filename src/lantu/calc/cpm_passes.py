"""Forward and backward pass over layers: every step handles all activities of a layer and calendar at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lantu.calc.cpm_graph import Layers, csr, in_order
from lantu.calc.work_time import Minutes, WorkLine

Flags = NDArray[np.bool_]
TASK, START_MILESTONE, FINISH_MILESTONE = 0, 1, 2
PINNED = 3
UNSET = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Bounds:
    """What dates alone ask: earliest start and latest finish in working minutes, pins as dates."""

    floor: Minutes
    ceiling: Minutes
    pin_start: Minutes
    pin_finish: Minutes


@dataclass(frozen=True)
class Prepared:
    """A network cleaned of links that do not take part; ``link_ids`` are their positions in the network."""

    lines: tuple[WorkLine, ...]
    duration: Minutes
    calendar: NDArray[np.int64]
    shape: NDArray[np.int64]
    link_ids: NDArray[np.int64]
    predecessor: NDArray[np.int64]
    successor: NDArray[np.int64]
    from_start: Flags
    to_finish: Flags
    lag: Minutes
    lag_calendar: NDArray[np.int64]
    floor: Minutes
    ceiling: Minutes
    pinned: Flags
    pin_start: Minutes
    pin_finish: Minutes
    started: Flags
    # Where links that leave the start of an activity in progress are counted from: its actual start.
    start_basis: Minutes
    open_ends: NDArray[np.int64]
    # Neither finished nor a level of effort: their finishes make the end of the project.
    counted: Flags
    must_finish: int
    # Times are working minutes of one calendar, where every minute is worked and a lag is a plain sum.
    on_axis: bool = False

    @property
    def size(self) -> int:
        """Number of activities."""
        return int(self.duration.size)

    def ends(self, early_finish: Minutes) -> int:
        """The latest early finish of what is left; of everything when all is done."""
        chosen = early_finish[self.counted]
        return int(chosen.max() if chosen.size else early_finish.max())


@dataclass(frozen=True)
class Dates:
    """Early and late dates of every activity, minutes of the axis."""

    early_start: Minutes
    early_finish: Minutes
    late_start: Minutes
    late_finish: Minutes


@dataclass(frozen=True)
class _Side:
    """Links sorted by the activity they end at (forward) or begin at (backward), positions in layer order."""

    ptr: NDArray[np.int64]
    # Index into the pair of date arrays laid end to end.
    event: NDArray[np.int64]
    # Working minutes to add to the converted date.
    add: Minutes
    lag: Minutes
    lag_calendar: NDArray[np.int64]
    # Positions of links with a lag.
    lagged: NDArray[np.int64]
    adds: bool


def wide_passes(prepared: Prepared, layers: Layers) -> Dates:
    """Both passes. Dates of activities in progress are those of the remaining work."""
    order, place, steps = _steps(prepared, layers)
    forward, backward = (_forward_on_axis, _backward_on_axis) if prepared.on_axis else (_forward, _backward)
    early_start, early_finish = forward(prepared, order, place, steps)
    last = prepared.must_finish
    if last == UNSET:
        last = prepared.ends(_back(early_finish, order))
    late_start, late_finish = backward(prepared, order, place, steps, last)
    return Dates(*(_back(values, order) for values in (early_start, early_finish, late_start, late_finish)))


def early_dates(prepared: Prepared, layers: Layers) -> tuple[Minutes, Minutes]:
    """The forward pass alone: early starts and finishes."""
    order, place, steps = _steps(prepared, layers)
    start, finish = (_forward_on_axis if prepared.on_axis else _forward)(prepared, order, place, steps)
    return _back(start, order), _back(finish, order)


def _steps(
    prepared: Prepared, layers: Layers
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[tuple[int, int, int, int]]]:
    """Activities by layer, calendar and kind: their order, each one's place in it, and the stretches handled at once."""
    kind = np.where(prepared.pinned, PINNED, 0 if prepared.on_axis else prepared.shape)
    key = (layers.level * len(prepared.lines) + prepared.calendar) * 4 + kind
    order = in_order(key)
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    sorted_key = key[order]
    cuts = np.concatenate(([0], np.flatnonzero(np.diff(sorted_key)) + 1, [order.size]))
    steps = [
        (low, high, int(sorted_key[low] // 4 % len(prepared.lines)), int(sorted_key[low] % 4))
        for low, high in pairwise(cuts.tolist())
    ]
    return order, place, steps


def _back(values: Minutes, order: NDArray[np.int64]) -> Minutes:
    """From layer order to the order of the network."""
    out = np.empty_like(values)
    out[order] = values
    return out


def _forward(
    prepared: Prepared,
    order: NDArray[np.int64],
    place: NDArray[np.int64],
    steps: list[tuple[int, int, int, int]],
) -> tuple[Minutes, Minutes]:
    size = prepared.size
    side = _side(
        size,
        at=place[prepared.successor],
        event=place[prepared.predecessor] + size * prepared.from_start,
        add=np.where(prepared.to_finish, -prepared.duration[prepared.successor], 0),
        prepared=prepared,
    )
    duration, floor, started = prepared.duration[order], prepared.floor[order], prepared.started[order]
    basis = prepared.start_basis[order]
    some_started = bool(started.any())
    events = np.empty(2 * size, dtype=np.int64)
    finish, start = events[:size], events[size:]
    shown = np.empty(size, dtype=np.int64)
    pins = (prepared.pin_start[order], prepared.pin_finish[order])
    edges = side.ptr[[low for low, _high, _calendar, _kind in steps] + [size]].tolist()
    for step, (low, high, calendar, kind) in enumerate(steps):
        nodes = slice(low, high)
        if kind == PINNED:
            shown[nodes] = start[nodes] = pins[0][nodes]
            finish[nodes] = pins[1][nodes]
            continue
        line, w, latest = prepared.lines[calendar], floor[nodes], None
        first, last = edges[step], edges[step + 1]
        if last > first:
            base = _lagged(prepared, side, events.take(side.event[first:last]), first, last, backwards=False)
            found = line.work(base)
            if side.adds:
                found += side.add[first:last]
            groups = side.ptr[low:high] - first
            w = np.maximum(np.maximum.reduceat(found, groups), w)
            if kind == FINISH_MILESTONE:
                latest = np.maximum.reduceat(base, groups)
        shown[nodes] = start[nodes] = begin = line.start_of(w)
        if kind == TASK:
            finish[nodes] = line.finish_of(w + duration[nodes])
        elif kind == START_MILESTONE or latest is None:
            finish[nodes] = begin
        else:
            ended = line.finish_of(w)
            shown[nodes] = start[nodes] = finish[nodes] = np.where(latest <= ended, ended, begin)
        if some_started:
            start[nodes] = np.where(started[nodes], basis[nodes], start[nodes])
    return shown, finish


def _backward(
    prepared: Prepared,
    order: NDArray[np.int64],
    place: NDArray[np.int64],
    steps: list[tuple[int, int, int, int]],
    last_date: int,
) -> tuple[Minutes, Minutes]:
    size = prepared.size
    side = _side(
        size,
        at=place[prepared.predecessor],
        event=place[prepared.successor] + size * prepared.to_finish,
        add=np.where(prepared.from_start, prepared.duration[prepared.predecessor], 0),
        prepared=prepared,
    )
    duration, ceiling = prepared.duration[order], prepared.ceiling[order]
    linked = np.flatnonzero(np.diff(side.ptr))
    events = np.empty(2 * size, dtype=np.int64)
    start, finish = events[:size], events[size:]
    pins = (prepared.pin_start[order], prepared.pin_finish[order])
    lasts = [int(line.work(np.array([last_date]))[0]) for line in prepared.lines]
    places = [low for low, _high, _calendar, _kind in steps] + [size]
    edges, met = side.ptr[places].tolist(), linked.searchsorted(places).tolist()
    for step in range(len(steps) - 1, -1, -1):
        low, high, calendar, kind = steps[step]
        nodes = slice(low, high)
        if kind == PINNED:
            start[nodes], finish[nodes] = pins[0][nodes], pins[1][nodes]
            continue
        line = prepared.lines[calendar]
        w = np.minimum(ceiling[nodes], lasts[calendar])
        soonest = np.full(high - low if kind == START_MILESTONE else 0, last_date, dtype=np.int64)
        first, last = edges[step], edges[step + 1]
        if last > first:
            base = _lagged(prepared, side, events.take(side.event[first:last]), first, last, backwards=True)
            found = line.work(base)
            if side.adds:
                found += side.add[first:last]
            here = linked[met[step] : met[step + 1]]
            groups = side.ptr[here] - first
            w[here - low] = np.minimum(np.minimum.reduceat(found, groups), w[here - low])
            if kind == START_MILESTONE:
                soonest[here - low] = np.minimum(soonest[here - low], np.minimum.reduceat(base, groups))
        if kind == TASK:
            finish[nodes] = line.finish_of(w)
            start[nodes] = line.start_of(w - duration[nodes])
        elif kind == FINISH_MILESTONE:
            finish[nodes] = start[nodes] = line.finish_of(w)
        else:
            begun = line.start_of(w)
            finish[nodes] = start[nodes] = np.where(begun <= soonest, begun, line.finish_of(w))
    return start, finish


def _forward_on_axis(
    prepared: Prepared,
    order: NDArray[np.int64],
    place: NDArray[np.int64],
    steps: list[tuple[int, int, int, int]],
) -> tuple[Minutes, Minutes]:
    size = prepared.size
    side = _side(
        size,
        at=place[prepared.successor],
        event=place[prepared.predecessor] + size * prepared.from_start,
        add=prepared.lag - np.where(prepared.to_finish, prepared.duration[prepared.successor], 0),
        prepared=prepared,
    )
    duration, floor, started = prepared.duration[order], prepared.floor[order], prepared.started[order]
    basis = prepared.start_basis[order]
    events = np.empty(2 * size, dtype=np.int64)
    finish, start = events[:size], events[size:]
    some_started = bool(started.any())
    shown = np.empty(size, dtype=np.int64) if some_started else start
    pins = (prepared.pin_start[order], prepared.pin_finish[order])
    edges = side.ptr[[low for low, _high, _calendar, _kind in steps] + [size]].tolist()
    for step, (low, high, _calendar, kind) in enumerate(steps):
        if kind == PINNED:
            shown[low:high] = start[low:high] = pins[0][low:high]
            finish[low:high] = pins[1][low:high]
            continue
        out, first, last = shown[low:high], edges[step], edges[step + 1]
        if last > first:
            asked = events.take(side.event[first:last])
            if side.adds:
                asked += side.add[first:last]
            np.maximum(np.maximum.reduceat(asked, side.ptr[low:high] - first), floor[low:high], out=out)
        else:
            out[:] = floor[low:high]
        np.add(out, duration[low:high], out=finish[low:high])
        if some_started:
            start[low:high] = np.where(started[low:high], basis[low:high], out)
    return shown, finish


def _backward_on_axis(
    prepared: Prepared,
    order: NDArray[np.int64],
    place: NDArray[np.int64],
    steps: list[tuple[int, int, int, int]],
    last_date: int,
) -> tuple[Minutes, Minutes]:
    size = prepared.size
    side = _side(
        size,
        at=place[prepared.predecessor],
        event=place[prepared.successor] + size * prepared.to_finish,
        add=np.where(prepared.from_start, prepared.duration[prepared.predecessor], 0) - prepared.lag,
        prepared=prepared,
    )
    duration = prepared.duration[order]
    linked = np.flatnonzero(np.diff(side.ptr))
    events = np.empty(2 * size, dtype=np.int64)
    start, finish = events[:size], events[size:]
    np.minimum(prepared.ceiling[order], last_date, out=finish)
    pins = (prepared.pin_start[order], prepared.pin_finish[order])
    places = [low for low, _high, _calendar, _kind in steps] + [size]
    edges, met = side.ptr[places].tolist(), linked.searchsorted(places).tolist()
    for step in range(len(steps) - 1, -1, -1):
        low, high, _calendar, kind = steps[step]
        if kind == PINNED:
            start[low:high], finish[low:high] = pins[0][low:high], pins[1][low:high]
            continue
        first, last = edges[step], edges[step + 1]
        if last > first:
            asked = events.take(side.event[first:last])
            if side.adds:
                asked += side.add[first:last]
            here = linked[met[step] : met[step + 1]]
            finish[here] = np.minimum(np.minimum.reduceat(asked, side.ptr[here] - first), finish[here])
        np.subtract(finish[low:high], duration[low:high], out=start[low:high])
    return start, finish


def _side(
    size: int, *, at: NDArray[np.int64], event: NDArray[np.int64], add: Minutes, prepared: Prepared
) -> _Side:
    ptr, order = csr(size, at)
    lag = prepared.lag[order]
    return _Side(
        ptr, event[order], add[order], lag, prepared.lag_calendar[order], np.flatnonzero(lag), bool(add.any())
    )


def _lagged(
    prepared: Prepared, side: _Side, base: Minutes, first: int, last: int, *, backwards: bool
) -> Minutes:
    """``base`` moved by the lags of links ``[first, last)``, each on its own calendar."""
    if side.lagged.size == 0:
        return base
    here = side.lagged[side.lagged.searchsorted(first) : side.lagged.searchsorted(last)]
    if here.size == 0:
        return base
    calendars = side.lag_calendar[here]
    for number in set(calendars.tolist()):
        links = here[calendars == number]
        line = prepared.lines[number]
        move = line.shift_back if backwards else line.shift
        base[links - first] = move(base[links - first], side.lag[links])
    return base
