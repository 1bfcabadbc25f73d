"""Limits as lines of a chart: those that hold at the place, with its facts and design values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from lantu.calc.rules import Rule, in_scope
from lantu.core.sentences import retell
from lantu.monitoring.devices.facts import facts_for_rules
from lantu.monitoring.devices.models import Channel
from lantu.monitoring.rules.compiling import placed
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.overrides.selectors import overrides_in_force
from lantu.monitoring.rules.states import RuleKind

COLOURS = {1: "muted", 2: "warn", 3: "warn", 4: "bad"}
BAND_SHARES = ((2, 0.85), (3, 1.0))


def place_marks(channel: Channel, versions: Iterable[RuleVersion]) -> list[dict[str, Any]]:
    """Lines of the thresholds and cumulative limits that judge this channel, each limit once. Queries: two.

    A rule that abstains draws no line; limits that are an upper bound only say so. A pit may move either way: its
    lines lie on the side of its latest value.
    """
    device = channel.device
    facts = facts_for_rules(device.facts)
    latest = getattr(channel, "latest", None)
    side = latest.value if latest is not None else 1.0
    design = overrides_in_force(devices=[device.pk])
    marks: dict[float, dict[str, Any]] = {}
    for version in versions:
        if version.rule.param != channel.key or version.kind not in (RuleKind.THRESHOLD, RuleKind.BAND):
            continue
        if "interlock" in version.terms:
            continue
        if not in_scope(version.scope, device.type.code, facts):
            continue
        override = design.of(device.pk, device.project_id, version.rule.code)
        found = placed(version, facts, override=override, period_s=channel.period_s)
        if found.rule is None:
            continue
        bound = "≤ " if found.upper_bound_only else ""
        banded = version.kind == RuleKind.BAND
        signed = math.copysign(found.rule.cumulative, side)
        for mark in band_marks(signed, bound) if banded else _levels(found.rule, version):
            marks.setdefault(mark["y"], mark)
    return [marks[y] for y in sorted(marks)]


def _levels(rule: Rule, version: RuleVersion) -> Iterable[dict[str, Any]]:
    words = {int(level["severity"]): level.get("label", "") for level in version.levels}
    for level in rule.levels:
        label = f"{retell(words.get(level.severity, ''))} {level.limit:g}".strip()
        yield {"y": level.limit, "label": label, "color": COLOURS[level.severity]}


def band_marks(cumulative: float, bound: str = "") -> Iterable[dict[str, Any]]:
    """85 and 100 % of a cumulative limit; a negative limit gives lines below zero."""
    for severity, share in BAND_SHARES:
        y = round(cumulative * share, 2)
        yield {"y": y, "label": f"{share:.0%} {bound}{y:g}", "color": COLOURS[severity + 1]}
