"""A site, a disposal site 6 km east of it and the licensed road between; drives along it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.cast import NOW

from lantu.accounts.models import Organisation
from lantu.calc.geodesy import offset
from lantu.calc.jt808 import Position
from lantu.monitoring.vehicles.models import Vehicle
from lantu.monitoring.vehicles.services.license_ground import license_disposal_site, license_route
from lantu.monitoring.vehicles.services.load_vehicle_rules import load_vehicle_rules
from lantu.monitoring.vehicles.services.register_vehicle import register_vehicle
from lantu.monitoring.vehicles.tracks import Report
from lantu.packs.load import national

SITE = (116.30, 37.45)
DUMP = offset(SITE, 6000, 0)
YEAR = {"first_on": date(2026, 1, 1), "last_on": date(2026, 12, 31)}
ACC_AND_FIX = 0b11
FULL = 3 << 8


def square(centre: tuple[float, float], half_m: float = 200) -> dict[str, Any]:
    ring = [offset(centre, x * half_m, y * half_m) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in ring]]}


def lay_ground(cast: Any, project: Any) -> tuple[Any, Any]:
    """Rules, the disposal site and the route; licensed by the officer."""
    load_vehicle_rules(national().vehicles.rows(), now=NOW - timedelta(days=100))
    dump = license_disposal_site(
        code="XN-01", name="城东消纳场", geometry=square(DUMP), now=NOW, actor=cast.officer, **YEAR
    )
    route = license_route(
        code="LX-01", name="城东线", geometry={"type": "LineString", "coordinates": [list(SITE), list(DUMP)]},
        project=project, disposal_site=dump, now=NOW, actor=cast.officer, **YEAR,
    )  # fmt: skip
    return dump, route


def truck(
    cast: Any, project: Any, route: Any, plate: str = "鲁N12345", phone: str = "13912345678", **more: Any
) -> Vehicle:
    company, _new = Organisation.objects.get_or_create(
        name="德州顺达渣土运输有限公司", defaults={"kind": "contractor", "short_name": "顺达运输"}
    )
    values = {
        "plate": plate, "terminal_phone": phone, "company": company, "has_load_sensor": True, "permit_no": "德渣运101",
        "permit_first_on": YEAR["first_on"], "permit_last_on": YEAR["last_on"], "routes": [route],
    } | more  # fmt: skip
    return register_vehicle(values=values, projects=[project], now=NOW, actor=cast.officer)


def position(
    at: datetime, east_m: float, north_m: float = 0, kmh: float = 40.0, load: int = FULL, **more: Any
) -> Position:
    lon, lat = offset(SITE, east_m, north_m)
    return Position(
        at=at,
        lon=round(lon, 6),
        lat=round(lat, 6),
        speed_kmh=kmh,
        direction=90,
        status=ACC_AND_FIX | load,
        **more,
    )


def drive(
    vehicle: Vehicle, start: datetime, frm: float = 0, to: float = 6000, *, kmh: float = 40.0, north_m: float = 0,
    load: int = FULL, every: int = 10, lag: timedelta = timedelta(seconds=1), refilled: bool = False,
) -> list[Report]:  # fmt: skip
    """Reports every ten seconds along the road."""
    step = kmh / 3.6 * every
    sign = 1 if to >= frm else -1
    found = []
    for n in range(int(abs(to - frm) / step) + 1):
        at = start + timedelta(seconds=every * n)
        found.append(
            Report(vehicle.pk, position(at, frm + sign * step * n, north_m, kmh, load), at + lag, refilled)
        )
    return found


def stand(vehicle: Vehicle, last: Report, seconds: int = 120, load: int = 0) -> list[Report]:
    """Standing where the last report was."""
    place = last.position
    return [
        Report(
            vehicle.pk,
            Position(
                at=place.at + timedelta(seconds=10 * n),
                lon=place.lon,
                lat=place.lat,
                status=ACC_AND_FIX | load,
            ),
            place.at + timedelta(seconds=10 * n + 1),
        )
        for n in range(1, seconds // 10 + 1)
    ]
