"""Chinese working days, natural days and the terms of the Civil Code.

Sources: 民法典 §201 (the day of the event is not counted; terms in hours run at once), §202 (terms in
months end on the corresponding day, or on the last day of the month), §203 (a term that would end
on a statutory day of rest ends on the day after the rest; its last day ends at 24:00 or, where
there are business hours, when business closes). Days of rest and working weekends (调休) come from
the annual notice of the State Council; they are data of the national pack, not of this module.

A year whose notice is not yet published is counted with plain weekends. ``assumed_years`` says so.
"""

from __future__ import annotations

import calendar as _months
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one zone without summer time (since 1992)."""

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class WorkCalendar:
    """Days of rest and of work that differ from Monday-to-Friday, with the hours of business.

    ``off_days``: weekdays off; ``worked_weekends``: Saturdays and Sundays that are worked;
    ``years``: the years whose notice is published. Raises ``ValueError`` where a day stands in the
    wrong set or outside ``years``.
    """

    off_days: frozenset[date]
    worked_weekends: frozenset[date]
    years: frozenset[int]
    opens_at: time = time(8, 30)
    closes_at: time = time(17, 30)
    _off: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _worked: tuple[date, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the sets against each other and keep them sorted for counting."""
        for day in self.off_days:
            if day.weekday() >= 5:
                raise ValueError(f"{day} is a weekend and needs no entry among the days off")
        for day in self.worked_weekends:
            if day.weekday() < 5:
                raise ValueError(f"{day} is not a weekend and cannot be a worked weekend")
        for day in self.off_days | self.worked_weekends:
            if day.year not in self.years:
                raise ValueError(f"{day} lies outside the published years")
        if self.opens_at >= self.closes_at:
            raise ValueError("business must open before it closes")
        object.__setattr__(self, "_off", tuple(sorted(self.off_days)))
        object.__setattr__(self, "_worked", tuple(sorted(self.worked_weekends)))

    def is_working_day(self, day: date) -> bool:
        """True on a day that offices work; weekends only, where the year is not published."""
        if day.weekday() >= 5:
            return day in self.worked_weekends
        return day not in self.off_days

    def working_days_between(self, first: date, last: date) -> int:
        """Number of working days in the half-open span ``[first, last)``; 0 if it is empty."""
        if last <= first:
            return 0
        weeks, rest = divmod((last - first).days, 7)
        weekdays = weeks * 5 + sum((first.weekday() + step) % 7 < 5 for step in range(rest))
        off = bisect_left(self._off, last) - bisect_left(self._off, first)
        worked = bisect_left(self._worked, last) - bisect_left(self._worked, first)
        return weekdays - off + worked

    def next_working_day(self, day: date) -> date:
        """``day`` itself if it is worked, else the first working day after it."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day


def plain_weekends() -> WorkCalendar:
    """A calendar that knows no notice at all: Monday to Friday, every year assumed."""
    return WorkCalendar(frozenset(), frozenset(), frozenset())


def assumed_years(
    start: datetime, end: datetime, calendar: WorkCalendar, tz: tzinfo = BEIJING
) -> tuple[int, ...]:
    """Years touched by ``[start, end]`` whose notice is not published: weekends only were used.

    A page that shows a due time shows this beside it, e.g. 2027 before November 2026.
    """
    first, last = _local(start, tz).year, _local(end, tz).year
    return tuple(year for year in range(first, last + 1) if year not in calendar.years)


def add_working_days(start: datetime, n: int, calendar: WorkCalendar, tz: tzinfo = BEIJING) -> datetime:
    """Close of business of the ``n``-th working day after the day of ``start`` (民法典 §201, §203).

    ``n`` = 0 means the close of the same day, or of the next working day where ``start`` lies on a
    day of rest or after the close. Returns a time in ``tz``. Raises ``ValueError`` for a negative
    ``n`` or a naive ``start``.
    """
    _require_count(n)
    local = _local(start, tz)
    day = local.date()
    if n == 0:
        late = calendar.is_working_day(day) and local.timetz().replace(tzinfo=None) > calendar.closes_at
        return _close(calendar.next_working_day(day + timedelta(days=1) if late else day), calendar, tz)
    while n > 0:
        day = calendar.next_working_day(day + timedelta(days=1))
        n -= 1
    return _close(day, calendar, tz)


def add_natural_days(start: datetime, n: int, calendar: WorkCalendar, tz: tzinfo = BEIJING) -> datetime:
    """Close of business of the ``n``-th day after the day of ``start``; a day of rest rolls on (§203).

    Raises ``ValueError`` for a negative ``n`` or a naive ``start``.
    """
    _require_count(n)
    last = _local(start, tz).date() + timedelta(days=n)
    return _close(calendar.next_working_day(last), calendar, tz)


def add_months(start: datetime, n: int, calendar: WorkCalendar, tz: tzinfo = BEIJING) -> datetime:
    """Close of business of the corresponding day ``n`` months on, or of that month's last day (§202).

    31 January plus one month ends on 28 (29) February. A day of rest rolls on (§203).
    """
    _require_count(n)
    day = _local(start, tz).date()
    index = day.year * 12 + day.month - 1 + n
    year, month = index // 12, index % 12 + 1
    last = day.replace(year=year, month=month, day=min(day.day, _months.monthrange(year, month)[1]))
    return _close(calendar.next_working_day(last), calendar, tz)


def add_hours(start: datetime, hours: float) -> datetime:
    """A term in hours runs from the moment itself, through nights and holidays (§201)."""
    if hours < 0:
        raise ValueError("a term cannot be negative")
    return start + timedelta(hours=hours)


def working_seconds_between(a: datetime, b: datetime, calendar: WorkCalendar, tz: tzinfo = BEIJING) -> int:
    """Whole seconds of ``[a, b)`` that lie on working days, each counted from 0:00 to 24:00.

    One working day is 86,400 s, so that shares add up to the whole whichever way a span is cut;
    used by the time bill. Negative if ``b`` lies before ``a``.
    """
    if b < a:
        return -working_seconds_between(b, a, calendar, tz)
    start, end = _local(a, tz), _local(b, tz)
    first, last = start.date(), end.date()
    total = timedelta(days=calendar.working_days_between(first, last))
    if calendar.is_working_day(first):
        total -= start - _midnight(first, tz)
    if calendar.is_working_day(last):
        total += end - _midnight(last, tz)
    return total // timedelta(seconds=1)


def working_days_in(spans: Iterable[tuple[datetime, datetime]], calendar: WorkCalendar) -> float:
    """Working days covered by spans that do not overlap, as a decimal number of days."""
    return sum(working_seconds_between(a, b, calendar) for a, b in spans) / SECONDS_PER_DAY


def _local(at: datetime, tz: tzinfo) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("a time without zone cannot be placed on a calendar")
    return at.astimezone(tz)


def _midnight(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tz)


def _close(day: date, calendar: WorkCalendar, tz: tzinfo) -> datetime:
    return datetime.combine(day, calendar.closes_at, tz)


def _require_count(n: int) -> None:
    if n < 0:
        raise ValueError("a term cannot be negative")
