"""Windows and rates of one round: every slot appears at most once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lantu.calc.rules.book import BUCKETS, FALSE, PLAIN, RATE, REASONS, WINDOW, Book, Bools, Floats, Ints
from lantu.calc.rules.definition import Reason
from lantu.calc.rules.state import NEVER, State

_POSITIONS = np.arange(BUCKETS)
_FAR = np.int64(2**62)
NOT_ENOUGH_SAMPLES = REASONS.index(Reason.NOT_ENOUGH_SAMPLES)
MISSING_PREVIOUS = REASONS.index(Reason.MISSING_PREVIOUS)


def statistic(
    book: Book, state: State, slot: Ints, ts: Ints, value: Floats
) -> tuple[Floats, NDArray[np.int8]]:
    """Take up readings of the primary channel and return their statistics.

    Returns ``(statistic float64[n], code int8[n])``: the code is ``FALSE`` where the statistic
    stands and else the index of the reason to abstain. ``a_val`` and ``a_ts`` are left as before.
    """
    result = value.copy()
    code = np.full(len(slot), FALSE, np.int8)
    mode = book.mode[slot]
    if (mode == PLAIN).all():
        return result, code
    window = np.flatnonzero(mode == WINDOW)
    if len(window):
        result[window], enough = _window(book, state, slot[window], ts[window], value[window])
        code[window] = np.where(enough, FALSE, NOT_ENOUGH_SAMPLES)
    rate = np.flatnonzero(mode == RATE)
    if len(rate):
        result[rate], known = _rate(book, state, slot[rate], ts[rate], value[rate])
        code[rate] = np.where(known, FALSE, MISSING_PREVIOUS)
    return result, code


def _bucket(book: Book, state: State, slot: Ints, ts: Ints) -> tuple[Ints, Ints]:
    """Advance the rings to the buckets of ``ts``; returns ring numbers and positions."""
    ring = book.ring[slot]
    bucket = ts // book.bucket_ms[slot]
    at = state.ring_at[ring]
    one = np.flatnonzero(bucket - at == 1)
    state.ring_a[ring[one], bucket[one] % BUCKETS] = 0
    state.ring_c[ring[one], bucket[one] % BUCKETS] = 0
    many = np.flatnonzero(bucket - at > 1)
    if len(many):
        newest = bucket[many][:, None]
        held = newest - (newest - _POSITIONS) % BUCKETS
        keep = held <= at[many][:, None]
        state.ring_a[ring[many]] *= keep
        state.ring_c[ring[many]] *= keep
    state.ring_at[ring] = np.maximum(bucket, at)
    return ring, bucket % BUCKETS


def _window(book: Book, state: State, slot: Ints, ts: Ints, value: Floats) -> tuple[Floats, Bools]:
    """Mean or energy mean over the window: Leq = 10 lg(sum(10^(L/10)) / n)."""
    ring, position = _bucket(book, state, slot, ts)
    leq = book.leq[slot]
    state.ring_a[ring, position] += energy(leq, value)
    state.ring_c[ring, position] += 1
    count = state.ring_c[ring].sum(axis=1)
    return window_mean(leq, state.ring_a[ring].sum(axis=1) / count), count >= book.needed[slot]


def energy(leq: Bools, value: Floats) -> Floats:
    """What a sample adds to its window: itself, or for a Leq its energy."""
    added = value.copy()
    at = np.flatnonzero(leq)
    added[at] = 10.0 ** (value[at] / 10)
    return added


def window_mean(leq: Bools, mean: Floats) -> Floats:
    """The mean of what was added, for a Leq as a level again."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(leq, 10 * np.log10(mean), mean)


def _rate(book: Book, state: State, slot: Ints, ts: Ints, value: Floats) -> tuple[Floats, Bools]:
    """Change per day or hour since the oldest reading within the window.

    The reference is at least ``validity`` of the window old, so that the jitter of neighbouring
    readings is not taken for movement. Where readings come more rarely than the window, it is the
    previous reading: the interval is the actual time, as GB 50497 asks. Where that one is too near (two
    readings of one morning), the reference of the reading before it stays.
    """
    ring, position = _bucket(book, state, slot, ts)
    base = book.base_ms[slot]
    times = state.ring_c[ring]
    usable = (times > 0) & (ts[:, None] - times >= base[:, None])
    oldest = np.where(usable, times, _FAR).argmin(axis=1)
    rows = np.arange(len(slot))
    ref_ts = np.where(usable[rows, oldest], times[rows, oldest], NEVER)
    ref_value = state.ring_a[ring, oldest]
    core = state.core
    previous_ts = core["a_ts"][slot]
    lone = (ref_ts == NEVER) & (previous_ts != NEVER) & (ts - previous_ts >= base)
    ref_ts = np.where(lone, previous_ts, ref_ts)
    ref_value = np.where(lone, core["raw"][slot], ref_value)
    kept = (ref_ts == NEVER) & (core["b_ts"][slot] != NEVER)
    ref_ts = np.where(kept, core["b_ts"][slot], ref_ts)
    ref_value = np.where(kept, core["b_val"][slot], ref_value)
    known = ref_ts != NEVER
    empty = (state.ring_c[ring, position] == 0) & ~book.band[slot]
    state.ring_a[ring[empty], position[empty]] = value[empty]
    state.ring_c[ring[empty], position[empty]] = ts[empty]
    banded = np.flatnonzero(book.band[slot])
    if len(banded):
        _confirm(book, state, slot[banded], value[banded])
    core["b_val"][slot] = ref_value
    core["b_ts"][slot] = ref_ts
    elapsed = np.where(known, ts - ref_ts, 1)
    return (value - ref_value) / elapsed * book.per_ms[slot], known


def _confirm(book: Book, state: State, slot: Ints, value: Floats) -> None:
    """Let the previous reading of a band become a reference once the next one agrees with it.

    A lonely spike would else turn up as a sudden rate hours later. Readings agree when they are nearer
    than a sudden day's movement; a step that stays is confirmed by the readings after it.
    """
    core = state.core
    before, previous = core["a_ts"][slot], core["raw"][slot]
    agrees = (before != NEVER) & (np.abs(value - previous) < book.sharp[slot] * book.rate[slot])
    slot, before, previous = slot[agrees], before[agrees], previous[agrees]
    ring = book.ring[slot]
    bucket = before // book.bucket_ms[slot]
    free = (state.ring_at[ring] - bucket < BUCKETS) & (state.ring_c[ring, bucket % BUCKETS] == 0)
    ring, place = ring[free], bucket[free] % BUCKETS
    state.ring_a[ring, place] = previous[free]
    state.ring_c[ring, place] = before[free]
