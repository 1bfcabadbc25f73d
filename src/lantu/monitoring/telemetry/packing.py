"""One channel's day as small arrays: exact, and readable by plain SQL (view reading_sealed). No database here.

Times lie near an even grid: a slot number follows from the position, and only the deviation from it is kept, in 16 bits
(or nothing, when the clock is exact). Values of instruments are decimals of few digits: value × scale fits 16 bits. Where
either does not hold, full offsets and full float32 are kept. What comes out is what went in, bit for bit but for -0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

GAP = -32768
SCALES = (1, 10, 100, 1000, 10_000)
SMALLEST, LARGEST = -32767, 32767
# A slot without a reading costs 2 + 2 bytes; full offsets cost 2 more per reading.
GAPS_WORTH = 1.4


class Day(NamedTuple):
    """A channel's readings, oldest first, times unique: ts_ms int64 (n,), v float32 (n,), q int8 (n,)."""

    ts_ms: np.ndarray
    v: np.ndarray
    q: np.ndarray

    @property
    def size(self) -> int:
        return len(self.ts_ms)


class Packed(NamedTuple):
    """A row of reading_day, without its key. Arrays are int16, int32, int16, float32, int16."""

    n: int
    step_ms: int
    scale: int
    base_ms: int
    dev: np.ndarray | None
    off: np.ndarray | None
    small: np.ndarray | None
    v: np.ndarray | None
    q: np.ndarray | None


NOTHING = Day(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.int8))


def pack(day: Day) -> Packed:
    """Pack at least one reading of one day."""
    base = int(day.ts_ms[0])
    step, slots, dev, off = _pack_times(day.ts_ms - base)
    scale, small = _pack_values(day.v)
    length = day.size if slots is None else len(dev) if dev is not None else 0
    return Packed(
        n=day.size,
        step_ms=step,
        scale=scale,
        base_ms=base,
        dev=dev,
        off=off,
        small=_spread(small, slots, length) if small is not None else None,
        v=_spread(day.v, slots, length) if small is None else None,
        q=_spread(day.q.astype(np.int16), slots, length) if day.q.any() else None,
    )


def unpack(row: Packed) -> Day:
    """The readings of a row."""
    if row.small is not None:
        v = (row.small.astype(np.float64) / row.scale).astype(np.float32)
    elif row.v is not None:
        v = row.v.astype(np.float32)
    else:
        raise ValueError("a row without values")
    q = np.zeros(len(v), np.int8) if row.q is None else row.q.astype(np.int8)
    if row.off is not None:
        return Day(row.base_ms + row.off.astype(np.int64), v, q)
    ts = row.base_ms + np.arange(len(v), dtype=np.int64) * row.step_ms
    if row.dev is None:
        return Day(ts, v, q)
    there = row.dev != GAP
    ts = ts + row.dev.astype(np.int64)
    return Day(ts[there], v[there], q[there])


def decimals(v: np.ndarray) -> list[float]:
    """float32 values as the short decimals that people wrote (0.1, not 0.10000000149011612)."""
    exact = v.astype(np.float64)
    for digits in range(len(SCALES)):
        short = np.round(exact, digits)
        if np.array_equal(short.astype(np.float32), v):
            return list(short.tolist())
    return [float(str(value)) for value in v.astype(np.float32)]


def merge(days: list[Day]) -> Day:
    """All readings, each time once: where two have it, the earlier in the list wins."""
    filled = [day for day in days if day.size]
    if len(filled) <= 1:
        return filled[0] if filled else NOTHING
    ts = np.concatenate([day.ts_ms for day in filled])
    # Equal times keep the order of the list, and unique keeps the first of them.
    _times, first = np.unique(ts, return_index=True)
    return Day(
        ts[first],
        np.concatenate([day.v for day in filled])[first],
        np.concatenate([day.q for day in filled])[first],
    )


def _pack_times(after: np.ndarray) -> tuple[int, np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """(step, slot of each reading or None, deviations or None, offsets or None) of ms since the first reading."""
    if len(after) == 1:
        return 0, None, None, None
    middle = float(np.median(np.diff(after)))
    for step in dict.fromkeys((round(middle / 1000) * 1000, round(middle / 100) * 100, round(middle))):
        if step <= 0:
            continue
        slot = (after + step // 2) // step
        dev = after - slot * step
        slots = int(slot[-1]) + 1
        if slots > GAPS_WORTH * len(after) + 8 or (np.diff(slot) <= 0).any():
            continue
        if dev.min() < SMALLEST or dev.max() > LARGEST:
            continue
        if slots == len(after) and not dev.any():
            return step, None, None, None
        spread = np.full(slots, GAP, np.int16)
        spread[slot] = dev
        return step, slot, spread, None
    return 0, None, None, after.astype(np.int32)


def _pack_values(v: np.ndarray) -> tuple[int, np.ndarray | None]:
    """(scale, value × scale) where that is exact in 16 bits, else (1, None)."""
    if not np.isfinite(v).all():
        return 1, None
    exact = v.astype(np.float64)
    for scale in SCALES:
        whole = np.rint(exact * scale)
        if whole.min() < SMALLEST or whole.max() > LARGEST:
            return 1, None
        if np.array_equal((whole / scale).astype(np.float32), v):
            return scale, whole.astype(np.int16)
    return 1, None


def _spread(values: np.ndarray, slots: np.ndarray | None, length: int) -> np.ndarray:
    """Values in their slots; 0 where there is no reading."""
    if slots is None or length == len(values):
        return values
    spread = np.zeros(length, values.dtype)
    spread[slots] = values
    return spread
