"""Register a device with the channels of its type."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.monitoring.devices.models import CODE, CODE_PATTERN, Channel, Device, DeviceType
from lantu.monitoring.devices.services.registry_version import raise_registry_version
from lantu.monitoring.events import DeviceRegistered
from lantu.projects.models import Project


@transaction.atomic
def register_device(
    *,
    code: str,
    project: Project,
    type_code: str,
    name: str,
    now: datetime,
    actor: User | None,
    owner_org: Organisation | None = None,
    place: str = "",
    lon: float | None = None,
    lat: float | None = None,
    installed_on: date | None = None,
    calibrated_until: date | None = None,
    facts: dict[str, Any] | None = None,
) -> Device:
    """Create a device in service. Raises Refused for a code that is taken or unusable, or an unknown type."""
    if re.fullmatch(CODE_PATTERN, code) is None:
        raise Refused(
            "monitoring.device_code",
            _("设备编码“%(code)s”不可用。") % {"code": code[:60]},
            remedy=str(CODE.message),
            field="code",
        )
    if Device.objects.filter(code=code).exists():
        raise Refused(
            "monitoring.device_exists",
            _("设备编码 %(code)s 已登记。") % {"code": code},
            remedy=_("请换一个编码。"),
            field="code",
        )
    kind = DeviceType.objects.filter(code=type_code).first()
    if kind is None:
        raise Refused(
            "monitoring.type_unknown",
            _("没有名为 %(code)s 的设备类型。") % {"code": type_code},
            remedy=_("可用类型见规则包的设备类型表。"),
            field="type",
        )
    device = Device.objects.create(
        code=code,
        project=project,
        type=kind,
        name=name,
        place=place,
        lon=lon,
        lat=lat,
        owner_org=owner_org,
        installed_on=installed_on,
        calibrated_until=calibrated_until,
        facts=facts or {},
        registered_at=now,
    )
    _give_channels(device, kind)
    raise_registry_version()
    told = DeviceRegistered(project_id=project.pk, subject_id=device.pk, code=code, type_code=type_code)
    emit(told, actor=actor, at=now)
    return device


def _give_channels(device: Device, kind: DeviceType) -> None:
    """The channels of its type, in the type's order."""
    Channel.objects.bulk_create(
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
        for rank, channel in enumerate(kind.channels, start=1)
    )
