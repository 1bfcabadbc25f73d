"""Take device types over from a pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from lantu.core.refusals import Unacceptable
from lantu.monitoring.devices.models import DeviceType

REQUIRED = ("key", "label", "unit", "range_low", "range_high", "period_s")


@transaction.atomic
def load_types(types: Iterable[Mapping[str, Any]]) -> int:
    """Write device types {code, label, icon?, channels: […]}; returns how many are new or different.

    Existing devices keep their channels: a type is the pattern for the next device. Raises Unacceptable
    naming the type and the channel that is incomplete.
    """
    changed = 0
    for given in types:
        channels = [checked_channel(given["code"], channel) for channel in given["channels"]]
        values = {"label": given["label"], "channels": channels, "icon": given.get("icon", "activity")}
        known = DeviceType.objects.filter(code=given["code"]).first()
        if known is None:
            DeviceType.objects.create(code=given["code"], **values)
            changed += 1
        elif any(getattr(known, name) != value for name, value in values.items()):
            DeviceType.objects.filter(pk=known.pk).update(**values)
            changed += 1
    return changed


def checked_channel(type_code: str, channel: Mapping[str, Any]) -> dict[str, Any]:
    """The channel with its defaults. Raises Unacceptable when something is missing or out of order."""
    missing = [name for name in REQUIRED if name not in channel]
    if missing:
        raise Unacceptable(
            "monitoring.type_incomplete",
            f"设备类型 {type_code} 的通道 {channel.get('key', '?')} 缺少 {'、'.join(missing)}。",
            remedy="请在规则包的设备类型里补全。",
        )
    if not channel["range_low"] < channel["range_high"]:
        raise Unacceptable(
            "monitoring.type_range",
            f"设备类型 {type_code} 的通道 {channel['key']} 量程上下限颠倒。",
            remedy="请更正。",
        )
    return {"decimals": 1, **{str(name): value for name, value in channel.items()}}
