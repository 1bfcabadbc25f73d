"""Reads of rules."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from lantu.monitoring.rules.models import RuleVersion


def versions_in_force(day: date) -> list[RuleVersion]:
    """The one version of each rule that holds on this day (the newest, where two touch on their border day)."""
    holding = (
        RuleVersion.objects.select_related("rule")
        .filter(Q(effective_to=None) | Q(effective_to__gte=day), effective_from__lte=day)
        .order_by("rule_id", "-version")
    )
    newest: dict[int, RuleVersion] = {}
    for version in holding:
        newest.setdefault(version.rule_id, version)
    return list(newest.values())
