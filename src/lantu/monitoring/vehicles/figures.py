"""The numbers of slag trucks; each opens the list of its rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lantu.core.figures import FigureValue, figure
from lantu.monitoring.vehicles.models import FindingKind, VehicleStatus
from lantu.monitoring.vehicles.selectors import AWAY_AFTER, find_findings, visible_vehicles

MONTH = timedelta(days=30)


@figure(
    "vehicles.connected",
    label=_("24 小时内在线渣土车"),
    unit=_("辆"),
    definition=_("在用渣土车中最近 24 小时内有报告的辆数；分母为在用渣土车总数"),
)
def vehicles_connected(reader: Any, *, now: datetime) -> FigureValue:
    used = visible_vehicles(reader).filter(status=VehicleStatus.IN_SERVICE)
    value = used.filter(state__heard_at__gte=now - AWAY_AFTER).count()
    return FigureValue(
        value=value,
        rows=f"{reverse('monitoring:vehicles')}?state=connected",
        as_of=now,
        numerator=value,
        denominator=used.count(),
    )


@figure(
    "vehicles.violations",
    label=_("近 30 天渣土车违规"),
    unit=pgettext_lazy("violations", "起"),
    definition=_("最近 30 天规则判定的渣土车违规起数；同一规则同一运次算一起；不含设备失联"),
)
def vehicle_violations(reader: Any, *, now: datetime) -> FigureValue:
    found = find_findings(reader, kind=FindingKind.RISK, since=now - MONTH)
    rows = f"{reverse('monitoring:vehicle_findings')}?kind=risk&days=30"
    return FigureValue(value=found.count(), rows=rows, as_of=now)
