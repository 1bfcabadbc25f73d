"""Rules compiled into arrays: one row per slot (rule times channel)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lantu.calc.rules.definition import SEVERITIES, Kind, Per, Reason, Rule, Slot, Stat

BUCKETS = 20
"""A window is kept as this many buckets: one minute each for a 20-minute Leq."""
MAX_CHANNEL = 50_000_000
BEIJING_MS = 8 * 3_600_000
DAY_MS = 86_400_000

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PLAIN, WINDOW, RATE = 0, 1, 2
REASONS: tuple[Reason, ...] = tuple(Reason)
FALSE, TRUE = 100, 101
"""Outcome codes besides the index of a reason."""


@dataclass(frozen=True)
class Book:
    """Compiled slots; build one with ``Book.of`` and keep it until a rule or a channel changes.

    Arrays have one entry per slot. ``limit`` and ``clear`` are ``float64[slots, 4]`` on the axis of
    danger; an absent severity repeats the next higher one, beyond the highest stands infinity.
    """

    slots: tuple[Slot, ...]
    mode: NDArray[np.int8]
    pair: NDArray[np.int8]
    sign: Floats
    absolute: Bools
    limit: Floats
    clear: Floats
    duration_ms: Ints
    samples: Ints
    clear_samples: Ints
    gap_ms: Ints
    pair_ms: Ints
    start_min: Ints
    end_min: Ints
    ring: Ints
    bucket_ms: Ints
    needed: Ints
    base_ms: Ints
    per_ms: Floats
    leq: Bools
    band: Bools
    cumulative: Floats
    rate: Floats
    sharp: Floats
    quiet: NDArray[np.int8]
    simple: Bools
    timed: Bools
    first: Ints
    count: Ints
    target: Ints
    side: NDArray[np.int8]

    @classmethod
    def of(cls, slots: Sequence[Slot]) -> Book:
        """Compile; raises ``ValueError`` for a channel number outside 0 to ``MAX_CHANNEL``."""
        rules = [slot.rule for slot in slots]
        mode = np.array([_mode(rule) for rule in rules], np.int8)
        pair = np.array([_pair(rule) for rule in rules], np.int8)
        hours = [rule.hours for rule in rules]
        quiet = [REASONS.index(Reason.MISSING_H) if slot.upper_bound_only else FALSE for slot in slots]
        windowed = mode != PLAIN
        absolute = np.array([rule.absolute for rule in rules], bool)
        first, count, target, side = _by_channel(slots)
        return cls(
            slots=tuple(slots),
            mode=mode,
            pair=pair,
            sign=np.array([rule.sign for rule in rules], np.float64),
            absolute=absolute,
            limit=np.array([_limits(rule) for rule in rules], np.float64).reshape(-1, SEVERITIES),
            clear=np.array([_clears(rule) for rule in rules], np.float64).reshape(-1, SEVERITIES),
            duration_ms=_ints([rule.duration_s * 1000 for rule in rules]),
            samples=_ints([rule.samples for rule in rules]),
            clear_samples=_ints([rule.clear_samples for rule in rules]),
            gap_ms=_ints([1000 * (slot.rule.gap_s or 3 * slot.period_s) for slot in slots]),
            pair_ms=_ints([rule.pair_s * 1000 for rule in rules]),
            start_min=_ints([h.start_min if h else 0 for h in hours]),
            end_min=_ints([h.end_min if h else 1440 for h in hours]),
            ring=np.where(windowed, np.cumsum(windowed) - 1, -1).astype(np.int64),
            bucket_ms=_ints([max(rule.window_s * 1000 // BUCKETS, 1) for rule in rules]),
            needed=_ints([_needed(slot) for slot in slots]),
            base_ms=_ints([rule.window_s * 1000 * rule.validity for rule in rules]),
            per_ms=np.array([86_400_000.0 if r.per is Per.DAY else 3_600_000.0 for r in rules], np.float64),
            leq=np.array([rule.stat is Stat.LEQ for rule in rules], bool),
            band=np.array([rule.kind is Kind.BAND for rule in rules], bool),
            cumulative=np.array([rule.cumulative for rule in rules], np.float64),
            rate=np.array([rule.rate for rule in rules], np.float64),
            sharp=np.array([rule.sharp for rule in rules], np.float64),
            quiet=np.array(quiet, np.int8),
            simple=(mode == PLAIN) & (pair == 0) & np.array([h is None for h in hours], bool),
            timed=np.array([h is not None for h in hours], bool),
            first=first,
            count=count,
            target=target,
            side=side,
        )

    def expand(self, channel: Ints, ts_ms: Ints, value: Floats) -> Expanded:
        """Turn readings of channels into samples of slots, keeping their order.

        A reading of a channel without rules gives none, one with three rules gives three.
        """
        channel = np.asarray(channel, np.int64)
        known = (channel >= 0) & (channel < len(self.count))
        where = np.where(known, channel, 0)
        times = np.where(known, self.count[where], 0) if len(self.count) else np.zeros(len(channel), np.int64)
        row = np.repeat(np.arange(len(channel)), times)
        start = np.repeat(np.cumsum(times) - times, times)
        entry = self.first[channel[row]] + np.arange(len(row)) - start if len(row) else row
        return Expanded(
            slot=self.target[entry],
            ts_ms=np.asarray(ts_ms, np.int64)[row],
            value=np.asarray(value, np.float64)[row],
            side=self.side[entry],
            row=row,
        )


@dataclass(frozen=True)
class Expanded:
    """Samples of slots; ``row`` is the index of the reading that each came from."""

    slot: Ints
    ts_ms: Ints
    value: Floats
    side: NDArray[np.int8]
    row: Ints


def in_hours(book: Book, slot: Ints, ts: Ints) -> Bools:
    """True where the local time of day lies in the rule's window (which may span midnight)."""
    start, end = book.start_min[slot], book.end_min[slot]
    minute = (ts + BEIJING_MS) % DAY_MS // 60_000
    across = start > end
    return np.where(across, (minute >= start) | (minute < end), (minute >= start) & (minute < end))


def _ints(values: Sequence[float]) -> Ints:
    return np.array([int(value) for value in values], np.int64)


def _mode(rule: Rule) -> int:
    if rule.kind in (Kind.RATE, Kind.BAND):
        return RATE
    return PLAIN if rule.stat is Stat.INST else WINDOW


def _pair(rule: Rule) -> int:
    return {Kind.DIFFERENCE: 1, Kind.RATIO: 2}.get(rule.kind, 0)


def _needed(slot: Slot) -> int:
    """Samples that a window must hold; at least one."""
    expected = slot.rule.window_s / slot.period_s
    return max(1, math.ceil(expected * slot.rule.validity))


def _limits(rule: Rule) -> list[float]:
    """Limits by severity, such that ``value > limit`` decides (an inclusive limit moves by one ulp)."""
    by_severity = {level.severity: rule.on_axis(level.limit) for level in rule.levels}
    limits = _filled(by_severity)
    return [math.nextafter(limit, -math.inf) for limit in limits] if rule.inclusive else limits


def _clears(rule: Rule) -> list[float]:
    return _filled({level.severity: rule.clear_on_axis(level) for level in rule.levels})


def _filled(by_severity: dict[int, float]) -> list[float]:
    row = [math.inf] * (SEVERITIES + 1)
    for severity in range(SEVERITIES, 0, -1):
        row[severity - 1] = by_severity.get(severity, row[severity])
    return row[:SEVERITIES]


def _by_channel(slots: Sequence[Slot]) -> tuple[Ints, Ints, Ints, NDArray[Any]]:
    """For each channel the run of ``(slot, side)`` that listens to it."""
    listeners: list[tuple[int, int, int]] = []
    for index, slot in enumerate(slots):
        listeners.append((slot.channel, index, 0))
        if slot.other is not None:
            listeners.append((slot.other, index, 1))
    listeners.sort()
    if listeners and not (listeners[0][0] >= 0 and listeners[-1][0] <= MAX_CHANNEL):
        raise ValueError(f"channel numbers lie between 0 and {MAX_CHANNEL}")
    channels = _ints([entry[0] for entry in listeners])
    count = np.bincount(channels).astype(np.int64) if listeners else np.zeros(0, np.int64)
    return (
        np.cumsum(count) - count,
        count,
        _ints([entry[1] for entry in listeners]),
        np.array([entry[2] for entry in listeners], np.int8),
    )
