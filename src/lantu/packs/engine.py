"""From a pack's threshold and the facts of a place to the rule that the engine runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lantu.calc.rules import Compare, HoursOfDay, Kind, Level, Per, Rule, Stat
from lantu.packs.model import Threshold

_PLAIN = ("window_s", "validity", "duration_s", "samples", "hysteresis", "clear_samples", "pair_s")
_MM_PER_M = 10.0
"""One per cent of a metre in millimetres."""


@dataclass(frozen=True)
class PlacedRule:
    """A rule with the limits of one place.

    ``upper_bound_only``: a fact that bounds the limits is missing there; below them the rule abstains.
    """

    rule: Rule
    upper_bound_only: bool


def in_scope(threshold: Threshold, device_type: str, facts: Mapping[str, Any]) -> bool:
    """True if the threshold is meant for this kind of device at a place with these facts."""
    scope = threshold.options.get("scope", {})
    if device_type not in scope.get("device_types", [device_type]):
        return False
    return all(facts.get(name) == value for name, value in scope.get("facts", {}).items())


def placed_rule(threshold: Threshold, facts: Mapping[str, Any], version: int = 1) -> PlacedRule:
    """The engine's rule. Raises ``ValueError`` for silence, which the engine does not run, and for
    what the engine refuses."""
    options = threshold.options
    name = options.get("fact", {}).get("name")
    measure = facts.get(name) if name else None
    hours = HoursOfDay(options["start_min"], options["end_min"]) if "start_min" in options else None
    levels = []
    for level in threshold.levels:
        limit = level.limit
        if level.percent is not None and measure is not None:
            limit = min(limit, level.percent * float(measure) * _MM_PER_M)
        levels.append(Level(level.severity, limit, level.clear_limit))
    rule = Rule(
        code=threshold.code,
        version=version,
        kind=Kind(threshold.kind),
        compare=Compare(options.get("compare", "ge")),
        levels=tuple(levels),
        stat=Stat(options.get("stat", "inst")),
        per=Per(options.get("per", "day")),
        hours=hours,
        **{key: options[key] for key in _PLAIN if key in options},
    )
    return PlacedRule(rule, upper_bound_only=bool(name) and measure is None)
