"""The planned amounts of the months follow the year plan: one truth, told once in the year plan and read everywhere.

A month's planned investment is what was done up to the end of the year before, plus what the year plan asks for by the end
of that month. Months that are over keep what they were measured against; only where nothing was planned is it filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from lantu.projects.models import MonthlyFigure, YearPlan
from lantu.projects.progress import month_end

MONTHS = 12


def follow_year_plans(plans: Iterable[YearPlan], *, year: int, now: datetime) -> int:
    """Bring the stored months of ``year`` in step with these plans; returns how many months changed. Two reads, one write."""
    months = {p.project_id: [Decimal(str(a)) for a in p.monthly_yuan] for p in plans}
    months = {project: amounts for project, amounts in months.items() if len(amounts) == MONTHS}
    rows = MonthlyFigure.objects.select_for_update().filter(project__in=months, month__year=year)
    today = timezone.localtime(now).date()
    wanting = [row for row in rows if row.planned_invest_yuan is None or month_end(row.month) >= today]
    if not wanting:
        return 0
    base = done_before(sorted({row.project_id for row in wanting}), year)
    changed = []
    for row in wanting:
        planned = base.get(row.project_id, Decimal(0)) + months[row.project_id][row.month.month - 1]
        if row.planned_invest_yuan != planned:
            row.planned_invest_yuan = planned
            changed.append(row)
    MonthlyFigure.objects.bulk_update(changed, ["planned_invest_yuan"])
    return len(changed)


def done_before(projects: Sequence[int], year: int) -> dict[int, Decimal]:
    """Project → cumulative investment as last reported before ``year``."""
    rows = MonthlyFigure.objects.filter(
        project__in=projects, month__lt=date(year, 1, 1), invested_yuan__isnull=False
    )
    rows = rows.order_by("project_id", "-month").distinct("project_id")
    return {
        row.project_id: row.invested_yuan or Decimal(0) for row in rows.only("project_id", "invested_yuan")
    }


def planned_at(plan: YearPlan | None, months: Sequence[MonthlyFigure], month: date) -> Decimal | None:
    """What ``plan`` asks for by the end of ``month``, cumulative since the project's start; None without a monthly plan.

    ``months``: the project's stored months, oldest first.
    """
    if plan is None or len(plan.monthly_yuan) != MONTHS:
        return None
    earlier = [m.invested_yuan for m in months if m.month.year < month.year and m.invested_yuan is not None]
    return (earlier[-1] if earlier else Decimal(0)) + Decimal(str(plan.monthly_yuan[month.month - 1]))
