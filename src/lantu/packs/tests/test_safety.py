"""The tables of double prevention, and what the check says of broken ones."""

import shutil

import pytest

from lantu.calc.dangerous_works import Level, judge
from lantu.calc.lec import assess
from lantu.packs.check import check_pack
from lantu.packs.load import HERE, national

WORKS = national().dangerous_works


@pytest.mark.parametrize(
    ("kind", "given", "level"),
    [
        ("pit.excavation", {"depth_m": 4.2}, Level.DANGEROUS),
        ("pit.excavation", {"depth_m": 5.0}, Level.BEYOND),
        ("formwork.tool", {}, Level.BEYOND),
        ("formwork.concrete", {"height_m": 8.0}, Level.BEYOND),
        ("formwork.bearing", {"point_load_kn": 6.9}, Level.DANGEROUS),
        ("lifting.works", {"unusual_lifting": True, "single_weight_kn": 100.0}, Level.BEYOND),
        ("lifting.works", {"unusual_lifting": True, "single_weight_kn": 9.0}, Level.ORDINARY),
        ("lifting.works", {"unusual_lifting": False}, Level.DANGEROUS),
        ("lifting.crane_erection", {"rated_lift_kn": 300.0}, Level.BEYOND),
        ("scaffold.ground", {"height_m": 23.9}, Level.ORDINARY),
        ("scaffold.ground", {"height_m": 24.0}, Level.DANGEROUS),
        ("scaffold.ground", {"height_m": 50.0}, Level.BEYOND),
        ("scaffold.cantilever", {"section_height_m": 20.0}, Level.BEYOND),
        ("scaffold.basket", {}, Level.DANGEROUS),
        ("underground.tunnel", {}, Level.BEYOND),
        ("other.steel", {"steel_span_m": 35.9}, Level.DANGEROUS),
        ("other.grid", {"grid_span_m": 60.0}, Level.BEYOND),
        ("other.hand_dug_pile", {"depth_m": 16.0}, Level.BEYOND),
        ("other.prefab", {}, Level.DANGEROUS),
        ("other.jacking", {"structure_weight_kn": 999.0}, Level.ORDINARY),
    ],
)
def test_the_limits_of_the_two_lists(kind, given, level):
    assert judge(WORKS.kinds[kind].rule, given).level == level


def test_nothing_entered_never_makes_anything_beyond_scale_that_has_a_limit():
    for kind in WORKS.kinds.values():
        if kind.rule is not None:
            verdict = judge(kind.rule, {})
            assert (verdict.level == Level.BEYOND) == kind.rule.beyond.always
            assert verdict.abstains == bool(verdict.missing)


def test_a_scheme_has_nine_sections_and_five_experts():
    assert len(WORKS.sections) == 9
    assert WORKS.experts_least == 5


def test_every_kind_of_work_begins_with_a_colour_and_controls():
    for kind in WORKS.kinds.values():
        assert assess(*kind.lec).colour in (1, 2, 3, 4)
        assert kind.controls


def test_the_score_has_ten_groups_and_nineteen_tables():
    score = national().safety_score
    assert [group.weight for group in score.groups] == [10, 15, 10, 10, 10, 10, 10, 10, 10, 5]
    assert list(score.tables) == [f"B.{n}" for n in range(1, 20)]


def test_every_sub_item_of_the_tree_can_be_inspected():
    tree = national().quality
    assert set(tree.tables) == set(tree.lots)
    assert len({lot.path[0] for lot in tree.lots.values()}) == 10
    rebar = next(lot for lot in tree.lots.values() if lot.name == "钢筋")
    assert rebar.path == ("主体结构", "混凝土结构")
    assert sum(item.main for item in tree.tables[rebar.code].items) == 3
    assert len(tree.environment.items) == 6


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("dangerous_works.yaml", "depth_m >= 5", "deep_m >= 5", "is no parameter"),
        ("dangerous_works.yaml", "depth_m >= 5", "depth_m over 5", "is no condition"),
        ("dangerous_works.yaml", "depth_m >= 5", "depth_m >= five", "not a number"),
        ("dangerous_works.yaml", "depth_m >= 5", "depth_m >= 500", "outside the range"),
        ("dangerous_works.yaml", "slender_free is yes", "slender_free >= 1", "not compared like that"),
        ("dangerous_works.yaml", "slender_free is yes", "slender_free is true", "neither yes nor no"),
        ("dangerous_works.yaml", "any: [[depth_m >= 5]]", "any: []", "either it is always so"),
        ("dangerous_works.yaml", "lec: [3, 6, 15]", "lec: [4, 6, 15]", "L = 4"),
        ("dangerous_works.yaml", "unit: m, low: 0, high: 100}", "low: 0, high: 100}", "needs its unit"),
        ("dangerous_works.yaml", "{4: 7, 3: 14, 2: 30, 1: 90}", "{4: 7, 3: 14}", "every colour"),
        ("dangerous_works.yaml", "code: scaffold.basket", "code: scaffold.platform", "stands twice"),
        ("dangerous_works.yaml", "limit_ms: 10.8", "limit_ms: 108", "between 0 and 40"),
        ("jgj59.yaml", "weight: 15", "weight: 10", "do not make 100"),
        ("jgj59.yaml", "持证上岗 10", "持证上岗 5", "do not make 100"),
        ("jgj59.yaml", "安全教育! 10", "安全教育 10", "guarantee items 60"),
        ("jgj59.yaml", "安全标志 10", "安全标志", "is no item"),
        ("jgj59.yaml", "group: tools", "group: toys", "not known here"),
        ("quality_tree.yaml", "item: 模板,", "item: 样板,", "not known here"),
        ("quality_tree.yaml", "general_share: 0.8", "general_share: 80", "between 0 and 1"),
    ],
)
def test_a_broken_table_is_told_by_place_and_remedy(tmp_path, file, old, new, said):
    root = tmp_path / "national"
    shutil.copytree(HERE / "national", root)
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    found = check_pack(root)
    assert any(said in line and f"{file}:" in line for line in found), found
