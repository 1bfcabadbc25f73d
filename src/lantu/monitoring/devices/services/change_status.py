"""Put a device into service, under maintenance, or out of use."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.registry_version import raise_registry_version
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.events import DeviceStatusChanged


@transaction.atomic
def change_status(
    device: Device, *, status: DeviceStatus, reason: str, now: datetime, actor: User | None
) -> Device:
    """Change the status; nothing happens when it is the same already."""
    device = Device.objects.select_for_update().get(pk=device.pk)
    before = device.status
    if before == status:
        return device
    device.status = status
    device.save(update_fields=["status"])
    raise_registry_version()
    emit(
        DeviceStatusChanged(
            project_id=device.project_id, subject_id=device.pk, status_before=before, status=str(status)
        ),
        actor=actor,
        at=now,
        reason=reason,
    )
    return device
