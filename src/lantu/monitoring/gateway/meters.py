"""Counters of the gateway, by protocol: whole numbers in memory, read by the status row, logs and benchmarks."""

from __future__ import annotations

from collections import Counter


class Meters:
    """Counts by name. ``gauge`` values are set, all others only grow."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.gauges: dict[str, int] = {}

    def count(self, name: str, number: int = 1) -> None:
        """Raise a counter."""
        self.counts[name] += number

    def gauge(self, name: str, value: int) -> None:
        """Set what goes up and down."""
        self.gauges[name] = value

    def as_json(self) -> dict[str, int]:
        """All of them, by name."""
        return {**dict(sorted(self.counts.items())), **dict(sorted(self.gauges.items()))}
