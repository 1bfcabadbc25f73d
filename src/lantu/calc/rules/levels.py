"""From a number to a level: limits, duration, and hysteresis on the way down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lantu.calc.rules.book import FALSE, RATE, REASONS, TRUE, WINDOW, Book, Bools, Floats, Ints
from lantu.calc.rules.definition import SEVERITIES, Reason
from lantu.calc.rules.state import NEVER, State

MISSING_H = REASONS.index(Reason.MISSING_H)


@dataclass(frozen=True)
class Transition:
    """A slot's level changed. ``value`` is the number that was compared; ``inputs`` explain it."""

    slot: int
    ts_ms: int
    level_from: int
    level_to: int
    value: float
    inputs: Mapping[str, float | int | str]


def update_levels(book: Book, state: State, slot: Ints, ts: Ints, x: Floats) -> tuple[list[Transition], Ints]:
    """Compare ``x`` with the limits of distinct slots and move their levels.

    Returns the transitions and the slots whose lasting state changed.
    """
    core = state.core
    axis = np.where(book.absolute[slot], np.abs(x), x * book.sign[slot])
    core["x"][slot] = x
    gap = ts - core["seen_ts"][slot] > book.gap_ms[slot]
    core["seen_ts"][slot] = ts
    core["outcome"][slot] = book.quiet[slot]
    near = np.flatnonzero(
        (axis > book.limit[slot, 0]) | (core["level"][slot] > 0) | (core["run"][slot, 0] > 0)
    )
    if not len(near):
        return [], slot[:0]
    slot, ts, axis, gap = slot[near], ts[near], axis[near], gap[near]
    level = core["level"][slot].astype(np.int64)
    moved = _move(book, state, slot, ts, axis, gap=gap)
    core["outcome"][slot] = np.where(moved > 0, TRUE, book.quiet[slot])
    transitions = [
        Transition(
            int(slot[i]),
            int(ts[i]),
            int(level[i]),
            int(moved[i]),
            float(core["x"][slot[i]]),
            explain(book, state, int(slot[i])),
        )
        for i in np.flatnonzero(moved != level)
    ]
    return transitions, slot


def _move(book: Book, state: State, slot: Ints, ts: Ints, axis: Floats, *, gap: Bools) -> Ints:
    """New levels. A limit must be exceeded for the duration and the number of samples; a gap in the
    data breaks the exceedance (continuity is not proven) but never lowers a level."""
    core = state.core
    over = axis[:, None] > book.limit[slot]
    run = np.where(over, np.where(gap[:, None], 0, core["run"][slot]) + 1, 0)
    since = np.where(over, np.where(run == 1, ts[:, None], core["since"][slot]), 0)
    long_enough = (ts[:, None] - since >= book.duration_ms[slot][:, None]) & (
        run >= book.samples[slot][:, None]
    )
    raised = (over & long_enough).sum(axis=1)
    level = core["level"][slot].astype(np.int64)
    keeps = np.minimum((axis[:, None] >= book.clear[slot]).sum(axis=1), level)
    below = np.where(keeps < level, core["below"][slot] + 1, 0)
    falls = below >= book.clear_samples[slot]
    moved = np.where(raised > level, raised, np.where(falls, np.maximum(keeps, raised), level))
    core["run"][slot] = run
    core["since"][slot] = since
    core["below"][slot] = np.where(moved != level, 0, below)
    core["level"][slot] = moved
    return moved


def explain(book: Book, state: State, slot: int) -> dict[str, float | int | str]:
    """The inputs of a slot's latest judgement, for the alert page."""
    core, rule = state.core[slot], book.slots[slot].rule
    level = max(int(core["level"]), 1)
    inputs: dict[str, float | int | str] = {
        "rule": rule.code,
        "version": rule.version,
        "reading": float(core["raw"]),
        "compared": float(core["x"]),
        "limit": float(rule.sign * _limit(book, slot, level)),
    }
    since = int(core["since"][level - 1])
    if since:
        inputs["since_ms"] = since
        inputs["samples_over"] = int(core["run"][level - 1])
    if book.mode[slot] == WINDOW:
        ring = int(book.ring[slot])
        inputs["statistic"] = str(rule.stat)
        inputs["window_s"] = rule.window_s
        inputs["samples"] = int(state.ring_c[ring].sum())
        inputs["samples_needed"] = int(book.needed[slot])
    if book.mode[slot] == RATE and core["b_ts"] != NEVER:
        inputs["reference"] = float(core["b_val"])
        inputs["reference_ts_ms"] = int(core["b_ts"])
        inputs["per"] = str(rule.per)
    if book.band[slot]:
        inputs["cumulative_limit"] = rule.cumulative
        inputs["cumulative_share_pct"] = round(abs(float(core["raw"])) / rule.cumulative * 100, 2)
        inputs["rate_limit"] = rule.rate
        if np.isfinite(core["a_val"]):
            inputs["rate"] = float(core["a_val"])
            inputs["rate_share_pct"] = round(abs(float(core["a_val"])) / rule.rate * 100, 2)
    if book.pair[slot]:
        inputs["statistic_value"] = float(core["a_val"])
        inputs["other"] = float(core["b_val"])
        inputs["other_ts_ms"] = int(core["b_ts"])
    if book.quiet[slot] != FALSE:
        inputs["upper_bound_only"] = str(REASONS[MISSING_H])
    return inputs


def _limit(book: Book, slot: int, level: int) -> float:
    """The written limit of a level on the axis of danger, without the shift for inclusive limits."""
    rule = book.slots[slot].rule
    for entry in rule.levels:
        if level <= entry.severity <= SEVERITIES:
            return rule.on_axis(entry.limit)
    return rule.on_axis(rule.levels[-1].limit)
