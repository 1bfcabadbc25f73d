"""What the register knows already is not asked a second time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from lantu.projects.models import Project, YearPlan


def prefill(project: Project, *, year: int) -> dict[str, Any]:
    """What the register knows already is not asked a second time: values for a proposal of this project."""
    plan = next((row for row in project.years.all() if row.year == year), None)
    left = max(Decimal(project.total_investment_yuan) - Decimal(project.invested_yuan), Decimal(0))
    annual = Decimal(plan.planned_yuan) if plan is not None else _share_of_year(project, left, year)
    return {
        "code": project.code, "name": project.name, "category": project.category,
        "plan_class": class_in_year(project, year), "sector": project.sector, "industry_code": project.industry_code,
        "area_code": project.area_code, "owner_org": project.owner_org, "summary": project.summary,
        "content_scale": project.content_scale, "total_yuan": project.total_investment_yuan,
        "works_yuan": project.works_yuan, "land_yuan": project.land_yuan, "other_yuan": project.other_yuan,
        "funds": project.funds, "annual_goal": project.annual_goal, "starts_on": project.planned_start_on,
        "finishes_on": project.planned_finish_on, "approvals": project.approvals, "lead_unit": project.lead_unit,
        "leader": project.sponsor, "targets": project.targets, "public_summary": project.public_summary,
        "annual_yuan": min(annual, Decimal(project.total_investment_yuan)), "geometry": project.geometry,
        "lon": project.lon, "lat": project.lat, "must": begun_before(project, year),
        "monthly_yuan": _months_of(plan) if plan is not None and annual <= project.total_investment_yuan else [],
    }  # fmt: skip


def _months_of(plan: YearPlan) -> list[Decimal]:
    """The single months behind the cumulative ones of the register."""
    ends = [Decimal(str(amount)) for amount in plan.monthly_yuan]
    return [end - before for end, before in zip(ends, [Decimal(0), *ends], strict=False)]


def begun_before(project: Project, year: int) -> bool:
    """Work began in an earlier year: such a project stays in the plan."""
    began = project.actual_start_on or None
    return began is not None and began.year < year and project.actual_finish_on is None


def class_in_year(project: Project, year: int) -> str:
    """新开工, 续建, 竣工 or 储备 by the project's dates as seen from ``year``."""
    start, finish = project.actual_start_on or project.planned_start_on, project.planned_finish_on
    if start is None or start.year > year:
        return "reserve"
    if finish is not None and finish.year <= year:
        return "completing"
    return "continuing" if start.year < year else "new_start"


def _share_of_year(project: Project, left: Decimal, year: int) -> Decimal:
    """What remains, spread evenly over the days that remain, as far as they lie in the year; whole 万元."""
    start = max(project.planned_start_on or date(year, 1, 1), date(year, 1, 1))
    finish = project.planned_finish_on or date(year, 12, 31)
    if start.year > year:
        return Decimal(0)
    days = (min(finish, date(year, 12, 31)) - start).days + 1
    whole = max((finish - start).days + 1, days, 1)
    return left if days >= whole else (left * max(days, 0) / whole / 10_000).to_integral_value() * 10_000
