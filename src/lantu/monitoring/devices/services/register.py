"""Register a device with the channels of its type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit_all
from lantu.monitoring.devices.facts import checked_facts
from lantu.monitoring.devices.models import CODE, CODE_PATTERN, Channel, Device, DeviceType
from lantu.monitoring.devices.services.registry_version import raise_registry_version
from lantu.monitoring.events import DeviceRegistered
from lantu.projects.models import Project


@dataclass(frozen=True, kw_only=True)
class NewDevice:
    """What is entered of an instrument: its place in degrees (CGCS2000), ``facts`` for its rules."""

    code: str
    project: Project
    type_code: str
    name: str
    owner_org: Organisation | None = None
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    installed_on: date | None = None
    calibrated_until: date | None = None
    facts: dict[str, Any] | None = None


def register_device(*, now: datetime, actor: User | None, **entered: Any) -> Device:
    """Create one device in service from the fields of :class:`NewDevice`. Raises as :func:`register_devices`."""
    (device,) = register_devices([NewDevice(**entered)], now=now, actor=actor)
    return device


@transaction.atomic
def register_devices(entries: Sequence[NewDevice], *, now: datetime, actor: User | None) -> list[Device]:
    """Create devices in service, all or none, each with the channels of its type and its own event.

    Raises Refused for a code that is taken or unusable, or an unknown type; Unacceptable for a fact that cannot be.
    """
    kinds = {kind.code: kind for kind in DeviceType.objects.filter(code__in={e.type_code for e in entries})}
    codes = [entry.code for entry in entries]
    taken = set(Device.objects.filter(code__in=codes).values_list("code", flat=True))
    for entry in entries:
        _refuse_unfit(entry, kinds, taken)
        taken.add(entry.code)
    devices = Device.objects.bulk_create([_device(entry, kinds[entry.type_code], now) for entry in entries])
    Channel.objects.bulk_create([channel for device in devices for channel in _channels(device)])
    raise_registry_version()
    told = [
        DeviceRegistered(
            project_id=device.project_id, subject_id=device.pk, code=device.code, type_code=device.type.code
        )
        for device in devices
    ]
    emit_all(told, actor=actor, at=now)
    return devices


def _refuse_unfit(entry: NewDevice, kinds: dict[str, DeviceType], taken: set[str]) -> None:
    if re.fullmatch(CODE_PATTERN, entry.code) is None:
        raise Refused(
            "monitoring.device_code",
            _("设备编码“%(code)s”不可用。") % {"code": entry.code[:60]},
            remedy=str(CODE.message),
            field="code",
        )
    if entry.code in taken:
        raise Refused(
            "monitoring.device_exists",
            _("设备编码 %(code)s 已登记。") % {"code": entry.code},
            remedy=_("请换一个编码。"),
            field="code",
        )
    if entry.type_code not in kinds:
        raise Refused(
            "monitoring.type_unknown",
            _("没有名为 %(code)s 的设备类型。") % {"code": entry.type_code},
            remedy=_("可用类型见规则包的设备类型表。"),
            field="type",
        )


def _device(entry: NewDevice, kind: DeviceType, now: datetime) -> Device:
    return Device(
        code=entry.code,
        project=entry.project,
        type=kind,
        name=entry.name,
        place=entry.place,
        lon=entry.lon,
        lat=entry.lat,
        owner_org=entry.owner_org,
        installed_on=entry.installed_on,
        calibrated_until=entry.calibrated_until,
        facts=checked_facts(entry.facts or {}),
        registered_at=now,
    )


def _channels(device: Device) -> list[Channel]:
    """The channels of its type, in the type's order."""
    return [
        Channel(
            device=device,
            key=channel["key"],
            label=channel["label"],
            unit=channel["unit"],
            range_low=channel["range_low"],
            range_high=channel["range_high"],
            period_s=channel["period_s"],
            decimals=channel["decimals"],
            rank=rank,
        )
        for rank, channel in enumerate(device.type.channels, start=1)
    ]
