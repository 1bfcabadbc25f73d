from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.deadlines import (
    Hold,
    Slip,
    Term,
    Unit,
    blue_from,
    ladder_level,
    parse_term,
    slip_of,
    time_bill,
)
from lantu.calc.tests.calendars import CALENDAR
from lantu.calc.workdays import BEIJING, working_seconds_between


def at(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BEIJING)


OPENED, DUE = at(11, 2), at(11, 20)  # 14 working days


@pytest.mark.parametrize(
    ("term", "due"),
    [
        (Term(72, Unit.HOURS), at(11, 26)),
        (Term(7, Unit.NATURAL_DAYS), datetime(2026, 11, 30, 17, 30, tzinfo=BEIJING)),
        (Term(1, Unit.WORKING_DAYS), datetime(2026, 11, 24, 17, 30, tzinfo=BEIJING)),
        (Term(1, Unit.MONTHS), datetime(2026, 12, 23, 17, 30, tzinfo=BEIJING)),
    ],
)
def test_a_term_ends_as_its_unit_says(term, due):
    assert term.due_at(at(11, 23), CALENDAR) == due


def test_a_negative_term_is_refused():
    with pytest.raises(ValueError, match="negative"):
        Term(-1, Unit.HOURS)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("4h", Term(4, Unit.HOURS)),
        ("0.25h", Term(0.25, Unit.HOURS)),
        ("3d", Term(3, Unit.NATURAL_DAYS)),
        ("2wd", Term(2, Unit.WORKING_DAYS)),
        ("1m", Term(1, Unit.MONTHS)),
    ],
)
def test_terms_as_packs_write_them(text, term):
    assert parse_term(text) == term


@pytest.mark.parametrize("text", ["", "4", "4 weeks", "-1h", "1.5d"])
def test_what_is_no_term_is_refused(text):
    with pytest.raises(ValueError, match="term"):
        parse_term(text)


def test_a_slip_turns_blue_near_due_and_red_after_it():
    def colour(now: datetime, behind: bool = False) -> Slip:
        return slip_of(now, opened_at=OPENED, due_at=DUE, calendar=CALENDAR, behind=behind)

    assert colour(at(11, 10)) is Slip.NONE
    assert colour(at(11, 10), behind=True) is Slip.YELLOW
    assert colour(at(11, 18)) is Slip.BLUE
    assert colour(DUE) is Slip.BLUE
    assert colour(DUE + timedelta(seconds=1)) is Slip.RED


def test_a_duty_of_a_few_hours_is_not_born_blue():
    opened, due = at(11, 23, 8), at(11, 23, 18)
    assert blue_from(opened, due, CALENDAR) == at(11, 23, 16)


def test_the_ladder_climbs_with_the_colours():
    def rung(now: datetime, behind: bool = False) -> int:
        return ladder_level(now, opened_at=OPENED, due_at=DUE, calendar=CALENDAR, behind=behind)

    assert rung(at(11, 10)) == 0
    assert rung(at(11, 19)) == 1
    assert rung(at(11, 10), behind=True) == 2
    assert rung(at(11, 20, 12)) == 3
    assert rung(at(11, 27, 12)) == 4
    assert rung(at(12, 4, 12)) == 5


def test_the_time_bill_charges_each_party_and_leaves_out_stops():
    holds = [Hold("contractor", at(11, 2, 0), at(11, 4, 0)), Hold("supervisor", at(11, 4, 0), at(11, 9, 0))]
    stops = [(at(11, 3, 0), at(11, 5, 0))]
    assert time_bill(holds, stops, CALENDAR) == {"contractor": 86_400, "supervisor": 2 * 86_400}


@given(st.lists(st.integers(1, 500), min_size=1, max_size=6), st.integers(0, 1000), st.integers(0, 500))
def test_party_days_equal_elapsed_minus_stops(lengths, stop_start, stop_length):
    start = at(9, 1)
    moments = [start]
    for length in lengths:
        moments.append(moments[-1] + timedelta(hours=length))
    holds = [Hold(f"p{i % 2}", a, b) for i, (a, b) in enumerate(pairwise(moments))]
    stop = (start + timedelta(hours=stop_start), start + timedelta(hours=stop_start + stop_length))
    inside = max(timedelta(0), min(stop[1], moments[-1]) - max(stop[0], start))
    stopped = working_seconds_between(stop[0], stop[0] + inside, CALENDAR) if inside else 0
    elapsed = working_seconds_between(start, moments[-1], CALENDAR)
    assert sum(time_bill(holds, [stop], CALENDAR).values()) == elapsed - stopped


@given(st.integers(-400, 2000))
def test_the_rung_never_falls_as_time_passes(hours):
    now = OPENED + timedelta(hours=hours)
    later = now + timedelta(hours=7)
    rungs = [ladder_level(t, opened_at=OPENED, due_at=DUE, calendar=CALENDAR) for t in (now, later)]
    assert rungs[0] <= rungs[1]
