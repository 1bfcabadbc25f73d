"""Is a series of readings believable? Flat lines, lonely spikes, twins, clocks that go wrong.

Findings of this kind ask whoever keeps the instrument; they never lower a risk and never open a hazard (mark D).
All functions take plain arrays of one channel in order of time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TWIN_READINGS = 30
TWIN_BLOCK = 512
# Half a step of rounding, and what the mean of the rounding errors may add.
ROUNDING = 0.75
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


def near_twins(
    series: Sequence[Floats], *, readings: int = TWIN_READINGS, lag: int = 1
) -> list[tuple[int, int, float]]:
    """Pairs whose newest ``readings`` values differ by a constant and by rounding only: (first, later, offset).

    One of the two may have up to ``lag`` readings more already. A series takes part if it has values enough, a third of
    them different, goes up and down in at least a quarter of its steps, and its usual step is twice its resolution or
    more: two honest instruments that drift together slowly (curing concrete) would agree as well. The offset is later
    minus first. [61, 68, 59 …] and [66.2, 72.9, 64.1 …] are near twins with 5.
    """
    good = [one[np.isfinite(one)][-(readings + lag) :] for one in series]
    fine = np.array([_resolution(one) for one in good])
    taking = np.array(
        [
            n
            for n, one in enumerate(good)
            if len(one) == readings + lag and _restless(one[lag:], float(fine[n]))
        ],
        np.int64,
    )
    if len(taking) < 2:
        return []
    shifted = [
        np.stack([good[n][lag - back : readings + lag - back] for n in taking]) for back in range(lag + 1)
    ]
    res = fine[taking]
    found: dict[int, tuple[int, float]] = {}
    for back in range(lag + 1):
        for mine, others in ((shifted[0], shifted[back]), (shifted[back], shifted[0]))[: 2 if back else 1]:
            for a, b in _alike(mine, others, res):
                known = found.get(b)
                if known is None or a < known[0]:
                    found[b] = a, float(others[b].mean() - mine[a].mean())
    return sorted((int(taking[a]), int(taking[b]), offset) for b, (a, offset) in found.items())


def _resolution(value: Floats) -> float:
    """The smallest step between two different values."""
    steps = np.diff(np.unique(np.round(value, 6)))
    return float(steps.min()) if len(steps) else 0.0


def _restless(value: Floats, resolution: float) -> bool:
    """Whether a series moves so much that agreeing with it by chance is out of the question."""
    steps = np.diff(value)
    turns = int((steps[1:] * steps[:-1] < 0).sum())
    return (
        len(np.unique(value)) >= len(value) / 3
        and turns >= len(value) / 4
        and float(np.median(np.abs(steps))) >= 2 * resolution
    )


def _alike(mine: Floats, others: Floats, resolution: Floats) -> Iterator[tuple[int, int]]:
    """Rows a < b of which ``mine[a]`` and ``others[b]`` agree after their means are taken away."""
    left, right = mine - mine.mean(axis=1, keepdims=True), others - others.mean(axis=1, keepdims=True)
    size, length = (right**2).sum(axis=1), mine.shape[1]
    for start in range(0, len(left), TWIN_BLOCK):
        block = left[start : start + TWIN_BLOCK]
        bound = ROUNDING * np.maximum.outer(resolution[start : start + TWIN_BLOCK], resolution)
        apart = (block**2).sum(axis=1)[:, None] + size[None, :] - 2 * block @ right.T
        for a, b in zip(*np.nonzero(apart <= length * bound**2 + 1e-9), strict=True):
            if start + a < b and np.abs(block[a] - right[b]).max() <= bound[a, b] + 1e-9:
                yield int(start + a), int(b)


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
