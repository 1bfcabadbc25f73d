"""Many samples of a slot at once, where sample after sample would say the same.

Three cases, all without an open level and with samples that are each newer than the one before: a rule outside its hours
rests; a window whose mean cannot reach its lowest limit on the way is filled (filling.py); of a plain threshold only the
samples around an exceedance, and the last, have to be looked at. The state afterwards is the one that sample after sample
would have left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lantu.calc.rules.book import PLAIN, RATE, REASONS, WINDOW, Book, Bools, Ints, in_hours
from lantu.calc.rules.definition import Reason
from lantu.calc.rules.filling import Run, fill_windows
from lantu.calc.rules.state import NEVER, State

OUT_OF_HOURS = REASONS.index(Reason.OUT_OF_HOURS)
# With fewer samples of a slot than this, sample after sample costs no more.
WORTH_SAMPLES = 2
_SHORT = 1 << 16


def by_slot(book: Book, slot: Ints) -> NDArray[np.intp]:
    """The order that sorts samples by slot and keeps them as they came within one."""
    # numpy sorts short whole numbers by their digits, which is ten times as fast.
    return np.argsort(slot.astype(np.uint16) if len(book.slots) <= _SHORT else slot, kind="stable")


def take_calm(book: Book, state: State, run: Run) -> tuple[Bools, int]:
    """Take up what can be taken up together. Returns which samples those were, bool[n], and how many were judged."""
    taken = np.zeros(len(run.slot), bool)
    times = np.bincount(run.slot, minlength=len(book.slots))
    if not len(run.slot) or len(run.slot) < WORTH_SAMPLES * np.count_nonzero(times):
        return taken, 0
    core = state.core
    begins = np.append(True, run.slot[1:] != run.slot[:-1])
    ends = np.append(begins[1:], True)
    open_to_it = (book.mode != RATE) & (book.pair == 0)
    open_to_it[_out_of_order(state, run, begins)] = False
    timed = np.flatnonzero(book.timed[run.slot])
    outside = timed[~in_hours(book, run.slot[timed], run.ts[timed])]
    without = np.bincount(run.slot[outside], minlength=len(book.slots))
    settled = (core["level"] == 0) & (core["run"][:, 0] == 0)
    asleep = open_to_it & settled & (without == times) & (times > 0)
    resting = asleep[run.slot]
    _rest(state, run.of(resting & ends))
    awake = open_to_it & (without == 0)
    windows = np.flatnonzero((awake & settled & (book.mode == WINDOW))[run.slot])
    filled, judged = fill_windows(book, state, run.of(windows))
    plain = np.flatnonzero((awake & (book.mode == PLAIN))[run.slot])
    passed = plain[_uneventful(book, run.of(plain), settled)]
    taken[resting] = True
    taken[windows[filled]] = True
    taken[passed] = True
    return taken, judged + len(passed)


def _out_of_order(state: State, run: Run, begins: Bools) -> Ints:
    """Slots whose samples are not each newer than the one before."""
    slot, ts = run.slot, run.ts
    backwards = np.append(False, ts[1:] <= ts[:-1]) & ~begins
    first = np.flatnonzero(begins)
    stale = first[ts[first] <= state.core["a_ts"][slot[first]]]
    return slot[np.append(np.flatnonzero(backwards), stale)]


def _rest(state: State, run: Run) -> None:
    """Rules outside their hours forget. One sample, the newest, of each slot."""
    core, slot = state.core, run.slot
    core["a_ts"][slot] = run.ts
    for name in ("run", "since", "below"):
        core[name][slot] = 0
    core["outcome"][slot] = OUT_OF_HOURS
    ring = state.ring_of[slot]
    ring = ring[ring >= 0]
    state.ring_a[ring] = 0
    state.ring_c[ring] = 0
    state.ring_at[ring] = NEVER


def _uneventful(book: Book, run: Run, settled: Bools) -> NDArray[np.intp]:
    """Samples of plain thresholds that change nothing but what the slot's last sample changes as well.

    Without an open level and a running exceedance only a sample beyond the lowest limit does more. Both are over once as
    many samples as the rule asks for have lain, one after the other, below the lowest clear limit.
    """
    slot, count = run.slot, len(run.slot)
    if not count:
        return np.zeros(0, np.intp)
    index = np.arange(count)
    begins = np.append(True, slot[1:] != slot[:-1])
    start = np.maximum.accumulate(np.where(begins, index, 0))
    axis = np.where(book.absolute[slot], np.abs(run.value), run.value * book.sign[slot])
    over = axis > book.limit[slot, 0]
    uneasy = np.maximum.accumulate(np.where(axis < book.clear[slot, 0], -1, index))
    in_a_row = index - np.maximum(uneasy, start - 1)
    last_over = _last_before(over, index)
    last_settling = _last_before(in_a_row >= book.clear_samples[slot], index)
    calm = np.where(last_over < start, settled[slot] | (last_settling >= start), last_settling > last_over)
    ends = np.append(begins[1:], True)
    return np.flatnonzero(calm & ~over & ~ends)


def _last_before(found: Bools, index: Ints) -> Ints:
    """For each place the last place before it at which something was found, -1 for none."""
    last: Ints = np.maximum.accumulate(np.where(found, index, -1))
    return np.append(-1, last[:-1])
