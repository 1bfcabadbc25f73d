"""The annual plan's rules: complete, and refused with place and remedy when they do not add up."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lantu.packs.annual_plan import FULL_SCORE, STOPS
from lantu.packs.check import check_pack
from lantu.packs.load import HERE, city, national


def test_score_and_shapes_add_up() -> None:
    rules = national().annual_plan
    assert sum(section.weight for section in rules.score) == FULL_SCORE
    assert [section.weight for section in rules.score] == [30, 20, 20, 20, 10]
    for section in rules.score:
        assert sum(line.points for line in section.lines) == section.weight
    assert set(rules.stops) == set(STOPS)
    assert {sum(shape) for shape in rules.monthly_shape.values()} == {0, 100}
    assert set(city().annual_plan.element_units) == set(rules.elements)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weight: 30", "weight: 31", "sum to 30, its weight is 31"),
        ("points: 6, kind: approval", "points: 7, kind: approval", "sum to 31, its weight is 30"),
        ("[0, 0, 4, 6,", "[0, 0, 5, 6,", "twelve shares"),
        ("from_month: 8, to_month: 8", "from_month: 9, to_month: 8", "no span"),
        ("key: no_code", "key: no_idea", "not known here"),
        ("  elements: 5", "  elements: 0", "no working days"),
        ("kind: funds_year", "kind: guess", "not known here"),
    ],
)
def test_what_does_not_add_up_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    root = tmp_path / "national"
    shutil.copytree(HERE / "national", root)
    path = root / "annual_plan.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = check_pack(root)
    assert any(said in problem and "annual_plan.yaml" in problem for problem in problems), problems
