"""Raise an alert, or bring the open one of the same rule and channel up to date."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from lantu.core.sentences import sentence
from lantu.core.services.emit import emit
from lantu.duties.models import Duty
from lantu.duties.services.lock import reserve_id
from lantu.duties.services.open import open_duty
from lantu.monitoring.alerts.holders import acknowledge_by, holder_of
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.update_alert import level_label, update_alert
from lantu.monitoring.alerts.states import AlertKind
from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.events import AlertRaised
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.states import TECHNICAL_KINDS

SUBJECT = "monitoring.alert"
EXCEEDED = sentence(gettext_noop("%(device)s %(channel)s %(value)s %(unit)s，超过 %(limit)s"))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a rule concluded about a channel (or, for silence, about a whole device: channel None)."""

    rule_version: RuleVersion
    device: Device
    channel: Channel | None
    severity: int
    value: float | None
    limit: float | None
    at: datetime
    late: bool = False
    inputs: dict[str, Any] = field(default_factory=dict)


def open_alert_of(rule_id: int, device_id: int, channel_id: int | None) -> Alert | None:
    """The one open alert of a rule and channel (or of a rule and device where there is no channel)."""
    mine = Alert.objects.filter(rule_id=rule_id, device_id=device_id, closed_at=None)
    mine = mine.filter(channel=None) if channel_id is None else mine.filter(channel_id=channel_id)
    return mine.first()


@transaction.atomic(savepoint=False)
def raise_alert(finding: Finding, *, now: datetime, known_open: bool = True) -> Alert:
    """Open an alert with its duty and event; an already open one is updated instead.

    ``now`` is the time of judgement. Whoever keeps count of the open ones says with ``known_open=False`` that there is
    none to look for; should there be one, the unique index refuses the second (IntegrityError). Raises Refused when
    nobody at all can take the duty; the caller's transaction or savepoint is then to be rolled back.
    """
    channel_id = finding.channel.pk if finding.channel else None
    known = open_alert_of(finding.rule_version.rule_id, finding.device.pk, channel_id) if known_open else None
    if known is not None:
        return update_alert(
            known,
            severity=finding.severity,
            value=finding.value,
            limit=finding.limit,
            at=finding.at,
            inputs=finding.inputs,
            now=now,
        )
    version, device, project = finding.rule_version, finding.device, finding.device.project
    kind = AlertKind.TECHNICAL if version.kind in TECHNICAL_KINDS else AlertKind.RISK
    # The duty names the alert and the alert may not be without duty: the number comes first.
    pk = reserve_id(Alert)
    alert = _blank(finding, pk=pk, kind=kind, now=now)
    alert.duty = _open_duty(alert, now=now)
    alert.save(force_insert=True)
    emit(
        AlertRaised(
            project_id=project.pk,
            subject_id=pk,
            alert_kind=str(kind),
            rule=version.rule.code,
            rule_version=version.version,
            device_id=device.pk,
            channel_id=channel_id,
            severity=finding.severity,
            value=finding.value,
            opened_at=finding.at.isoformat(),
            late=finding.late,
        ),
        actor=None,
        at=now,
    )
    return alert


def _blank(finding: Finding, *, pk: int, kind: AlertKind, now: datetime) -> Alert:
    """The alert as it begins: first, peak and last value are the same reading."""
    version = finding.rule_version
    return Alert(
        pk=pk,
        kind=kind,
        rule_id=version.rule_id,
        rule_version=version,
        project=finding.device.project,
        device=finding.device,
        channel=finding.channel,
        severity=finding.severity,
        level=level_label(version, finding.severity),
        limit=finding.limit,
        unit=version.unit or (finding.channel.unit if finding.channel else ""),
        opened_at=finding.at,
        judged_at=now,
        first_value=finding.value,
        peak_value=finding.value,
        peak_at=finding.at,
        last_value=finding.value,
        last_at=finding.at,
        late=finding.late,
        inputs=finding.inputs,
    )


def alert_title(alert: Alert) -> str:
    """One line that says what was found where."""
    if alert.channel is None:
        return f"{alert.rule_version.rule.name}：{alert.device.name}"
    return EXCEEDED % {
        "device": alert.device.name,
        "channel": alert.channel.label,
        "value": f"{alert.last_value:g}" if alert.last_value is not None else "—",
        "unit": alert.unit,
        "limit": f"{alert.limit:g}" if alert.limit is not None else "—",
    }


def _open_duty(alert: Alert, *, now: datetime) -> Duty:
    version = alert.rule_version
    return open_duty(
        subject_type=SUBJECT,
        subject_id=alert.pk,
        project=alert.project,
        step="acknowledge",
        title=alert_title(alert),
        action_label=gettext_noop("处置预警"),
        action_url=reverse("monitoring:alert", args=[alert.pk]),
        holder=holder_of(alert.project, alert.device, alert.kind),
        severity=alert.severity,
        due_at=acknowledge_by(now, kind=alert.kind, severity=alert.severity),
        now=now,
        actor=None,
        basis=f"{version.basis} {version.clause}".strip()[:200],
    )
