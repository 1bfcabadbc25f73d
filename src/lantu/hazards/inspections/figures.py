"""Figures of inspections."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantu.core.figures import FigureValue, figure
from lantu.hazards.inspections.selectors import visible_inspections
from lantu.hazards.inspections.states import InspectionState, Result


def _rows(**query: str) -> str:
    return f"{reverse('hazards:inspections')}?{urlencode(query)}"


@figure(
    "inspections.signed_this_year",
    label=_("本年完成检查"),
    unit=_("次"),
    definition=_("本年签字生效的安全、质量、环保检查"),
)
def signed_this_year(reader: Any, *, now: datetime) -> FigureValue:
    year = timezone.localtime(now).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = visible_inspections(reader).filter(state=InspectionState.SIGNED, closed_at__gte=year)
    return FigureValue(value=rows.count(), rows=_rows(set="signed"), as_of=now)


@figure(
    "inspections.failed",
    label=_("检查不合格"),
    unit=_("次"),
    definition=_("已签字检查中结论为不合格的"),
)
def failed(reader: Any, *, now: datetime) -> FigureValue:
    rows = visible_inspections(reader).filter(state=InspectionState.SIGNED, result=Result.FAILED)
    return FigureValue(value=rows.count(), rows=_rows(set="failed"), as_of=now)
