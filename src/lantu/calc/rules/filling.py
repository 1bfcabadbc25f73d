"""Windows whose mean stays away from every limit, filled with many samples at a time.

Write a limit as L and what a window holds as n samples with the sum S: the mean is beyond L exactly if S - nL > 0. A
sample below L makes this smaller. So it never gets beyond what the window holds already plus what the new samples beyond
L add; where that is not above nought, no mean on the way is beyond the limit, and only the last one is worked out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lantu.calc.rules.book import BUCKETS, REASONS, Book, Bools, Floats, Ints
from lantu.calc.rules.definition import Reason
from lantu.calc.rules.state import State
from lantu.calc.rules.statistics import energy, window_mean

NOT_ENOUGH_SAMPLES = REASONS.index(Reason.NOT_ENOUGH_SAMPLES)
# A sum of many terms is off by some of its last digits; whoever is as near as that is judged sample by sample.
MARGIN = 1e-9
_POSITIONS = np.arange(BUCKETS)
_BEYOND_ALL = 1e300
_PLACES = np.arange(BUCKETS + 1)


class Run(NamedTuple):
    """Samples sorted by slot, in order of arrival within a slot."""

    slot: Ints
    ts: Ints
    value: Floats

    def of(self, index: Ints | Bools) -> Run:
        """Some of them."""
        return Run(self.slot[index], self.ts[index], self.value[index])


def fill_windows(book: Book, state: State, run: Run) -> tuple[Bools, int]:
    """Fill the windows of slots without an open level.

    Each sample is newer than the one of its slot before. Returns which were taken, bool[n], and how many of them were judged. Left out are
    slots whose mean may reach the limit, and those that may or may not hold enough samples on the way.
    """
    slot, ts, value = run
    if not len(slot):
        return np.zeros(0, bool), 0
    last = np.flatnonzero(np.append(slot[1:] != slot[:-1], True))
    first = np.append(0, last[:-1] + 1)
    one, times = slot[last], last - first + 1
    weight = energy(book.leq[slot], value)
    reach = _reach(book, one)
    beyond = _axis(book, slot, weight) - np.repeat(reach, times)
    ring = book.ring[one]
    old = _Old.of(book, state, Run(one, ts[first], reach), ts[last])
    safe = np.add.reduceat(np.maximum(beyond, 0.0), first) + old.most <= 0
    enough = old.kept + 1 >= book.needed[one]
    steady = safe & (enough | (old.samples + times < book.needed[one]))
    _move_on(book, state, ring[steady], ts[last[steady]] // book.bucket_ms[one[steady]])
    taken = np.repeat(steady, times)
    _fill(book, state, Run(slot, ts, weight).of(taken))
    _conclude(book, state, run.of(last[steady]), enough[steady])
    return taken, int(times[steady & enough].sum())


def _reach(book: Book, slot: Ints) -> Floats:
    """The lowest limit, less the margin, as what a sample adds to the window (a Leq: its energy)."""
    limit: Floats = book.limit[slot, 0]
    reach = np.where(np.isfinite(limit), limit - MARGIN * (1 + np.abs(limit)), limit)
    return np.minimum(energy(book.leq[slot], reach), _BEYOND_ALL)


def _axis(book: Book, slot: Ints, number: Floats) -> Floats:
    axis: Floats = number * book.sign[slot]
    absolute = book.absolute[slot]
    return np.where(absolute, np.abs(number), axis) if absolute.any() else axis


class _Old(NamedTuple):
    """What the windows hold before the new samples, one entry per slot.

    ``samples``: how many; ``kept``: those left when the last sample has come; ``most``: the largest that S - nL of it becomes
    while the oldest buckets go.
    """

    samples: Ints
    kept: Ints
    most: Floats

    @classmethod
    def of(cls, book: Book, state: State, first: Run, last_ts: Ints) -> _Old:
        """``first``: the first new sample of each slot, with the limit as its value; ``last_ts``: time of the last."""
        slot, first_ts, reach = first
        ring = book.ring[slot]
        at, counts = state.ring_at[ring], state.ring_c[ring]
        held = _axis(book, slot[:, None], state.ring_a[ring]) - counts * reach[:, None]
        count = counts.sum(axis=1)
        old = cls(count, count.copy(), held.sum(axis=1))
        bucket_ms = book.bucket_ms[slot]
        gone_last = np.minimum(last_ts // bucket_ms - at, BUCKETS)
        moving = np.flatnonzero(gone_last > 0)
        if len(moving):
            gone = np.minimum(first_ts[moving] // bucket_ms[moving] - at[moving], BUCKETS)
            by_age = (at[moving, None] + 1 + _POSITIONS) % BUCKETS
            rest = _sums_from_the_end(np.take_along_axis(held[moving], by_age, axis=1))
            passed = (gone[:, None] <= _PLACES) & (gone_last[moving, None] >= _PLACES)
            old.most[moving] = np.where(passed, rest, -np.inf).max(axis=1)
            left = _sums_from_the_end(np.take_along_axis(counts[moving], by_age, axis=1))
            old.kept[moving] = left[np.arange(len(moving)), gone_last[moving]]
        return old


def _sums_from_the_end(of: NDArray[Any]) -> NDArray[Any]:
    """[n, k] to [n, k + 1]: at place i the sum of all from i on, at the last place nought."""
    sums = of[:, ::-1].cumsum(axis=1)[:, ::-1]
    return np.append(sums, np.zeros((len(of), 1), of.dtype), axis=1)


def _move_on(book: Book, state: State, ring: Ints, newest: Ints) -> None:
    """Empty the buckets that have gone by the time of the newest."""
    moving = np.flatnonzero(newest > state.ring_at[ring])
    ring, newest = ring[moving], newest[moving]
    held = newest[:, None] - (newest[:, None] - _POSITIONS) % BUCKETS
    keep = held <= state.ring_at[ring][:, None]
    state.ring_a[ring] = np.where(keep, state.ring_a[ring], 0)
    state.ring_c[ring] = np.where(keep, state.ring_c[ring], 0)
    state.ring_at[ring] = newest


def _fill(book: Book, state: State, run: Run) -> None:
    slot, ts, weight = run
    ring, bucket = book.ring[slot], ts // book.bucket_ms[slot]
    recent = bucket > state.ring_at[ring] - BUCKETS
    place = (ring * BUCKETS + bucket % BUCKETS)[recent]
    # Unbuffered, in order: rounding is that of sample after sample.
    np.add.at(state.ring_a.reshape(-1), place, weight[recent])
    np.add.at(state.ring_c.reshape(-1), place, 1)


def _conclude(book: Book, state: State, last: Run, enough: Bools) -> None:
    """The state after the last sample of each slot."""
    slot, ts, value = last
    core, ring = state.core, book.ring[slot]
    mean = window_mean(book.leq[slot], state.ring_a[ring].sum(axis=1) / state.ring_c[ring].sum(axis=1))
    core["raw"][slot] = value
    core["a_ts"][slot] = ts
    core["a_val"][slot] = np.where(enough, mean, np.nan)
    core["outcome"][slot] = np.where(enough, book.quiet[slot], NOT_ENOUGH_SAMPLES)
    core["x"][slot[enough]] = mean[enough]
    core["seen_ts"][slot[enough]] = ts[enough]
