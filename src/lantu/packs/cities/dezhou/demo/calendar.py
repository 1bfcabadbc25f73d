"""Months and dates relative to a day."""

from __future__ import annotations

from datetime import date, timedelta


def month_start(day: date, months: int = 0) -> date:
    """The first day of the month ``months`` after that of ``day``."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def shift(day: date, months: float) -> date:
    """About ``months`` months after ``day`` (a month counts 30.4 days)."""
    return day + timedelta(days=round(months * 30.4))


def months_until(first: date, last: date) -> list[date]:
    """First days of the months from that of ``first`` to that of ``last``, both included."""
    months, current = [], month_start(first)
    while current <= month_start(last):
        months.append(current)
        current = month_start(current, 1)
    return months
