import shutil
from datetime import date, datetime

import pytest

from lantu.calc.deadlines import Term, Unit
from lantu.calc.pits import RangePolicy
from lantu.calc.rules import Reason
from lantu.calc.workdays import BEIJING, add_working_days, assumed_years
from lantu.packs.engine import in_scope, placed_rule
from lantu.packs.load import HERE, city, load_pack, national, national_by, quiet_periods, rules_of
from lantu.packs.model import CityPack
from lantu.packs.parse_words import parse_words

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


def test_the_pit_table_unfolds_into_a_band_and_three_readings():
    rules = national().thresholds
    band = rules["pit.top_h.g1.pile_wall.band"]
    assert band.options["terms"] == {"cumulative": 20, "rate": 2, "sharp": 2, "percent": 0.2}
    assert [(level.severity, level.limit) for level in band.levels] == [(2, 85), (3, 100), (4, 115)]
    assert band.options["scope"]["facts"] == {"pit_grade": 1, "pit_support": "pile_wall"}
    assert band.options["fact"] == {"name": "pit_depth_m", "after": "pit_slab_on", "factor": 0.7}
    three = rules["pit.top_h.g1.pile_wall.rate70"]
    assert (three.levels[0].limit, three.options["samples"]) == (1.4, 3)


def test_the_worked_example_of_a_pit():
    """20~30 mm, 0.2~0.3 %H, H = 5 m: 10 mm; without H the 20 mm are an upper bound."""
    band = national().thresholds["pit.top_h.g1.pile_wall.band"]
    placed = placed_rule(band, {"pit_depth_m": 5})
    assert placed.rule is not None
    assert (placed.rule.cumulative, placed.rule.rate, placed.upper_bound_only) == (10, 2, False)
    after = placed_rule(band, {"pit_depth_m": 5, "pit_slab_on": "2026-10-01"}).rule
    assert after is not None
    assert after.rate == pytest.approx(1.4)
    bound = placed_rule(band, {})
    assert (bound.upper_bound_only, bound.reason, bound.missing) == (True, Reason.MISSING_H, ("pit_depth_m",))


@pytest.mark.parametrize(("policy", "limit"), [("conservative", 20), ("midpoint", 25), ("lenient", 30)])
def test_the_policy_reads_the_ranges(policy, limit):
    rules = national_by(RangePolicy(policy)).thresholds
    assert rules["pit.top_h.g1.pile_wall.band"].options["terms"]["cumulative"] == limit


def test_where_low_values_are_dangerous_the_cautious_end_is_the_upper():
    assert national().thresholds["pit.anchor.low"].levels[0].limit == 100
    assert national_by(RangePolicy.LENIENT).thresholds["pit.anchor.low"].levels[0].limit == 80


def test_a_force_is_a_share_of_the_design_value_or_is_not_judged():
    rule = national().thresholds["pit.axial.g1"]
    placed = placed_rule(rule, {"pit_grade": 1, "member_f2_kn": 2000})
    assert placed.rule is not None
    assert [level.limit for level in placed.rule.levels] == [1020, 1200]
    nothing = placed_rule(rule, {"pit_grade": 1})
    assert (nothing.rule, nothing.reason, nothing.missing) == (None, Reason.MISSING_FACT, ("member_f2_kn",))


def test_the_rise_of_concrete_starts_from_its_placing():
    placed = placed_rule(national().thresholds["concrete.rise"], {"concrete_placing_c": 18})
    assert placed.rule is not None
    assert [level.limit for level in placed.rule.levels] == [63, 68]


def test_what_the_standard_leaves_to_the_designer_has_no_value():
    placed = placed_rule(national().thresholds["pit.column_force"], {})
    assert (placed.rule, placed.reason) == (None, Reason.MISSING_DESIGN)


def test_a_pit_without_grade_or_support_is_never_left_without_a_rule():
    rules = national().thresholds
    assert rules["pit.top_h.no_grade.band"].options["scope"]["facts"] == {"pit_grade": None}
    assert rules["pit.top_h.g2.no_support.band"].options["fact"]["name"] == "pit_support"
    facts = [{}, {"pit_grade": 2}, {"pit_grade": 1, "pit_support": "cement_wall"}]
    for item, kind in (("top_h", "pit"), ("top_v", "pit"), ("deep_h", "pit_deep"), ("ground", "pit")):
        for place in facts:
            held = [
                row.code for row in rules.values()
                if row.code.startswith(f"pit.{item}.") and row.kind == "band" and in_scope(row, kind, place)
            ]  # fmt: skip
            assert len(held) == 1, (item, place, held)


def test_a_corroborated_cell_is_not_called_verified():
    seen = [row for row in national().thresholds.values() if "第二份公开资料" in row.note]
    assert seen
    assert {row.mark for row in seen} == {"K"}


def test_a_citys_own_rows_and_policy(tmp_path):
    root = tmp_path / "elsewhere"
    shutil.copytree(HERE / "cities" / "dezhou", root)
    (root / "pack.yaml").write_text("kind: city\nversion: 2026-1\nrange_policy: lenient\n", encoding="utf-8")
    own = (
        "- {code: dust.pm10.hour, name: PM10, name_en: PM10, family: dust, param: pm10, unit: µg/m³, kind: threshold, stat: mean,"
        " window_s: 3600, levels: [{severity: 3, limit: 140, label: 本市}], basis: 本市办法, mark: V, effective_from: 2026-01-01}\n"
    )
    (root / "thresholds.yaml").write_text(own, encoding="utf-8")
    pack = load_pack(root)
    assert isinstance(pack, CityPack)
    rows = {row["code"]: row for row in rules_of(pack)}
    assert len(rows) == len(national().thresholds)
    assert rows["dust.pm10.hour"]["levels"] == [{"severity": 3, "limit": 140.0, "label": "本市"}]
    assert rows["pit.top_h.g1.pile_wall.band"]["terms"]["cumulative"] == 30


def test_examination_days_of_nation_and_city():
    periods = quiet_periods(city(), "exam")
    assert {period.mark for period in periods} == {"K", "U"}
    assert any(period.first <= date(2026, 6, 8) <= period.last for period in periods)


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


def test_what_a_limit_is_called_has_its_english():
    def chinese(text):
        return any("\u4e00" <= letter <= "\u9fff" for letter in text)

    rules = [*national().thresholds.values(), *city("dezhou").thresholds.values()]
    said = {level.label for rule in rules for level in rule.levels} | {rule.unit for rule in rules}
    assert {word for word in said if chinese(word)} - set(national().words_en) == set()
    assert [told for told in national().words_en.values() if chinese(told)] == []


def test_what_a_rule_rests_on_has_its_english():
    def chinese(text):
        return any("\u4e00" <= letter <= "\u9fff" for letter in text)

    rules = [*national().thresholds.values(), *city("dezhou").thresholds.values()]
    known = {**national().words_en, **city("dezhou").words_en}
    said = {text for rule in rules for text in (rule.basis, rule.clause)}
    assert {text for text in said if chinese(text)} - set(known) == set()
    assert known["GB 50497-2019 表 7.0.3"] == (
        "GB 50497-2019 Technical standard for monitoring of building excavation engineering, table 7.0.3"
    )


def test_a_source_without_a_title_is_told(tmp_path):
    (tmp_path / "sources_en.yaml").write_text(
        "standards: []\nwords:\n  - {zh: 国标 1, en: <GB 1>}\n", encoding="utf-8"
    )
    problems: list[str] = []
    assert parse_words(tmp_path, problems) == {}
    assert "GB 1" in problems[0]
