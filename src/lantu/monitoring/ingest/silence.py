"""A device that has not spoken for three periods: a technical alert for whoever keeps it, never a lowered risk."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import structlog
from django.db import transaction

from lantu.calc.rules import silent
from lantu.core.refusals import Refused
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.clear_alert import clear_alert
from lantu.monitoring.alerts.services.raise_alert import Finding, raise_alert
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.ingest.memory import Memory, from_ms, to_ms

log = structlog.get_logger(__name__)
AT_ONCE = 25
# Devices come back one after the other when the platform does: nobody is silent before they had time to.
RECONNECT_TIME = timedelta(minutes=3)


def judge_silence(memory: Memory, *, now: datetime, listening_since: datetime) -> None:
    """Raise and clear silence alerts. Time in which we were not listening is nobody's silence.

    A device that has never sent is not silent but not yet connected: the coverage table says so.
    """
    if not memory.rules.silence:
        return
    version = memory.rules.silence[0]
    known = memory.registry.devices
    period = np.array(
        [
            min((c.period_s for c in memory.registry.channels[d.base : d.base + d.width] if c), default=60)
            for d in known
        ],
        np.float64,
    )
    heard = np.maximum(memory.seen_ms, to_ms(listening_since + RECONNECT_TIME))
    in_service = np.array([d.row.status == DeviceStatus.IN_SERVICE for d in known], bool)
    quiet = silent(heard, period, to_ms(now), periods=version.samples) & (memory.seen_ms > 0) & in_service
    for index in [i for i in np.flatnonzero(quiet).tolist() if i not in memory.silence][:AT_ONCE]:
        device = Device.objects.select_related("project__owner_org__head", "owner_org").get(
            pk=known[index].row.id
        )
        finding = Finding(
            rule_version=version,
            device=device,
            channel=None,
            severity=int(version.levels[0]["severity"]) if version.levels else 1,
            value=None,
            limit=None,
            at=from_ms(int(memory.seen_ms[index])),
            inputs={
                "rule": version.rule.code,
                "version": version.version,
                "period_s": float(period[index]),
                "periods": version.samples,
                "last_seen_ms": int(memory.seen_ms[index]),
            },
        )
        try:
            with transaction.atomic():
                memory.silence[index] = raise_alert(finding, now=now).pk
        except Refused as refusal:
            memory.silence[index] = 0
            log.error("alert_without_holder", rule=version.label, device=device.code, why=str(refusal))
    for index in [i for i in memory.silence if not quiet[i] and memory.seen_ms[i] > 0][:AT_ONCE]:
        alert = Alert.objects.filter(pk=memory.silence.pop(index), closed_at=None).first()
        if alert is not None and heard_again(memory, index, alert):
            clear_alert(alert, value=None, at=from_ms(int(memory.seen_ms[index])), now=now)
        elif alert is not None:
            memory.silence[index] = alert.pk


def heard_again(memory: Memory, index: int, alert: Alert) -> bool:
    """True when the device has sent since it fell silent (a restart of ours is no sign of life)."""
    return bool(memory.seen_ms[index] > to_ms(alert.opened_at))
