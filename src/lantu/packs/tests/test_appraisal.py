"""The rubric of the appraisal as data: sound as shipped, and every slip is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lantu.packs.load import HERE, appraisal_of, city, national
from lantu.packs.parse_appraisal import parse_appraisal
from lantu.packs.reading import Problem, open_file

TEXT = (HERE / "national" / "appraisal.yaml").read_text(encoding="utf-8")


def parsed(tmp_path: Path, text: str):
    file = tmp_path / "appraisal.yaml"
    file.write_text(text, encoding="utf-8")
    problems: list[str] = []
    return parse_appraisal(open_file(file, tmp_path), problems), problems


def test_the_national_rubric_is_the_one_of_the_workflow():
    rules = national().appraisal
    assert rules.rubric.parts == {"plan": 40, "nodes": 20, "safety": 15, "problems": 15, "data": 10}
    assert rules.rubric.grades == {"优": 90, "良": 80, "中": 60, "差": 0}
    calendar = rules.calendar
    assert (calendar.prefill_day, calendar.correct_by_day, calendar.freeze_day) == (25, 28, 4)
    assert (calendar.score_day, calendar.appeal_by_day, calendar.publish_day) == (5, 8, 10)
    assert rules.sample_share >= 0.1
    assert list(rules.peer_groups) == ["linear", "industry", "livelihood", "government"]
    assert appraisal_of(city()) == (city().appraisal or rules)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name_en: plan completion, full: 40", "name_en: plan completion, full: 41", "do not make 100"),
        ("key: nodes, name", "key: knots, name", "five parts"),
        ("share: 0.1}\n# Guards", "share: 0.05}\n# Guards", "less than a tenth"),
        ("freeze_day: 4", "freeze_day: 14", "do not follow"),
        ("correct_by_day: 28", "correct_by_day: 31", "not a day of every month"),
        ("appeal_term: 3wd", "appeal_term: drei", "not a term"),
        ("method: parts", "method: guess", "not known here"),
        ("least: 0}", "least: 5}", "begins at 0"),
        (
            "{key: government, name: 政府投资, name_en: government investment}",
            "{key: government, name: 政府投资, name_en: g, sectors: [water]}",
            "nobody takes",
        ),
        ("D: 0.5}", "D: 1.5}", "no share"),
    ],
)
def test_a_slip_is_named(tmp_path, old, new, said):
    assert old in TEXT
    with pytest.raises(Problem, match=said) as caught:
        parsed(tmp_path, TEXT.replace(old, new))
    assert "appraisal.yaml:" in str(caught.value)


def test_a_code_twice_is_noted(tmp_path):
    _rules, problems = parsed(tmp_path, TEXT.replace("code: false_report", "code: red_warning"))
    assert "stands twice" in problems[0]
