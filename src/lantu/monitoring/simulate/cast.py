"""Which devices the simulator may play, and with which tokens."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, time

from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.devices.services.token import PREFIX, hash_token
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.gateway.hj212.models import Hj212Station
from lantu.monitoring.simulate.actors import Actor


def demo_token(code: str) -> str:
    """The token of a demonstration device: derived from this installation's secret, so nothing needs storing."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"demo-device:{code}".encode(), hashlib.sha256)
    return PREFIX + digest.hexdigest()[:40]


def prepare_demo_tokens() -> int:
    """Give demonstration devices their derived token. A device that somebody issued a token for is left alone.

    Returns how many were set.
    """
    waiting = [
        device
        for device in Device.objects.filter(project__is_demo=True, token_issued_at=None)
        if device.token_hash != hash_token(demo_token(device.code))
    ]
    for device in waiting:
        device.token_hash = hash_token(demo_token(device.code))
    Device.objects.bulk_update(waiting, ["token_hash"], batch_size=500)
    return len(waiting)


def demo_actors(*, sites: int | None = None) -> list[Actor]:
    """Demonstration devices in service that nobody else speaks for, of the first ``sites`` projects or of all."""
    devices = (
        Device.objects.filter(project__is_demo=True, status=DeviceStatus.IN_SERVICE, token_issued_at=None)
        .exclude(token_hash="")
        .filter(exempt_reason="")
        .select_related("project")
        .annotate(period_s=Min("channels__period_s"))
        .order_by("project_id", "code")
    )
    if sites is not None:
        chosen = list(dict.fromkeys(devices.values_list("project_id", flat=True)))[:sites]
        devices = devices.filter(project_id__in=chosen)
    return _actors(devices)


def _actors(devices: Iterable[Device]) -> list[Actor]:
    found = list(devices)
    channels: dict[int, list[tuple[str, int]]] = {}
    for device_id, key, decimals in (
        Channel.objects.filter(device__in=found)
        .order_by("device_id", "rank")
        .values_list("device_id", "key", "decimals")
    ):
        channels.setdefault(device_id, []).append((key, decimals))
    stations = {
        row[0]: row[1:]
        for row in Hj212Station.objects.filter(device__in=found).values_list("device_id", "mn", "pw")
    }
    return [
        Actor(
            code=device.code,
            project=device.project.code,
            token=demo_token(device.code),
            channels=tuple(channels.get(device.pk, [])),
            period_s=float(getattr(device, "period_s", None) or 60),
            installed_at=_noon(device),
            mn=stations.get(device.pk, ("", ""))[0],
            pw=stations.get(device.pk, ("", ""))[1],
        )
        for device in found
        if channels.get(device.pk)
    ]


def _noon(device: Device) -> float:
    """Unix time from which slow drifts are counted."""
    if device.installed_on is None:
        return device.registered_at.timestamp()
    return datetime.combine(device.installed_on, time(12), timezone.get_default_timezone()).timestamp()
