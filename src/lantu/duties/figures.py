"""Figures about duties."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.core.figures import FigureValue, figure
from lantu.duties.selectors import visible_duties


def _counts(reader: Any, now: datetime) -> tuple[int, int]:
    late = Q(due_at__lt=now, stopped_since=None)
    found = (
        visible_duties(reader)
        .filter(closed_at=None)
        .aggregate(open=Count("pk"), late=Count("pk", filter=late))
    )
    return int(found["open"]), int(found["late"])


@figure(
    "duties.open",
    label=_("未办结责任"),
    unit=_("项"),
    definition=_("本人可见范围内尚未办结的责任事项数，含停钟的"),
)
def open_duties(reader: Any, *, now: datetime) -> FigureValue:
    count, _late = _counts(reader, now)
    return FigureValue(value=count, rows=f"{reverse('duties:list')}?state=open", as_of=now)


@figure(
    "duties.overdue",
    label=_("逾期责任"),
    unit=_("项"),
    definition=_("未办结且已过时限的责任事项数；停钟期间不计。分母为全部未办结事项"),
)
def overdue_duties(reader: Any, *, now: datetime) -> FigureValue:
    count, late = _counts(reader, now)
    return FigureValue(
        value=late,
        rows=f"{reverse('duties:list')}?state=overdue",
        as_of=now,
        numerator=late,
        denominator=count,
    )
