"""Change a truck's facts, licences, projects, routes or status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.services.emit import emit
from lantu.monitoring.vehicles.codes import hash_code
from lantu.monitoring.vehicles.events import VehicleChanged, VehicleCodeRenewed
from lantu.monitoring.vehicles.models import Vehicle
from lantu.monitoring.vehicles.services.register_vehicle import (
    FACTS,
    LICENSED,
    check_projects,
    check_values,
    refuse_taken,
)
from lantu.projects.models import Project


@transaction.atomic
def change_vehicle(
    vehicle: Vehicle, *, values: Mapping[str, Any], projects: list[Project] | None = None, reason: str = "", now: datetime,
    actor: User,
) -> Vehicle:  # fmt: skip
    """Write what differs: FACTS, LICENSED, ``status``, ``routes``, ``preset_code`` and the projects served.

    Nothing happens when nothing differs. Raises as register_vehicle does; licences need the right only when they change.
    """
    vehicle = Vehicle.objects.select_for_update(of=("self",)).select_related("company").get(pk=vehicle.pk)
    for project in vehicle.projects.all():
        require(actor, "monitoring.register_vehicle", project)
    names = [name for name in (*FACTS, *LICENSED, "status") if name in values]
    licences = {name: getattr(vehicle, name) for name in LICENSED}
    asked = {name: values[name] for name in names if values[name] != getattr(vehicle, name)}
    routes = values.get("routes")
    if routes is not None and {route.pk for route in routes} != set(
        vehicle.routes.values_list("pk", flat=True)
    ):
        asked["routes"] = routes
    # Dates are checked as pairs, also when only one of the two changes.
    touched = {name for name in asked if name in LICENSED}
    clean = check_values(asked | ({**licences, **asked} if touched else {}), actor)
    refuse_taken(clean, besides=vehicle.pk)
    changes = sorted(asked)
    for name in changes:
        if name != "routes":
            setattr(vehicle, name, clean[name])
    if values.get("preset_code"):
        vehicle.preset_code_hash = hash_code(values["preset_code"])
        changes.append("preset_code")
    if projects is not None and {one.pk for one in projects} != set(
        vehicle.projects.values_list("pk", flat=True)
    ):
        check_projects(projects, actor)
        vehicle.projects.set(projects)
        changes.append("projects")
    if "routes" in asked:
        vehicle.routes.set(asked["routes"])
    if changes:
        vehicle.save()
        _emit_changed(vehicle, changes, reason, now, actor)
    return vehicle


def _emit_changed(vehicle: Vehicle, changes: list[str], reason: str, now: datetime, actor: User) -> None:
    emit(
        VehicleChanged(project_id=first_project(vehicle), subject_id=vehicle.pk, changes=changes),
        actor=actor,
        at=now,
        reason=reason,
    )


def first_project(vehicle: Vehicle) -> int:
    """The project in whose chain the truck's own events stand."""
    found = vehicle.projects.through.objects.filter(vehicle=vehicle).order_by("pk")
    return int(found.values_list("project_id", flat=True)[0])


@transaction.atomic
def renew_code(vehicle: Vehicle, *, reason: str, now: datetime, actor: User) -> Vehicle:
    """End every code that the terminal was given, also its own; at its next registration it is given a new one."""
    vehicle = Vehicle.objects.select_for_update(of=("self",)).get(pk=vehicle.pk)
    vehicle.code_epoch += 1
    vehicle.preset_code_hash = ""
    vehicle.save(update_fields=["code_epoch", "preset_code_hash"])
    emit(
        VehicleCodeRenewed(project_id=first_project(vehicle), subject_id=vehicle.pk),
        actor=actor,
        at=now,
        reason=reason,
    )
    return vehicle
