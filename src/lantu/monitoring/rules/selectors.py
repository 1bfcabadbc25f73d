"""Reads of rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Count, Q

from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.states import AlertState
from lantu.monitoring.rules.models import RuleVersion
from lantu.packs.load import city, quiet_periods


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
    return [version for version in newest.values() if _holds_on(version, day)]


def _holds_on(version: RuleVersion, day: date) -> bool:
    """A rule with a calendar (examinations) holds on that calendar's days only."""
    calendar = version.terms.get("calendar")
    if not calendar:
        return True
    periods = quiet_periods(city(settings.CITY_PACK), calendar)
    return any(period.first <= day <= period.last for period in periods)


@dataclass(frozen=True)
class RuleRow:
    """A rule version in force with its record: how many alerts it raised, and how many were false."""

    version: RuleVersion
    alerts: int
    false: int

    @property
    def precision_pct(self) -> float | None:
        """Share of alerts that were not false; None before the first."""
        return 100 * (1 - self.false / self.alerts) if self.alerts else None

    @property
    def false_pct(self) -> float | None:
        """Share of alerts that two people called false; None before the first."""
        return 100 * self.false / self.alerts if self.alerts else None


def rules_with_precision(*, day: date) -> list[RuleRow]:
    """All rules in force, by family. Queries: two."""
    counts = {
        row["rule_id"]: (row["alerts"], row["false"])
        for row in Alert.objects.values("rule_id").annotate(
            alerts=Count("id"), false=Count("id", filter=Q(state=AlertState.FALSE_POSITIVE))
        )
    }
    versions = sorted(versions_in_force(day), key=lambda version: (version.rule.family, version.rule.code))
    return [RuleRow(version, *counts.get(version.rule_id, (0, 0))) for version in versions]
