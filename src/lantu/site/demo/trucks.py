"""Slag trucks of the demonstration: four companies, twelve trucks, three days of tracks and what was found on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from lantu.accounts.models import Organisation, User
from lantu.calc.geodesy import Point, offset
from lantu.core.subscriptions import inline_delivery
from lantu.monitoring.simulate.hauling import Haul, Moment, position_of
from lantu.monitoring.vehicles.grounds import Grounds
from lantu.monitoring.vehicles.models import DisposalSite, LicensedRoute, Vehicle, VehicleStatus
from lantu.monitoring.vehicles.services.change_vehicle import change_vehicle
from lantu.monitoring.vehicles.services.license_ground import license_disposal_site, license_route
from lantu.monitoring.vehicles.services.register_vehicle import register_vehicle
from lantu.monitoring.vehicles.services.store_reports import store_reports
from lantu.monitoring.vehicles.tracks import Report
from lantu.packs.demo import DemoPlan
from lantu.projects.models import Project
from lantu.site.demo.history import SUMS, World

COMPANIES = ("鲁北顺达渣土运输", "德通土石方工程", "运河绿源运输", "天衢宏远清运")
TRUCKS, DAYS, EVERY_S = 12, 3, 40
SHIFT = (time(8, 10), time(11, 20))
NIGHT = (time(23, 20), time(23, 50))
# The warnings of the demonstration's history are a told number: what trucks did is shown, not turned into hazards.
LEFT_OUT = (SUMS, "lantu.hazards.subscribers")
# (truck, days ago) → what happens on its second run out.
INCIDENTS = {
    (1, 1): "speeding", (4, 2): "dumping", (6, 1): "detour", (8, 3): "speeding", (9, 2): "silence", (10, 1): "detour",
}  # fmt: skip
NIGHT_DRIVERS = {(3, 2), (11, 1)}
LATE = (7, 1)
UNLICENSED = 5


@dataclass(frozen=True)
class Office:
    """Who licenses, when it was done, and from when until when it holds."""

    officer: User
    at: datetime
    first_on: date
    last_on: date


@dataclass(frozen=True)
class Haulage:
    """A truck with what it drives by."""

    number: int
    vehicle: Vehicle
    line: tuple[Point, ...]


def put_trucks(plan: DemoPlan, world: World, *, now: datetime) -> int:
    """Register everything and let the past days be driven; returns the reports stored."""
    officer = world.people["officer"]
    projects = _projects(world, plan)
    if not projects:
        return 0
    founded = now - timedelta(days=DAYS + 20)
    with transaction.atomic(), inline_delivery(leaving_out=LEFT_OUT):
        fleet = _fleet(projects, officer, founded, now)
        stored = 0
        for ago in range(DAYS, 0, -1):
            day = timezone.localtime(now) - timedelta(days=ago)
            for haulage in fleet:
                stored += _drive(haulage, day, ago)
        # Its permit has run out: it is taken off the road.
        idle = fleet[UNLICENSED].vehicle
        change_vehicle(
            idle, values={"status": VehicleStatus.SUSPENDED}, reason="准运证到期", now=now, actor=officer
        )
    return stored


def _projects(world: World, plan: DemoPlan) -> list[Project]:
    """The flagship and three sites near it."""
    first = world.projects[plan.flagship]
    near = [
        project
        for project in world.projects.values()
        if project.stage == "construction"
        and project.status == "active"
        and project.area_code == first.area_code
    ]
    rows = Project.objects.filter(pk__in=[project.pk for project in near], lon__isnull=False).exclude(
        pk=first.pk
    )
    return [Project.objects.get(pk=first.pk), *rows.order_by("code")[:3]]


def _fleet(projects: list[Project], officer: User, founded: datetime, now: datetime) -> list[Haulage]:
    today = timezone.localdate(now)
    office = Office(officer, founded, today - timedelta(days=200), today + timedelta(days=165))
    dumps = [_dump(projects[0], number, office) for number in (1, 2)]
    routes = [_route(project, number, dumps[number % 2], office) for number, project in enumerate(projects)]
    companies = [
        Organisation.objects.get_or_create(
            name=f"{name}有限公司（演示）",
            defaults={"kind": Organisation.Kind.CONTRACTOR, "short_name": name, "is_demo": True},
        )[0]
        for name in COMPANIES
    ]
    fleet = []
    for number in range(TRUCKS):
        which = number % len(projects)
        last = today - timedelta(days=2) if number == UNLICENSED else office.last_on
        values = {
            "plate": f"鲁N{60017 + 137 * number}",
            "terminal_phone": f"1440534{1000 + number}",
            "company": companies[number % len(companies)],
            "maker_id": "",
            "has_load_sensor": number % 4 != 2,
            "permit_no": f"德渣运〔{today.year}〕{101 + number}号",
            "permit_first_on": office.first_on,
            "permit_last_on": last,
            "routes": [routes[which]],
        }
        if number % 6 == 0:
            night = {"night_permit_no": f"德夜运{number + 1:03d}", "night_first_on": office.first_on}
            values |= night | {"night_last_on": today + timedelta(days=30)}
        vehicle = register_vehicle(values=values, projects=[projects[which]], now=founded, actor=officer)
        line = tuple((lon, lat) for lon, lat in routes[which].geometry["coordinates"])
        fleet.append(Haulage(number, vehicle, line))
    return fleet


def _dump(project: Project, number: int, office: Office) -> DisposalSite:
    side = 1 if number == 1 else -1
    centre = offset((project.lon or 116.3, project.lat or 37.45), side * 5200, side * 3600)
    corners = ((-260, -180), (240, -220), (280, 190), (-220, 210), (-260, -180))
    ring = [list(offset(centre, *corner)) for corner in corners]
    return license_disposal_site(
        code=f"XN-DEMO-{number}", name=f"{'城东' if number == 1 else '城西'}建筑垃圾消纳场（演示）",
        geometry={"type": "Polygon", "coordinates": [ring]}, permit_no=f"德城管消〔2026〕{number}号",
        area_code=project.area_code, now=office.at, actor=office.officer,
        first_on=office.first_on, last_on=office.last_on,
    )  # fmt: skip


def _route(project: Project, number: int, dump: DisposalSite, office: Office) -> LicensedRoute:
    """Along two streets: first east or west, then north or south."""
    start = (project.lon or 116.3, project.lat or 37.45)
    ring = dump.geometry["coordinates"][0][:4]
    end = (sum(lon for lon, _ in ring) / 4, sum(lat for _, lat in ring) / 4)
    half = (start[0] + (end[0] - start[0]) * 0.55, start[1])
    bend = (half[0] + 0.0006, half[1] + (end[1] - half[1]) * 0.6)
    line = [list(start), list(half), list(bend), [end[0], bend[1]], list(end)]
    return license_route(
        code=f"LX-DEMO-{number + 1}", name=f"{project.name[:20]}—{dump.name[:2]}线（演示）", project=project,
        disposal_site=dump, geometry={"type": "LineString", "coordinates": line}, now=office.at, actor=office.officer,
        first_on=office.first_on, last_on=office.last_on,
    )  # fmt: skip


def _drive(haulage: Haulage, day: datetime, ago: int) -> int:
    """A morning's runs of one truck, and perhaps a night's; what it could not send comes an hour later."""
    number, vehicle = haulage.number, haulage.vehicle
    start, end = (datetime.combine(day.date(), clock, day.tzinfo) for clock in SHIFT)
    start += timedelta(minutes=7 * (number % 5))
    incident = INCIDENTS.get((number, ago), "")
    reports = _reports(haulage, start, end, incident)
    if (number, ago) in NIGHT_DRIVERS:
        first, last = (datetime.combine(day.date(), clock, day.tzinfo) for clock in NIGHT)
        reports += _reports(haulage, first, last, "")
    held = []
    if (number, ago) == LATE:
        held, reports = reports[60:90], reports[:60] + reports[90:]
    grounds, stored = Grounds(), 0
    if reports:
        at = reports[-1].received_at
        stored += store_reports(reports, now=at, grounds=grounds).new
        late = [Report(vehicle.pk, report.position, at, refilled=True) for report in held]
        stored += store_reports(late, now=at, grounds=grounds).new if late else 0
    return stored


def _reports(haulage: Haulage, start: datetime, end: datetime, incident: str) -> list[Report]:
    """Reports of a shift; the last one says that the engine is off."""
    haul = Haul(haulage.line, started_at=start.timestamp())
    has_load = haulage.vehicle.has_load_sensor
    found: list[Report] = []
    second = start.timestamp()
    while second < end.timestamp():
        moment = haul.at(second)
        second_run = haul.round_s <= second - start.timestamp() < 2 * haul.round_s
        place: Point | None = moment.place
        if incident and second_run and moment.leg == "out":
            moment, place = _disturbed(incident, haul, moment)
        if place is not None:
            position = position_of(moment, second, has_load=has_load, place=place)
            found.append(Report(haulage.vehicle.pk, position, position.at + timedelta(seconds=2)))
        second += EVERY_S
    parked = found[-1].position
    off = Moment("off", 0, (parked.lon, parked.lat), 0, 0, parked.load)
    position = position_of(off, second, has_load=has_load)
    object.__setattr__(position, "status", position.status & ~1)
    return [*found, Report(haulage.vehicle.pk, position, position.at + timedelta(seconds=2))]


def _disturbed(incident: str, haul: Haul, moment: Moment) -> tuple[Moment, Point | None]:
    """What the incident makes of a moment on the way out; no place means that nothing is sent."""
    middle = 0.3 <= moment.share <= 0.75
    if incident == "speeding" and middle:
        return Moment(
            moment.leg, moment.share, moment.place, moment.kmh + 34, moment.direction, moment.load
        ), moment.place
    if incident == "detour" and middle:
        return moment, haul.aside(moment, 420)
    if incident == "dumping" and moment.share > 0.5:
        empty = type(moment.load)(0)
        return Moment(
            moment.leg, moment.share, moment.place, moment.kmh, moment.direction, empty
        ), moment.place
    if incident == "silence" and middle:
        return moment, None
    return moment, moment.place
