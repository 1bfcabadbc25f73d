"""Bring an open alert up to date: newest value, peak, a higher severity, an excess that came back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from lantu.core.services.emit import emit, hold_chain
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.events import AlertEscalated, AlertRecurred
from lantu.monitoring.rules.models import RuleVersion


def worse(version: RuleVersion, value: float, than: float) -> bool:
    """True when ``value`` lies further into danger than ``than`` under this rule."""
    if version.compare.startswith("abs"):
        return abs(value) > abs(than)
    return value < than if version.compare in ("lt", "le") else value > than


def level_label(version: RuleVersion, severity: int) -> str:
    """The rule's own word for a severity (预警, 报警, 控制 …)."""
    for level in version.levels:
        if int(level["severity"]) == severity:
            return str(level.get("label") or "")[:40]
    return ""


@transaction.atomic
def update_alert(
    alert: Alert,
    *,
    severity: int,
    value: float | None,
    at: datetime,
    now: datetime,
    limit: float | None = None,
    inputs: dict[str, Any] | None = None,
) -> Alert:
    """Note a further excess. A severity only rises here; coming back to normal is clear_alert's business."""
    hold_chain(alert.project_id)
    alert = (
        Alert.objects.select_for_update(of=("self",)).select_related("rule_version__rule").get(pk=alert.pk)
    )
    version = alert.rule_version
    before, was_cleared = alert.severity, alert.cleared_at is not None
    alert.hits += 1
    if alert.last_at is None or at >= alert.last_at:
        alert.last_at, alert.last_value = at, value
    if value is not None and (alert.peak_value is None or worse(version, value, alert.peak_value)):
        alert.peak_value, alert.peak_at = value, at
    if severity > before:
        alert.severity, alert.level = severity, level_label(version, severity)
        alert.limit = limit if limit is not None else alert.limit
        alert.inputs = inputs or alert.inputs
    alert.cleared_at = None
    alert.save()
    if severity > before:
        emit(
            AlertEscalated(
                project_id=alert.project_id,
                subject_id=alert.pk,
                severity_before=before,
                severity=severity,
                value=value,
            ),
            actor=None,
            at=now,
        )
    elif was_cleared:
        emit(
            AlertRecurred(project_id=alert.project_id, subject_id=alert.pk, severity=severity, value=value),
            actor=None,
            at=now,
        )
    return alert
