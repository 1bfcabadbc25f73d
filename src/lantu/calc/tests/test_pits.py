import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.pits import (
    PitLimit,
    RangePolicy,
    cumulative_limit,
    daily_rate,
    days_between_readings,
    force_limit,
    rate_limit,
)  # fmt: skip

TOP_HORIZONTAL_GRADE_1 = ((20.0, 30.0), (0.2, 0.3))  # grouted piles, diaphragm wall, sheet piles


def test_a_shallow_pit_is_limited_by_its_depth():
    assert cumulative_limit(*TOP_HORIZONTAL_GRADE_1, 5.0) == PitLimit(10.0, False)


def test_a_deep_pit_is_limited_by_the_absolute_value():
    assert cumulative_limit(*TOP_HORIZONTAL_GRADE_1, 20.0) == PitLimit(20.0, False)


def test_without_depth_the_absolute_value_is_only_an_upper_bound():
    assert cumulative_limit(*TOP_HORIZONTAL_GRADE_1, None) == PitLimit(20.0, True)


def test_an_item_without_a_share_of_the_depth_needs_no_depth():
    assert cumulative_limit((25.0, 35.0), None, None) == PitLimit(25.0, False)


@pytest.mark.parametrize(("policy", "limit"), [("conservative", 20), ("midpoint", 25), ("lenient", 30)])
def test_a_range_resolves_by_policy(policy, limit):
    assert cumulative_limit((20.0, 30.0), None, None, RangePolicy(policy)).limit_mm == limit


def test_a_depth_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        cumulative_limit(*TOP_HORIZONTAL_GRADE_1, 0.0)


@given(st.floats(0.1, 60))
def test_knowing_the_depth_never_allows_more(depth):
    known, unknown = (cumulative_limit(*TOP_HORIZONTAL_GRADE_1, d).limit_mm for d in (depth, None))
    assert known <= unknown


def test_the_rate_falls_to_70_percent_after_the_slab():
    assert rate_limit(3.0, slab_done=False) == 3.0
    assert rate_limit(3.0, slab_done=True) == pytest.approx(2.1)


def test_a_rate_counts_the_days_that_passed():
    assert daily_rate(13.0, 10.0, 2.0) == 1.5
    with pytest.raises(ValueError, match="two readings"):
        daily_rate(1, 0, 0)


def test_a_force_without_its_design_value_is_not_judged():
    assert force_limit(2000, (60, 80)) == 1200
    assert force_limit(2000, (60, 80), RangePolicy.LENIENT) == 1600
    assert force_limit(None, (60, 80)) is None


def test_how_often_table_7_0_3_asks_for_readings():
    assert days_between_readings(1, dug_share=0.8) == 0.5
    assert days_between_readings(1, dug_share=0.3, policy=RangePolicy.LENIENT) == 3
    assert days_between_readings(2, dug_share=0.5) == 2
    assert days_between_readings(1, dug_share=1, days_since_slab=10) == 3
    assert days_between_readings(2, dug_share=1, days_since_slab=60) == 10
    with pytest.raises(ValueError, match="grades 1 and 2"):
        days_between_readings(3, dug_share=0.5)
