import shutil

import pytest

from lantu.calc.vehicle_rules import Kind, VehicleRule
from lantu.packs.check import check_pack
from lantu.packs.load import HERE, national


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
