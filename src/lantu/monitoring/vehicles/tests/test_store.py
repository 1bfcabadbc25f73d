"""Reports become rows once, findings once a trip, and late ones are judged at their own time."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cast import NOW

from lantu.core.models import Event
from lantu.monitoring.vehicles.models import VehicleFinding, VehicleRuleVersion, VehicleState
from lantu.monitoring.vehicles.pages import day_facts, rules_for
from lantu.monitoring.vehicles.services.drop_tracks import drop_tracks
from lantu.monitoring.vehicles.services.find_silent import find_silent
from lantu.monitoring.vehicles.services.load_vehicle_rules import load_vehicle_rules
from lantu.monitoring.vehicles.services.store_reports import store_reports
from lantu.monitoring.vehicles.services.take_up_finding import take_up_finding
from lantu.monitoring.vehicles.tests.ground import drive, position, stand
from lantu.monitoring.vehicles.tracks import Flag, Report, day_span, stored
from lantu.packs.load import national

pytestmark = pytest.mark.django_db
SOON = timedelta(seconds=2)


def codes() -> list[str]:
    return list(VehicleFinding.objects.order_by("first_at").values_list("rule_code", flat=True))


def rows_of(vehicle: Any) -> list[Any]:
    return stored(vehicle.pk, NOW - timedelta(days=1), NOW + timedelta(days=1))


def test_a_good_run_is_stored_and_finds_nothing(road: SimpleNamespace) -> None:
    out = drive(road.vehicle, NOW)
    dump = stand(road.vehicle, out[-1])
    outcome = store_reports([*out, *dump], now=NOW + timedelta(hours=1))
    assert (outcome.new, outcome.repeated, outcome.findings) == (len(out) + len(dump), 0, [])
    state = VehicleState.objects.get(vehicle=road.vehicle)
    assert (state.at, state.load, state.acc_on, state.located) == (dump[-1].position.at, 0, True, True)
    assert state.lon == pytest.approx(dump[-1].position.lon, abs=1e-6)
    facts = day_facts(road.vehicle, NOW.date())
    assert (len(facts.trips), facts.trips[0].loaded, facts.reports) == (1, True, len(out) + len(dump))
    assert facts.km == pytest.approx(6.0, abs=0.15)


def test_the_same_reports_again_change_nothing(road: SimpleNamespace) -> None:
    run = drive(road.vehicle, NOW, kmh=70)
    store_reports(run, now=NOW + SOON)
    before = VehicleState.objects.values().get(vehicle=road.vehicle), rows_of(road.vehicle), codes()
    outcome = store_reports(run, now=NOW + timedelta(minutes=1))
    assert (outcome.new, outcome.repeated, outcome.findings) == (0, len(run), [])
    assert (VehicleState.objects.values().get(vehicle=road.vehicle), rows_of(road.vehicle), codes()) == before


def test_one_by_one_or_all_at_once_finds_the_same(road: SimpleNamespace) -> None:
    run = drive(road.vehicle, NOW, kmh=70, frm=500, to=4000)
    for report in run:
        store_reports([report], now=report.received_at)
    finding = VehicleFinding.objects.get()
    assert (finding.rule_code, finding.value, finding.late) == ("vehicle.overspeed", 70.0, False)
    assert (finding.first_at, finding.last_at) == (run[0].position.at, run[-1].position.at)
    assert finding.trip_at == run[0].position.at


def test_a_finding_keeps_rule_version_inputs_and_tells_its_project(road: SimpleNamespace) -> None:
    store_reports(drive(road.vehicle, NOW, kmh=70, to=2000), now=NOW + SOON)
    load_vehicle_rules(
        [row | {"params": row["params"] | ({"limit_kmh": 40} if row["kind"] == "overspeed" else {})}
         for row in national().vehicles.rows()],
        now=NOW + timedelta(hours=1),
    )  # fmt: skip
    finding = VehicleFinding.objects.get()
    assert (finding.rule.version, finding.inputs["params"]["limit_kmh"], finding.severity) == (1, 60, 2)
    assert finding.project == road.project
    assert VehicleRuleVersion.objects.filter(code="vehicle.overspeed").count() == 2
    event = Event.objects.get(kind="monitoring.vehicle_finding_raised")
    assert event.project_id == road.project.pk
    assert event.payload["finding_kind"] == "risk"
    assert event.payload["title"] == "鲁N12345 渣土车超速"
    assert event.payload["rule_version"] == 1


def test_speeding_twice_in_one_trip_is_one_finding(road: SimpleNamespace) -> None:
    fast = drive(road.vehicle, NOW, kmh=70, to=1500)
    calm = drive(road.vehicle, fast[-1].position.at + timedelta(seconds=10), frm=1600, to=2500)
    again = drive(road.vehicle, calm[-1].position.at + timedelta(seconds=10), frm=2600, to=4000, kmh=85)
    for part in (fast, calm, again):
        store_reports(part, now=part[-1].received_at)
    assert VehicleFinding.objects.get().value == 85.0
    assert Event.objects.filter(kind="monitoring.vehicle_finding_raised").count() == 1


def test_unloading_on_the_way(road: SimpleNamespace) -> None:
    out = drive(road.vehicle, NOW, to=3000)
    store_reports([*out, *stand(road.vehicle, out[-1])], now=NOW + SOON)
    assert codes() == ["vehicle.unloading"]
    assert VehicleFinding.objects.get().severity == 3


def test_drift_is_kept_marked_and_not_part_of_the_track(road: SimpleNamespace) -> None:
    out = drive(road.vehicle, NOW, to=4000)
    jump = Report(
        road.vehicle.pk,
        position(out[5].position.at + timedelta(seconds=5), 30_000, 9000, 90),
        out[5].received_at,
    )
    store_reports([*out, jump], now=NOW + SOON)
    assert codes() == []
    marked = [row for row in rows_of(road.vehicle) if row.flags & Flag.DRIFT]
    assert len(marked) == 1
    assert not marked[0].believed
    assert VehicleState.objects.get(vehicle=road.vehicle).dropped == 1
    assert day_facts(road.vehicle, NOW.date()).drift == 1


def test_late_reports_are_judged_at_their_own_time_and_marked(road: SimpleNamespace) -> None:
    """A dead zone: the truck sped in it and sent that part an hour later from its memory."""
    first = drive(road.vehicle, NOW, to=1500)
    hidden = drive(
        road.vehicle, first[-1].position.at + timedelta(seconds=10), frm=1600, to=3500, kmh=75, refilled=True,
        lag=timedelta(hours=1),
    )  # fmt: skip
    last = drive(road.vehicle, hidden[-1].position.at + timedelta(seconds=10), frm=3600, to=6000)
    store_reports(first, now=NOW + SOON)
    store_reports(last, now=NOW + timedelta(minutes=10))
    assert codes() == []
    later = NOW + timedelta(hours=1)
    outcome = store_reports(hidden, now=later)
    (finding,) = outcome.findings
    assert (finding.rule_code, finding.late, finding.judged_at) == ("vehicle.overspeed", True, later)
    assert finding.first_at == hidden[0].position.at
    assert finding.trip_at == first[0].position.at
    assert VehicleState.objects.get(vehicle=road.vehicle).at == last[-1].position.at
    again = store_reports(hidden, now=later + SOON)
    assert (again.new, again.findings) == (0, [])
    flags = [row.flags for row in rows_of(road.vehicle)]
    assert sum(bool(flag & Flag.REFILLED) for flag in flags) == len(hidden)


def test_late_reports_within_a_known_finding_raise_no_second_one(road: SimpleNamespace) -> None:
    run = drive(road.vehicle, NOW, kmh=70, to=4000)
    store_reports(run[::2], now=NOW + SOON)
    assert codes() == ["vehicle.overspeed"]
    assert store_reports(run[1::2], now=NOW + timedelta(hours=1)).findings == []


def test_silence_is_found_by_the_clock_once_and_ends_with_the_next_report(road: SimpleNamespace) -> None:
    out = drive(road.vehicle, NOW, to=2000)
    store_reports(out, now=NOW + SOON)
    heard = out[-1].received_at
    assert find_silent(now=heard + timedelta(minutes=4)) == []
    (finding,) = find_silent(now=heard + timedelta(minutes=6))
    assert (finding.kind, finding.severity, finding.ended_at) == ("technical", 1, None)
    assert find_silent(now=heard + timedelta(minutes=8)) == []
    back = drive(road.vehicle, heard + timedelta(minutes=9), frm=2100, to=4000)
    store_reports(back, now=back[-1].received_at)
    finding.refresh_from_db()
    assert finding.ended_at == back[0].position.at
    assert finding.value == pytest.approx(540, abs=15)
    assert codes() == ["vehicle.silent"]


def test_a_parked_truck_may_be_silent(road: SimpleNamespace) -> None:
    out = drive(road.vehicle, NOW, to=1000)
    off = Report(road.vehicle.pk, position(out[-1].position.at + timedelta(seconds=10), 1000, kmh=0), NOW)
    object.__setattr__(off.position, "status", 2)
    store_reports([*out, off], now=NOW + SOON)
    assert find_silent(now=NOW + timedelta(hours=2)) == []


def test_reports_without_a_fix_are_heard_and_draw_nothing(road: SimpleNamespace) -> None:
    out = drive(road.vehicle, NOW, to=1000)
    blind = [
        Report(road.vehicle.pk, position(out[-1].position.at + timedelta(seconds=30 * n), 0, kmh=20), NOW)
        for n in range(1, 4)
    ]
    for report in blind:
        object.__setattr__(report.position, "status", 1)
    store_reports([*out, *blind], now=NOW + SOON)
    rows = rows_of(road.vehicle)
    assert [row.flags for row in rows[-3:]] == [Flag.NO_FIX] * 3
    state = VehicleState.objects.get(vehicle=road.vehicle)
    assert (state.located, state.at) == (False, blind[-1].position.at)
    assert state.lon == pytest.approx(out[-1].position.lon, abs=1e-6)


def test_rules_that_abstain_say_why(road: SimpleNamespace) -> None:
    road.vehicle.routes.clear()
    type(road.dump).objects.update(last_on=NOW.date() - timedelta(days=1))
    said = {version.kind: why for version, why in rules_for(road.vehicle, NOW.date(), now=NOW)}
    assert said["off_route"]
    assert said["unloading"]
    assert said["overspeed"] == ""


def test_loading_the_same_rules_again_makes_no_version(road: SimpleNamespace) -> None:
    assert load_vehicle_rules(national().vehicles.rows(), now=NOW) == 0


def test_taking_up_a_finding_happens_once(road: SimpleNamespace, cast: SimpleNamespace) -> None:
    store_reports(drive(road.vehicle, NOW, kmh=70), now=NOW + SOON)
    finding = VehicleFinding.objects.get()
    take_up_finding(finding, hazard_ref="hazards.hazard:7", now=NOW, actor=None)
    again = take_up_finding(finding, hazard_ref="hazards.hazard:8", now=NOW, actor=None)
    assert again.taken_up_ref == "hazards.hazard:7"
    assert Event.objects.filter(kind="monitoring.vehicle_finding_taken_up").count() == 1


def test_old_days_are_dropped_whole(road: SimpleNamespace) -> None:
    store_reports(drive(road.vehicle, NOW, to=1000), now=NOW + SOON)
    keep = timedelta(days=national().vehicles.retention_days)
    assert drop_tracks(now=NOW + keep) == 0
    assert drop_tracks(now=NOW + keep + timedelta(days=2)) == 1
    assert stored(road.vehicle.pk, *day_span(NOW.date())) == []


def test_the_questions_of_a_batch_do_not_grow_with_its_reports(
    road: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20):
        store_reports(drive(road.vehicle, NOW), now=NOW + SOON)
