"""From rule versions in the database to the engine's slots: which rule judges which channel, with which limits."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import structlog

from lantu.calc.rules import Book, Placed, Reason, Rule, Slot, in_scope, place
from lantu.monitoring.devices.facts import facts_for_rules
from lantu.monitoring.ingest.registry import KnownDevice, Registry
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.overrides.models import ProjectRuleOverride
from lantu.monitoring.rules.overrides.selectors import Overrides, overrides_in_force
from lantu.monitoring.rules.states import ENGINE_KINDS, RuleKind

log = structlog.get_logger(__name__)
WORDING = (
    "version", "kind", "compare", "levels", "stat", "per", "window_s", "validity", "duration_s", "samples", "hysteresis",
    "clear_samples", "pair_s", "gap_s", "start_min", "end_min", "terms", "fact",
)  # fmt: skip


class Abstention(NamedTuple):
    """A rule that cannot judge a channel (or only beyond an upper bound), and what is missing for it."""

    version: RuleVersion
    device: KnownDevice
    key: str
    reason: Reason
    missing: tuple[str, ...]
    upper_bound_only: bool


@dataclass(frozen=True)
class RuleBook:
    """The engine's book, and for each slot the rule version, the device and the channel it stands for.

    ``sources``: per slot what bounded the limits besides the rule (facts of the place, a design document): kept with
    every judgement. ``abstaining``: what cannot be judged. ``capped``: slots whose alert is held down by humid air.
    """

    book: Book
    versions: list[RuleVersion]
    devices: list[KnownDevice]
    silence: list[RuleVersion]
    sources: list[dict[str, Any]] = field(default_factory=list)
    abstaining: list[Abstention] = field(default_factory=list)
    capped: set[int] = field(default_factory=set)

    def channel_id(self, slot: int) -> int:
        """Database id of the slot's channel."""
        at = self.book.slots[slot].channel - self.devices[slot].base
        ids = self.devices[slot].channel_ids
        return ids[at]


def placed(
    version: RuleVersion,
    facts: Mapping[str, Any],
    *,
    override: ProjectRuleOverride | None = None,
    period_s: float = 60.0,
) -> Placed:
    """The rule at a place with these facts. Raises ValueError when the version cannot be run."""
    wording = {name: getattr(version, name) for name in WORDING} | {"code": version.rule.code}
    return place(wording, facts, design=override.limits if override else None, period_s=period_s)


def engine_rule(version: RuleVersion, *, facts: Mapping[str, Any]) -> Rule:
    """The engine's rule for a place with these facts. Raises ValueError when it cannot be run there."""
    found = placed(version, facts)
    if found.rule is None:
        raise ValueError(f"{version.rule.code}: {found.reason} {', '.join(found.missing)}")
    return found.rule


def compile_rules(
    registry: Registry, versions: Iterable[RuleVersion], *, overrides: Overrides | None = None
) -> RuleBook:
    """One slot per rule version and channel in scope; a rule with a second channel needs both on the device.

    A rule that lacks a fact, a design value or its second channel is no slot but an abstention with its reason. A fact
    that cannot be (a depth of “deep”) counts as lacking: one device's entry must not end the judging of all.
    """
    design = overrides_in_force() if overrides is None else overrides
    found = _Compiled()
    facts = [facts_for_rules(device.row.facts) if device.row.facts else {} for device in registry.devices]
    for version in versions:
        if version.kind == RuleKind.SILENCE:
            found.silence.append(version)
        elif version.kind in ENGINE_KINDS:
            for device in registry.devices:
                at = device.keys.get(version.rule.param)
                stated = facts[device.index]
                if at is not None and in_scope(version.scope, device.row.type_code, stated):
                    override = design.of(device.row.id, device.row.project_id, version.rule.code)
                    found.add(registry, version, device, at, override=override, facts=stated)
    return RuleBook(
        Book.of(found.slots), found.versions, found.devices, found.silence, found.sources, found.abstaining
    )


class _Compiled:
    """Slots as they grow, and what was placed already: a hundred devices of one kind share one rule."""

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self.versions: list[RuleVersion] = []
        self.devices: list[KnownDevice] = []
        self.silence: list[RuleVersion] = []
        self.sources: list[dict[str, Any]] = []
        self.abstaining: list[Abstention] = []
        self._known: dict[Hashable, Placed] = {}

    def add(
        self,
        registry: Registry,
        version: RuleVersion,
        device: KnownDevice,
        at: int,
        *,
        override: ProjectRuleOverride | None,
        facts: Mapping[str, Any],
    ) -> None:
        """Place one rule on one channel, at a place with these facts."""
        name = version.fact.get("name", "")
        channel = registry.channels[at]
        period_s = channel.period_s if channel else 60
        scaled = bool(facts.get(version.fact.get("after", "")))
        key = (version.pk, str(facts.get(name)), scaled, period_s, override.pk if override else 0)
        if key not in self._known:
            self._known[key] = _placed_or_not(version, facts, override, period_s)
        rule = self._known[key]
        other = device.keys.get(version.other) if version.other else None
        if version.other and other is None:
            self._abstain(version, device, Reason.MISSING_CHANNEL, (version.other,), False)
            return
        if rule.reason is not None:
            self._abstain(version, device, rule.reason, rule.missing, rule.upper_bound_only)
        if rule.rule is None:
            return
        self.slots.append(
            Slot(
                rule=rule.rule,
                channel=at,
                period_s=period_s,
                other=other,
                upper_bound_only=rule.upper_bound_only,
            )
        )
        self.versions.append(version)
        self.devices.append(device)
        self.sources.append(_source(facts, name, version, override, scaled=scaled))

    def _abstain(
        self,
        version: RuleVersion,
        device: KnownDevice,
        reason: Reason,
        missing: tuple[str, ...],
        upper_bound_only: bool,
    ) -> None:
        self.abstaining.append(
            Abstention(version, device, version.rule.param, reason, missing, upper_bound_only)
        )


def _placed_or_not(
    version: RuleVersion, facts: Mapping[str, Any], override: ProjectRuleOverride | None, period_s: float
) -> Placed:
    """The rule at the place; one that cannot be run there abstains, and the log says why."""
    try:
        return placed(version, facts, override=override, period_s=period_s)
    except (ValueError, TypeError) as error:
        log.error("rule_cannot_be_placed", rule=version.rule.code, version=version.version, why=str(error))
        name = version.fact.get("name")
        return Placed(None, Reason.MISSING_FACT, (name,) if name else ())


def _source(
    facts: Mapping[str, Any],
    name: str,
    version: RuleVersion,
    override: ProjectRuleOverride | None,
    *,
    scaled: bool,
) -> dict[str, Any]:
    """What the judgement has to name besides rule and version."""
    source: dict[str, Any] = {}
    if override is not None:
        source |= {"override": override.pk, "document_no": override.document_no}
    elif name and facts.get(name) is not None:
        source["fact"] = f"{name} = {facts[name]}"
    if scaled:
        source["rate_factor"] = version.fact.get("factor")
    return source
