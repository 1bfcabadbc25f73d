"""When something is due: the national calendar applied to terms."""

from __future__ import annotations

from datetime import datetime

from lantu.calc.workdays import WorkCalendar, add_hours, add_natural_days, add_working_days


def work_calendar() -> WorkCalendar:
    """The State Council's working days as the national pack states them."""
    from lantu.packs.load import national

    return national().calendar


def due_after(
    now: datetime, *, hours: float | None = None, days: int | None = None, working_days: int | None = None
) -> datetime:
    """The end of exactly one term: hours (running), natural days, or working days."""
    given = [term for term in (hours, days, working_days) if term is not None]
    if len(given) != 1:
        raise ValueError("name exactly one of hours, days, working_days")
    if hours is not None:
        return add_hours(now, hours)
    if days is not None:
        return add_natural_days(now, days, work_calendar())
    return add_working_days(now, int(working_days or 0), work_calendar())
