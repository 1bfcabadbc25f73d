"""A fair share of the worker for every device: a bucket of messages each, filled at a multiple of its contract rate.

A device that comes back after an outage sends its backlog at once, so a bucket holds two days of messages (and never
less than ``LEAST_BURST``). Whoever has emptied it gets no more than the refill; the rest of his messages is held back,
so that the others are stored and judged in time. Pure: numpy only, the time is that of the stream.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEAST_BURST = 10_000.0
BACKLOG_S = 2 * 86_400.0
# A message costs one, and one more for each further kilobyte: a thousand records in one message are no single message.
COST_BYTES = 1024
UNKNOWN = -1


@dataclass(frozen=True)
class Limits:
    """``factor`` times the contract rate (one message a period), but at least ``floor_per_s`` messages a second."""

    factor: float
    floor_per_s: float

    @property
    def off(self) -> bool:
        return self.factor <= 0

    def per_s(self, period_s: Floats) -> Floats:
        """Refill of devices with these periods (seconds)."""
        return np.maximum(self.factor / np.maximum(period_s, 1.0), self.floor_per_s)

    def burst(self, period_s: Floats) -> Floats:
        """What a full bucket holds."""
        return np.maximum(BACKLOG_S / np.maximum(period_s, 1.0), LEAST_BURST)


class Fairness:
    """Buckets of a registry's devices. ``key``: a lasting number of each device, to carry buckets over a reload."""

    def __init__(self, key: Ints, period_s: Floats, limits: Limits) -> None:
        self.key = key
        self.rate = limits.per_s(period_s) / 1000.0
        self.full = limits.burst(period_s)
        self.left = self.full.copy()
        self.at_ms = np.zeros(len(key), np.int64)

    def adopt(self, before: Fairness) -> None:
        """Take over what devices have left: a reload of the registry must not fill anybody's bucket."""
        _common, mine, theirs = np.intersect1d(self.key, before.key, return_indices=True)
        self.left[mine] = np.minimum(before.left[theirs], self.full[mine])
        self.at_ms[mine] = before.at_ms[theirs]

    def over(self, device: Ints, received_ms: Ints, size: Ints) -> Bools | None:
        """Which messages are beyond their device's budget; None when none is (the usual case, and cheap).

        device int64[n]: place in the registry, UNKNOWN for none (those are not counted here); received_ms int64[k]:
        stream times of the batch, the latest counts; size int64[n]: bytes. Of a device that is beyond, the first
        messages that fit are let through.
        """
        known = device >= 0
        if not known.any():
            return None
        cost = 1.0 + size // COST_BYTES
        if known.all():
            spent = np.bincount(device, weights=cost, minlength=len(self.left))
        else:
            spent = np.bincount(device[known], weights=cost[known], minlength=len(self.left))
        touched = np.flatnonzero(spent)
        now = int(received_ms.max())
        waited = np.maximum(now - self.at_ms[touched], 0)
        self.left[touched] = np.minimum(self.full[touched], self.left[touched] + waited * self.rate[touched])
        self.at_ms[touched] = np.maximum(self.at_ms[touched], now)
        beyond = touched[spent[touched] > self.left[touched]]
        within = self.left[touched] - spent[touched]
        if not len(beyond):
            self.left[touched] = within
            return None
        held = np.zeros(len(device), bool)
        for place in beyond.tolist():
            mine = np.flatnonzero(device == place)
            total = np.cumsum(cost[mine])
            fits = total <= self.left[place]
            held[mine[~fits]] = True
            spent[place] = total[fits][-1] if fits.any() else 0.0
        self.left[touched] -= spent[touched]
        return held
