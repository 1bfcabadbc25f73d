"""Write what a rule found: once a rule and trip, with version and inputs; afterwards only what it measures goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from lantu.calc.tracks import Shape
from lantu.calc.vehicle_rules import Excess, Kind
from lantu.core.services.emit import emit
from lantu.monitoring.vehicles.events import VehicleFindingRaised
from lantu.monitoring.vehicles.models import FindingKind, Vehicle, VehicleFinding, VehicleRuleVersion
from lantu.monitoring.vehicles.tracks import moment


def write_excess(
    vehicle: Vehicle, excess: Excess, *, projects: Mapping[int, Shape | None], version: VehicleRuleVersion, late: bool,
    now: datetime,
) -> VehicleFinding | None:  # fmt: skip
    """The new finding, or None when this rule has one for the trip already: then it goes on. In the caller's transaction."""
    values = {
        "last_at": moment(excess.last.at),
        "last_lon": excess.last.lon,
        "last_lat": excess.last.lat,
        "value": round(excess.value, 1),
    }
    trip_at = moment(excess.trip_at)
    known = VehicleFinding.objects.filter(vehicle=vehicle, rule_code=excess.rule.code, trip_at=trip_at)
    if known.exists():
        known.filter(last_at__lte=values["last_at"]).update(**values)
        return None
    technical = excess.rule.kind == Kind.SILENT
    gone = {"ended_at": moment(excess.last.at)} if technical else {}
    finding = VehicleFinding.objects.create(
        vehicle=vehicle,
        project_id=_project_of(projects, excess),
        rule=version,
        rule_code=version.code,
        kind=FindingKind.TECHNICAL if technical else FindingKind.RISK,
        severity=version.severity,
        trip_at=trip_at,
        first_at=moment(excess.first.at),
        lon=excess.first.lon,
        lat=excess.first.lat,
        judged_at=now,
        inputs={**excess.inputs, "params": version.params},
        late=late,
        **values,
        **gone,
    )
    announce(finding, now=now)
    return finding


def _project_of(projects: Mapping[int, Shape | None], excess: Excess) -> int:
    """The served project that is nearest to where it began; the first one when none has a place."""
    placed = {pk: shape.distance_m(excess.first.place) for pk, shape in projects.items() if shape is not None}
    return min(placed, key=lambda pk: placed[pk]) if placed else next(iter(projects))


def announce(finding: VehicleFinding, *, now: datetime) -> None:
    """Tell whoever subscribed."""
    vehicle, rule = finding.vehicle, finding.rule
    at = timezone.localtime(finding.first_at)
    emit(
        VehicleFindingRaised(
            project_id=finding.project_id,
            subject_id=finding.pk,
            finding_kind=finding.kind,
            severity=finding.severity,
            title=f"{vehicle.plate} {rule.name}",
            description=f"{vehicle.company.name} {vehicle.plate}：{rule.clause}。最大 {finding.value:g} {rule.unit}",
            place=f"{finding.lon:.5f}, {finding.lat:.5f}（{at:%m-%d %H:%M}）",
            field="environment" if rule.kind == Kind.UNLOADING else "safety",
            vehicle_id=vehicle.pk,
            plate=vehicle.plate,
            company=vehicle.company.name,
            rule=rule.code,
            rule_name=rule.name,
            rule_version=rule.version,
            clause=rule.clause,
            basis=rule.basis,
            first_at=finding.first_at.isoformat(),
            trip_at=finding.trip_at.isoformat(),
            lon=finding.lon,
            lat=finding.lat,
            value=finding.value,
            unit=rule.unit,
            late=finding.late,
            inputs=finding.inputs,
        ),
        actor=None,
        at=now,
    )


def end_silences(heard: Mapping[int, datetime]) -> None:
    """Trucks (number → time of the report) report again: what said that they are silent ends there."""
    open_ones = VehicleFinding.objects.filter(vehicle_id__in=heard, rule__kind=Kind.SILENT, ended_at=None)
    for finding in open_ones.only("pk", "vehicle_id"):
        ended_at = heard[finding.vehicle_id]
        VehicleFinding.objects.filter(pk=finding.pk).update(ended_at=ended_at, last_at=ended_at)
