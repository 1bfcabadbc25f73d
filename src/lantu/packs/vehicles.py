"""What the national pack says of slag trucks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lantu.calc.tracks import Policy


@dataclass(frozen=True, kw_only=True)
class VehicleThreshold:
    """A rule with its numbers, its basis and how sure we are of it (``mark``: V, K, D or U)."""

    code: str
    name: str
    name_en: str
    kind: str
    severity: int
    params: Mapping[str, float]
    unit: str
    basis: str
    clause: str
    mark: str
    effective_from: date
    effective_to: date | None = None
    note: str = ""

    def row(self) -> dict[str, Any]:
        """The rule as monitoring takes it over (field names of its versions)."""
        return {**vars(self), "params": dict(self.params)}


@dataclass(frozen=True)
class VehicleRules:
    """The rules by code; ``policy``: drift and trips; ``retention_days``: how long tracks are kept."""

    policy: Policy = field(default_factory=Policy)
    retention_days: int = 400
    rules: Mapping[str, VehicleThreshold] = field(default_factory=dict)

    def rows(self) -> list[dict[str, Any]]:
        """All rules in the form that monitoring loads."""
        return [rule.row() for rule in self.rules.values()]
