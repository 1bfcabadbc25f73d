"""Figures of double prevention: how many risk points of which colour, this week's red work, patrols walked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lantu.core.figures import FigureValue, figure
from lantu.hazards.risk_points.selectors import OPEN, at_work_in, completion, visible_points, visible_rounds
from lantu.hazards.risk_points.states import MAPPED_STATES, RiskColour
from lantu.hazards.risk_points.weeks import week_of

PATROL_DAYS = 30


def _rows(**query: str) -> str:
    return f"{reverse('hazards:risk_points')}?{urlencode(query)}"


@figure(
    "risk_points.open",
    label=_("风险点"),
    unit=pgettext_lazy("risk points", "处"),
    definition=_("未销项、未作废的风险点；风险点是清单，不是预警，也不是隐患"),
)
def open_points(reader: Any, *, now: datetime) -> FigureValue:
    return FigureValue(value=visible_points(reader).filter(OPEN).count(), rows=_rows(set="open"), as_of=now)


def _by_colour(reader: Any, grade: int, now: datetime) -> FigureValue:
    count = visible_points(reader).filter(state__in=MAPPED_STATES, grade=grade).count()
    return FigureValue(value=count, rows=_rows(set="open", grade=str(grade)), as_of=now)


@figure(
    "risk_points.red",
    label=_("重大风险（红）"),
    unit=pgettext_lazy("risk points", "处"),
    definition=_("已提交审核的未销项风险点中，现行等级为红色的"),
)
def red(reader: Any, *, now: datetime) -> FigureValue:
    return _by_colour(reader, RiskColour.RED, now)


@figure(
    "risk_points.orange",
    label=_("较大风险（橙）"),
    unit=pgettext_lazy("risk points", "处"),
    definition=_("已提交审核的未销项风险点中，现行等级为橙色的"),
)
def orange(reader: Any, *, now: datetime) -> FigureValue:
    return _by_colour(reader, RiskColour.ORANGE, now)


@figure(
    "risk_points.yellow",
    label=_("一般风险（黄）"),
    unit=pgettext_lazy("risk points", "处"),
    definition=_("已提交审核的未销项风险点中，现行等级为黄色的"),
)
def yellow(reader: Any, *, now: datetime) -> FigureValue:
    return _by_colour(reader, RiskColour.YELLOW, now)


@figure(
    "risk_points.blue",
    label=_("低风险（蓝）"),
    unit=pgettext_lazy("risk points", "处"),
    definition=_("已提交审核的未销项风险点中，现行等级为蓝色的"),
)
def blue(reader: Any, *, now: datetime) -> FigureValue:
    return _by_colour(reader, RiskColour.BLUE, now)


@figure(
    "risk_points.red_this_week",
    label=_("本周红色作业"),
    unit=pgettext_lazy("risk points", "处"),
    definition=_("作业时间与本周（周一至周日）相交、已提交审核的红色风险点"),
)
def red_this_week(reader: Any, *, now: datetime) -> FigureValue:
    week = week_of(timezone.localtime(now).date())
    count = at_work_in(visible_points(reader).filter(grade=RiskColour.RED), week).count()
    return FigureValue(value=count, rows=_rows(set="week", grade="4"), as_of=now)


@figure(
    "risk_points.reassess_overdue",
    label=_("复评逾期"),
    unit=pgettext_lazy("risk points", "处"),
    definition=_("未销项风险点中，当前环节（提交、审核、落实或复评）已过时限的"),
)
def reassess_overdue(reader: Any, *, now: datetime) -> FigureValue:
    count = visible_points(reader).filter(OPEN, duty__due_at__lt=now).count()
    return FigureValue(value=count, rows=_rows(set="overdue"), as_of=now)


@figure(
    "risk_points.patrol_completion",
    label=_("巡查按期完成率"),
    unit="%",
    definition=_("近 30 天到期的巡查中按期走完的比例；漏巡一期计一次未完成，逾期补巡不算按期"),
)
def patrol_completion(reader: Any, *, now: datetime) -> FigureValue:
    done = completion(visible_rounds(reader), since=now - timedelta(days=PATROL_DAYS), now=now)
    value = round(100 * done.on_time / done.owed, 2) if done.owed else None
    return FigureValue(
        value=value, rows=reverse("hazards:patrols"), as_of=now, numerator=done.on_time, denominator=done.owed
    )
