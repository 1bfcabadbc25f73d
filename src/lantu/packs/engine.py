"""From a pack's threshold and the facts of a place to the rule that the engine runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lantu.calc.rules import Kind
from lantu.calc.rules.placing import Placed, place
from lantu.calc.rules.placing import in_scope as scope_holds
from lantu.packs.model import Threshold


def in_scope(threshold: Threshold, device_type: str, facts: Mapping[str, Any]) -> bool:
    """True if the threshold is meant for this kind of device at a place with these facts."""
    return scope_holds(threshold.options.get("scope", {}), device_type, facts)


def runs_live(threshold: Threshold) -> bool:
    """True for rules that the live engine judges on every day and that end in an alert."""
    terms = threshold.options.get("terms", {})
    return threshold.kind in set(Kind) and not {"calendar", "interlock"} & set(terms)


def placed_rule(threshold: Threshold, facts: Mapping[str, Any], version: int = 1) -> Placed:
    """The engine's rule at a place, or why there is none. Raises ``ValueError`` for kinds that the engine does not run, and
    for what it refuses."""
    return place({"terms": {}, **threshold.row(), "version": version}, facts)


def sample_rule(threshold: Threshold) -> None:
    """Build the rule once with every fact known. Raises ``ValueError`` with what the engine refuses."""
    fact = threshold.options.get("fact", {})
    placed_rule(threshold, {fact["name"]: 100.0} if fact.get("use") else {})
