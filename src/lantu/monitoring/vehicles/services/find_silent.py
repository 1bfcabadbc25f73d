"""Trucks that stopped reporting while their engine ran: looked for by the clock, because nothing arrives."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from lantu.calc.tracks import Fix
from lantu.calc.vehicle_rules import Excess, Kind, restored
from lantu.monitoring.vehicles.grounds import Grounds, engine_rules, rule_versions
from lantu.monitoring.vehicles.models import VehicleFinding, VehicleState, VehicleStatus
from lantu.monitoring.vehicles.services.raise_findings import write_excess
from lantu.monitoring.vehicles.tracks import moment

# A truck that has been away for days is a matter of its registration, not of this rule.
LONGEST = timedelta(hours=24)


@transaction.atomic
def find_silent(*, now: datetime) -> list[VehicleFinding]:
    """Raise a technical finding for each truck whose last report had ACC on and is older than the rule allows.

    Running it again changes nothing; the finding ends with the truck's next report.
    """
    version = next(
        (row for row in rule_versions(timezone.localtime(now).date()) if row.kind == Kind.SILENT), None
    )
    if version is None:
        return []
    (rule,) = engine_rules([version])
    quiet = VehicleState.objects.select_for_update(of=("self",)).filter(
        vehicle__status=VehicleStatus.IN_SERVICE,
        acc_on=True,
        heard_at__lt=now - timedelta(seconds=rule.params["silence_s"]),
        heard_at__gte=now - LONGEST,
        lon__isnull=False,
    )
    states = list(quiet.select_related("vehicle__company").order_by("pk"))
    grounds = Grounds().of([state.pk for state in states], now=now)
    found = []
    for state in states:
        memory = restored({key: value for key, value in state.memory.items() if key != "until"})
        last = memory.heard
        if last is None or state.heard_at is None:
            continue
        seconds = (now - state.heard_at).total_seconds()
        place = Fix(last.at, state.lon or 0.0, state.lat or 0.0)
        trip_at = memory.clock.started_at or last.at
        inputs = {"seconds": round(seconds), "last_report": moment(last.at).isoformat()}
        excess = Excess(
            rule, True, trip_at, place, Fix(now.timestamp(), place.lon, place.lat), seconds, inputs
        )
        finding = write_excess(
            state.vehicle, excess, projects=grounds[state.pk].projects, version=version, late=False, now=now
        )
        VehicleFinding.objects.filter(
            vehicle=state.vehicle, rule_code=version.code, trip_at=moment(trip_at)
        ).update(ended_at=None)
        if finding is not None:
            finding.ended_at = None
            found.append(finding)
    return found
