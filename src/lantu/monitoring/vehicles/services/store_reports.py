"""Store what trucks report and judge it, in one transaction: after its commit the terminals are answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from lantu.calc.tracks import Fix
from lantu.calc.vehicle_rules import Excess, State, judge, plain, restored
from lantu.core.refusals import Missing
from lantu.monitoring.vehicles.grounds import Ground, Grounds, engine_rules, rule_versions
from lantu.monitoring.vehicles.models import Vehicle, VehicleFinding, VehicleRuleVersion, VehicleState
from lantu.monitoring.vehicles.services.raise_findings import end_silence, write_excess
from lantu.monitoring.vehicles.tracks import Flag, Report, fix_of, insert_reports, mark, moment, stored
from lantu.packs.load import national

# A late report is judged in what surrounds it: enough before to know the trip, enough after to see it end.
BEFORE, AFTER, AROUND = timedelta(hours=12), timedelta(hours=1), timedelta(minutes=10)


@dataclass(frozen=True)
class Outcome:
    """How many reports were new, how many were there already, and what was found."""

    new: int
    repeated: int
    findings: list[VehicleFinding]


@transaction.atomic
def store_reports(reports: Sequence[Report], *, now: datetime, grounds: Grounds | None = None) -> Outcome:
    """Store and judge. Sending the same reports again changes nothing; their order within the call does not matter.

    What is newer than the truck's last report is judged with what its rules remember. What is older is judged
    at its own time among the rows around it and marked late; nothing already judged is rewritten.
    Raises Missing when a truck is not registered: then nothing is stored.
    """
    by_vehicle: dict[int, dict[int, Report]] = defaultdict(dict)
    for report in reports:
        by_vehicle[report.vehicle_id].setdefault(report.second, report)
    # One order of locks for everybody.
    states = {
        state.pk: state
        for state in VehicleState.objects.select_for_update(of=("self",))
        .select_related("vehicle__company")
        .filter(pk__in=by_vehicle)
        .order_by("pk")
    }
    if strangers := set(by_vehicle) - set(states):
        # Never taken in silence: whoever called must not acknowledge.
        raise Missing("monitoring.vehicle_unknown", f"没有编号为 {min(strangers)} 的渣土车。")
    known = (grounds or Grounds()).of(states, now=now)
    versions = {row.code: row for row in rule_versions(timezone.localtime(now).date())}
    new = 0
    findings: list[VehicleFinding] = []
    for pk, state in states.items():
        ordered = [by_vehicle[pk][second] for second in sorted(by_vehicle[pk])]
        until = state.memory.get("until", float("-inf"))
        fresh = [report for report in ordered if report.second > until]
        late = [report for report in ordered if report.second <= until]
        new += _take_fresh(state, fresh, known[pk], versions, now=now, found=findings)
        new += _take_late(state, late, known[pk], now=now, found=findings)
        _note_heard(state, ordered)
        state.save()
    taken = sum(len(by_vehicle[pk]) for pk in states)
    return Outcome(new=new, repeated=taken - new, findings=findings)


def _take_fresh(
    state: VehicleState, reports: list[Report], ground: Ground, versions: dict[str, VehicleRuleVersion], *,
    now: datetime, found: list[VehicleFinding],
) -> int:  # fmt: skip
    """Newer than everything known: judged with the rules' memory."""
    if not reports:
        return 0
    vehicle = state.vehicle
    fixes = [fix_of(report.position, vehicle.lift_bit) for report in reports]
    before = restored({key: value for key, value in state.memory.items() if key != "until"})
    verdict = judge(
        before, fixes, engine_rules(versions.values()), ground.setting, national().vehicles.policy
    )
    drift = [fix.located and not good for fix, good in zip(fixes, verdict.believed, strict=True)]
    rows = [(report, Flag.DRIFT if bad else Flag(0)) for report, bad in zip(reports, drift, strict=True)]
    new = len(insert_reports(rows))
    end_silence(vehicle, ended_at=reports[0].position.at)
    for excess in verdict.excesses:
        _write(vehicle, excess, ground, versions[excess.rule.code], late=False, now=now, found=found)
    state.memory = {**plain(verdict.state), "until": reports[-1].second}
    state.dropped += sum(drift)
    _note_place(state, reports[-1], verdict.state)
    return new


def _take_late(
    state: VehicleState, reports: list[Report], ground: Ground, *, now: datetime, found: list[VehicleFinding]
) -> int:
    """Older than what is known: stored, and judged among the rows around them by the rules of their own day."""
    keys = insert_reports([(report, Flag.LATE) for report in reports])
    new = [report for report in reports if (report.vehicle_id, report.second) in keys]
    if not new:
        return 0
    vehicle = state.vehicle
    first, last = new[0].position.at, new[-1].position.at
    kept = stored(vehicle.pk, first - BEFORE, last + AFTER, lift_bit=vehicle.lift_bit)
    fixes = [row.fix for row in kept]
    versions = {row.code: row for row in rule_versions(timezone.localtime(first).date())}
    verdict = judge(
        State(), fixes, engine_rules(versions.values()), ground.setting, national().vehicles.policy
    )
    seconds = {report.second for report in new}
    drifting = [
        int(fix.at)
        for fix, good in zip(fixes, verdict.believed, strict=True)
        if fix.located and not good and int(fix.at) in seconds
    ]
    mark(vehicle.pk, drifting, Flag.DRIFT)
    low, high = (first - AROUND).timestamp(), (last + AROUND).timestamp()
    for excess in verdict.excesses:
        touches = excess.first.at <= high and excess.last.at >= low
        if excess.opened and touches and not _told(vehicle, excess):
            _write(vehicle, excess, ground, versions[excess.rule.code], late=True, now=now, found=found)
    return len(new)


def _told(vehicle: Vehicle, excess: Excess) -> bool:
    """Whether a finding of this rule already covers the time: the trip may have looked shorter when it was live."""
    return VehicleFinding.objects.filter(
        vehicle=vehicle,
        rule_code=excess.rule.code,
        first_at__lte=moment(excess.last.at) + AROUND,
        last_at__gte=moment(excess.first.at) - AROUND,
    ).exists()


def _write(
    vehicle: Vehicle, excess: Excess, ground: Ground, version: VehicleRuleVersion, *, late: bool, now: datetime,
    found: list[VehicleFinding],
) -> None:  # fmt: skip
    finding = write_excess(vehicle, excess, projects=ground.projects, version=version, late=late, now=now)
    if finding is not None:
        found.append(finding)


def _note_place(state: VehicleState, report: Report, judged: State) -> None:
    """The newest report, and the newest place that is believed."""
    position = report.position
    good: Fix | None = judged.anchor.good
    state.at = position.at
    state.located = position.located
    state.acc_on, state.load = position.acc_on, int(position.load)
    state.kmh, state.direction = position.speed_kmh, position.direction
    state.alarms = list(position.alarms)
    if position.mileage_km is not None:
        state.mileage_km = position.mileage_km
    if good is not None:
        state.lon, state.lat = good.lon, good.lat


def _note_heard(state: VehicleState, reports: Sequence[Report]) -> None:
    received: Any = max(report.received_at for report in reports)
    state.heard_at = max(filter(None, (state.heard_at, received)))
