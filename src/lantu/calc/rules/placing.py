"""From the wording of a rule and the facts of a place to the rule that the engine runs there, or why it cannot.

A wording is plain data with the names of a rule version: code, version, kind, compare, levels, …, ``terms`` and ``fact``.
Facts are what is known of the place (pit depth, grade, date of the slab). ``design`` is what the project's design documents
say instead of the standard's value; it needs no facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lantu.calc.rules.definition import Compare, HoursOfDay, Kind, Level, Per, Reason, Rule, Stat

MM_PER_M = 10.0
"""One per cent of a metre in millimetres."""
CONFIRM_WITHIN_S = 3600.0
"""A second reading confirms a band only where it comes within the hour: nobody waits a day for it."""
_PLAIN = ("window_s", "validity", "duration_s", "samples", "hysteresis", "clear_samples", "pair_s", "gap_s")


@dataclass(frozen=True)
class Placed:
    """A rule at one place. Without ``rule`` it abstains altogether; with a ``reason`` beside it the limits are only an
    upper bound. ``missing`` names the facts that are to be supplied."""

    rule: Rule | None
    reason: Reason | None = None
    missing: tuple[str, ...] = ()

    @property
    def upper_bound_only(self) -> bool:
        """True if below the limits nothing can be said."""
        return self.rule is not None and self.reason is not None


def in_scope(scope: Mapping[str, Any], device_type: str, facts: Mapping[str, Any]) -> bool:
    """True if a rule is meant for this kind of device at a place with these facts; a list means one of them."""
    types = scope.get("device_types")
    if types and device_type not in types:
        return False
    return all(
        facts.get(name) in value if isinstance(value, list) else facts.get(name) == value
        for name, value in (scope.get("facts") or {}).items()
    )


def place(
    wording: Mapping[str, Any],
    facts: Mapping[str, Any],
    *,
    design: Mapping[str, Any] | None = None,
    period_s: float = 60.0,
) -> Placed:
    """The rule with the limits of this place. Raises ``ValueError`` for a wording that the engine refuses."""
    if wording["kind"] == Kind.BAND:
        return _band(wording, facts, design or {}, period_s)
    levels, reason, missing = _levels(wording, facts, design or {})
    if not levels:
        return Placed(None, reason, missing)
    return Placed(_rule(wording, levels), reason, missing)


def _band(
    wording: Mapping[str, Any], facts: Mapping[str, Any], design: Mapping[str, Any], period_s: float
) -> Placed:
    terms, name = wording["terms"], (wording.get("fact") or {}).get("name")
    cumulative = float(terms["cumulative"])
    reason: Reason | None = None
    missing: tuple[str, ...] = ()
    if "cumulative" in design:
        cumulative = float(design["cumulative"])
    elif name and facts.get(name) is None:
        reason, missing = Reason.MISSING_H, (name,)
    elif name and "percent" in terms:
        cumulative = min(cumulative, float(terms["percent"]) * float(facts[name]) * MM_PER_M)
    rate = float(design["rate"]) if "rate" in design else float(terms["rate"]) * _scale(wording, facts)
    rule = _rule(
        wording,
        [_level(entry, float(entry["limit"])) for entry in wording["levels"]],
        cumulative=cumulative,
        rate=rate,
        sharp=float(terms.get("sharp", 2.0)),
        samples=wording.get("samples", 1) if period_s <= CONFIRM_WITHIN_S else 1,
    )
    return Placed(rule, reason, missing)


def _scale(wording: Mapping[str, Any], facts: Mapping[str, Any]) -> float:
    """A rate limit shrinks once something has happened, e.g. × 0.7 after the bottom slab."""
    fact = wording.get("fact") or {}
    return float(fact["factor"]) if fact.get("after") and facts.get(fact["after"]) else 1.0


def _levels(
    wording: Mapping[str, Any], facts: Mapping[str, Any], design: Mapping[str, Any]
) -> tuple[list[Level], Reason | None, tuple[str, ...]]:
    given, fact = wording["levels"], wording.get("fact") or {}
    if "levels" in design:
        return [Level(int(key), float(value)) for key, value in sorted(design["levels"].items())], None, ()
    if not given:
        return [], Reason.MISSING_DESIGN, ("design_limits",)
    if wording["kind"] == Kind.RATE:
        factor = _scale(wording, facts)
        if "rate" in design and "rate" in wording["terms"]:
            factor = float(design["rate"]) / float(wording["terms"]["rate"])
        return [_level(entry, round(float(entry["limit"]) * factor, 9)) for entry in given], None, ()
    name, use = fact.get("name"), fact.get("use", "bound")
    if not name:
        return [_level(entry, float(entry["limit"])) for entry in given], None, ()
    known = facts.get(name)
    if use != "bound":
        if known is None:
            return [], Reason.MISSING_FACT, (name,)
        return (
            [_level(entry, _of_fact(float(entry["limit"]), float(known), use)) for entry in given],
            None,
            (),
        )
    if known is None:
        return [_level(entry, float(entry["limit"])) for entry in given], Reason.MISSING_H, (name,)
    return [_level(entry, _bounded(entry, known)) for entry in given], None, ()


def _of_fact(limit: float, fact: float, use: str) -> float:
    return limit / 100 * fact if use == "share" else limit + fact


def _bounded(entry: Mapping[str, Any], measure: Any) -> float:
    percent = entry.get("percent")
    limit = float(entry["limit"])
    return limit if percent is None else min(limit, float(percent) * float(measure) * MM_PER_M)


def _level(entry: Mapping[str, Any], limit: float) -> Level:
    clear = entry.get("clear_limit")
    return Level(int(entry["severity"]), limit, None if clear is None else float(clear))


def _rule(wording: Mapping[str, Any], levels: Sequence[Level], **more: Any) -> Rule:
    start, end = wording.get("start_min"), wording.get("end_min")
    plain = {name: wording[name] for name in _PLAIN if name in wording}
    return Rule(
        code=wording["code"],
        version=wording.get("version", 1),
        kind=Kind(wording["kind"]),
        compare=Compare(wording.get("compare", "ge")),
        levels=tuple(levels),
        stat=Stat(wording.get("stat", "inst")),
        per=Per(wording.get("per", "day")),
        hours=None if start is None or end is None else HoursOfDay(start, end),
        **{**plain, **more},
    )
