"""Which figures the rate card shows, and the months of new and closed hazards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.hazards.selectors import COUNTED, visible_hazards

MONTHS = 12
# Shares of which more is better, and the ones of which less is.
RATES = (
    "hazards.on_time_rate", "hazards.first_pass_rate", "hazards.rectification_rate", "hazards.independent_recheck_rate",
)  # fmt: skip
HONEST = ("hazards.on_time_rate", "hazards.rectification_rate")
COUNTS = (
    "hazards.overdue", "hazards.oldest_open_days", "hazards.open", "hazards.median_hours", "hazards.recurrence_rate",
    "hazards.false_share", "hazards.stopped", "hazards.listed",
)  # fmt: skip


def monthly_chart(reader: Any, *, now: datetime) -> dict[str, Any]:
    """New and closed hazards of the last twelve local months, and what stood open at each month's end."""
    months = _last_months(now)
    hazards = visible_hazards(reader).filter(COUNTED)
    opened, closed = _by_month(hazards, "opened_at"), _by_month(hazards, "closed_at")
    before = hazards.filter(opened_at__lt=months[0]).count() - hazards.filter(closed_at__lt=months[0]).count()
    standing, left = [], before
    for month in months:
        left += opened.get(month, 0) - closed.get(month, 0)
        standing.append(left)
    new, done = [opened.get(month, 0) for month in months], [closed.get(month, 0) for month in months]
    return {
        "kind": "mixed",
        "x": [f"{month:%y-%m}" for month in months],
        "unit": _("项"),
        "min": 0,
        "series": [
            {"name": _("新增"), "data": new, "type": "bar", "color": "warn"},
            {"name": _("销号"), "data": done, "type": "bar", "color": "ok"},
            {"name": _("月末未销"), "data": standing, "type": "line", "color": "bad"},
        ],
        "summary": _("近 12 个月新增 %(new)d 项，销号 %(done)d 项，现有未销 %(left)d 项。")
        % {"new": sum(new), "done": sum(done), "left": standing[-1]},
    }


def _last_months(now: datetime) -> list[datetime]:
    first = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = []
    for back in range(MONTHS - 1, -1, -1):
        index = first.year * 12 + first.month - 1 - back
        months.append(first.replace(year=index // 12, month=index % 12 + 1))
    return months


def _by_month(rows: Any, field: str) -> dict[datetime, int]:
    counted = rows.filter(**{f"{field}__isnull": False}).annotate(month=TruncMonth(field)).values("month")
    return {row["month"]: row["n"] for row in counted.annotate(n=Count("id")).order_by("month")}
