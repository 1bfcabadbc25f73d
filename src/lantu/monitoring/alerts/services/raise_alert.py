"""Raise an alert, or bring the open one of the same rule and channel up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.events import DomainEvent
from lantu.core.refusals import Refused
from lantu.core.sentences import sentence
from lantu.core.services.emit import emit_all
from lantu.duties.services.open import Drawn, draw_up, enter_duties
from lantu.monitoring.alerts.holders import acknowledge_by, contacts_of, holder_of
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.update_alert import level_label, update_alert
from lantu.monitoring.alerts.states import AlertKind
from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.events import AlertRaised
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.states import TECHNICAL_KINDS

SUBJECT = "monitoring.alert"
NUMBERS_SQL = """
    SELECT nextval(pg_get_serial_sequence('monitoring_alert', 'id')), nextval(pg_get_serial_sequence('duties_duty', 'id'))
    FROM generate_series(1, %s)
"""
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
def raise_alert(finding: Finding, *, now: datetime) -> Alert:
    """Open an alert with its duty and event; an already open one is updated instead.

    ``now`` is the time of judgement. Raises Refused when nobody at all can take the duty; the caller's transaction or
    savepoint is then to be rolled back.
    """
    channel_id = finding.channel.pk if finding.channel else None
    known = open_alert_of(finding.rule_version.rule_id, finding.device.pk, channel_id)
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
    (raised,) = raise_many([finding], now=now)
    if isinstance(raised, Refused):
        raise raised
    return raised


def raise_many(findings: Sequence[Finding], *, now: datetime) -> list[Alert | Refused]:
    """New alerts with their duties, notices and events, in the order of ``findings``; a refusal in place of an alert that
    nobody at all can take.

    Nothing may be open for their rules and channels: the unique index refuses the batch (IntegrityError). Runs in the
    caller's transaction; statements: a dozen, however many findings there are.
    """
    contacts = contacts_of(finding.device.project_id for finding in findings)
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS_SQL, [len(findings)])
        numbers = cursor.fetchall()
    made: list[Alert | Refused] = []
    new: list[tuple[Alert, Drawn]] = []
    for finding, (alert_id, duty_id) in zip(findings, numbers, strict=True):
        # The duty names the alert and the alert may not be without duty: the numbers come first.
        alert = _blank(finding, pk=alert_id, duty_id=duty_id, now=now)
        try:
            drawn = _draw_up_duty(alert, finding, contacts.get(finding.device.project_id, {}), now=now)
        except Refused as refusal:
            made.append(refusal)
            continue
        drawn.duty.pk = duty_id
        new.append((alert, drawn))
        made.append(alert)
    if new:
        _store(new, now=now)
    return made


def _store(new: Sequence[tuple[Alert, Drawn]], *, now: datetime) -> None:
    opened = enter_duties([drawn for _alert, drawn in new], now=now, actor=None)
    Alert.objects.bulk_create([alert for alert, _drawn in new])
    told: list[DomainEvent] = []
    why: list[str] = []
    for (alert, drawn), duty_opened in zip(new, opened, strict=True):
        told += [duty_opened, _raised(alert)]
        why += [drawn.why, ""]
    emit_all(told, actor=None, at=now, reason=why)


def _raised(alert: Alert) -> AlertRaised:
    version = alert.rule_version
    return AlertRaised(
        project_id=alert.project_id,
        subject_id=alert.pk,
        alert_kind=str(alert.kind),
        rule=version.rule.code,
        rule_version=version.version,
        device_id=alert.device_id,
        channel_id=alert.channel_id,
        severity=alert.severity,
        value=alert.first_value,
        opened_at=alert.opened_at.isoformat(),
        late=alert.late,
    )


def _blank(finding: Finding, *, pk: int, duty_id: int, now: datetime) -> Alert:
    """The alert as it begins: first, peak and last value are the same reading."""
    version = finding.rule_version
    return Alert(
        pk=pk,
        duty_id=duty_id,
        kind=AlertKind.TECHNICAL if version.kind in TECHNICAL_KINDS else AlertKind.RISK,
        rule_id=version.rule_id,
        rule_version=version,
        project_id=finding.device.project_id,
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


def _draw_up_duty(alert: Alert, finding: Finding, contacts: dict[str, User], *, now: datetime) -> Drawn:
    version = alert.rule_version
    return draw_up(
        subject_type=SUBJECT,
        subject_id=alert.pk,
        project_id=alert.project_id,
        step="acknowledge",
        title=alert_title(alert),
        action_label=gettext_noop("处置预警"),
        action_url=reverse("monitoring:alert", args=[alert.pk]),
        holder=holder_of(alert.project_id, finding.device, alert.kind, contacts),
        severity=alert.severity,
        due_at=acknowledge_by(now, kind=alert.kind, severity=alert.severity),
        now=now,
        actor=None,
        basis=f"{version.basis} {version.clause}".strip()[:200],
    )
