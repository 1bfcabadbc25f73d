"""The city's numbers about its projects; each opens the list of its rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantu.accounts.scopes import scope_of
from lantu.core.figures import FigureValue, figure
from lantu.projects.models import Lamp, Stage, Status, YearPlan
from lantu.projects.selectors import IN_REGISTER, UNDER_CONSTRUCTION, visible_projects

# Everything but cancelled, as the list's filter says it.
REGISTER_QUERY = {"status": ",".join(status for status in Status.values if status != Status.CANCELLED)}


def _rows(**query: str) -> str:
    return f"{reverse('projects:list')}?{urlencode(query)}"


@figure(
    "projects.under_construction",
    label=_("在建项目"),
    unit=_("个"),
    definition=_("处于施工阶段且正常推进的重点工程个数（不含停缓建、取消）"),
)
def under_construction(reader: Any, *, now: datetime) -> FigureValue:
    rows = _rows(stage=Stage.CONSTRUCTION.value, status=Status.ACTIVE.value)
    return FigureValue(
        value=visible_projects(reader).filter(UNDER_CONSTRUCTION).count(), rows=rows, as_of=now
    )


@figure(
    "projects.total",
    label=_("在库项目"),
    unit=_("个"),
    definition=_("登记在库的重点工程个数，含储备和已竣工，不含取消"),
)
def total(reader: Any, *, now: datetime) -> FigureValue:
    value = visible_projects(reader).filter(IN_REGISTER).count()
    return FigureValue(value=value, rows=_rows(**REGISTER_QUERY), as_of=now)


@figure(
    "projects.total_investment_yuan",
    label=_("总投资"),
    unit=_("元"),
    definition=_("在库项目批复总投资之和，不含取消的项目"),
)
def total_investment(reader: Any, *, now: datetime) -> FigureValue:
    value = visible_projects(reader).filter(IN_REGISTER).aggregate(s=Sum("total_investment_yuan"))["s"]
    return FigureValue(value=int(value or 0), rows=_rows(**REGISTER_QUERY, sort="-investment"), as_of=now)


def _year_sum(reader: Any, field: str, now: datetime) -> int:
    plans = YearPlan.objects.filter(year=timezone.localtime(now).year)
    if not scope_of(reader).city:
        plans = plans.filter(project__in=visible_projects(reader).values("pk"))
    return int(plans.aggregate(s=Sum(field))["s"] or 0)


def _year_rows(now: datetime) -> str:
    return _rows(year=str(timezone.localtime(now).year), sort="-investment")


@figure(
    "projects.year_plan_yuan",
    label=_("年度计划投资"),
    unit=_("元"),
    definition=_("本年度计划下达的各项目投资额之和"),
)
def year_plan(reader: Any, *, now: datetime) -> FigureValue:
    return FigureValue(value=_year_sum(reader, "planned_yuan", now), rows=_year_rows(now), as_of=now)


@figure(
    "projects.year_done_yuan",
    label=_("年度完成投资"),
    unit=_("元"),
    definition=_("各项目本年度完成投资之和：最近一月累计数减去上年末累计数；分母为年度计划投资"),
)
def year_done(reader: Any, *, now: datetime) -> FigureValue:
    done = _year_sum(reader, "done_yuan", now)
    return FigureValue(
        value=done,
        rows=_year_rows(now),
        as_of=now,
        numerator=done,
        denominator=_year_sum(reader, "planned_yuan", now),
    )


@figure(
    "projects.red",
    label=_("红灯项目"),
    unit=_("个"),
    definition=_("灯色为红的项目个数：严重滞后序时、有未销红色预警、超期未开工等，规则版本见项目页"),
)
def red(reader: Any, *, now: datetime) -> FigureValue:
    reds = visible_projects(reader).filter(lamp=Lamp.RED)
    return FigureValue(value=reds.count(), rows=_rows(lamp=Lamp.RED.value), as_of=now)
