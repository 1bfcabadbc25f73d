"""Look at the last hours of every device in service: raise what is wrong, close what is right again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from lantu.core.refusals import Refused
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.clear_alert import clear_alert
from lantu.monitoring.alerts.services.raise_alert import Finding, raise_alert
from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.quality.checks import (
    Fault,
    Twins,
    beyond_range,
    faulty,
    flat_lines,
    keys_of,
    spiky,
    wrong_clock,
)
from lantu.monitoring.quality.windows import windows
from lantu.monitoring.rules.abstentions import lacking_by_device, unjudged_of
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.selectors import versions_in_force
from lantu.monitoring.rules.states import RuleKind

log = structlog.get_logger(__name__)
BACK = timedelta(hours=6)
OF_CHANNELS = {"flat_line": flat_lines, "spike": spiky, "over_range": beyond_range, "faulty": faulty}
FROM_READINGS = frozenset({*OF_CHANNELS, "clock", "twins"})
CHECKS = FROM_READINGS | {"calibration", "facts"}
"""Other rules of quality (a device that sends too fast) are judged elsewhere, and their alerts are not ours to close."""


@dataclass(frozen=True)
class Checked:
    """How many devices were looked at, and what came of it."""

    devices: int
    raised: int
    closed: int


def check_devices(*, now: datetime, devices: Iterable[Device] | None = None) -> Checked:
    """One round over all devices in service (or these).

    A device that has not spoken within six hours is silent, which is another rule's business: what was found on it
    stays open until it speaks again. Each alert is its own transaction.
    """
    versions = {
        version.terms["check"]: version
        for version in versions_in_force(timezone.localdate(now))
        if version.kind == RuleKind.QUALITY and version.terms.get("check") in CHECKS
    }
    chosen = Device.objects.filter(status=DeviceStatus.IN_SERVICE) if devices is None else devices
    known = {device.pk: device for device in chosen}
    faults, heard = _from_readings(versions, known, now=now)
    faults += _from_records(versions, known, now=now)
    judged = {
        (version.rule_id, pk)
        for check, version in versions.items()
        for pk in (heard if check in FROM_READINGS else known)
    }
    raised, closed = _settle(faults, known, judged, now=now)
    return Checked(len(known), raised, closed)


def _from_readings(
    versions: dict[str, RuleVersion], known: dict[int, Device], *, now: datetime
) -> tuple[list[Fault], set[int]]:
    rows = Channel.objects.filter(device__in=known).values_list("device_id", "key", "rank")
    keys = keys_of(rows)
    pairs = Twins(versions["twins"]) if "twins" in versions else None
    found: list[Fault] = []
    heard: set[int] = set()
    for window in windows(known, since=now - BACK, until=now + timedelta(minutes=5)):
        heard.add(window.device_id)
        mine = keys.get(window.device_id, {})
        for check, look in OF_CHANNELS.items():
            if check in versions:
                found += look(versions[check], window, mine)
        if "clock" in versions:
            found += wrong_clock(versions["clock"], window)
        if pairs is not None:
            pairs.note(window, mine)
    if pairs is not None:
        found += pairs.faults({pk: device.code for pk, device in known.items()})
    return found, heard


def _from_records(
    versions: dict[str, RuleVersion], known: dict[int, Device], *, now: datetime
) -> list[Fault]:
    """What the register itself says: a calibration that has run out, facts without which rules abstain."""
    today, at_ms = timezone.localdate(now), int(now.timestamp() * 1000)
    found: list[Fault] = []
    if "calibration" in versions:
        for device in known.values():
            until = device.calibrated_until
            if until is not None and until < today:
                days, inputs = float((today - until).days), {"expired_on": until.isoformat()}
                found.append(Fault(versions["calibration"], device.pk, "", days, 0.0, at_ms, inputs))
    if "facts" in versions:
        for pk, rows in lacking_by_device(unjudged_of(known.values(), day=today)).items():
            names = sorted({name for row in rows for name in row.missing_names})
            waiting = len({row.version.rule_id for row in rows})
            told: dict[str, str | int] = {"missing": "、".join(names), "rules_waiting": waiting}
            found.append(Fault(versions["facts"], pk, "", float(len(names)), 1.0, at_ms, told))
    return found


def _settle(
    faults: list[Fault], known: dict[int, Device], judged: set[tuple[int, int]], *, now: datetime
) -> tuple[int, int]:
    """Raise what is new, leave what stands, close what is gone. Nothing is raised twice and nobody is reminded here."""
    standing = {
        (alert.rule_id, alert.device_id, alert.channel.key if alert.channel else ""): alert
        for alert in Alert.objects.filter(
            closed_at=None, rule_version__kind=RuleKind.QUALITY, device__in=known
        ).select_related("channel")
    }
    wrong = {fault.place: fault for fault in faults}
    raised = sum(_raise(fault, now=now) for place, fault in wrong.items() if place not in standing)
    closed = 0
    for place, alert in standing.items():
        fault = wrong.get(place)
        if fault is not None:
            if fault.inputs.get("missing", "") != alert.inputs.get("missing", ""):
                Alert.objects.filter(pk=alert.pk).update(inputs={**alert.inputs, **fault.inputs})
        elif place[:2] in judged:
            clear_alert(alert, value=None, at=now, now=now)
            closed += 1
    return raised, closed


def _raise(fault: Fault, *, now: datetime) -> bool:
    version = fault.version
    device = Device.objects.select_related("project__owner_org__head", "owner_org").get(pk=fault.device_id)
    channel = device.channels.filter(key=fault.channel).first() if fault.channel else None
    finding = Finding(
        rule_version=version,
        device=device,
        channel=channel,
        severity=int(version.levels[0]["severity"]),
        value=fault.value,
        limit=fault.limit,
        at=datetime.fromtimestamp(fault.at_ms / 1000, UTC),
        inputs={"rule": version.rule.code, "version": version.version, **fault.inputs},
    )
    try:
        with transaction.atomic():
            raise_alert(finding, now=now)
    except Refused as refusal:
        log.error("alert_without_holder", rule=version.label, device=device.code, why=str(refusal))
        return False
    return True
