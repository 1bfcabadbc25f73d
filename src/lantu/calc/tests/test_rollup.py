"""The roll-up: worked examples by hand, and properties that hold for any members."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.rollup import Member, MemberState, roll_up

POINTS = 10.0


def member(key: int = 1, weight: float = 100.0, **more: object) -> Member:
    values: dict[str, object] = {"begun": True, "finished": False} | more
    return Member(key=key, weight_yuan=weight, **values)  # type: ignore[arg-type]


def test_it_weighs_by_investment() -> None:
    found = roll_up([member(1, 300, physical_pct=80.0, planned_pct=90.0), member(2, 100, physical_pct=20.0, planned_pct=10.0)])  # fmt: skip
    assert found.physical_pct == 65.0  # (300·80 + 100·20) / 400
    assert found.planned_pct == 70.0
    assert found.covered_pct == 100.0


def test_not_begun_is_nothing_finished_is_all() -> None:
    found = roll_up([member(1, 100, begun=False), member(2, 100, finished=True, physical_pct=97.0)])
    assert found.physical_pct == 50.0


def test_who_said_nothing_is_left_out_and_named() -> None:
    found = roll_up([member(1, 100, physical_pct=40.0), member(2, 300)])
    assert found.physical_pct == 40.0
    assert found.covered_pct == 25.0
    assert found.left_out == (2,)


def test_nobody_at_all() -> None:
    found = roll_up([])
    assert (found.physical_pct, found.planned_pct, found.covered_pct) == (None, None, 0.0)
    with pytest.raises(ValueError, match="negative"):
        roll_up([member(1, -1)])


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"finished": True}, MemberState.FINISHED),
        ({"begun": False}, MemberState.NOT_BEGUN),
        ({}, MemberState.UNREPORTED),
        ({"physical_pct": 50.0, "planned_pct": 60.0}, MemberState.BEHIND),
        ({"physical_pct": 50.1, "planned_pct": 60.0}, MemberState.ON_PLAN),
        ({"physical_pct": 50.0}, MemberState.ON_PLAN),
    ],
)
def test_states(more: dict[str, object], state: MemberState) -> None:
    assert member(**more).state(POINTS) == state  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.floats(0, 1e10), st.none() | st.floats(0, 100)), max_size=20))
def test_the_whole_lies_between_its_parts(rows: list[tuple[float, float | None]]) -> None:
    found = roll_up(member(key, weight, physical_pct=pct) for key, (weight, pct) in enumerate(rows))
    said = [pct for weight, pct in rows if pct is not None and weight > 0]
    if found.physical_pct is not None and said:
        assert min(said) - 0.01 <= found.physical_pct <= max(said) + 0.01
    assert 0 <= found.covered_pct <= 100.1
