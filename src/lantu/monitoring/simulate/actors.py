"""A device of the demonstration and what it measures."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from lantu.monitoring.simulate.signals import EXCESS_CHANCE, value_at


@dataclass(frozen=True)
class Actor:
    """A device as the simulator plays it; with ``mn`` it speaks HJ 212 to the gateway instead of MQTT."""

    code: str
    project: str
    token: str
    channels: tuple[tuple[str, int], ...]
    period_s: float
    installed_at: float = 0.0
    mn: str = ""
    pw: str = field(default="", repr=False)

    @property
    def topic(self) -> str:
        """Where it publishes."""
        return f"lantu/{self.project}/{self.code}/telemetry"

    def values(self, at: float, *, chance: float = EXCESS_CHANCE) -> dict[str, float]:
        """What it measures at unix time ``at``."""
        return {
            key: round(value_at(self.code, key, at, installed_at=self.installed_at, chance=chance), decimals)
            for key, decimals in self.channels
        }

    def payload(self, at: float, *, chance: float = EXCESS_CHANCE) -> bytes:
        """Its message at unix time ``at``."""
        body = {"ts": int(at * 1000), "values": self.values(at, chance=chance)}
        return json.dumps(body, separators=(",", ":")).encode()
