"""Months and the days of the appraisal's calendar."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from lantu.calc.deadlines import Term
from lantu.duties.deadlines import work_calendar
from lantu.packs.appraisal import AppraisalRules
from lantu.packs.load import appraisal_of, city

END_OF_DAY = time(18, 0)
MONTHS = 12


def rules() -> AppraisalRules:
    """The rubric and calendar of this city."""
    return appraisal_of(city(settings.CITY_PACK))


def first_of(day: date) -> date:
    """The first day of the month of ``day``."""
    return day.replace(day=1)


def month_end(month: date) -> date:
    """The last day of the month that begins on ``month``."""
    return next_month(month) - timedelta(days=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // MONTHS, month.month % MONTHS + 1, 1)


def months_of(year: int) -> list[date]:
    """The first days of the twelve months of a year."""
    return [date(year, number, 1) for number in range(1, MONTHS + 1)]


def closing(day: date) -> datetime:
    """The end of business of a day."""
    return timezone.make_aware(datetime.combine(day, END_OF_DAY))


def own_day(month: date, day: int) -> date:
    """A calendar day of the month itself."""
    return month.replace(day=day)


def following_day(month: date, day: int) -> date:
    """A calendar day of the month after."""
    return next_month(month).replace(day=day)


def term_after(now: datetime, term: Term) -> datetime:
    """The end of a term on the working calendar."""
    return term.due_at(now, work_calendar())


def linear_pct(start: date, due: date, month: date) -> float:
    """Share of the days from start to due that have passed by the month's end, in percent."""
    end = month_end(month)
    if end < start:
        return 0.0
    if end >= due:
        return 100.0
    return round(((end - start).days + 1) / ((due - start).days + 1) * 100, 2)
