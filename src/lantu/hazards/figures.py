"""The rates of rectification, each with its definition and its rows (workflows §4.3).

The cumulative rate alone always looks good; it is printed beside the on-time rate and the oldest open hazard.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Aggregate, Count, DurationField, F, Min, Q, QuerySet
from django.db.models.expressions import CombinedExpression, ExpressionWrapper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.core.figures import FigureValue, figure
from lantu.hazards.models import Hazard
from lantu.hazards.selectors import (
    COUNTED,
    EVER_CLOSED,
    INDEPENDENT,
    ON_TIME,
    OPEN,
    REOPENED_SOON,
    SETS,
    due_this_year,
    overdue,
    visible_hazards,
)
from lantu.hazards.states import HazardState


class Median(Aggregate):
    """PostgreSQL's continuous median."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


def rows_url(**query: str) -> str:
    """The address of the list that shows the rows behind a figure."""
    return f"{reverse('hazards:list')}?{urlencode(query)}"


def percent(part: int, whole: int) -> float | None:
    """Share in percent with two decimals; None where there is nothing to divide by."""
    return round(100 * part / whole, 2) if whole else None


def _share(part: int, whole: int, *, rows: str, now: datetime) -> FigureValue:
    return FigureValue(value=percent(part, whole), rows=rows, as_of=now, numerator=part, denominator=whole)


@figure(
    "hazards.rectification_rate",
    label=_("累计整改率"),
    unit="%",
    definition=_("已销号隐患 ÷ 已确认隐患（不含误报、合并、作废）"),
)
def rectification_rate(reader: Any, *, now: datetime) -> FigureValue:
    counts = visible_hazards(reader).aggregate(
        closed=Count("id", filter=Q(state=HazardState.CLOSED)), counted=Count("id", filter=COUNTED)
    )
    return _share(counts["closed"], counts["counted"], rows=rows_url(set="counted"), now=now)


@figure(
    "hazards.on_time_rate",
    label=_("按期整改率"),
    unit="%",
    definition=_("本年到期的隐患中，在原定期限内销号的比例；到期未销号按未按期计，延期不改变原定期限"),
)
def on_time_rate(reader: Any, *, now: datetime) -> FigureValue:
    due = due_this_year(visible_hazards(reader), now)
    counts = due.aggregate(due=Count("id"), on_time=Count("id", filter=ON_TIME))
    return _share(counts["on_time"], counts["due"], rows=rows_url(due="year"), now=now)


@figure("hazards.open", label=_("未销号隐患"), unit=_("项"), definition=_("尚未销号、误报、合并或作废的隐患"))
def open_hazards(reader: Any, *, now: datetime) -> FigureValue:
    count = visible_hazards(reader).filter(OPEN).count()
    return FigureValue(value=count, rows=rows_url(set="open"), as_of=now)


@figure(
    "hazards.overdue",
    label=_("逾期未销号"),
    unit=_("项"),
    definition=_("超过整改期限（未派单的，超过当前环节时限）仍未销号的隐患"),
)
def overdue_hazards(reader: Any, *, now: datetime) -> FigureValue:
    return FigureValue(
        value=overdue(visible_hazards(reader), now).count(), rows=rows_url(due="overdue"), as_of=now
    )


@figure(
    "hazards.oldest_open_days",
    label=_("最久未销号"),
    unit=_("天"),
    definition=_("未销号隐患中，从发现到现在最长的天数"),
)
def oldest_open_days(reader: Any, *, now: datetime) -> FigureValue:
    first = visible_hazards(reader).filter(OPEN).aggregate(first=Min("opened_at"))["first"]
    days = None if first is None else round((now - first).total_seconds() / 86_400, 1)
    note = _("没有未销号隐患") if first is None else ""
    return FigureValue(value=days, rows=rows_url(set="open", order="oldest"), as_of=now, note=str(note))


@figure(
    "hazards.first_pass_rate",
    label=_("首次通过率"),
    unit="%",
    definition=_("已销号隐患中，整改回复从未被退回的比例"),
)
def first_pass_rate(reader: Any, *, now: datetime) -> FigureValue:
    closed = visible_hazards(reader).filter(state=HazardState.CLOSED)
    counts = closed.aggregate(closed=Count("id"), first=Count("id", filter=Q(returned_count=0)))
    return _share(counts["first"], counts["closed"], rows=rows_url(set="first_pass"), now=now)


@figure(
    "hazards.recurrence_rate",
    label=_("复发率"),
    unit="%",
    definition=_("曾经销号的隐患中，销号后 90 天内重新打开的比例；越低越好"),
)
def recurrence_rate(reader: Any, *, now: datetime) -> FigureValue:
    counts = visible_hazards(reader).aggregate(
        closed=Count("id", filter=EVER_CLOSED), again=Count("id", filter=REOPENED_SOON)
    )
    return _share(counts["again"], counts["closed"], rows=rows_url(set="ever_closed"), now=now)


@figure(
    "hazards.independent_recheck_rate",
    label=_("独立复查率"),
    unit="%",
    definition=_("已销号隐患中，复查人与整改、监理、签发人均不同单位的比例"),
)
def independent_recheck_rate(reader: Any, *, now: datetime) -> FigureValue:
    counts = visible_hazards(reader).aggregate(
        closed=Count("id", filter=Q(state=HazardState.CLOSED)), alone=Count("id", filter=INDEPENDENT)
    )
    return _share(counts["alone"], counts["closed"], rows=rows_url(set="closed"), now=now)


@figure("hazards.stopped", label=_("停工整改"), unit=_("项"), definition=_("停工令尚未解除的隐患"))
def stopped(reader: Any, *, now: datetime) -> FigureValue:
    count = visible_hazards(reader).filter(SETS["stopped"]).distinct().count()
    return FigureValue(value=count, rows=rows_url(set="stopped"), as_of=now)


@figure("hazards.listed", label=_("挂牌督办"), unit=_("项"), definition=_("已挂牌、尚未摘牌的重大事故隐患"))
def listed(reader: Any, *, now: datetime) -> FigureValue:
    count = visible_hazards(reader).filter(SETS["listed"]).distinct().count()
    return FigureValue(value=count, rows=rows_url(set="listed"), as_of=now)


@figure(
    "hazards.median_hours",
    label=_("整改用时中位数"),
    unit=_("小时"),
    definition=_("已销号隐患从下发整改通知单到销号所用小时数的中位数"),
)
def median_hours(reader: Any, *, now: datetime) -> FigureValue:
    value = median_hours_of(visible_hazards(reader))
    return FigureValue(value=value, rows=rows_url(set="closed"), as_of=now)


def median_hours_of(rows: QuerySet[Hazard]) -> float | None:
    """Median hours from order to closing of the closed hazards among ``rows``; None without any."""
    taken: CombinedExpression = F("closed_at") - F("ordered_at")
    found = rows.filter(state=HazardState.CLOSED).aggregate(
        median=Median(ExpressionWrapper(taken, output_field=DurationField()), output_field=DurationField())
    )["median"]
    return None if found is None else round(found.total_seconds() / 3600, 1)


@figure(
    "hazards.false_share",
    label=_("误报率"),
    unit="%",
    definition=_("来自监测预警的隐患中，经两人认定为误报的比例"),
)
def false_share(reader: Any, *, now: datetime) -> FigureValue:
    from_warnings = visible_hazards(reader).filter(alert__isnull=False)
    counts = from_warnings.aggregate(
        all=Count("id"), false=Count("id", filter=Q(state=HazardState.FALSE_POSITIVE))
    )
    return _share(counts["false"], counts["all"], rows=rows_url(set="false"), now=now)
