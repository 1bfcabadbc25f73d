"""Correct what is registered about a device."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Unacceptable
from lantu.core.services.emit import emit
from lantu.monitoring.devices.facts import checked_facts
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.registry_version import raise_registry_version
from lantu.monitoring.events_desk import DeviceChanged

CHANGEABLE = (
    "name", "place", "lon", "lat", "owner_org", "installed_on", "calibrated_until", "facts", "exempt_reason",
)  # fmt: skip


@transaction.atomic
def change_device(
    device: Device, *, values: dict[str, Any], reason: str, now: datetime, actor: User | None
) -> Device:
    """Write the fields that differ; nothing happens when none does. Raises Unacceptable for a field, a place or
    a fact that cannot be. A changed fact of the place counts for judgements from now on."""
    unknown = set(values) - set(CHANGEABLE)
    if unknown:
        raise Unacceptable(
            "monitoring.device_field",
            _("设备的这些内容不能修改：%(fields)s。") % {"fields": "、".join(sorted(unknown))},
            remedy=_("编码、项目和类型变了就是另一台设备，请停用后重新登记。"),
        )
    if "facts" in values:
        values = values | {"facts": checked_facts(values["facts"])}
    device = Device.objects.select_for_update().get(pk=device.pk)
    changed = [name for name, value in values.items() if getattr(device, name) != value]
    if not changed:
        return device
    for name in changed:
        setattr(device, name, values[name])
    check_place(device.lon, device.lat)
    device.save(update_fields=changed)
    raise_registry_version()
    emit(
        DeviceChanged(project_id=device.project_id, subject_id=device.pk, code=device.code, fields=changed),
        actor=actor,
        at=now,
        reason=reason,
    )
    return device


def check_place(lon: float | None, lat: float | None) -> None:
    """Both or none, and within the country. Raises Unacceptable."""
    if lon is None and lat is None:
        return
    if lon is None or lat is None or not (73 <= lon <= 136 and 3 <= lat <= 54):
        raise Unacceptable(
            "monitoring.device_place",
            _("经纬度不成对，或不在国内。"),
            remedy=_("经度在前、纬度在后，例如 116.3075 与 37.4536。"),
            field="lon",
        )
