"""The worked examples of docs/algorithms/earned_value.md."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.earned_value import earned_schedule, earned_value, planned_at
from lantu.calc.progress_claims import ClaimItem, Verdict, check_claim, days_planned_for

PLANNED = [0, 80, 200, 360, 550, 720, 860, 950, 1000]


def test_the_worked_example() -> None:
    found = earned_value(planned=PLANNED, at=5, ev=600, ac=680)
    assert (found.sv, found.cv, found.bac, found.pv) == (-120, -80, 1000, 720)
    assert found.spi == pytest.approx(0.8333, abs=5e-5)
    assert found.cpi == pytest.approx(0.8824, abs=5e-5)
    assert found.eac_typical == pytest.approx(1133.33, abs=5e-3)
    assert found.eac_atypical == 1080
    assert found.eac_both == pytest.approx(1224.00, abs=5e-3)
    assert found.vac == pytest.approx(-133.33, abs=5e-3)
    assert found.tcpi == pytest.approx(1.25)
    assert found.tcpi_eac == pytest.approx(0.8824, abs=5e-5)
    assert found.es == pytest.approx(4.2941, abs=5e-5)
    assert found.spi_t == pytest.approx(0.8588, abs=5e-5)
    assert found.sv_t == pytest.approx(-0.7059, abs=5e-5)
    assert found.ieac_t == pytest.approx(9.3151, abs=5e-5)


def test_nothing_spent_and_nothing_planned_give_no_index() -> None:
    found = earned_value(planned=[0, 0, 10], at=1, ev=0, ac=0)
    assert {found.spi, found.cpi, found.eac_typical, found.etc, found.vac} == {None}


def test_a_finished_project_has_earned_its_planned_duration() -> None:
    assert earned_schedule([0, 50, 100, 100], 100) == 2


@pytest.mark.parametrize("planned", [[], [1], [0, 5, 4]])
def test_a_curve_that_falls_is_refused(planned: list[float]) -> None:
    with pytest.raises(ValueError, match="curve"):
        earned_value(planned=planned, at=1, ev=1, ac=1)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20), st.floats(0, 0.999))
def test_earned_schedule_turns_the_planned_curve_round(steps: list[int], part: float) -> None:
    planned = [0.0]
    for step in steps:
        planned.append(planned[-1] + step)
    at = part * len(steps)
    assert earned_schedule(planned, planned_at(planned, at)) == pytest.approx(at, abs=1e-6)


YEAR = 365.0
# Ten equal parts of 91.25 days each: two and a half years of work.
PARTS = [
    ClaimItem(
        f"P{number}", number * 91.25, (number + 1) * 91.25, 100.0, 1.0, "B", quantity_then=10, quantity_now=10
    )
    for number in range(10)
]
CLAIM = {
    "first_day": 0.0, "as_of_day": YEAR, "claimed_days": YEAR, "claimed_planned_days": 2.5 * YEAR,
    "scope_tolerance": 0.02, "near_share": 0.9, "proved_share": 0.8, "proved_grades": ("A", "B", "C"),
}  # fmt: skip


def test_two_and_a_half_years_of_work_in_one_year() -> None:
    found = check_claim(PARTS, **CLAIM)
    assert found.verdict is Verdict.HOLDS
    assert found.compression == pytest.approx(2.5)
    assert found.planned_days_proved == pytest.approx(912.5)


def test_a_scope_that_was_cut_is_no_compression() -> None:
    cut = [replace(PARTS[9], still_there=False), replace(PARTS[8], quantity_now=5), *PARTS[:8]]
    found = check_claim(cut, **CLAIM)
    assert found.verdict is Verdict.FAILS
    assert (found.dropped, found.shrunk) == (("P9",), ("P8",))
    assert found.scope_share == pytest.approx(0.85)


def test_what_only_says_so_is_not_proved() -> None:
    told = [replace(item, grade="D") if item.start_day > 600 else item for item in PARTS]
    found = check_claim(told, **CLAIM)
    assert found.verdict is Verdict.PARTLY
    assert [name for name, _values in found.reasons] == ["not_proved"]
    assert check_claim([replace(item, grade="D") for item in PARTS], **CLAIM).verdict is Verdict.CANNOT_SAY


def _done_until(day: float) -> list[ClaimItem]:
    return [replace(item, share=1.0 if item.start_day < day else 0.0) for item in PARTS]


def test_far_below_the_claimed_pace_fails() -> None:
    """The demonstration's case: 1.07 planned days a day against 2.5 claimed is no partial truth."""
    slow = [replace(item, weight=100.0 * item.share) for item in PARTS]
    found = check_claim(slow, **{**CLAIM, "as_of_day": 912.5 / 1.07})
    assert found.compression == pytest.approx(1.07)
    assert found.verdict is Verdict.FAILS
    assert {part.code: part.holds for part in found.parts} == {
        "pace": False, "amount": True, "time": False, "proof": True, "scope": True,
    }  # fmt: skip
    half = check_claim(_done_until(450), **CLAIM)
    assert half.verdict is Verdict.FAILS
    assert half.compression == pytest.approx(1.25)
    assert [name for name, _values in half.reasons] == ["too_slow", "too_little_done"]


def test_just_below_the_claimed_pace_is_partly_true() -> None:
    found = check_claim([replace(PARTS[9], share=0.5), *PARTS[:9]], **CLAIM)
    assert found.compression == pytest.approx(2.5 * 0.95)
    assert found.verdict is Verdict.PARTLY


def test_at_the_claimed_pace_but_not_there_yet_is_partly_true() -> None:
    found = check_claim(_done_until(450), **{**CLAIM, "as_of_day": YEAR / 2})
    assert found.compression == pytest.approx(2.5)
    assert found.verdict is Verdict.PARTLY
    assert [name for name, _values in found.reasons] == ["not_yet"]


def test_as_much_but_in_longer_time_is_told_by_its_part() -> None:
    longer = [
        replace(item, finish_day=item.finish_day * 1.2, start_day=item.start_day * 1.2) for item in PARTS
    ]
    found = check_claim(longer, **{**CLAIM, "as_of_day": 1.1 * YEAR})
    assert found.verdict is Verdict.PARTLY
    assert [part.code for part in found.parts if not part.holds] == ["time"]


def test_without_weights_nothing_can_be_said() -> None:
    assert check_claim([replace(PARTS[0], weight=0.0)], **CLAIM).verdict is Verdict.CANNOT_SAY


@given(st.floats(0, 1000))
def test_planned_days_grow_with_what_is_done(value: float) -> None:
    assert days_planned_for(PARTS, value) <= days_planned_for(PARTS, value + 1) + 1e-6
