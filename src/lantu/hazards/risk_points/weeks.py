"""Working weeks, Monday to Sunday: the four-colour map follows the work of one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_ISO_WEEK = re.compile(r"(\d{4})-W(\d{2})")


@dataclass(frozen=True)
class Week:
    """``monday`` to ``sunday``, both included."""

    monday: date

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def iso(self) -> str:
        """As a browser's week field writes it, e.g. ``2026-W47``."""
        year, week, _day = self.monday.isocalendar()
        return f"{year}-W{week:02d}"

    def moved(self, weeks: int) -> Week:
        return Week(self.monday + timedelta(days=7 * weeks))


def week_of(day: date) -> Week:
    """The week that a day lies in."""
    return Week(day - timedelta(days=day.weekday()))


def read_week(text: str, *, today: date) -> Week:
    """``2026-W47`` or any day ``2026-11-18`` of the week; anything else is this week."""
    try:
        if found := _ISO_WEEK.fullmatch(text.strip()):
            return Week(date.fromisocalendar(int(found.group(1)), int(found.group(2)), 1))
        return week_of(date.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        return week_of(today)
