"""The chart's words: every key that the element asks for has one, and reasons and changes are told in sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lantu.calc.progress_claims import Verdict
from lantu.lifecycle.schedule import forms
from lantu.lifecycle.schedule.wording import EVENTS, VERDICTS, field_label, gantt_words, reason_text

ELEMENT = Path(__file__).resolve().parents[5] / "frontend/src/elements/lantu-gantt"
FAMILIES = {
    "gantt_zoom_": ("day", "week", "month", "quarter", "year"),
    "gantt_set_": ("all", "critical", "late", "open", "mine"),
    "gantt_": ("showLinks", "showBaseline", "showFloat"),
}


@pytest.mark.skipif(not ELEMENT.exists(), reason="only the sources hold the element")
def test_every_word_that_the_chart_asks_for_is_there() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in sorted(ELEMENT.glob("*.ts")))
    asked = set(re.findall(r'"(gantt_\w+)"', code))
    asked |= {f"{start}{end}" for start, ends in FAMILIES.items() for end in ends}
    columns = re.search(r"const COLUMNS = \[(.*?)\] as const", code)
    assert columns is not None
    asked |= {f"gantt_col_{name}" for name in re.findall(r'"(\w+)"', columns[1])}
    assert asked - set(gantt_words()) == set()


def test_verdicts_events_and_reasons_are_told() -> None:
    assert set(VERDICTS) == {verdict.value for verdict in Verdict}
    assert all(key.startswith("schedules.") for key in EVENTS)
    values: dict[str, float | str] = {
        "planned_days": 421.0, "claimed_days": 913.0, "elapsed": 395.0, "claimed": 365.0, "share": 0.5, "wanted": 0.8,
        "dropped": 1, "shrunk": 2, "compression": 1.1,
    }  # fmt: skip
    for code in (
        "no_weights",
        "too_slow",
        "not_yet",
        "too_little_done",
        "took_longer",
        "not_proved",
        "scope_cut",
        "holds",
    ):
        told = reason_text(code, values)
        assert told != code
        assert "%(" not in told
    assert field_label("percent") != "percent"
    assert field_label("whatever") == "whatever"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("A010", {("A010", "FS"): 0}),
        ("A010; B020 SS+5", {("A010", "FS"): 0, ("B020", "SS"): 2400}),
        ("A010FF-1.5，C ss", {("A010", "FF"): -720, ("C", "SS"): 0}),
        ("", {}),
    ],
)
def test_predecessors_as_text(typed: str, found: dict[tuple[str, str], int]) -> None:
    assert forms.links({"before": typed}, "before", 480) == found
