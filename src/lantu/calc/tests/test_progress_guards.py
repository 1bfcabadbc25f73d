"""Guards speak with their numbers, and only when the numbers are odd."""

from __future__ import annotations

import pytest

from lantu.calc import progress_guards as guards


def test_a_jump_to_the_end_on_the_last_day():
    ask = {"least_jump": 40, "last_days": 1}
    assert guards.last_day_spike(before_pct=30, reported_pct=100, days_to_close=0, **ask).values == {
        "before": 30,
        "jump": 70,
    }
    assert guards.last_day_spike(before_pct=30, reported_pct=100, days_to_close=3, **ask) is None
    assert guards.last_day_spike(before_pct=30, reported_pct=95, days_to_close=0, **ask) is None
    assert guards.last_day_spike(before_pct=70, reported_pct=100, days_to_close=0, **ask) is None


def test_payments_bound_progress():
    ask = {"budget_yuan": 1000, "least_paid_share": 0.8, "tolerance_pct": 15}
    found = guards.above_payment(reported_pct=70, paid_yuan=400, **ask)
    assert found.values == {"reported": 70, "bound": pytest.approx(50)}
    assert guards.above_payment(reported_pct=65, paid_yuan=400, **ask) is None
    assert guards.above_payment(reported_pct=100, paid_yuan=800, **ask) is None
    assert (
        guards.above_payment(
            reported_pct=90, paid_yuan=0, budget_yuan=0, least_paid_share=0.8, tolerance_pct=15
        )
        is None
    )


def test_round_numbers_against_chance():
    ask = {"step": 5, "least_count": 10, "significance": 0.001}
    assert guards.round_numbers([5.0 * n for n in range(1, 13)], **ask).values["hits"] == 12
    assert guards.round_numbers([3, 7, 11, 15, 22, 26, 31, 38, 44, 50, 61, 77], **ask) is None
    assert guards.round_numbers([50, 60, 70], **ask) is None
    assert guards.round_numbers([0, 100] * 20, **ask) is None


def test_binomial_tail():
    assert guards.binomial_tail(0, 10, 0.2) == pytest.approx(1)
    assert guards.binomial_tail(10, 10, 0.2) == pytest.approx(0.2**10)
    assert guards.binomial_tail(4, 10, 0.2) == pytest.approx(0.1208739, abs=1e-6)
    with pytest.raises(ValueError):
        guards.binomial_tail(11, 10, 0.2)


def test_falling_and_differing():
    assert guards.fallen(before_pct=40, reported_pct=39.5) is not None
    assert guards.fallen(before_pct=40, reported_pct=40) is None
    assert guards.differs_from_source(source_pct=None, reported_pct=9, tolerance_pct=5) is None
    assert guards.differs_from_source(source_pct=50, reported_pct=56, tolerance_pct=5) is not None
