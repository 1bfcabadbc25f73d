"""Shapes of the monitoring API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema

from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.selectors import SILENT_PERIODS, channels_with_latest
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.gateway.rejects import shown_raw
from lantu.monitoring.telemetry.models import Quarantine

RAW_SHOWN = 4_096


class TokenOut(Schema):
    token: str


class Reason(Schema):
    reason: str = ""


class ReceiptOut(Schema):
    index: int
    status: str
    reason: str = ""
    detail: str = ""


class SubmissionOut(Schema):
    accepted: int
    quarantined: int
    rejected: int
    records: list[ReceiptOut]


class DeviceOut(Schema):
    code: str
    name: str
    project: str
    type: str
    status: str
    place: str
    lon: float | None
    lat: float | None
    last_seen_at: datetime | None
    period_s: int | None
    silent: bool
    exempt_reason: str


class ChannelOut(Schema):
    id: int
    key: str
    label: str
    unit: str
    range_low: float
    range_high: float
    period_s: int
    decimals: int
    value: float | None
    at: datetime | None


class DeviceDetail(DeviceOut):
    owner: str
    installed_on: date | None
    calibrated_until: date | None
    facts: dict[str, Any]
    channels: list[ChannelOut]


class PointOut(Schema):
    ts_ms: int
    value: float
    quality: int


class BucketOut(Schema):
    ts_ms: int
    readings: int
    mean: float
    low: float
    high: float
    last: float


class ReadingsOut(Schema):
    channel: str
    unit: str
    since: datetime
    until: datetime
    source: str
    step_s: int | None
    truncated: bool
    points: list[PointOut]
    buckets: list[BucketOut]


class AlertOut(Schema):
    id: int
    kind: str
    state: str
    severity: int
    level: str
    project: str
    device: str
    channel: str | None
    rule: str
    rule_version: int
    opened_at: datetime
    last_at: datetime | None
    cleared_at: datetime | None
    closed_at: datetime | None
    first_value: float | None
    peak_value: float | None
    last_value: float | None
    limit: float | None
    unit: str
    late: bool
    holder: str | None
    due_at: datetime | None
    taken_up_ref: str


class AlertDetail(AlertOut):
    rule_name: str
    basis: str
    clause: str
    mark: str
    judged_at: datetime
    hits: int
    inputs: dict[str, Any]
    false_reason: str
    proposed_by: str | None


class QuarantineOut(Schema):
    id: int
    source: str
    subject: str
    device: str
    reason: str
    detail: str
    problems: list[dict[str, Any]]
    raw_hex: str
    raw_bytes: int
    received_at: datetime
    replayed_at: datetime | None


def device_row(device: Device, now: datetime) -> dict[str, Any]:
    """A device with ``period_s`` annotated."""
    period = getattr(device, "period_s", None)
    quiet = (now - device.last_seen_at).total_seconds() if device.last_seen_at else None
    return {
        "code": device.code,
        "name": device.name,
        "project": device.project.code,
        "type": device.type.code,
        "status": device.status,
        "place": device.place,
        "lon": device.lon,
        "lat": device.lat,
        "last_seen_at": device.last_seen_at,
        "period_s": period,
        "silent": device.status == DeviceStatus.IN_SERVICE
        and quiet is not None
        and period is not None
        and quiet > SILENT_PERIODS * period,
        "exempt_reason": device.exempt_reason,
    }


def device_detail(device: Device, now: datetime) -> dict[str, Any]:
    """A device with its channels and their newest values. Queries: one."""
    channels = channels_with_latest(device)
    device.period_s = min((channel.period_s for channel in channels), default=None)  # type: ignore[attr-defined]
    rows = []
    for channel in channels:
        latest = getattr(channel, "latest", None)
        rows.append(
            {
                "id": channel.pk, "key": channel.key, "label": channel.label, "unit": channel.unit,
                "range_low": channel.range_low, "range_high": channel.range_high, "period_s": channel.period_s,
                "decimals": channel.decimals, "value": latest.value if latest else None,
                "at": latest.at if latest else None,
            }
        )  # fmt: skip
    return {
        **device_row(device, now),
        "owner": str(device.owner_org or ""),
        "installed_on": device.installed_on,
        "calibrated_until": device.calibrated_until,
        "facts": device.facts,
        "channels": rows,
    }


def alert_row(alert: Alert) -> dict[str, Any]:
    """An alert as a list shows it; relations are loaded by the selector, ``ball`` by ``with_balls``."""
    duty = getattr(alert, "ball", None)
    return {
        "id": alert.pk, "kind": alert.kind, "state": alert.state, "severity": alert.severity, "level": alert.level,
        "project": alert.project.code, "device": alert.device.code,
        "channel": alert.channel.key if alert.channel else None, "rule": alert.rule.code,
        "rule_version": alert.rule_version.version, "opened_at": alert.opened_at, "last_at": alert.last_at,
        "cleared_at": alert.cleared_at, "closed_at": alert.closed_at, "first_value": alert.first_value,
        "peak_value": alert.peak_value, "last_value": alert.last_value, "limit": alert.limit, "unit": alert.unit,
        "late": alert.late, "holder": str(duty.holder) if duty else None, "due_at": duty.due_at if duty else None,
        "taken_up_ref": alert.taken_up_ref,
    }  # fmt: skip


def alert_detail(alert: Alert) -> dict[str, Any]:
    """Everything that answers: which rule, which inputs, since when, whose ball."""
    version = alert.rule_version
    return {
        **alert_row(alert),
        "rule_name": version.rule.name,
        "basis": version.basis,
        "clause": version.clause,
        "mark": version.mark,
        "judged_at": alert.judged_at,
        "hits": alert.hits,
        "inputs": alert.inputs,
        "false_reason": alert.false_reason,
        "proposed_by": str(alert.proposed_by) if alert.proposed_by else None,
    }


def quarantine_row(entry: Quarantine) -> dict[str, Any]:
    """A quarantined message with its first 4 kB in hex."""
    raw = shown_raw(entry)
    return {
        "id": entry.pk,
        "source": entry.source,
        "subject": entry.subject,
        "device": entry.device_guess,
        "reason": entry.reason,
        "detail": entry.detail,
        "problems": entry.problems,
        "raw_hex": raw[:RAW_SHOWN].hex(),
        "raw_bytes": len(raw),
        "received_at": entry.received_at,
        "replayed_at": entry.replayed_at,
    }
