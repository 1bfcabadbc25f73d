"""Is a series of readings believable? Flat lines, lonely spikes, twins, clocks that go wrong.

Findings of this kind ask whoever keeps the instrument; they never lower a risk and never open a hazard (mark D).
All functions take plain arrays of one channel in order of time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TWIN_READINGS = 30
CLOCK_S = 120.0


def flat_run(value: Floats) -> int:
    """How many of the newest readings are equal: 3.1, 4.0, 4.0, 4.0 gives 3. Missing values (NaN) are left out."""
    good = value[np.isfinite(value)]
    if not len(good):
        return 0
    different = np.flatnonzero(good != good[-1])
    return len(good) - (int(different[-1]) + 1 if len(different) else 0)


@dataclass(frozen=True)
class Spike:
    """A reading that jumps and comes back at once."""

    index: int
    value: float
    before: float
    after: float


def spikes(value: Floats, *, least: float, factor: float = 6.0) -> list[Spike]:
    """Isolated spikes: away from both neighbours by more than ``least`` and by ``factor`` times the usual step, while
    the neighbours agree with each other. 5.0, 5.1, 48.0, 5.1, 5.0: the third. A step that stays is none.
    """
    index = np.flatnonzero(np.isfinite(value))
    good = value[index]
    if len(good) < 5:
        return []
    step = np.abs(np.diff(good))
    usual = max(float(np.median(step)), least / factor)
    left, right = good[1:-1] - good[:-2], good[1:-1] - good[2:]
    apart = np.minimum(np.abs(left), np.abs(right))
    back = np.abs(good[2:] - good[:-2]) <= np.maximum(0.25 * apart, usual)
    hits = np.flatnonzero((left * right > 0) & (apart > least) & (apart > factor * usual) & back) + 1
    return [
        Spike(int(index[i]), float(good[i]), float(good[i - 1]), float(good[i + 1])) for i in hits.tolist()
    ]


def without_spikes(value: Floats, *, least: float) -> Floats:
    """The series with its lonely spikes as NaN: they take no part in a rate."""
    clean = value.copy()
    clean[[spike.index for spike in spikes(value, least=least)]] = np.nan
    return clean


def fingerprint(value: Floats, *, readings: int = TWIN_READINGS) -> bytes | None:
    """A mark of the newest ``readings`` values; equal marks of two instruments mean one series under two names.

    ``None`` where there are too few values, or where they hardly move (calm air is alike everywhere): at least a third
    of them must be different.
    """
    good = value[np.isfinite(value)][-readings:]
    if len(good) < readings or len(np.unique(good)) < readings / 3:
        return None
    return hashlib.blake2b(np.round(good, 4).tobytes(), digest_size=16).digest()


def twins(marks: list[bytes | None]) -> list[tuple[int, int]]:
    """Pairs of equal marks, each later one with the first of its kind: [a, b, a, None, a] gives (0, 2), (0, 4)."""
    first: dict[bytes, int] = {}
    pairs = []
    for number, mark in enumerate(marks):
        if mark is None:
            continue
        if mark in first:
            pairs.append((first[mark], number))
        else:
            first[mark] = number
    return pairs


def clock_skew_s(ts_ms: Ints, received_ms: Ints) -> float | None:
    """How far an instrument's clock is behind (positive) or ahead, in seconds; ``None`` without readings.

    The smallest delay of all readings: a message held up on its way comes late, but never before its time. Delays of
    301, 300 and 904 s: 300 s behind.
    """
    if not len(ts_ms):
        return None
    return float((received_ms - ts_ms).min()) / 1000


def clock_wrong(skew_s: float | None, *, limit_s: float = CLOCK_S) -> bool:
    """True beyond two minutes in either direction."""
    return skew_s is not None and abs(skew_s) > limit_s
