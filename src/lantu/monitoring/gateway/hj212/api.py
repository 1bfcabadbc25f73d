"""Stations and gateways over HTTP: the same services as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema

from lantu.accounts.permissions import require
from lantu.core.refusals import Missing
from lantu.monitoring.devices.selectors import get_device
from lantu.monitoring.gateway.hj212.models import Hj212Station
from lantu.monitoring.gateway.hj212.services.set_station import set_station
from lantu.monitoring.gateway.status import gateways

router = Router(tags=["monitoring"])
INTERVALS = {"rtd_interval_s", "min_interval_min"}


class FactorIn(Schema):
    channel: str
    unit: str = ""


class StationIn(Schema):
    mn: str | None = None
    pw: str | None = None
    st: str | None = None
    crc_mode: str | None = None
    factors: dict[str, FactorIn] | None = None
    backfill: str | None = None
    commands: bool | None = None
    rtd_interval_s: int | None = None
    min_interval_min: int | None = None


class StationOut(Schema):
    device: str
    mn: str
    st: str
    crc_mode: str
    factors: dict[str, dict[str, str]]
    backfill: str
    commands: bool
    rtd_interval_s: int | None
    min_interval_min: int | None
    changed_at: datetime
    last_packet_at: datetime | None
    last_data_at: datetime | None
    clock_skew_s: float | None
    unmapped: list[str]
    last_answer: str


class GatewayOut(Schema):
    name: str
    at: datetime
    started_at: datetime
    ports: dict[str, int]
    counters: dict[str, dict[str, int]]


def _shown(row: Hj212Station) -> dict[str, Any]:
    """A station without its password."""
    names = [name for name in StationOut.model_fields if name != "device"]
    return {"device": row.device.code, **{name: getattr(row, name) for name in names}}


@router.get("/devices/{code}/hj212", response=StationOut, summary="设备的 HJ 212 站点设置（不含访问密码）")
def read_station(request: HttpRequest, code: str) -> dict[str, Any]:
    reader = request.auth  # type: ignore[attr-defined]
    require(reader, "monitoring.read")
    device = get_device(reader, code)
    row = Hj212Station.objects.select_related("device").filter(device=device).first()
    if row is None:
        raise Missing("monitoring.no_station", _("本设备不按 HJ 212 接入。"))
    return _shown(row)


@router.put("/devices/{code}/hj212", response=StationOut, summary="登记或修改 HJ 212 站点：未给出的设置不变")
def put_station(request: HttpRequest, code: str, given: StationIn) -> dict[str, Any]:
    person = request.auth  # type: ignore[attr-defined]
    device = get_device(person, code)
    require(person, "monitoring.register_device", device.project)
    # Only the intervals may be taken back by null.
    settings = {
        name: value
        for name, value in given.model_dump(exclude_unset=True).items()
        if value is not None or name in INTERVALS
    }
    if given.factors is not None:
        settings["factors"] = {
            code: {"channel": entry.channel} | ({"unit": entry.unit} if entry.unit else {})
            for code, entry in given.factors.items()
        }
    return _shown(set_station(device, settings=settings, now=timezone.now(), actor=person))


@router.get("/gateways", response=list[GatewayOut], summary="设备网关进程及其计数")
def list_gateways(request: HttpRequest) -> Any:
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    return list(gateways(now=timezone.now()))
