"""The year's investment by month: what the plan asks against what was done, as a curve and as its table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from lantu.lifecycle.reports.content import Asking, Section, cell, curve, pct, table
from lantu.lifecycle.reports.sections.city import listing
from lantu.projects.models import MonthlyFigure, YearPlan
from lantu.projects.selectors import visible_projects
from lantu.ui.tags.numbers import money

MONTHS = 12
YI = Decimal(100_000_000)


def year_curve(asking: Asking) -> Section | None:
    """Cumulative plan of all twelve months, cumulative done up to the month of the bulletin. None without a plan."""
    assert asking.month is not None
    year, last = asking.month.year, asking.month.month
    plans = list(
        YearPlan.objects.filter(
            year=year, planned_yuan__gt=0, project__in=visible_projects(asking.reader).values("pk")
        )
    )
    if not plans:
        return None
    planned, evenly = planned_by_month(plans)
    done = _done_by_month([plan.project_id for plan in plans], year, last)
    items = [
        (f"{year}-{n + 1:02d}", float(done[n] / YI) if n < last else None, float(planned[n] / YI))
        for n in range(MONTHS)
    ]
    lines = [
        [cell(f"{year}-{n + 1:02d}"), money(planned[n]), money(done[n]), money(done[n] - planned[n]), _share(done[n], planned[n])]
        for n in range(last)
    ]  # fmt: skip
    columns = (
        (_("月份"), "l"), (_("计划累计"), "r"), (_("完成累计"), "r"), (_("相差"), "r"), (_("完成率"), "r"),
    )  # fmt: skip
    lines[-1][0] = cell(f"{year}-{last:02d}", listing(year=str(year), sort="-investment"))
    note = _("%(n)d 个项目的年度计划没有分月数，计划线按月均分。") % {"n": evenly} if evenly else ""
    return Section(
        key="curve",
        title=_("年度投资进度"),
        paragraphs=[
            _("截至 %(month)s，年度计划累计 %(plan)s，完成 %(done)s，完成率 %(share)s；全年计划 %(year)s。")
            % {
                "month": f"{asking.month:%Y-%m}",
                "plan": money(planned[last - 1]),
                "done": money(done[last - 1]),
                "share": _share(done[last - 1], planned[last - 1]),
                "year": money(planned[-1]),
            }
        ],
        charts=[curve(_("年度投资：完成与计划（累计，亿元）"), (_("完成"), _("计划")), items, "")],
        tables=[table(_("逐月累计"), columns, lines, note=note)],
    )


def _share(done: Decimal, planned: Decimal) -> str:
    return pct(float(done / planned * 100) if planned else None)


def planned_by_month(plans: Iterable[YearPlan]) -> tuple[list[Decimal], int]:
    """Twelve cumulative sums, and how many plans have no months of their own and are split evenly."""
    sums, evenly = [Decimal(0)] * MONTHS, 0
    for plan in plans:
        months = [Decimal(str(amount)) for amount in plan.monthly_yuan]
        if len(months) != MONTHS:
            evenly += 1
            months = [plan.planned_yuan * (n + 1) / MONTHS for n in range(MONTHS)]
        sums = [known + more for known, more in zip(sums, months, strict=True)]
    return [amount.quantize(Decimal("0.01")) for amount in sums], evenly


def _done_by_month(projects: list[int], year: int, last: int) -> list[Decimal]:
    """Done within the year up to the end of each month; a month without a report stays where it was."""
    reported: dict[int, dict[date, Decimal]] = defaultdict(dict)
    rows = MonthlyFigure.objects.filter(
        project__in=projects, month__lte=date(year, last, 1), invested_yuan__isnull=False
    )
    for project, month, invested in rows.order_by("month").values_list(
        "project_id", "month", "invested_yuan"
    ):
        reported[project][month] = invested or Decimal(0)
    sums = [Decimal(0)] * last
    for months in reported.values():
        for n, amount in enumerate(within_year(months, year, last)):
            sums[n] += amount
    return sums


def within_year(months: Mapping[date, Decimal], year: int, last: int) -> list[Decimal]:
    """Cumulative amounts since the start by month (oldest first) → cumulative within ``year``, for months 1 to ``last``."""
    before = [amount for month, amount in months.items() if month.year < year]
    base = known = before[-1] if before else Decimal(0)
    found = []
    for n in range(1, last + 1):
        known = months.get(date(year, n, 1), known)
        found.append(known - base)
    return found
