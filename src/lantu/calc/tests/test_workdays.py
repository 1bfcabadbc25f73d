from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.tests.calendars import CALENDAR
from lantu.calc.workdays import (
    BEIJING,
    WorkCalendar,
    add_hours,
    add_months,
    add_natural_days,
    add_working_days,
    assumed_years,
    plain_weekends,
    working_days_in,
    working_seconds_between,
)


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BEIJING)


def close(month: int, day: int) -> datetime:
    return at(month, day, 17, 30)


def test_2026_has_248_working_days():
    assert CALENDAR.working_days_between(date(2026, 1, 1), date(2027, 1, 1)) == 248


def test_a_worked_saturday_counts_and_a_weekday_off_does_not():
    assert CALENDAR.is_working_day(date(2026, 10, 10))
    assert not CALENDAR.is_working_day(date(2026, 10, 7))
    assert not CALENDAR.is_working_day(date(2026, 10, 11))


def test_the_day_of_the_event_is_not_counted():
    assert add_working_days(at(11, 23), 1, CALENDAR) == close(11, 24)


def test_working_days_step_over_the_october_holiday_and_use_the_worked_saturday():
    # 30 September (Wednesday) + 3: 8, 9 and the worked Saturday 10 October
    assert add_working_days(at(9, 30), 3, CALENDAR) == close(10, 10)


def test_zero_working_days_means_the_close_of_this_or_the_next_working_day():
    assert add_working_days(at(11, 23), 0, CALENDAR) == close(11, 23)
    assert add_working_days(at(11, 23, 18), 0, CALENDAR) == close(11, 24)
    assert add_working_days(at(11, 22), 0, CALENDAR) == close(11, 23)


def test_natural_days_that_end_on_a_holiday_roll_to_the_day_after_it():
    assert add_natural_days(at(9, 28), 3, CALENDAR) == close(10, 8)
    assert add_natural_days(at(11, 23), 3, CALENDAR) == close(11, 26)


def test_months_end_on_the_corresponding_day_or_the_last_of_the_month():
    assert add_months(at(3, 31), 1, CALENDAR) == close(4, 30)
    assert add_months(at(1, 31), 1, CALENDAR) == close(2, 28)  # a worked Saturday in 2026
    assert add_months(at(11, 24), 2, CALENDAR) == datetime(2027, 1, 25, 17, 30, tzinfo=BEIJING)


def test_hours_run_through_nights_and_holidays():
    assert add_hours(at(10, 1, 23), 4) == at(10, 2, 3)


def test_the_local_day_decides_not_the_utc_day():
    late_evening = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # 00:30 on Monday 23 in Beijing
    assert add_working_days(late_evening, 1, CALENDAR) == close(11, 24)


def test_a_year_without_notice_is_named():
    assert assumed_years(at(12, 1), at(12, 31), CALENDAR) == ()
    assert assumed_years(at(12, 1), at(12, 31) + timedelta(days=1), CALENDAR) == (2027,)


def test_working_seconds_skip_the_weekend():
    # Friday 20 November 18:00 to Monday 23 November 6:00: six hours of each
    assert working_seconds_between(at(11, 20, 18), at(11, 23, 6), CALENDAR) == 12 * 3600
    assert working_seconds_between(at(11, 21), at(11, 22), CALENDAR) == 0
    assert working_seconds_between(at(11, 23, 6), at(11, 20, 18), CALENDAR) == -12 * 3600


def test_working_days_in_spans_are_decimal():
    assert working_days_in([(at(11, 20, 12), at(11, 23, 12))], CALENDAR) == 1.0


@pytest.mark.parametrize("call", [add_working_days, add_natural_days, add_months])
def test_negative_terms_and_naive_times_are_refused(call):
    with pytest.raises(ValueError, match="negative"):
        call(at(1, 5), -1, CALENDAR)
    with pytest.raises(ValueError, match="zone"):
        call(datetime(2026, 1, 5), 1, CALENDAR)


def test_a_calendar_refuses_days_in_the_wrong_set():
    with pytest.raises(ValueError, match="weekend"):
        WorkCalendar(frozenset({date(2026, 11, 22)}), frozenset(), frozenset({2026}))
    with pytest.raises(ValueError, match="not a weekend"):
        WorkCalendar(frozenset(), frozenset({date(2026, 11, 23)}), frozenset({2026}))
    with pytest.raises(ValueError, match="outside"):
        WorkCalendar(frozenset({date(2027, 1, 1)}), frozenset(), frozenset({2026}))


DAYS = st.dates(date(2025, 12, 1), date(2027, 2, 1))
MOMENTS = st.datetimes(datetime(2025, 12, 1), datetime(2027, 2, 1)).map(lambda t: t.replace(tzinfo=BEIJING))


@given(DAYS, DAYS)
def test_the_count_equals_walking_day_by_day(first, last):
    walked = sum(
        CALENDAR.is_working_day(first + timedelta(days=step)) for step in range(max((last - first).days, 0))
    )
    assert CALENDAR.working_days_between(first, last) == walked


@given(MOMENTS, st.integers(1, 60))
def test_a_due_day_is_worked_and_exactly_n_working_days_away(start, n):
    due = add_working_days(start, n, CALENDAR)
    assert CALENDAR.is_working_day(due.date())
    assert CALENDAR.working_days_between(start.date() + timedelta(days=1), due.date()) == n - 1


@given(MOMENTS, MOMENTS, MOMENTS)
def test_working_time_is_additive(a, b, c):
    whole = working_seconds_between(a, c, CALENDAR)
    parts = working_seconds_between(a, b, CALENDAR) + working_seconds_between(b, c, CALENDAR)
    assert abs(whole - parts) <= 1  # whole seconds on both sides


@given(MOMENTS, MOMENTS)
def test_working_time_never_exceeds_elapsed_time(a, b):
    a, b = min(a, b), max(a, b)
    assert 0 <= working_seconds_between(a, b, plain_weekends()) <= (b - a).total_seconds()
