"""The stations that may speak HJ 212, as the gateway holds them in memory."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from lantu.calc.hj212 import CrcMode
from lantu.monitoring.devices.models import Channel
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.gateway.hj212.factors import Factor, Limits, Plans
from lantu.monitoring.gateway.hj212.models import Backfill, Hj212Station
from lantu.monitoring.ingest.registry import subject_of

NOBODY = "\x00" * 6


@dataclass(frozen=True, slots=True)
class Station:
    """Settings of one station. ``pw`` is kept out of repr: it must never reach a log."""

    device_id: int
    mn: str
    code: str
    subject: str
    pw: str = field(default="", repr=False)
    st: str = ""
    crc_mode: CrcMode = CrcMode.STD
    factors: dict[str, Factor] = field(default_factory=dict)
    channels: dict[str, Limits] = field(default_factory=dict)
    period_s: int = 60
    retired: bool = False
    backfill: str = Backfill.OFF
    commands: bool = False
    rtd_interval_s: int | None = None
    min_interval_min: int | None = None
    last_data_ms: int = 0
    plans: Plans = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plans", Plans(self.factors, self.channels))


class Directory:
    """Stations by MN. Replaced as a whole when something changes."""

    def __init__(self, stations: list[Station] | None = None, version: int = -1) -> None:
        self.version = version
        self.by_mn = {station.mn: station for station in stations or []}

    def mode_of(self, mn: str) -> CrcMode:
        """Which check sum to expect; of strangers the standard's."""
        station = self.by_mn.get(mn)
        return station.crc_mode if station else CrcMode.STD

    def password_fits(self, mn: str, pw: str) -> bool:
        """Compare in constant time; a stranger costs the same comparison."""
        station = self.by_mn.get(mn)
        expected = station.pw if station else NOBODY
        return hmac.compare_digest(expected.encode(), pw.encode("utf-8", "replace")) and station is not None


def load_directory(version: int) -> Directory:
    """All stations from the database."""
    rows = list(Hj212Station.objects.select_related("device__project"))
    channels: dict[int, dict[str, Limits]] = {}
    periods: dict[int, int] = {}
    for device_id, key, unit, low, high, period_s in Channel.objects.filter(
        device__hj212__isnull=False
    ).values_list("device_id", "key", "unit", "range_low", "range_high", "period_s"):
        channels.setdefault(device_id, {})[key] = Limits(unit, low, high)
        periods[device_id] = min(periods.get(device_id, period_s), period_s)
    return Directory([_station(row, channels, periods) for row in rows], version)


def _station(row: Hj212Station, channels: dict[int, dict[str, Limits]], periods: dict[int, int]) -> Station:
    device = row.device
    return Station(
        device_id=device.pk,
        mn=row.mn,
        code=device.code,
        subject=subject_of(device.project.code, device.code).decode(),
        pw=row.pw,
        st=row.st,
        crc_mode=CrcMode(row.crc_mode),
        factors={
            code: Factor(entry["channel"], entry.get("unit", "")) for code, entry in row.factors.items()
        },
        channels=channels.get(device.pk, {}),
        period_s=periods.get(device.pk, 60),
        retired=device.status == DeviceStatus.RETIRED,
        backfill=row.backfill,
        commands=row.commands,
        rtd_interval_s=row.rtd_interval_s,
        min_interval_min=row.min_interval_min,
        last_data_ms=int(row.last_data_at.timestamp() * 1000) if row.last_data_at else 0,
    )
