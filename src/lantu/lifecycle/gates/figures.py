"""Figures about stage gates. Each opens the rows that it counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lantu.core.figures import FigureValue, figure
from lantu.lifecycle.gates.models import GateCondition
from lantu.lifecycle.gates.selectors import visible_gates
from lantu.lifecycle.gates.states import NOT_AWAITED, ConditionState, GateState
from lantu.projects.selectors import visible_projects


def _matrix(query: str) -> str:
    return f"{reverse('lifecycle:gates')}?{query}"


@figure(
    "gates.red",
    label=_("红灯关口"),
    unit=pgettext_lazy("gates", "个"),
    definition=_("本人可见项目中灯色为红的关口数：逾期较久、容缺条件逾期、不予通过或在施工而没有施工许可"),
)
def red_gates(reader: Any, *, now: datetime) -> FigureValue:
    rows = visible_gates(reader).order_by()
    found = rows.aggregate(n=Count("pk"), red=Count("pk", filter=Q(lamp="red")))
    return FigureValue(
        value=found["red"],
        rows=_matrix("gate_lamp=red"),
        as_of=now,
        numerator=found["red"],
        denominator=found["n"],
    )


@figure(
    "gates.conditional",
    label=_("容缺通过关口"),
    unit=pgettext_lazy("gates", "个"),
    definition=_("容缺通过的关口数，包括条件已补齐的"),
)
def conditional_gates(reader: Any, *, now: datetime) -> FigureValue:
    number = visible_gates(reader).filter(state=GateState.CONDITIONAL).count()
    return FigureValue(value=number, rows=_matrix("state=conditional"), as_of=now)


@figure(
    "gates.overdue",
    label=_("逾期关口"),
    unit=pgettext_lazy("gates", "个"),
    definition=_("已过时限而没有通过的关口数，不含未启动、暂停和取消的；分母为全部未通过、未停的关口"),
)
def overdue_gates(reader: Any, *, now: datetime) -> FigureValue:
    today = timezone.localtime(now).date()
    rows = visible_gates(reader).order_by().exclude(state__in=NOT_AWAITED)
    found = rows.aggregate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    return FigureValue(
        value=found["late"],
        rows=_matrix("late=1"),
        as_of=now,
        numerator=found["late"],
        denominator=found["n"],
    )


@figure(
    "gates.conditions_overdue",
    label=_("逾期容缺条件"),
    unit=_("项"),
    definition=_("容缺通过时设定、到期仍未补齐的条件数；分母为全部未补齐的条件"),
)
def overdue_conditions(reader: Any, *, now: datetime) -> FigureValue:
    today = timezone.localtime(now).date()
    rows = GateCondition.objects.filter(state=ConditionState.OPEN, project__in=visible_projects(reader))
    found = rows.aggregate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    return FigureValue(
        value=found["late"],
        rows=_matrix("state=conditional&gate_lamp=red"),
        as_of=now,
        numerator=found["late"],
        denominator=found["n"],
    )
