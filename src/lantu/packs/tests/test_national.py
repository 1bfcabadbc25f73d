from datetime import date, datetime

import pytest

from lantu.calc.deadlines import Term, Unit
from lantu.calc.workdays import BEIJING, add_working_days, assumed_years
from lantu.packs.load import national

CHANNELS = {
    "pm10", "pm25", "tsp", "noise", "wind_speed", "wind_direction",
    "temperature", "humidity", "pressure", "crane_load_pct", "crane_moment_pct", "tilt_deg",
    "displacement_h_mm", "displacement_v_mm", "settlement_mm", "axial_force_kn", "water_level_mm", "concrete_core_c",
    "concrete_surface_c", "ambient_c", "leakage_ma", "cable_temp_c",
}  # fmt: skip


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_published_years_have_248_working_days(year):
    calendar = national().calendar
    assert calendar.working_days_between(date(year, 1, 1), date(year + 1, 1, 1)) == 248
    assert year in national().calendar_basis


def test_a_year_that_is_not_published_is_said_to_be_assumed():
    calendar = national().calendar
    start = datetime(2026, 12, 30, 10, tzinfo=BEIJING)
    due = add_working_days(start, 3, calendar)
    assert due.date() == date(2027, 1, 4)  # 1 January counted as a working Friday: weekends only
    assert assumed_years(start, due, calendar) == (2027,)


def test_all_channels_of_the_contract_are_there_in_their_units():
    channels = national().channels
    assert set(channels) >= CHANNELS
    assert (channels["pm10"].unit, channels["noise"].unit, channels["leakage_ma"].unit) == (
        "µg/m³",
        "dB(A)",
        "mA",
    )


def test_a_device_type_gives_its_period_to_its_channels():
    row = national().device_types["tower_crane"].row()
    assert row["label"] == "塔机安全监控"
    assert {channel["period_s"] for channel in row["channels"]} == {30}


def test_every_rule_names_its_basis_and_how_sure_we_are():
    for threshold in national().thresholds.values():
        assert threshold.basis
        assert threshold.mark in "VKDU"
        assert threshold.name
        assert threshold.effective_from <= date(2026, 11, 22)


def test_noise_limits_of_gb_12523():
    day, night = (national().thresholds[f"noise.{part}.leq"] for part in ("day", "night"))
    assert [level.limit for level in day.levels if level.severity == 3] == [70]
    assert [level.limit for level in night.levels if level.severity == 3] == [55]
    assert (night.options["start_min"], night.options["end_min"]) == (22 * 60, 6 * 60)


def test_the_pit_table_unfolds_into_three_rules_a_cell():
    rules = national().thresholds
    cumulative = rules["pit.top_h.g1.pile_wall.cumulative"]
    assert [(level.severity, level.limit, level.percent) for level in cumulative.levels] == [
        (2, 14.0, 0.14),
        (3, 17.0, 0.17),
        (4, 20.0, 0.2),
    ]
    assert cumulative.options["scope"]["facts"] == {"pit_grade": 1, "pit_support": "pile_wall"}
    assert cumulative.options["fact"] == {"name": "pit_depth_m"}
    assert rules["pit.top_h.g1.pile_wall.rate"].levels[0].limit == 2
    assert rules["pit.top_h.g1.pile_wall.rate70"].levels[0].limit == 1.4
    assert rules["pit.top_h.g1.pile_wall.rate70"].options["samples"] == 3


def test_a_pit_without_grade_or_support_is_never_left_without_a_rule():
    rules = national().thresholds
    assert rules["pit.top_h.no_grade"].options["scope"]["facts"] == {"pit_grade": None}
    assert rules["pit.top_h.g2.no_support"].options["fact"] == {"name": "pit_support"}


def test_rows_have_the_names_of_a_rule_version():
    row = national().thresholds["concrete.core_surface"].row()
    assert row["other"] == "concrete_surface_c"
    assert row["levels"][1] == {"severity": 3, "limit": 25.0, "label": "超限"}
    assert len(national().rule_rows()) == len(national().thresholds)


def test_hazard_clocks_by_grade():
    clocks = national().hazard_clocks
    assert sorted(clocks) == [1, 2, 3, 4]
    assert clocks[2].rectify == Term(72, Unit.HOURS)
    assert clocks[2].acknowledge == Term(4, Unit.HOURS)
    assert clocks[4].stop_work
    assert clocks[4].recheck_by == ("inspector", "expert")
    assert clocks[1].plan is None


def test_the_ladder_has_six_rungs():
    assert [rung.level for rung in national().ladder] == [0, 1, 2, 3, 4, 5]


def test_eleven_counties_of_dezhou():
    areas = national().areas
    assert sum(area.kind == "county" for area in areas.values()) == 11
    assert areas["371402"].name == "德城区"
