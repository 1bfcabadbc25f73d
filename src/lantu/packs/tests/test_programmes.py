"""Lanes and clocks of programmes: what stands in the pack, and what is wrong with a bad file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lantu.packs.check import check_pack
from lantu.packs.load import HERE, national


def test_the_pack_names_lanes_and_clocks() -> None:
    rules = national().programmes
    assert [lane.key for lane in rules.lanes] == ["land", "utilities", "build", "attract"]
    assert rules.check_day == 5
    assert rules.bulletin_series
    assert rules.basis


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("check_day: 5", "check_day: 31", "check_day"),
        ("key: utilities", "key: land", "land"),
        ("mark: D", "mark: Z", "mark"),
        ("most_rows: 200", "most_rows: many", "not a number"),
    ],
)
def test_a_bad_file_is_named_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    root = tmp_path / "national"
    shutil.copytree(HERE / "national", root)
    path = root / "programmes.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = check_pack(root)
    assert problems
    assert any("programmes.yaml" in problem and said in problem for problem in problems)
