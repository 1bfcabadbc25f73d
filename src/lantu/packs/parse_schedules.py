"""``schedules.yaml``: calendars, levels of delay and clocks of schedules."""

from __future__ import annotations

import re
from itertools import pairwise

from lantu.packs.model import MARKS
from lantu.packs.reading import Value, unique
from lantu.packs.schedules import CalendarTemplate, DelayLevel, IndexLevel, ScheduleRules

SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
GRADES = ("A", "B", "C", "D")
DAY_MINUTES = 1440


def parse_schedules(top: Value, problems: list[str]) -> ScheduleRules:
    """The rules; whatever is wrong is added to ``problems``."""
    f = top.fields(
        "mark basis calendars default_calendar delays indices approve_working_days answer_working_days "
        "claim_scope_tolerance claim_near_share claim_proved_share claim_proved_grades levelling_seconds"
    )
    calendars = unique(
        f["calendars"].each(_calendar, problems), lambda c: c.code, f["calendars"], "the calendar", problems
    )
    delays = f["delays"].each(_delay, problems)
    indices = f["indices"].each(_index, problems)
    if list(delays) != sorted(delays, key=lambda level: -level.severity):
        problems.append(str(f["delays"].problem("the levels are out of order", "Write the gravest first")))
    return ScheduleRules(
        basis=f["basis"].text(),
        mark=f["mark"].choice(MARKS),
        calendars=tuple(calendars.values()),
        default_calendar=f["default_calendar"].choice(calendars),
        delays=delays,
        indices=indices,
        approve_working_days=_days(f["approve_working_days"]),
        answer_working_days=_days(f["answer_working_days"]),
        claim_scope_tolerance=_share(f["claim_scope_tolerance"]),
        claim_near_share=_share(f["claim_near_share"]),
        claim_proved_share=_share(f["claim_proved_share"]),
        claim_proved_grades=tuple(item.choice(GRADES) for item in f["claim_proved_grades"].items()),
        levelling_seconds=f["levelling_seconds"].number(),
    )


def _calendar(item: Value) -> CalendarTemplate:
    f = item.fields("code name name_en days spans hours_per_day")
    spans = tuple(_span(place) for place in f["spans"].items())
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        raise f["spans"].problem("spans overlap or are out of order", "Write them one after the other")
    return CalendarTemplate(
        f["code"].text(),
        f["name"].text(),
        f["name_en"].text(),
        f["days"].choice(("national", "all")),
        spans,
        f["hours_per_day"].number(),
    )


def _span(place: Value) -> tuple[int, int]:
    match = SPAN.fullmatch(place.text())
    if match is None:
        raise place.problem("not a span of a day", 'Write it as "08:00-12:00"')
    start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    if not start < end <= DAY_MINUTES:
        raise place.problem(
            "the span ends before it begins or after midnight", "Write two spans for a night shift"
        )
    return start, end


def _delay(item: Value) -> DelayLevel:
    f = item.fields("severity share days")
    return DelayLevel(f["severity"].integer(), _share(f["share"]), f["days"].number())


def _index(item: Value) -> IndexLevel:
    f = item.fields("severity at_least")
    return IndexLevel(f["severity"].integer(), f["at_least"].number())


def _share(place: Value) -> float:
    value = place.number()
    if not 0 <= value <= 1:
        raise place.problem(f"{value} is not a share", "Write a number from 0 to 1")
    return value


def _days(place: Value) -> int:
    number = place.integer()
    if not 1 <= number <= 366:
        raise place.problem(f"{number} is out of range", "Write a whole number of working days from 1 to 366")
    return number
