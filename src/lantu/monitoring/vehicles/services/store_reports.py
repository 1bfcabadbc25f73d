"""Store what trucks report and judge it, in one transaction: after its commit the terminals are answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from lantu.calc.tracks import Fix
from lantu.calc.vehicle_rules import Excess, State, VehicleRule, Verdict, judge, plain, restored
from lantu.core.refusals import Missing
from lantu.monitoring.vehicles.grounds import Ground, Grounds, engine_rules, rule_versions
from lantu.monitoring.vehicles.models import Vehicle, VehicleFinding, VehicleRuleVersion, VehicleState
from lantu.monitoring.vehicles.services.raise_findings import end_silences, write_excess
from lantu.monitoring.vehicles.tracks import Flag, Report, fix_of, insert_reports, mark, moment, stored
from lantu.packs.load import national

# A late report is judged in what surrounds it: enough before to know the trip, enough after to see it end.
BEFORE, AFTER, AROUND = timedelta(hours=4), timedelta(hours=1), timedelta(minutes=10)


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
    rows = VehicleState.objects.select_for_update(of=("self",)).select_related("vehicle__company")
    states = {state.pk: state for state in rows.filter(pk__in=by_vehicle).order_by("pk")}
    if strangers := set(by_vehicle) - set(states):
        # Never taken in silence: whoever called must not acknowledge.
        raise Missing("monitoring.vehicle_unknown", f"没有编号为 {min(strangers)} 的渣土车。")
    known = (grounds or Grounds()).of(states, now=now)
    versions = {row.code: row for row in rule_versions(timezone.localtime(now).date())}
    rules = engine_rules(versions.values())
    cases = [_Case.of(state, list(by_vehicle[pk].values()), known[pk], rules) for pk, state in states.items()]
    new = insert_reports([row for case in cases for row in case.rows()])
    end_silences({case.state.vehicle_id: case.fresh[0].position.at for case in cases if case.fresh})
    findings: list[VehicleFinding] = []
    for case in cases:
        _conclude(case, versions, now=now, found=findings)
        late = [report for report in case.late if (report.vehicle_id, report.second) in new]
        if late:
            _judge_late(case, late, now=now, found=findings)
    VehicleState.objects.bulk_update(list(states.values()), NOTED)
    return Outcome(new=len(new), repeated=sum(map(len, by_vehicle.values())) - len(new), findings=findings)


NOTED = [
    "heard_at", "at", "lon", "lat", "kmh", "direction", "acc_on", "load", "located", "alarms", "mileage_km", "dropped",
    "memory",
]  # fmt: skip


@dataclass(frozen=True)
class _Case:
    """One truck's part of a call: what is newer than all that is known, judged already, and what is older."""

    state: VehicleState
    ground: Ground
    fresh: list[Report]
    late: list[Report]
    verdict: Verdict

    @classmethod
    def of(
        cls, state: VehicleState, reports: list[Report], ground: Ground, rules: list[VehicleRule]
    ) -> _Case:
        """Split and judge; nothing is written."""
        reports.sort(key=lambda report: report.second)
        until = state.memory.get("until", float("-inf"))
        fresh = [report for report in reports if report.second > until]
        fixes = [fix_of(report.position, state.vehicle.lift_bit) for report in fresh]
        before = restored({key: value for key, value in state.memory.items() if key != "until"})
        verdict = judge(before, fixes, rules, ground.setting, national().vehicles.policy)
        return cls(state, ground, fresh, [r for r in reports if r.second <= until], verdict)

    def drift(self) -> list[bool]:
        """For each fresh report, whether its place is not believed."""
        judged = zip(self.fresh, self.verdict.believed, strict=True)
        return [report.position.located and not good for report, good in judged]

    def rows(self) -> list[tuple[Report, Flag]]:
        """What is to be stored."""
        marked = zip(self.fresh, self.drift(), strict=True)
        return [(report, Flag.DRIFT if bad else Flag(0)) for report, bad in marked] + [
            (report, Flag.LATE) for report in self.late
        ]


def _conclude(
    case: _Case, versions: dict[str, VehicleRuleVersion], *, now: datetime, found: list[VehicleFinding]
) -> None:
    """Write what the rules found in the fresh part, and what is known of the truck now."""
    state = case.state
    received = max(report.received_at for report in (*case.fresh, *case.late))
    state.heard_at = max(filter(None, (state.heard_at, received)))
    if not case.fresh:
        return
    for excess in case.verdict.excesses:
        _write(case, excess, versions[excess.rule.code], late=False, now=now, found=found)
    state.memory = {**plain(case.verdict.state), "until": case.fresh[-1].second}
    state.dropped += sum(case.drift())
    _note_place(state, case.fresh[-1], case.verdict.state)


def _judge_late(case: _Case, reports: list[Report], *, now: datetime, found: list[VehicleFinding]) -> None:
    """Older than what was known: judged among the rows around them, by the rules of their own day."""
    vehicle = case.state.vehicle
    first, last = reports[0].position.at, reports[-1].position.at
    fixes = [row.fix for row in stored(vehicle.pk, first - BEFORE, last + AFTER, lift_bit=vehicle.lift_bit)]
    versions = {row.code: row for row in rule_versions(timezone.localtime(first).date())}
    rules = engine_rules(versions.values())
    verdict = judge(State(), fixes, rules, case.ground.setting, national().vehicles.policy)
    seconds = {report.second for report in reports}
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
            _write(case, excess, versions[excess.rule.code], late=True, now=now, found=found)


def _told(vehicle: Vehicle, excess: Excess) -> bool:
    """Whether a finding of this rule already covers the time: the trip may have looked shorter when it was live."""
    return VehicleFinding.objects.filter(
        vehicle=vehicle,
        rule_code=excess.rule.code,
        first_at__lte=moment(excess.last.at) + AROUND,
        last_at__gte=moment(excess.first.at) - AROUND,
    ).exists()


def _write(
    case: _Case, excess: Excess, version: VehicleRuleVersion, *, late: bool, now: datetime, found: list[VehicleFinding]
) -> None:  # fmt: skip
    projects = case.ground.projects
    finding = write_excess(case.state.vehicle, excess, projects=projects, version=version, late=late, now=now)
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
