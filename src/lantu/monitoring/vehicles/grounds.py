"""What trucks are judged by: permits, routes, sites and disposal sites as prepared shapes, rules in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db.models import Q
from django.utils import timezone

from lantu.calc.tracks import Line, Shape, shape_of
from lantu.calc.vehicle_rules import Dates, Kind, Setting, VehicleRule
from lantu.monitoring.vehicles.models import DisposalSite, LicensedRoute, Vehicle, VehicleRuleVersion
from lantu.projects.models import Project

log = structlog.get_logger(__name__)
LIVES = timedelta(seconds=30)


def in_force(day: date) -> Q:
    """Rows with ``first_on`` and ``last_on`` that hold on this day."""
    return Q(first_on__lte=day, last_on__gte=day)


def rule_versions(day: date) -> list[VehicleRuleVersion]:
    """The version of each rule that holds on this day, by code."""
    found: dict[str, VehicleRuleVersion] = {}
    rows = VehicleRuleVersion.objects.filter(Q(effective_to=None) | Q(effective_to__gte=day))
    for row in rows.filter(effective_from__lte=day).order_by("code", "version"):
        found[row.code] = row
    return list(found.values())


def engine_rules(versions: Iterable[VehicleRuleVersion]) -> list[VehicleRule]:
    """The versions as the judge wants them."""
    return [VehicleRule(row.code, row.version, Kind(row.kind), row.severity, row.params) for row in versions]


def _shape(owner: Any, geometry: Any) -> Shape | None:
    """A prepared shape; a geometry that has none is told in the log and left out."""
    try:
        return shape_of(geometry or {})
    except (ValueError, TypeError, IndexError) as error:
        log.warning("vehicle_ground_without_shape", object=str(owner), why=str(error))
        return None


def _shapes(rows: Iterable[Any]) -> list[Shape]:
    found = (_shape(row, row.geometry) for row in rows)
    return [shape for shape in found if shape is not None]


def _dates(first: date | None, last: date | None) -> Dates | None:
    return Dates(first, last) if first is not None and last is not None else None


@dataclass(frozen=True)
class Ground:
    """One truck's setting, and the projects that a finding may belong to (project number → shape, if it has a place)."""

    setting: Setting
    projects: dict[int, Shape | None]


class Grounds:
    """Settings of trucks at one time; kept for half a minute, so that a stream of reports does not ask for each."""

    def __init__(self) -> None:
        self._known: dict[int, Ground] = {}
        self._read_at: datetime | None = None

    def of(self, vehicle_ids: Iterable[int], *, now: datetime) -> dict[int, Ground]:
        """Grounds of these trucks at ``now``. Queries: none when all are known, else five."""
        if self._read_at is None or abs(now - self._read_at) > LIVES:
            self._known, self._read_at = {}, now
        missing = [pk for pk in set(vehicle_ids) if pk not in self._known]
        if missing:
            self._known |= read_grounds(missing, day=timezone.localtime(now).date())
        return {pk: self._known[pk] for pk in vehicle_ids if pk in self._known}


def read_grounds(vehicle_ids: Iterable[int], *, day: date) -> dict[int, Ground]:
    """Grounds on one day."""
    vehicles = list(Vehicle.objects.filter(pk__in=list(vehicle_ids)))
    disposal = _shapes(DisposalSite.objects.filter(in_force(day)))
    routes: dict[int, list[tuple[Line, float | None]]] = defaultdict(list)
    links = Vehicle.routes.through.objects.filter(vehicle__in=vehicles).values_list(
        "licensedroute_id", "vehicle_id"
    )
    of_route = defaultdict(list)
    for route_id, vehicle_id in links:
        of_route[route_id].append(vehicle_id)
    for route in LicensedRoute.objects.filter(in_force(day), pk__in=list(of_route)):
        shape = _shape(route, route.geometry)
        if isinstance(shape, Line):
            for vehicle_id in of_route[route.pk]:
                routes[vehicle_id].append((shape, route.buffer_m))
    served = _projects_of(vehicles)
    return {
        vehicle.pk: Ground(
            Setting(
                routes=tuple(routes[vehicle.pk]),
                sites=tuple(shape for shape in served[vehicle.pk].values() if shape is not None),
                disposal=tuple(disposal),
                permit=_dates(vehicle.permit_first_on, vehicle.permit_last_on),
                night_permit=_dates(vehicle.night_first_on, vehicle.night_last_on),
                knows_load=vehicle.has_load_sensor,
                knows_lift=vehicle.lift_bit is not None,
            ),
            served[vehicle.pk],
        )
        for vehicle in vehicles
    }


def _projects_of(vehicles: list[Vehicle]) -> dict[int, dict[int, Shape | None]]:
    found: dict[int, dict[int, Shape | None]] = {vehicle.pk: {} for vehicle in vehicles}
    links = list(
        Vehicle.projects.through.objects.filter(vehicle__in=vehicles)
        .order_by("pk")
        .values_list("vehicle_id", "project_id")
    )
    rows = Project.objects.filter(pk__in={project_id for _vehicle_id, project_id in links})
    shapes = {
        project.pk: _shape(project, project.geometry) if project.geometry else None
        for project in rows.only("pk", "name", "geometry")
    }
    for vehicle_id, project_id in links:
        found[vehicle_id][project_id] = shapes[project_id]
    return found
