from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.rates import (
    HazardFacts,
    Rate,
    cumulative_rate,
    false_alarm_rate,
    first_pass_rate,
    median_hours,
    oldest_open,
    on_time_rate,
    recurrence_rate,
)
from lantu.calc.workdays import BEIJING

NOW = datetime(2026, 11, 22, 12, tzinfo=BEIJING)
YEAR = {"start": NOW - timedelta(days=365), "end": NOW + timedelta(days=365), "now": NOW}


def hazard(age_h: float = 100, term_h: float = 72, took_h: float | None = 24, **more: object) -> HazardFacts:
    confirmed = NOW - timedelta(hours=age_h)
    closed = None if took_h is None else confirmed + timedelta(hours=took_h)
    return HazardFacts(
        confirmed_at=confirmed, due_at=confirmed + timedelta(hours=term_h), closed_at=closed, **more
    )


def test_the_reported_figures():
    """86 warnings, 85 closed: 98.8 %; 84 closed would be 97.7 % and no longer “98 % and more”."""
    hazards = [hazard() for _ in range(85)] + [hazard(took_h=None)]
    assert cumulative_rate(hazards, now=NOW) == Rate(85, 86)
    assert Rate(85, 86).percent == 98.8
    assert Rate(84, 86).percent == 97.7


def test_a_false_alarm_counts_nowhere():
    hazards = [hazard(), hazard(counts=False, took_h=None)]
    assert cumulative_rate(hazards, now=NOW) == Rate(1, 1)
    assert on_time_rate(hazards, **YEAR) == Rate(1, 1)
    assert false_alarm_rate(hazards, false_alarms=1) == Rate(1, 2)


def test_on_time_counts_the_late_and_the_open_overdue_as_failures():
    in_time, late = hazard(), hazard(took_h=80)
    overdue, not_yet_due = hazard(took_h=None), hazard(age_h=10, took_h=None)
    assert on_time_rate([in_time, late, overdue, not_yet_due], **YEAR) == Rate(1, 3)


def test_closed_before_its_due_time_has_come_counts_already():
    assert on_time_rate([hazard(age_h=10, took_h=2)], **YEAR) == Rate(1, 1)


def test_only_the_period_counts():
    last_year = hazard(age_h=24 * 500)
    assert on_time_rate([last_year], **YEAR) == Rate(0, 0)
    assert Rate(0, 0).value is None
    assert Rate(0, 0).percent is None


def test_a_reopened_hazard_is_open_again_until_closed_again():
    again = hazard(reopened_at=NOW - timedelta(hours=10))
    assert cumulative_rate([again], now=NOW) == Rate(0, 1)
    assert recurrence_rate([again, hazard()], now=NOW) == Rate(1, 2)
    closed_again = hazard(age_h=100, took_h=95, reopened_at=NOW - timedelta(hours=50))
    assert cumulative_rate([closed_again], now=NOW) == Rate(1, 1)


def test_first_pass_and_median():
    hazards = [hazard(took_h=10), hazard(took_h=20, returns=1), hazard(took_h=60, grade=3)]
    assert first_pass_rate(hazards, now=NOW) == Rate(2, 3)
    assert median_hours(hazards, now=NOW) == 20
    assert median_hours(hazards, now=NOW, grade=3) == 60
    assert median_hours([], now=NOW) is None


def test_the_oldest_open_hazard():
    old, young = hazard(age_h=90, took_h=None), hazard(age_h=9, took_h=None)
    assert oldest_open([young, old, hazard(age_h=500)], now=NOW) is old
    assert oldest_open([hazard()], now=NOW) is None


def test_what_is_in_the_future_of_now_has_not_happened():
    earlier = NOW - timedelta(hours=90)
    assert cumulative_rate([hazard(), hazard(age_h=5)], now=earlier) == Rate(0, 1)


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"), [(9999, 10000, 99.9), (1, 1, 100.0), (0, 7, 0.0)]
)
def test_a_hundred_per_cent_means_all(numerator, denominator, percent):
    assert Rate(numerator, denominator).percent == percent


HAZARDS = st.lists(
    st.builds(
        hazard,
        age_h=st.floats(0, 2000),
        term_h=st.floats(1, 400),
        took_h=st.none() | st.floats(0, 2000),
        counts=st.booleans(),
        returns=st.integers(0, 2),
    ),
    max_size=20,
)


@given(HAZARDS)
def test_rates_are_shares_and_on_time_never_beats_what_is_closed(hazards):
    total, punctual = cumulative_rate(hazards, now=NOW), on_time_rate(hazards, **YEAR)
    for rate in (total, punctual, first_pass_rate(hazards, now=NOW), recurrence_rate(hazards, now=NOW)):
        assert 0 <= rate.numerator <= rate.denominator
    assert punctual.numerator <= total.numerator
