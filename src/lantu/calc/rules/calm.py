"""Windows far from every limit: many samples of a slot brought up to date at once.

A mean is never beyond the largest of what it is made of. Where no new sample and no bucket of the window reaches the
lowest limit, no mean on the way does either: then the samples go into their buckets together, and only the last mean
is worked out. The state afterwards is the one that sample after sample would have left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lantu.calc.rules.book import BUCKETS, REASONS, WINDOW, Book, Bools, Floats, Ints, in_hours
from lantu.calc.rules.definition import Reason
from lantu.calc.rules.state import NEVER, State
from lantu.calc.rules.statistics import NOT_ENOUGH_SAMPLES, energy, window_mean

OUT_OF_HOURS = REASONS.index(Reason.OUT_OF_HOURS)
# With fewer samples of a slot than this, sample after sample costs no more.
WORTH_SAMPLES = 8
# A sum of many terms is off by some of its last digits; whoever is as near as that is judged sample by sample.
MARGIN = 1e-9
_POSITIONS = np.arange(BUCKETS)


class _Run(NamedTuple):
    """Samples sorted by slot, then time."""

    slot: Ints
    ts: Ints
    value: Floats

    def of(self, index: Ints | Bools) -> _Run:
        return _Run(self.slot[index], self.ts[index], self.value[index])


def take_calm(book: Book, state: State, slot: Ints, ts: Ints, value: Floats) -> tuple[NDArray[np.bool_], int]:
    """Take up the samples of calm slots. Returns which samples those were, bool[n], and how many were judged."""
    times = np.bincount(slot, minlength=len(book.slots))
    taken = np.zeros(len(slot), bool)
    if len(slot) < WORTH_SAMPLES * np.count_nonzero(times):
        return taken, 0
    core = state.core
    calm = (times > 0) & (book.mode == WINDOW) & (book.pair == 0) & (core["level"] == 0)
    calm &= core["run"][:, 0] == 0
    inside = in_hours(book, slot, ts)
    within = np.bincount(slot[inside], minlength=len(book.slots))
    calm &= (within == times) | (within == 0)
    mine = np.flatnonzero(calm[slot])
    mine = mine[np.argsort(slot[mine], kind="stable")]
    run = _Run(slot[mine], ts[mine], value[mine])
    calm[_out_of_order(state, run)] = False
    axis = np.where(book.absolute[run.slot], np.abs(run.value), run.value * book.sign[run.slot])
    calm[run.slot[(axis > _reach(book, run.slot)) & inside[mine]]] = False
    resting = calm[run.slot] & (within[run.slot] == 0)
    _rest(state, run.slot[resting], run.ts[resting])
    taken[mine[resting]] = True
    awake = np.flatnonzero(calm[run.slot] & ~resting)
    steady = awake[_advance(book, state, run.of(awake), times)]
    taken[mine[steady]] = True
    return taken, int(np.count_nonzero(core["outcome"][run.slot[steady]] != NOT_ENOUGH_SAMPLES))


def _reach(book: Book, slot: Ints) -> Floats:
    limit: Floats = book.limit[slot, 0]
    reach: Floats = np.where(np.isfinite(limit), limit - MARGIN * (1 + np.abs(limit)), limit)
    return reach


def _out_of_order(state: State, run: _Run) -> Ints:
    """Slots whose samples are not each newer than the one before."""
    slot, ts = run.slot, run.ts
    before = state.core["a_ts"][slot]
    same = slot[1:] == slot[:-1]
    before[1:][same] = ts[:-1][same]
    return slot[ts <= before]


def _rest(state: State, slot: Ints, ts: Ints) -> None:
    """Samples of rules outside their hours: they forget."""
    core = state.core
    core["a_ts"][slot] = ts
    for name in ("run", "since", "below"):
        core[name][slot] = 0
    core["outcome"][slot] = OUT_OF_HOURS
    ring = state.ring_of[slot]
    state.ring_a[ring] = 0
    state.ring_c[ring] = 0
    state.ring_at[ring] = NEVER


def _advance(book: Book, state: State, run: _Run, times: Ints) -> Bools:
    """Fill the windows; returns which samples were taken, bool[n]. times int64[slots]: samples of each.

    Left out are slots with a bucket that reaches the limit, and those that may or may not hold enough on the way.
    """
    slot, ts = run.slot, run.ts
    if not len(slot):
        return np.zeros(0, bool)
    last = np.flatnonzero(np.append(slot[1:] != slot[:-1], True))
    one = slot[last]
    ring = book.ring[one]
    newest = ts[last] // book.bucket_ms[one]
    held = newest[:, None] - (newest[:, None] - _POSITIONS) % BUCKETS
    keep = held <= state.ring_at[ring][:, None]
    sums, counts = state.ring_a[ring], state.ring_c[ring]
    before = counts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = window_mean(book.leq[one][:, None], sums / counts)
        axis = np.where(book.absolute[one][:, None], np.abs(mean), mean * book.sign[one][:, None])
    near = ((counts > 0) & ~(axis <= _reach(book, one)[:, None])).any(axis=1)
    sums, counts = np.where(keep, sums, 0), np.where(keep, counts, 0)
    enough = counts.sum(axis=1) + 1 >= book.needed[one]
    steady = ~near & (enough | (before + times[one] < book.needed[one]))
    chosen = np.zeros(len(book.slots), bool)
    chosen[one[steady]] = True
    taken = chosen[slot]
    ring = ring[steady]
    state.ring_a[ring], state.ring_c[ring], state.ring_at[ring] = (
        sums[steady],
        counts[steady],
        newest[steady],
    )
    _fill(book, state, run.of(taken))
    _conclude(book, state, run.of(last[steady]), enough[steady])
    return taken


def _fill(book: Book, state: State, run: _Run) -> None:
    slot, ts, value = run
    ring, bucket = book.ring[slot], ts // book.bucket_ms[slot]
    recent = bucket > state.ring_at[ring] - BUCKETS
    place = (ring * BUCKETS + bucket % BUCKETS)[recent]
    # Unbuffered, in order: rounding is that of sample after sample.
    np.add.at(state.ring_a.reshape(-1), place, energy(book.leq[slot], value)[recent])
    np.add.at(state.ring_c.reshape(-1), place, 1)


def _conclude(book: Book, state: State, last: _Run, enough: Bools) -> None:
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
