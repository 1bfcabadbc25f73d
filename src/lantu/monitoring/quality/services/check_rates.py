"""A device that sends too fast: a technical alert to whoever keeps it, closed when it has kept to its share again."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from lantu.core.refusals import Refused
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.clear_alert import clear_alert
from lantu.monitoring.alerts.services.raise_alert import Finding, raise_alert
from lantu.monitoring.devices.models import Device
from lantu.monitoring.ingest.held_back import held_by_device
from lantu.monitoring.rules.selectors import versions_in_force

log = structlog.get_logger(__name__)
RULE = "quality.rate"
BACK = timedelta(hours=1)


def check_rates(*, now: datetime) -> tuple[int, int]:
    """(raised, closed). Whoever was held back within the last hour has an alert; each is its own transaction."""
    version = next((v for v in versions_in_force(timezone.localdate(now)) if v.rule.code == RULE), None)
    if version is None:
        return 0, 0
    standing = {
        alert.device_id: alert for alert in Alert.objects.filter(rule_id=version.rule_id, closed_at=None)
    }
    devices = Device.objects.select_related("project__owner_org__head", "owner_org").in_bulk()
    held = held_by_device(devices, since=now - BACK)
    raised = 0
    for pk in held.keys() - standing.keys():
        finding = Finding(
            rule_version=version,
            device=devices[pk],
            channel=None,
            severity=1,
            value=float(held[pk]),
            limit=1.0,
            at=now,
            inputs={"samples": held[pk]},
        )
        try:
            with transaction.atomic():
                raise_alert(finding, now=now)
            raised += 1
        except Refused as refusal:
            log.error("alert_without_holder", rule=version.label, device=devices[pk].code, why=str(refusal))
    calm = [standing[pk] for pk in standing.keys() - held.keys()]
    for alert in calm:
        clear_alert(alert, value=None, at=now, now=now)
    return raised, len(calm)
