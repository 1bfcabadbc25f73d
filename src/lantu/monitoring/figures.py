"""The numbers of monitoring; each opens the list of its rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lantu.core.figures import FigureValue, figure
from lantu.monitoring.alerts.selectors import risk_alerts
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.selectors import MUST_REPORT, connected_devices, silent_devices
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.vehicles import figures as vehicle_figures
from lantu.projects.selectors import visible_projects

__all__ = ["vehicle_figures"]


def _rows(name: str, **query: str) -> str:
    return f"{reverse(f'monitoring:{name}')}?{urlencode(query)}"


def _devices(reader: Any) -> Any:
    return Device.objects.filter(project__in=visible_projects(reader))


@figure(
    "warnings.total",
    label=_("累计预警"),
    unit=_("处"),
    definition=_("规则判定的风险预警累计处数；同一规则同一通道未关闭期间算一处；不含误报和技术预警"),
)
def warnings_total(reader: Any, *, now: datetime) -> FigureValue:
    return FigureValue(
        value=risk_alerts(reader).count(), rows=_rows("alerts", kind="risk", state="counted"), as_of=now
    )


@figure(
    "warnings.open",
    label=_("未关闭预警"),
    unit=_("处"),
    definition=_("待处置或已转隐患而未销号的风险预警处数"),
)
def warnings_open(reader: Any, *, now: datetime) -> FigureValue:
    value = risk_alerts(reader).filter(closed_at=None).count()
    return FigureValue(value=value, rows=_rows("alerts", kind="risk", state="open"), as_of=now)


@figure(
    "devices.connected",
    label=_("24 小时内在线设备"),
    unit=_("台"),
    definition=_("在用设备中最近 24 小时内有合格数据的台数；停止来数会自动减少。分母为在用设备总数"),
)
def devices_connected(reader: Any, *, now: datetime) -> FigureValue:
    mine = _devices(reader)
    value = connected_devices(mine, now=now).count()
    return FigureValue(
        value=value,
        rows=_rows("devices", state="connected"),
        as_of=now,
        numerator=value,
        denominator=mine.filter(status=DeviceStatus.IN_SERVICE).count(),
    )


@figure(
    "devices.silent",
    label=_("静默设备"),
    unit=_("台"),
    definition=_("在用设备中超过 3 个上报周期没有合格数据的台数；静默不代表安全"),
)
def devices_silent(reader: Any, *, now: datetime) -> FigureValue:
    mine = _devices(reader)
    value = silent_devices(mine, now=now).count()
    return FigureValue(
        value=value, rows=_rows("devices", state="silent"), as_of=now, note=_unheard(mine.filter(MUST_REPORT))
    )


def _unheard(devices: Any) -> str:
    """What a small number of silent devices does not say: that none was ever heard, or that there are none."""
    if not devices.exists():
        return gettext("还没有应当上报的监测设备")
    never = devices.filter(last_seen_at=None).count()
    return ngettext("另有 %(n)d 台从未上报", "另有 %(n)d 台从未上报", never) % {"n": never} if never else ""
