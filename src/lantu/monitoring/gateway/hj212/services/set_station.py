"""Set how the gateway understands a device."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.registry_version import raise_registry_version
from lantu.monitoring.events import Hj212StationSet
from lantu.monitoring.gateway.hj212.factor_lines import MOST
from lantu.monitoring.gateway.hj212.factors import CONVERSIONS
from lantu.monitoring.gateway.hj212.models import Hj212Station

CODE = 24
SETTINGS = (
    "mn", "pw", "st", "crc_mode", "factors", "backfill", "commands", "rtd_interval_s", "min_interval_min",
)  # fmt: skip


@transaction.atomic
def set_station(
    device: Device, *, settings: dict[str, Any], now: datetime, actor: User | None
) -> Hj212Station:
    """Make or change the station of a device; settings that are not given stay. The gateway follows within seconds.

    Raises Refused for an MN that another device has, and for factors that the device cannot take.
    """
    device = Device.objects.select_for_update().get(pk=device.pk)
    row = Hj212Station.objects.filter(device=device).first() or Hj212Station(device=device)
    changed = [name for name in SETTINGS if name in settings and getattr(row, name) != settings[name]]
    for name in changed:
        setattr(row, name, settings[name])
    row.factors = _checked(device, row.factors)
    row.changed_at = now
    try:
        row.full_clean(exclude=["device"])
    except ValidationError as error:
        field, texts = next(iter(error.message_dict.items()))
        raise Refused("monitoring.hj212_setting", texts[0], field=field) from error
    # What did not mean anything under the old settings may do so now.
    row.unmapped = []
    row.save()
    raise_registry_version()
    emit(
        Hj212StationSet(
            project_id=device.project_id, subject_id=device.pk, code=device.code, mn=row.mn,
            crc_mode=row.crc_mode, changed=",".join(changed),
        ),
        actor=actor,
        at=now,
    )  # fmt: skip
    return row


@transaction.atomic
def remove_station(device: Device, *, now: datetime, actor: User | None) -> None:
    """The device speaks HJ 212 no more: its packets are quarantined as a stranger's from now on."""
    row = Hj212Station.objects.select_for_update().filter(device=device).first()
    if row is None:
        return
    row.delete()
    raise_registry_version()
    emit(
        Hj212StationSet(
            project_id=device.project_id, subject_id=device.pk, code=device.code, mn=row.mn,
            crc_mode=row.crc_mode, changed="removed",
        ),
        actor=actor,
        at=now,
    )  # fmt: skip


def _checked(device: Device, factors: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The factor table with every channel and unit known. Raises Refused."""
    units = dict(device.channels.values_list("key", "unit"))
    if len(factors) > MOST or any(not 0 < len(code) <= CODE for code in factors):
        raise Refused(
            "monitoring.hj212_factors",
            _("因子对照最多 %(most)s 条，因子代码最多 %(code)s 个字符。") % {"most": MOST, "code": CODE},
            field="factors",
        )
    for code, entry in factors.items():
        channel, unit = entry["channel"], entry.get("unit", "")
        if channel not in units:
            raise Refused(
                "monitoring.hj212_channel",
                _("因子 %(code)s：本设备没有通道 %(channel)s。")
                % {"code": code[:24], "channel": channel[:40]},
                remedy=_("可用通道：%(keys)s") % {"keys": "、".join(units)},
                field="factors",
            )
        if unit and unit != units[channel] and (unit, units[channel]) not in CONVERSIONS:
            raise Refused(
                "monitoring.hj212_unit",
                _("因子 %(code)s：不能把 %(unit)s 换算为 %(wanted)s。")
                % {"code": code[:24], "unit": unit[:20], "wanted": units[channel]},
                field="factors",
            )
    return factors
