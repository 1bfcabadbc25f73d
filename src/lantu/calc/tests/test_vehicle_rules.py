"""Worked examples: a truck of the site carries earth along a licensed road to a disposal site 6 km east."""

import json
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.geodesy import offset
from lantu.calc.tracks import Fix, Line, Policy, shape_of
from lantu.calc.vehicle_rules import (
    Abstains,
    Dates,
    Kind,
    Setting,
    State,
    VehicleRule,
    abstains,
    judge,
    plain,
    restored,
)
from lantu.calc.workdays import BEIJING

SITE = (116.30, 37.45)
DUMP = offset(SITE, 6000, 0)
MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=BEIJING).timestamp()
POLICY = Policy()
RULES = [
    VehicleRule("vehicle.overspeed", 1, Kind.OVERSPEED, 2, {"limit_kmh": 60, "points": 3}),
    VehicleRule(
        "vehicle.off_route", 1, Kind.OFF_ROUTE, 2,
        {"buffer_m": 100, "duration_s": 120, "yard_m": 300, "moving_kmh": 5},
    ),
    VehicleRule("vehicle.unloading", 1, Kind.UNLOADING, 3, {"margin_m": 50, "points": 2, "yard_m": 300}),
    VehicleRule(
        "vehicle.night", 1, Kind.NIGHT, 2,
        {"start_min": 23 * 60, "end_min": 5 * 60, "moving_kmh": 5, "points": 3},
    ),
    VehicleRule("vehicle.no_permit", 1, Kind.NO_PERMIT, 2, {"moving_kmh": 5, "points": 3}),
    VehicleRule("vehicle.silent", 1, Kind.SILENT, 1, {"silence_s": 300}),
]  # fmt: skip
YEAR = Dates(date(2026, 1, 1), date(2026, 12, 31))
SQUARE = [offset(DUMP, x, y) for x, y in ((-200, -200), (200, -200), (200, 200), (-200, 200), (-200, -200))]
SETTING = Setting(
    routes=[(Line([SITE, DUMP]), None)],
    sites=[shape_of({"type": "Point", "coordinates": list(SITE)})],
    disposal=[shape_of({"type": "Polygon", "coordinates": [SQUARE]})],
    permit=YEAR,
    knows_load=True,
)


def drive(start=MORNING, frm=0, to=6000, north=0.0, kmh=40.0, every=10, load=3, **more):
    """Reports along the road, ``north`` metres beside it."""
    step = kmh / 3.6 * every
    count = int(abs(to - frm) / step) + 1
    sign = 1 if to >= frm else -1
    return [
        Fix(start + every * n, *offset(SITE, frm + sign * step * n, north), kmh, load=load, **more)
        for n in range(count)
    ]


def codes(fixes, setting=SETTING, state=None, rules=RULES):
    verdict = judge(state or State(), fixes, rules, setting, POLICY)
    return [excess.rule.code for excess in verdict.excesses if excess.opened]


def stand(last, seconds=120, load=0, every=10, **more):
    return [
        Fix(last.at + every * n, last.lon, last.lat, 0.0, load=load, **more)
        for n in range(1, seconds // every + 1)
    ]


def test_a_good_run_finds_nothing():
    out = drive()
    dump = stand(out[-1])
    back = drive(dump[-1].at + 10, 6000, 0, load=0, kmh=50)
    assert codes([*out, *dump, *back]) == []


def test_two_fast_reports_are_none_three_are_an_excess():
    calm = drive(to=2000)
    fast = drive(calm[-1].at + 10, 2100, 2500, kmh=66)
    assert codes([*calm, *fast[:2], *drive(calm[-1].at + 30, 2500, 3000)]) == []
    verdict = judge(State(), [*calm, *fast[:3]], RULES, SETTING, POLICY)
    (excess,) = verdict.excesses
    assert (excess.rule.code, excess.value, excess.first) == ("vehicle.overspeed", 66, fast[0])
    assert excess.trip_at == MORNING
    assert excess.inputs["fixes"] == 3


def test_speeding_twice_in_one_trip_is_one_excess_and_the_next_trip_has_its_own():
    fast = drive(to=1200, kmh=70)
    calm = drive(fast[-1].at + 10, 1300, 2000)
    again = drive(calm[-1].at + 10, 2100, 3500, kmh=80)
    verdict = judge(State(), [*fast, *calm, *again], RULES, SETTING, POLICY)
    assert [(e.rule.code, e.value) for e in verdict.excesses] == [("vehicle.overspeed", 80)]
    parked = stand(again[-1], 900, load=3)
    third = drive(parked[-1].at + 10, 3500, 5000, kmh=70)
    later = judge(verdict.state, [*parked, *third], RULES, SETTING, POLICY)
    assert [e.opened for e in later.excesses] == [True]
    assert later.excesses[0].trip_at == third[0].at


def test_eighty_metres_beside_the_road_is_on_it_a_hundred_and_fifty_is_not():
    assert codes(drive(frm=400, to=5000, north=80)) == []
    (excess,) = judge(State(), drive(frm=400, to=5000, north=150), RULES, SETTING, POLICY).excesses
    assert excess.rule.code == "vehicle.off_route"
    assert excess.value == pytest.approx(150, abs=1)


def test_leaving_the_road_for_less_than_two_minutes_is_forgiven():
    away = drive(frm=1000, to=2200, north=400)
    assert away[-1].at - away[0].at < 120
    assert codes([*away, *drive(away[-1].at + 20, 2400, 4000)]) == []


def test_an_empty_truck_may_leave_the_road_if_its_load_is_known():
    beside = drive(frm=1000, to=5000, north=500, load=0)
    assert codes(beside) == []
    unknown = Setting(**{**vars(SETTING), "knows_load": False})
    assert codes(beside, unknown) == ["vehicle.off_route"]


def test_a_load_that_vanishes_on_the_way_was_unloaded_there():
    out = drive(to=3000)
    (excess,) = judge(State(), [*out, *stand(out[-1])], RULES, SETTING, POLICY).excesses
    assert excess.rule.code == "vehicle.unloading"
    assert excess.value == pytest.approx(2800, abs=60)


def test_one_flicker_of_the_load_sensor_is_no_unloading():
    out = drive(to=3000)
    flicker = stand(out[-1], 10, load=0)
    assert codes([*out, *flicker, *drive(flicker[-1].at + 10, 3000, 6000)]) == []


def test_a_raised_body_outside_is_unloading_too():
    lifts = Setting(**{**vars(SETTING), "knows_load": False, "knows_lift": True})
    out = drive(to=3000, load=0)
    assert codes([*out, *stand(out[-1], 40, lift=True)], lifts) == ["vehicle.unloading"]
    there = drive(load=0)
    assert codes([*there, *stand(there[-1], 40, lift=True)], lifts) == []


def test_backfill_on_the_own_site_is_no_unloading():
    out = drive(frm=3000, to=100)
    assert codes([*out, *stand(out[-1])]) == []


@pytest.mark.parametrize(
    ("hour", "minute", "found"),
    [(22, 50, False), (23, 0, True), (3, 0, True), (4, 55, True), (5, 0, False)],
)
def test_the_night_begins_at_eleven_and_ends_at_five(hour, minute, found):
    start = datetime(2026, 11, 20, hour, minute, tzinfo=BEIJING).timestamp()
    assert codes(drive(start, to=3000)[:4]) == (["vehicle.night"] if found else [])


def test_a_night_permit_allows_the_night():
    start = datetime(2026, 11, 20, 1, 0, tzinfo=BEIJING).timestamp()
    allowed = Setting(**{**vars(SETTING), "night_permit": Dates(date(2026, 11, 15), date(2026, 11, 25))})
    assert codes(drive(start), allowed) == []
    over = Setting(**{**vars(SETTING), "night_permit": Dates(date(2026, 11, 15), date(2026, 11, 19))})
    assert codes(drive(start), over) == ["vehicle.night"]


def test_no_permit_and_a_permit_that_ended():
    assert codes(drive(), Setting(**{**vars(SETTING), "permit": None})) == ["vehicle.no_permit"]
    ended = Dates(date(2026, 1, 1), date(2026, 11, 19))
    assert codes(drive(), Setting(**{**vars(SETTING), "permit": ended})) == ["vehicle.no_permit"]


def test_six_minutes_without_a_report_while_the_engine_ran():
    out = drive(to=2000)
    after = drive(out[-1].at + 360, 2500, 4000)
    verdict = judge(State(), [*out, *after], RULES, SETTING, POLICY)
    (excess,) = verdict.excesses
    assert (excess.rule.code, excess.value) == ("vehicle.silent", 360)
    parked = Fix(out[-1].at + 10, out[-1].lon, out[-1].lat, 0.0, acc=False, load=3)
    assert codes([*out, parked, *after]) == []


def test_a_tunnel_is_no_silence():
    """Reports without a fix: the terminal lives, the place is unknown."""
    out = drive(to=2000)
    inside = [Fix(out[-1].at + 60 * n, 0.0, 0.0, 30.0, load=3, located=False) for n in range(1, 8)]
    after = drive(inside[-1].at + 60, 4000, 6000)
    verdict = judge(State(), [*out, *inside, *after], RULES, SETTING, POLICY)
    assert verdict.excesses == []
    assert verdict.believed == [True] * len(out) + [False] * 7 + [True] * len(after)


def test_drift_is_dropped_and_judged_by_nobody():
    out = drive(to=4000)
    jump = Fix(out[10].at + 5, *offset(SITE, 20_000, 9000), 90.0, load=3)
    fixes = sorted([*out, jump], key=lambda fix: fix.at)
    verdict = judge(State(), fixes, RULES, SETTING, POLICY)
    assert verdict.believed.count(False) == 1
    assert verdict.excesses == []


def test_a_rule_without_its_input_abstains_and_says_why():
    bare = Setting(permit=YEAR)
    assert [abstains(rule, bare) for rule in RULES] == [
        None, Abstains.NO_ROUTE, Abstains.NO_DISPOSAL_SITE, None, None, None,
    ]  # fmt: skip
    blind = Setting(**{**vars(SETTING), "knows_load": False})
    assert abstains(RULES[2], blind) == Abstains.NO_LOAD_SIGNAL
    assert codes(drive(north=900), bare) == []


def test_a_rule_without_its_numbers_cannot_be_made():
    with pytest.raises(ValueError, match="points"):
        VehicleRule("vehicle.overspeed", 1, Kind.OVERSPEED, 2, {"limit_kmh": 60})


LEGS = st.lists(
    st.tuples(
        st.integers(0, 6000),
        st.integers(-600, 600),
        st.sampled_from([0.0, 20.0, 55.0, 70.0]),
        st.sampled_from([0, 3]),
        st.sampled_from([10, 10, 10, 60, 400, 2000]),
    ),
    min_size=1,
    max_size=40,
)


@given(LEGS, st.integers(1, 7))
def test_batches_do_not_change_what_is_opened(legs, size):
    """The state may also go to the database and back between any two batches."""
    fixes, at = [], MORNING
    for east, north, kmh, load, wait in legs:
        at += wait
        fixes.append(Fix(at, *offset(SITE, east, north), kmh, load=load))
    whole = judge(State(), fixes, RULES, SETTING, POLICY)
    state, parts, believed = State(), [], []
    for cut in range(0, len(fixes), size):
        verdict = judge(state, fixes[cut : cut + size], RULES, SETTING, POLICY)
        state = restored(json.loads(json.dumps(plain(verdict.state))))
        believed += verdict.believed
        parts += [(e.rule.code, e.trip_at) for e in verdict.excesses if e.opened]
    assert sorted(parts) == sorted((e.rule.code, e.trip_at) for e in whole.excesses if e.opened)
    assert believed == whole.believed
    assert state == whole.state
