"""Some demonstration devices speak HJ 212 to the gateway, as the loggers of the trade do."""

from __future__ import annotations

import hashlib
from datetime import datetime

from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.gateway.hj212.models import Backfill
from lantu.monitoring.gateway.hj212.services.set_station import set_station

STATIONS = 12


def put_stations(*, now: datetime) -> int:
    """Give the first dust monitors in service an MN and a password that follow from their code; returns how many."""
    devices = Device.objects.filter(
        project__is_demo=True, type__code="dust_noise", status=DeviceStatus.IN_SERVICE, exempt_reason=""
    ).order_by("code")[:STATIONS]
    for device in devices:
        digest = hashlib.sha256(f"demo-station:{device.code}".encode()).hexdigest().upper()
        set_station(
            device,
            settings={
                "mn": digest[:24], "pw": f"{int(digest[24:34], 16) % 1_000_000:06d}", "st": "39", "backfill": Backfill.MINUTE,
                "commands": True, "rtd_interval_s": 60, "min_interval_min": 10,
            },
            now=now,
            actor=None,
        )  # fmt: skip
    return len(devices)
