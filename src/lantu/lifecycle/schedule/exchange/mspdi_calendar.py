"""Calendars of Microsoft Project XML: weeks, inherited weeks, dated exceptions, recurring ones, and work weeks.

Source: Microsoft, "Project XML Data Interchange Schema" (mspdi_pj12.xsd), Calendar, Exception and WorkWeek.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from lantu.lifecycle.schedule.exchange.neutral import (
    DAY_MIN,
    EIGHT_HOURS,
    FIVE_DAYS,
    Calendar,
    Day,
    Finding,
    Interval,
    Week,
    tidy_day,
)
from lantu.lifecycle.schedule.exchange.texts import clock, stamp
from lantu.lifecycle.schedule.exchange.xml_tools import each, fields, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_DAYS = 20_000
# Exception types of the schema.
DAILY, YEARLY, YEARLY_BY_PLACE, MONTHLY, MONTHLY_BY_PLACE, WEEKLY = 1, 2, 3, 4, 5, 6
SUNDAY_ITEM = 3


@dataclass
class _Raw:
    """A calendar before inheritance: days it states itself, by Monday-first place."""

    uid: str
    name: str
    base: str
    is_base: bool
    days: dict[int, Day] = field(default_factory=dict)
    exceptions: dict[date, Day] = field(default_factory=dict)
    work_weeks: list[tuple[date, date, dict[int, Day]]] = field(default_factory=list)
    cut: int = 0


def read_calendars(root: Element, hours_per_day: float, findings: list[Finding]) -> list[Calendar]:
    """Calendars of the file, bases before those that inherit from them."""
    raw = [_raw(element) for element in each(root, "Calendars", "Calendar")]
    by_uid = {each_one.uid: each_one for each_one in raw}
    made: list[Calendar] = []
    for one in raw:
        week, exceptions = _inherited(one, by_uid)
        found = Calendar(
            uid=one.uid,
            name=one.name or one.uid,
            week=week,
            exceptions=exceptions,
            hours_per_day=hours_per_day,
            is_default=False,
        )
        if one.cut:
            params = {"calendar": found.name, "count": one.cut}
            findings.append(Finding(code="calendar_parts_skipped", level="warn", params=params))
        if not any(week) and not any(exceptions.values()):
            found.week, found.origin = FIVE_DAYS, "substituted"
            params = {"calendar": found.name, "reason": "no_working_day", "place": 0}
            findings.append(Finding(code="calendar_substituted", level="bad", params=params))
        made.append(found)
    return made


def _inherited(one: _Raw, by_uid: dict[str, _Raw]) -> tuple[Week, dict[date, Day]]:
    chain: list[_Raw] = []
    here: _Raw | None = one
    while here is not None and here not in chain:
        chain.append(here)
        here = by_uid.get(here.base) if here.base not in ("", "-1", "0") or here.base in by_uid else None
    week = list(FIVE_DAYS)
    exceptions: dict[date, Day] = {}
    for each_one in reversed(chain):
        for place, day in each_one.days.items():
            week[place] = day
        for first, last, days in each_one.work_weeks:
            for moment in _days(first, last):
                if moment.weekday() in days:
                    exceptions[moment] = days[moment.weekday()]
        exceptions.update(each_one.exceptions)
    return tuple(week), exceptions  # type: ignore[return-value]


def _raw(element: Element) -> _Raw:
    words = fields(element)
    base = words.get("BaseCalendarUID", "")
    one = _Raw(
        words.get("UID", ""),
        words.get("Name", ""),
        "" if base in ("-1", words.get("UID")) else base,
        words.get("IsBaseCalendar") == "1",
    )
    for day in each(element, "WeekDays", "WeekDay"):
        kind = text_of(day, "DayType")
        if kind == "0":
            span = _span(day)
            if span is None or not _put(one.exceptions, _days(*span), _hours(day)):
                one.cut += 1
        elif kind.isdigit() and 1 <= int(kind) <= 7:
            one.days[(int(kind) + 5) % 7] = _hours(day)
    for exception in each(element, "Exceptions", "Exception"):
        span = _span(exception)
        if span is None or not _put(one.exceptions, _recurring(exception, *span), _hours(exception)):
            one.cut += 1
    for week in each(element, "WorkWeeks", "WorkWeek"):
        span = _span(week)
        days = {
            (int(kind) + 5) % 7: _hours(day)
            for day in each(week, "WeekDays", "WeekDay")
            if (kind := text_of(day, "DayType")) in "1234567" and kind
        }
        if span is None or (span[1] - span[0]).days > MOST_DAYS:
            one.cut += 1
        else:
            one.work_weeks.append((*span, days))
    return one


def _put(exceptions: dict[date, Day], days: Iterator[date], hours: Day) -> bool:
    """False when the run of days was so long that it was cut."""
    for count, day in enumerate(days):
        if count >= MOST_DAYS:
            return False
        exceptions[day] = hours
    return True


def _span(element: Element) -> tuple[date, date] | None:
    period = element.find("TimePeriod")
    if period is None:
        return None
    first, last = stamp(text_of(period, "FromDate")), stamp(text_of(period, "ToDate"))
    if first is None or last is None or last < first:
        return None
    # Until midnight of the next day means through the day before.
    end = (
        last.date()
        if last.time() != last.min.time() or last.date() == first.date()
        else last.date() - timedelta(days=1)
    )
    return first.date(), end


def _days(first: date, last: date, step: int = 1) -> Iterator[date]:
    for offset in range(0, min((last - first).days, MOST_DAYS * 2) + 1, max(step, 1)):
        yield first + timedelta(days=offset)


def _hours(element: Element) -> Day:
    if text_of(element, "DayWorking") == "0":
        return ()
    found: list[Interval] = []
    for times in each(element, "WorkingTimes", "WorkingTime"):
        first, last = clock(text_of(times, "FromTime")), clock(text_of(times, "ToTime"))
        if first is None or last is None:
            continue
        last = DAY_MIN if last in (0, DAY_MIN - 1) else last
        if last > first:
            found.append((first, last))
        else:
            # A shift over midnight: its second half belongs to the next day, which states it itself.
            found.append((first, DAY_MIN))
    return tidy_day(found) if found else EIGHT_HOURS


def _recurring(element: Element, first: date, last: date) -> Iterator[date]:
    words = fields(element)

    def whole(name: str, default: int) -> int:
        text = words.get(name, "")
        return int(text) if text.lstrip("-").isdigit() else default

    kind, every = whole("Type", DAILY), max(whole("Period", 1), 1)
    if kind == WEEKLY:
        mask = whole("DaysOfWeek", 0)
        start = first - timedelta(days=(first.weekday() + 1) % 7)
        for day in _days(first, last):
            if mask >> ((day.weekday() + 1) % 7) & 1 and ((day - start).days // 7) % every == 0:
                yield day
        return
    if kind in (YEARLY, YEARLY_BY_PLACE, MONTHLY, MONTHLY_BY_PLACE):
        month = whole("Month", 0) + 1
        place, item, day_no = whole("MonthPosition", 0), whole("MonthItem", 0), whole("MonthDay", 1)
        count = 0
        for year, each_month in _months(first, last):
            if kind in (YEARLY, YEARLY_BY_PLACE):
                if each_month != month or (year - first.year) % every:
                    continue
            elif ((year - first.year) * 12 + each_month - first.month) % every:
                continue
            by_place = kind in (YEARLY_BY_PLACE, MONTHLY_BY_PLACE)
            found = (
                _placed(year, each_month, place, item) if by_place else _numbered(year, each_month, day_no)
            )
            count += 1
            if found is not None and first <= found <= last and count <= MOST_DAYS:
                yield found
        return
    yield from _days(first, last, every)


def _months(first: date, last: date) -> Iterator[tuple[int, int]]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield year, month
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _numbered(year: int, month: int, day: int) -> date | None:
    return date(year, month, day) if 1 <= day <= months.monthrange(year, month)[1] else None


def _placed(year: int, month: int, place: int, item: int) -> date | None:
    """The first, second … last (4) day, weekday, weekend day or named day of a month."""
    length = months.monthrange(year, month)[1]
    fit = [
        day
        for day in (date(year, month, number) for number in range(1, length + 1))
        if item == 0
        or (item == 1 and day.weekday() < 5)
        or (item == 2 and day.weekday() >= 5)
        or (item >= SUNDAY_ITEM and (day.weekday() + 1) % 7 == item - SUNDAY_ITEM)
    ]
    if not fit:
        return None
    if place >= 4:
        return fit[-1]
    return fit[place] if 0 <= place < len(fit) else None
