"""Judge a batch of readings: the live path.

Most readings lie far from every limit. They are recognised in one vectorised comparison and cost
two scattered stores each. Where a batch holds several samples of a slot, those that change nothing on
the way are taken up together (calm.py). The rest, and every slot with a rate or a second channel, is
worked off in rounds: each round holds at most one sample per slot, so that numpy may treat them all at
once while each slot still sees its samples in order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lantu.calc.rules.bands import combined
from lantu.calc.rules.book import FALSE, PLAIN, REASONS, Book, Bools, Floats, Ints, in_hours
from lantu.calc.rules.calm import OUT_OF_HOURS, by_slot, take_calm
from lantu.calc.rules.definition import Reason
from lantu.calc.rules.filling import Run
from lantu.calc.rules.levels import Transition, update_levels
from lantu.calc.rules.state import NEVER, State
from lantu.calc.rules.statistics import statistic

STALE_PAIR = REASONS.index(Reason.STALE_PAIR)
ZERO_DENOMINATOR = REASONS.index(Reason.ZERO_DENOMINATOR)


@dataclass(frozen=True)
class Judgement:
    """What a batch did.

    ``transitions``: changes of level in order of time. ``changed``: slots whose lasting state
    changed (level, or a limit being exceeded for longer or no longer) and whose row is to be stored
    with the batch. ``judged`` and ``late``: samples judged, and samples left out because a newer
    one of the same channel had been seen (they are judged elsewhere, at their own time).
    """

    transitions: list[Transition]
    changed: Ints
    judged: int
    late: int


@dataclass
class _Samples:
    """Samples sorted by slot, in order of arrival within a slot."""

    slot: Ints
    ts: Ints
    value: Floats
    side: NDArray[np.int8]
    mute: Bools

    def take(self, index: Ints) -> _Samples:
        return _Samples(
            self.slot[index], self.ts[index], self.value[index], self.side[index], self.mute[index]
        )


def judge_readings(
    book: Book, state: State, channel: Ints, ts_ms: Ints, value: Floats, *, good: Bools | None = None
) -> Judgement:
    """Judge readings of channels: ``expand`` and ``judge`` in one call.

    ``channel int[n]``, ``ts_ms int64[n]`` (unix milliseconds), ``value float64[n]`` in canonical
    units, in order of arrival; ``good bool[n]`` marks readings fit to judge (others are left out).
    """
    samples = book.expand(channel, ts_ms, value)
    fit = None if good is None else np.asarray(good, bool)[samples.row]
    return judge(book, state, samples.slot, samples.ts_ms, samples.value, side=samples.side, good=fit)


def judge(
    book: Book,
    state: State,
    slot: Ints,
    ts_ms: Ints,
    value: Floats,
    *,
    side: NDArray[np.int8] | None = None,
    good: Bools | None = None,
) -> Judgement:
    """Judge samples of slots and bring ``state`` up to date.

    ``slot int[n]``, ``ts_ms int64[n]``, ``value float64[n]`` in order of arrival; ``side int8[n]``
    is 1 for samples of a pair's second channel. NaN and samples that are not ``good`` are left out.
    Deterministic: the same samples give the same result however they are cut into batches, as long
    as a message with both channels of a pair is not cut in two.
    """
    slot, ts, value = np.asarray(slot, np.int64), np.asarray(ts_ms, np.int64), np.asarray(value, np.float64)
    side = np.zeros(len(slot), np.int8) if side is None else side
    fit = np.isfinite(value) if good is None else np.isfinite(value) & good
    if not fit.all():
        slot, ts, value, side = slot[fit], ts[fit], value[fit], side[fit]
    slow = _slow(book, state, slot, ts, value)
    quiet = ~slow
    late = _keep_quiet(book, state, slot[quiet], ts[quiet], value[quiet])
    judged = int(np.count_nonzero(quiet)) - late
    transitions: list[Transition] = []
    changed: list[Ints] = []
    order = np.flatnonzero(slow)
    order = order[by_slot(book, slot[order])]
    calm, more = take_calm(book, state, Run(slot[order], ts[order], value[order]))
    judged += more
    order = order[~calm]
    slot, ts, value, side = slot[order], ts[order], value[order], side[order]
    for part in _rounds(slot, ts, value, side):
        result = _round(book, state, part)
        transitions += result.transitions
        changed.append(result.changed)
        judged, late = judged + result.judged, late + result.late
    transitions.sort(key=lambda item: item.ts_ms)
    touched = np.unique(np.concatenate(changed)) if changed else np.zeros(0, np.int64)
    return Judgement(transitions, touched, judged, late)


def _slow(book: Book, state: State, slot: Ints, ts: Ints, value: Floats) -> Bools:
    """Samples whose slot needs a second look in this batch.

    A slot is quiet if it is a threshold for single readings, holds no level, no exceedance is running, and all its
    samples of the batch lie within its hours and below its lowest limit.
    """
    axis = np.where(book.absolute[slot], np.abs(value), value * book.sign[slot])
    core = state.core
    loud: Bools = (book.mode != PLAIN) | (book.pair > 0) | (core["level"] > 0) | (core["run"][:, 0] > 0)
    loud[slot[axis > book.limit[slot, 0]]] = True
    timed = np.flatnonzero(book.timed[slot] & ~loud[slot])
    loud[slot[timed[~in_hours(book, slot[timed], ts[timed])]]] = True
    again: Bools = loud[slot]
    return again


def _keep_quiet(book: Book, state: State, slot: Ints, ts: Ints, value: Floats) -> int:
    """Note the newest quiet sample of each slot; returns the number of late ones."""
    if not len(slot):
        return 0
    core = state.core
    before = core["a_ts"][slot]
    fresh = ts > before
    late = int(len(slot) - np.count_nonzero(fresh))
    if late:
        slot, ts, value = slot[fresh], ts[fresh], value[fresh]
    core["a_ts"][slot] = ts
    newest = core["a_ts"][slot]
    overtaken = ts > newest
    if overtaken.any():  # a batch that holds a slot's samples out of order: keep the newest
        order = np.argsort(ts, kind="stable")
        slot, ts, value = slot[order], ts[order], value[order]
        core["a_ts"][slot] = ts
    core["raw"][slot] = value
    core["a_val"][slot] = value
    core["x"][slot] = value
    core["seen_ts"][slot] = core["a_ts"][slot]
    core["outcome"][slot] = book.quiet[slot]
    return late


def _rounds(slot: Ints, ts: Ints, value: Floats, side: NDArray[np.int8]) -> list[_Samples]:
    """Cut samples, sorted by slot, into rounds: the first sample of every slot, then the second of each, and so on."""
    if not len(slot):
        return []
    same = slot[1:] == slot[:-1]
    mute = np.zeros(len(slot), bool)
    # two channels of a pair in one message: judge once, when both are known
    mute[:-1] = same & (ts[1:] == ts[:-1]) & (side[1:] != side[:-1])
    samples = _Samples(slot, ts, value, side, mute)
    if not same.any():
        return [samples]
    index = np.arange(len(slot))
    starts = np.concatenate(([True], ~same))
    rank = index - np.maximum.accumulate(np.where(starts, index, 0))
    by_rank = np.argsort(rank, kind="stable")
    cuts = np.cumsum(np.bincount(rank))[:-1]
    return [samples.take(part) for part in np.split(by_rank, cuts)]


def _round(book: Book, state: State, part: _Samples) -> Judgement:
    """Judge one sample per slot."""
    core = state.core
    newest = np.where(part.side == 0, core["a_ts"][part.slot], core["b_ts"][part.slot])
    fresh = part.ts > newest
    late = int(len(part.slot) - np.count_nonzero(fresh))
    if late:
        part = part.take(np.flatnonzero(fresh))
    inside = in_hours(book, part.slot, part.ts)
    transitions: list[Transition] = []
    closed: Ints = np.zeros(0, np.int64)
    if not inside.all():
        transitions, closed = _out_of_hours(state, part.take(np.flatnonzero(~inside)))
        part = part.take(np.flatnonzero(inside))
    x, code = _take_up(book, state, part)
    spoken = np.flatnonzero(~part.mute)
    slot, ts, x, code = part.slot[spoken], part.ts[spoken], x[spoken], code[spoken]
    abstain = code != FALSE
    core["outcome"][slot[abstain]] = code[abstain]
    sure = np.flatnonzero(~abstain)
    more, changed = update_levels(book, state, slot[sure], ts[sure], x[sure])
    return Judgement(transitions + more, np.concatenate((closed, changed)), len(sure), late)


def _out_of_hours(state: State, part: _Samples) -> tuple[list[Transition], Ints]:
    """Outside its hours a rule does not apply: it forgets, and an open level ends."""
    core, slot = state.core, part.slot
    held = (core["level"][slot] > 0) | (core["run"][slot, 0] > 0)
    ended = [
        Transition(int(s), int(t), int(core["level"][s]), 0, float(v), {"reason": str(Reason.OUT_OF_HOURS)})
        for s, t, v in zip(slot[held], part.ts[held], part.value[held], strict=True)
        if core["level"][s] > 0
    ]
    for name in ("level", "run", "since", "below"):
        core[name][slot] = 0
    core["outcome"][slot] = OUT_OF_HOURS
    core["a_ts"][slot] = np.where(part.side == 0, part.ts, core["a_ts"][slot])
    core["b_ts"][slot] = np.where(part.side == 1, part.ts, core["b_ts"][slot])
    ring = state.ring_of[slot]
    ring = ring[ring >= 0]
    state.ring_a[ring] = 0
    state.ring_c[ring] = 0
    state.ring_at[ring] = NEVER
    return ended, slot[held]


def _take_up(book: Book, state: State, part: _Samples) -> tuple[Floats, NDArray[np.int8]]:
    """Remember the samples and return the number to compare, with FALSE or a reason to abstain."""
    core = state.core
    first = np.flatnonzero(part.side == 0)
    x = np.zeros(len(part.slot))
    code = np.full(len(part.slot), FALSE, np.int8)
    slot, ts, value = part.slot[first], part.ts[first], part.value[first]
    x[first], code[first] = statistic(book, state, slot, ts, value)
    core["raw"][slot] = value
    core["a_val"][slot] = np.where(code[first] == FALSE, x[first], np.nan)
    core["a_ts"][slot] = ts
    banded = np.flatnonzero(book.band[slot])
    if len(banded):
        at = first[banded]
        x[at], code[at] = combined(book, slot[banded], value[banded], x[at], code[at])
    second = np.flatnonzero(part.side == 1)
    core["b_val"][part.slot[second]] = part.value[second]
    core["b_ts"][part.slot[second]] = part.ts[second]
    pair = np.flatnonzero(book.pair[part.slot] > 0)
    if len(pair):
        x[pair], paired = _pair(book, state, part.slot[pair])
        # a window that cannot speak yet stays the reason; else the pair's own
        code[pair] = np.where(code[pair] == FALSE, paired, code[pair])
    return x, code


def _pair(book: Book, state: State, slot: Ints) -> tuple[Floats, NDArray[np.int8]]:
    core = state.core
    a, b = core["a_val"][slot], core["b_val"][slot]
    a_ts, b_ts = core["a_ts"][slot], core["b_ts"][slot]
    code = np.full(len(slot), FALSE, np.int8)
    fresh = (a_ts != NEVER) & (b_ts != NEVER) & (np.abs(a_ts - b_ts) <= book.pair_ms[slot]) & np.isfinite(a)
    code[~fresh] = STALE_PAIR
    ratio = book.pair[slot] == 2
    code[fresh & ratio & (b == 0)] = ZERO_DENOMINATOR
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(ratio, a / b, a - b), code
