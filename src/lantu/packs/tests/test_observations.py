"""The table of what AI cameras may report."""

from __future__ import annotations

from pathlib import Path

import pytest

from lantu.packs.load import HERE
from lantu.packs.parse_observations import parse_observations
from lantu.packs.reading import open_file


def test_every_class_of_the_domain_reference_is_there() -> None:
    problems: list[str] = []
    found = parse_observations(
        open_file(HERE / "national" / "observations.yaml", HERE / "national"), problems
    )
    assert problems == []
    assert set(found) == {
        "no_helmet", "no_vest", "no_harness", "smoking", "fire", "uncovered_soil", "truck_unwashed", "intrusion", "crowd",
    }  # fmt: skip
    assert found["fire"].severity == 3


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "{code: a, label: 甲, label_en: a, severity: 9, review_from: 0.5, automatic_from: 0.9}",
            "between 1 and 4",
        ),
        ("{code: a, label: 甲, label_en: a, severity: 2, review_from: 0.9, automatic_from: 0.5}", "shares"),
        ("{code: a, label: 甲, label_en: a, severity: 2, review_from: 0.5}", "automatic_from"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "observations.yaml"
    file.write_text(f"basis: 平台默认\nmark: D\ntypes:\n  - {line}\n", encoding="utf-8")
    problems: list[str] = []
    parse_observations(open_file(file, tmp_path), problems)
    assert said in problems[0]
    assert ":4:" in problems[0]
