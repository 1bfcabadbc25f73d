"""From rule versions in the database to the engine's slots: which rule judges which channel, with which limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lantu.calc.rules import Book, Compare, HoursOfDay, Kind, Level, Per, Rule, Slot, Stat
from lantu.monitoring.ingest.registry import KnownDevice, Registry
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.states import RuleKind

MM_PER_M = 10.0  # one percent of a metre, in millimetres


@dataclass(frozen=True)
class RuleBook:
    """The engine's book, and for each slot the rule version, the device and the channel it stands for."""

    book: Book
    versions: list[RuleVersion]
    devices: list[KnownDevice]
    silence: list[RuleVersion]

    def channel_id(self, slot: int) -> int:
        """Database id of the slot's channel."""
        at = self.book.slots[slot].channel - self.devices[slot].base
        ids = self.devices[slot].channel_ids
        return ids[at]


def engine_rule(version: RuleVersion, *, facts: Mapping[str, Any]) -> Rule:
    """The engine's rule for a place with these facts. Raises ValueError when the version cannot be run."""
    hours = None
    if version.start_min is not None and version.end_min is not None:
        hours = HoursOfDay(version.start_min, version.end_min)
    return Rule(
        code=version.rule.code,
        version=version.version,
        kind=Kind(version.kind),
        compare=Compare(version.compare),
        levels=tuple(_levels(version, facts)),
        stat=Stat(version.stat),
        per=Per(version.per),
        window_s=version.window_s,
        validity=version.validity,
        duration_s=version.duration_s,
        samples=version.samples,
        hysteresis=version.hysteresis,
        clear_samples=version.clear_samples,
        pair_s=version.pair_s,
        hours=hours,
    )


def _levels(version: RuleVersion, facts: Mapping[str, Any]) -> Iterable[Level]:
    """Limits by severity; where a fact of the place bounds them: min(limit, percent of the fact)."""
    name = version.fact.get("name")
    measure = facts.get(name) if name else None
    for level in version.levels:
        limit = float(level["limit"])
        percent = level.get("percent")
        if measure is not None and percent is not None:
            limit = min(limit, float(percent) * float(measure) * MM_PER_M)
        clear = level.get("clear_limit")
        yield Level(int(level["severity"]), limit, None if clear is None else float(clear))


def lacks_fact(version: RuleVersion, facts: Mapping[str, Any]) -> bool:
    """True when the limits are an upper bound only, because a fact of the place is missing."""
    name = version.fact.get("name")
    return bool(name) and facts.get(name) is None


def applies(version: RuleVersion, device: KnownDevice) -> bool:
    """Scope: device types and exact facts, e.g. {"device_types": ["pit"], "facts": {"pit_grade": 1}}."""
    types = version.scope.get("device_types")
    if types and device.row.type_code not in types:
        return False
    wanted: Mapping[str, Any] = version.scope.get("facts") or {}
    return all(device.row.facts.get(name) == value for name, value in wanted.items())


def compile_rules(registry: Registry, versions: Iterable[RuleVersion]) -> RuleBook:
    """One slot per rule version and channel in scope; a rule with a second channel needs both on the device."""
    slots: list[Slot] = []
    of_slot: list[RuleVersion] = []
    devices: list[KnownDevice] = []
    silence: list[RuleVersion] = []
    for version in versions:
        if version.kind == RuleKind.SILENCE:
            silence.append(version)
            continue
        rules: dict[Any, Rule] = {}
        for device in registry.devices:
            at = device.keys.get(version.rule.param)
            other = device.keys.get(version.other) if version.other else None
            if at is None or (version.other and other is None) or not applies(version, device):
                continue
            facts = device.row.facts
            measure = facts.get(version.fact.get("name", ""))
            if measure not in rules:
                rules[measure] = engine_rule(version, facts=facts)
            channel = registry.channels[at]
            slots.append(
                Slot(
                    rule=rules[measure],
                    channel=at,
                    period_s=channel.period_s if channel else 60,
                    other=other,
                    upper_bound_only=lacks_fact(version, facts),
                )
            )
            of_slot.append(version)
            devices.append(device)
    return RuleBook(Book.of(slots), of_slot, devices, silence)
