import shutil

import pytest

from lantu.calc.vehicle_rules import Kind, VehicleRule
from lantu.packs.check import check_pack
from lantu.packs.load import HERE, load_pack, national, vehicle_rules_of
from lantu.packs.model import CityPack


def test_every_kind_of_rule_is_there_with_basis_and_mark():
    rules = national().vehicles.rules
    assert {rule.kind for rule in rules.values()} == {str(kind) for kind in Kind}
    for rule in rules.values():
        assert rule.basis
        assert rule.clause
        assert rule.mark in "VKDU"
        VehicleRule(rule.code, 1, Kind(rule.kind), rule.severity, rule.params)


def test_the_numbers_of_the_domain():
    vehicles = national().vehicles
    assert vehicles.rules["vehicle.overspeed"].params == {"limit_kmh": 60, "points": 3}
    assert vehicles.rules["vehicle.off_route"].params["buffer_m"] == 100
    assert vehicles.rules["vehicle.off_route"].params["duration_s"] == 120
    night = vehicles.rules["vehicle.night"].params
    assert (night["start_min"], night["end_min"]) == (23 * 60, 5 * 60)
    assert vehicles.rules["vehicle.silent"].params == {"silence_s": 300}
    assert vehicles.policy.drift_kmh == 120


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("kind: overspeed", "kind: flying", "not known here"),
        ("{limit_kmh: 60, points: 3}", "{limit_kmh: 60}", "points"),
        ("{limit_kmh: 60, points: 3}", "{limit_kmh: 60, points: 3, colour: 1}", "colour is not known"),
        ("severity: 3", "severity: 5", "no severity"),
        ('"23:00-05:00"', '"at night"', "not two times of day"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, before, after, words):
    root = tmp_path / "national"
    shutil.copytree(HERE / "national", root)
    file = root / "vehicles.yaml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    problems = check_pack(root)
    assert any("vehicles.yaml:" in problem and words in problem for problem in problems), problems


def test_a_city_puts_its_own_rule_in_place_of_the_national_one(tmp_path):
    root = tmp_path / "elsewhere"
    shutil.copytree(HERE / "cities" / "dezhou", root, ignore=shutil.ignore_patterns("demo", "tests", "*.py"))
    (root / "vehicles.yaml").write_text(
        "- {code: vehicle.overspeed, name: 渣土车超速, name_en: Speeding, kind: overspeed, severity: 3,"
        " params: {limit_kmh: 50, points: 2}, unit: km/h, basis: 市政府令, clause: 第九条, mark: V, effective_from: 2026-03-01}\n",
        encoding="utf-8",
    )
    pack = load_pack(root)
    assert isinstance(pack, CityPack)
    rows = {row["code"]: row for row in vehicle_rules_of(pack)}
    assert set(rows) == set(national().vehicles.rules)
    assert (rows["vehicle.overspeed"]["params"], rows["vehicle.overspeed"]["mark"]) == (
        {"limit_kmh": 50, "points": 2},
        "V",
    )
