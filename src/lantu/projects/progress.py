"""Progress of a month in words and numbers: pure functions of its figures."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal

# Points of disagreement between two truths from which the page asks a question.
DISAGREEMENT_POINTS = 15


def month_start(day: date) -> date:
    return day.replace(day=1)


def month_end(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def month_before(month: date) -> date:
    return (
        month.replace(year=month.year - 1, month=12)
        if month.month == 1
        else month.replace(month=month.month - 1)
    )


def time_share_pct(start: date | None, finish: date | None, day: date) -> Decimal | None:
    """序时进度: the share of the planned time that has passed at the end of ``day``, 0 to 100."""
    if start is None or finish is None or finish < start:
        return None
    passed = ((day - start).days + 1) / ((finish - start).days + 1)
    return Decimal(str(round(min(max(passed, 0.0), 1.0) * 100, 2)))


def share_pct(part: Decimal | None, whole: Decimal | None) -> float | None:
    """``part`` of ``whole`` in percent; None when it cannot be stated."""
    if part is None or not whole:
        return None
    return round(float(part) / float(whole) * 100, 1)
