"""The city's numbers about its programmes; each opens the list of its rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lantu.core.figures import FigureValue, figure
from lantu.lifecycle.programmes.models import ProgrammeMilestone
from lantu.lifecycle.programmes.selectors import visible_programmes
from lantu.lifecycle.programmes.states import CLOSED_MILESTONES, ProgrammeState


@figure(
    "programmes.in_force",
    label=_("执行中的行动计划"),
    unit=pgettext_lazy("programmes", "个"),
    definition=_("已批准、尚未完成或取消的行动计划个数"),
)
def in_force(reader: Any, *, now: datetime) -> FigureValue:
    value = visible_programmes(reader).filter(state=ProgrammeState.IN_FORCE).count()
    return FigureValue(
        value=value, rows=f"{reverse('lifecycle:programmes')}?state={ProgrammeState.IN_FORCE}", as_of=now
    )


@figure(
    "programmes.milestones_overdue",
    label=_("逾期共同节点"),
    unit=pgettext_lazy("milestones", "个"),
    definition=_("执行中的行动计划里已过时限而没有确认完成的共同节点个数；分母为全部未完成节点"),
)
def milestones_overdue(reader: Any, *, now: datetime) -> FigureValue:
    rows = ProgrammeMilestone.objects.filter(
        programme__in=visible_programmes(reader).filter(state=ProgrammeState.IN_FORCE).values("pk")
    ).exclude(state__in=CLOSED_MILESTONES)
    late = rows.filter(due_on__lt=timezone.localtime(now).date()).count()
    return FigureValue(
        value=late,
        rows=f"{reverse('lifecycle:programmes_milestones')}?set=late",
        as_of=now,
        numerator=late,
        denominator=rows.count(),
    )
