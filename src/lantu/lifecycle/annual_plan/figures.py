"""Figures about the year's issued plan: what it asks, what is done of it, and who is behind its months."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.accounts.permissions import may
from lantu.core.figures import FigureValue, figure
from lantu.lifecycle.annual_plan.models import AnnualPlan
from lantu.lifecycle.annual_plan.results import Result, results_of
from lantu.lifecycle.annual_plan.selectors import PUBLIC_STATES

NO_ROWS = Result([], False)


def _year(reader: Any, now: datetime) -> tuple[AnnualPlan | None, Result]:
    """The plan of the running year once it is issued, and its rows."""
    today = timezone.localtime(now).date()
    if not may(reader, "lifecycle.plan_read"):
        return None, NO_ROWS
    plan = AnnualPlan.objects.filter(year=today.year, state__in=PUBLIC_STATES).first()
    return plan, NO_ROWS if plan is None else results_of(reader, plan, today=today)


def _none(now: datetime) -> FigureValue:
    """Without an issued plan nothing can be stated: not 0."""
    return FigureValue(value=None, rows=reverse("lifecycle:plans"), as_of=now, note=_("本年度计划尚未下达"))


def _rows(plan: AnnualPlan, query: str = "") -> str:
    return reverse("lifecycle:plan_result", args=[plan.year]) + query


@figure(
    "plan.in_force_yuan",
    label=gettext_lazy("年度计划（执行中）"),
    unit=gettext_lazy("元"),
    definition=gettext_lazy("本年度计划最近一次下达或调整后，计划内各项目年度投资之和"),
)
def in_force(reader: Any, *, now: datetime) -> FigureValue:
    plan, result = _year(reader, now)
    if plan is None:
        return _none(now)
    return FigureValue(value=int(result.adjusted), rows=_rows(plan), as_of=now)


@figure(
    "plan.done_share",
    label=gettext_lazy("计划完成率"),
    unit="%",
    definition=gettext_lazy("本年度计划内项目当年完成投资与计划（调整后）年度投资之比；分子、分母以元计"),
)
def done_share(reader: Any, *, now: datetime) -> FigureValue:
    plan, result = _year(reader, now)
    if plan is None or not result.adjusted:
        return _none(now)
    done = sum((row.done for row in result.rows if row.adjusted is not None), start=result.done * 0)
    share = round(float(done / result.adjusted * 100), 1)
    return FigureValue(
        value=share, rows=_rows(plan), as_of=now, numerator=int(done), denominator=int(result.adjusted)
    )


@figure(
    "plan.behind",
    label=gettext_lazy("落后分月计划的项目"),
    unit=gettext_lazy("个"),
    definition=gettext_lazy(
        "本年度计划内、当年完成投资低于截至上月末分月计划累计数的项目个数；分母为有分月计划的项目"
    ),
)
def behind(reader: Any, *, now: datetime) -> FigureValue:
    plan, result = _year(reader, now)
    if plan is None:
        return _none(now)
    late = sum(row.behind for row in result.rows)
    judged = sum(row.adjusted is not None and row.due is not None for row in result.rows)
    return FigureValue(
        value=late, rows=_rows(plan, "?set=behind"), as_of=now, numerator=late, denominator=judged
    )
