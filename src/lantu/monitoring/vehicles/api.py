"""Slag trucks over HTTP: list, one truck, a day's track as GeoJSON, findings; registering and changing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from lantu.accounts.models import Organisation
from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Unacceptable
from lantu.monitoring.vehicles.api_ground import router as ground_router
from lantu.monitoring.vehicles.geojson import day_track, state_word
from lantu.monitoring.vehicles.models import LicensedRoute, Vehicle, VehicleFinding
from lantu.monitoring.vehicles.selectors import (
    day_of,
    find_findings,
    find_vehicles,
    get_finding,
    get_vehicle,
)
from lantu.monitoring.vehicles.services.change_vehicle import change_vehicle
from lantu.monitoring.vehicles.services.register_vehicle import register_vehicle
from lantu.monitoring.vehicles.tracks import day_span, stored
from lantu.projects.models import Project
from lantu.projects.selectors import get_visible

router = Router(tags=["monitoring"])
router.add_router("", ground_router)
# Given as null, these are emptied; of the others null means: not given.
NULLABLE = frozenset({"lift_bit", "permit_first_on", "permit_last_on", "night_first_on", "night_last_on"})


class VehicleFilter(Schema):
    q: str = ""
    project: str = ""
    company: str = ""
    state: str = ""
    cursor: str | None = None
    limit: int = 100


class FindingFilter(Schema):
    q: str = ""
    project: str = ""
    rule: str = ""
    kind: str = ""
    vehicle: int | None = None
    cursor: str | None = None
    limit: int = 100


class VehicleOut(Schema):
    id: int
    plate: str
    company: str
    status: str
    state: str
    heard_at: datetime | None
    at: datetime | None
    lon: float | None
    lat: float | None
    kmh: float | None
    direction: int | None
    acc_on: bool
    load: int | None
    permit_last_on: date | None
    night_last_on: date | None


class VehicleDetail(VehicleOut):
    plate_colour: int
    terminal_phone: str
    maker_id: str
    terminal_id: str
    has_load_sensor: bool
    permit_no: str
    permit_first_on: date | None
    night_permit_no: str
    night_first_on: date | None
    mileage_km: float | None
    alarms: list[str]
    projects: list[str]
    routes: list[str]


class FindingOut(Schema):
    id: int
    vehicle: int
    plate: str
    project: str
    rule: str
    rule_name: str
    rule_version: int
    kind: str
    severity: int
    first_at: datetime
    last_at: datetime
    ended_at: datetime | None
    trip_at: datetime
    judged_at: datetime
    lon: float
    lat: float
    value: float
    unit: str
    late: bool
    inputs: dict[str, Any]
    taken_up_ref: str


class TrackOut(Schema):
    type: str
    as_of: datetime | None
    features: list[dict[str, Any]]


class VehicleChange(Schema):
    plate: str | None = None
    plate_colour: int | None = None
    terminal_phone: str | None = None
    company: str | None = None
    maker_id: str | None = None
    terminal_id: str | None = None
    preset_code: str | None = None
    has_load_sensor: bool | None = None
    lift_bit: int | None = None
    permit_no: str | None = None
    permit_first_on: date | None = None
    permit_last_on: date | None = None
    night_permit_no: str | None = None
    night_first_on: date | None = None
    night_last_on: date | None = None
    routes: list[str] | None = None
    status: str | None = None
    projects: list[str] | None = None
    reason: str = ""


class VehicleIn(VehicleChange):
    plate: str
    terminal_phone: str
    company: str
    projects: list[str]


def vehicle_row(vehicle: Vehicle, now: datetime) -> dict[str, Any]:
    """A truck as a list shows it; ``load`` is unknown without a sensor."""
    state = vehicle.state
    return {
        "id": vehicle.pk, "plate": vehicle.plate, "company": vehicle.company.name, "status": vehicle.status,
        "state": state_word(vehicle, now), "heard_at": state.heard_at, "at": state.at, "lon": state.lon,
        "lat": state.lat, "kmh": state.kmh, "direction": state.direction, "acc_on": state.acc_on,
        "load": state.load if vehicle.has_load_sensor else None, "permit_last_on": vehicle.permit_last_on,
        "night_last_on": vehicle.night_last_on,
    }  # fmt: skip


def vehicle_detail(vehicle: Vehicle, now: datetime) -> dict[str, Any]:
    """One truck with its licences, projects and routes."""
    same = (
        "plate_colour", "terminal_phone", "maker_id", "terminal_id", "has_load_sensor", "permit_no", "permit_first_on",
        "night_permit_no", "night_first_on",
    )  # fmt: skip
    return {
        **vehicle_row(vehicle, now),
        **{name: getattr(vehicle, name) for name in same},
        "mileage_km": vehicle.state.mileage_km,
        "alarms": vehicle.state.alarms,
        "projects": list(vehicle.projects.order_by("code").values_list("code", flat=True)),
        "routes": list(vehicle.routes.order_by("code").values_list("code", flat=True)),
    }


def finding_row(finding: VehicleFinding) -> dict[str, Any]:
    """A finding with the version and inputs that judged it."""
    same = (
        "kind", "severity", "first_at", "last_at", "ended_at", "trip_at", "judged_at", "lon", "lat", "value", "late",
        "inputs", "taken_up_ref",
    )  # fmt: skip
    return {name: getattr(finding, name) for name in same} | {
        "id": finding.pk, "vehicle": finding.vehicle_id, "plate": finding.vehicle.plate,
        "project": finding.project.code, "rule": finding.rule.code, "rule_name": finding.rule.name,
        "rule_version": finding.rule.version, "unit": finding.rule.unit,
    }  # fmt: skip


@router.get("/vehicles", response=Page[VehicleOut], summary="渣土车")
def list_vehicles(request: HttpRequest, filters: Query[VehicleFilter]) -> dict[str, Any]:
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    now = timezone.now()
    found = find_vehicles(
        request.auth, words=filters.q, project=filters.project, company=filters.company, state=filters.state, now=now  # type: ignore[attr-defined]
    )  # fmt: skip
    return page_of(
        found,
        cursor=filters.cursor,
        limit=filters.limit,
        order="plate",
        shape=lambda row: vehicle_row(row, now),
    )


@router.post("/vehicles", response=VehicleDetail, summary="登记渣土车")
def post_vehicle(request: HttpRequest, body: VehicleIn) -> dict[str, Any]:
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "monitoring.register_vehicle")
    vehicle = register_vehicle(
        values=_values(body), projects=_projects(user, body.projects), now=timezone.now(), actor=user
    )
    return vehicle_detail(get_vehicle(user, vehicle.pk), timezone.now())


@router.get("/vehicles/{pk}", response=VehicleDetail, summary="一辆渣土车")
def read_vehicle(request: HttpRequest, pk: int) -> dict[str, Any]:
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    return vehicle_detail(get_vehicle(request.auth, pk), timezone.now())  # type: ignore[attr-defined]


@router.patch("/vehicles/{pk}", response=VehicleDetail, summary="变更渣土车（只写所给的字段）")
def patch_vehicle(request: HttpRequest, pk: int, body: VehicleChange) -> dict[str, Any]:
    user: Any = request.auth  # type: ignore[attr-defined]
    vehicle = get_vehicle(user, pk)
    projects = None if body.projects is None else _projects(user, body.projects)
    change_vehicle(
        vehicle, values=_values(body), projects=projects, reason=body.reason, now=timezone.now(), actor=user
    )
    return vehicle_detail(get_vehicle(user, pk), timezone.now())


@router.get(
    "/vehicles/{pk}/track", response=TrackOut, summary="一辆渣土车一天的轨迹（GeoJSON，每运次一条线）"
)
def read_track(request: HttpRequest, pk: int, on: str = "") -> dict[str, Any]:
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    vehicle = get_vehicle(request.auth, pk)  # type: ignore[attr-defined]
    day = day_of(on, today=timezone.localdate())
    return day_track(vehicle, stored(vehicle.pk, *day_span(day)))


@router.get("/vehicle-findings", response=Page[FindingOut], summary="渣土车发现")
def list_findings(request: HttpRequest, filters: Query[FindingFilter]) -> dict[str, Any]:
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    found = find_findings(
        request.auth,  # type: ignore[attr-defined]
        words=filters.q,
        project=filters.project,
        rule=filters.rule,
        kind=filters.kind,
        vehicle=filters.vehicle if filters.vehicle is None or 0 < filters.vehicle < 2**63 else 0,
    )
    return page_of(found, cursor=filters.cursor, limit=filters.limit, order="-first_at", shape=finding_row)


@router.get("/vehicle-findings/{pk}", response=FindingOut, summary="一条渣土车发现：规则版本、判定输入、去向")
def read_finding(request: HttpRequest, pk: int) -> dict[str, Any]:
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    return finding_row(get_finding(request.auth, pk))  # type: ignore[attr-defined]


def _projects(user: Any, codes: list[str]) -> list[Project]:
    return [get_visible(user, code) for code in dict.fromkeys(codes)]


def _values(body: VehicleChange) -> dict[str, Any]:
    """What was given, with units and routes found by name and code."""
    given = body.dict(exclude_unset=True, exclude={"projects", "reason"})
    values = {name: value for name, value in given.items() if value is not None or name in NULLABLE}
    if "company" in values:
        values["company"] = Organisation.objects.filter(name=values["company"]).first()
        if values["company"] is None:
            raise Unacceptable(
                "monitoring.vehicle_company",
                _("没有登记这个运输企业。"),
                remedy=_("请先登记单位。"),
                field="company",
            )
    if "routes" in values:
        codes = set(values["routes"])
        values["routes"] = list(LicensedRoute.objects.filter(code__in=codes))
        if len(values["routes"]) != len(codes):
            raise Unacceptable(
                "monitoring.vehicle_routes",
                _("有不存在的核准路线编号。"),
                remedy=_("请核对编号。"),
                field="routes",
            )
    return values
