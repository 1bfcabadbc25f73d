"""Let a device measure more than its type says: a logger that also sends the maximum sound level, for instance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Unacceptable
from lantu.core.services.emit import emit
from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.devices.services.registry_version import raise_registry_version
from lantu.monitoring.events_desk import DeviceChanged
from lantu.packs.load import national


@transaction.atomic
def add_channels(
    device: Device, keys: Sequence[str], *, reason: str, now: datetime, actor: User | None
) -> list[Channel]:
    """Channels of the national pack behind those that the device has; the ones it has already are passed over.

    What was stored before stays as it is: a channel's place in the vector never changes. Raises Unacceptable for a
    key that the pack does not know.
    """
    device = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    have = list(device.channels.order_by("rank"))
    known = national().channels
    wanted = [key for key in dict.fromkeys(keys) if key not in {channel.key for channel in have}]
    for key in wanted:
        if key not in known:
            raise Unacceptable(
                "monitoring.channel_unknown",
                _("没有名为 %(key)s 的监测量。") % {"key": key[:40]},
                remedy=_("可用的监测量见规则包的通道表。"),
                field="channels",
            )
    if not wanted:
        return []
    last = max((channel.rank for channel in have), default=0)
    # It comes with the others, or more rarely where its kind does (hours of a day).
    usual = min((channel.period_s for channel in have), default=0)
    made = [
        Channel(
            device=device,
            rank=last + n,
            **known[key].row() | {"period_s": max(known[key].period_s, usual)},
        )
        for n, key in enumerate(wanted, 1)
    ]
    Channel.objects.bulk_create(made)
    raise_registry_version()
    emit(
        DeviceChanged(
            project_id=device.project_id, subject_id=device.pk, code=device.code, fields=["channels", *wanted]
        ),
        actor=actor,
        at=now,
        reason=reason,
    )
    return made
