"""Registration and check-ups of devices over HTTP: the same services as the pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from lantu.accounts.models import Organisation
from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Unacceptable
from lantu.monitoring.devices.checkups.models import CheckupReport
from lantu.monitoring.devices.checkups.reading import check_devices
from lantu.monitoring.devices.checkups.views import get_report
from lantu.monitoring.devices.selectors import get_device
from lantu.monitoring.devices.services.change_status import change_status
from lantu.monitoring.devices.services.make_checkup import as_result, check_window, make_checkup
from lantu.monitoring.devices.services.register import register_device
from lantu.monitoring.devices.states import DeviceStatus
from lantu.projects.selectors import get_visible, visible_projects

router = Router(tags=["monitoring"])


class DeviceIn(Schema):
    code: str
    project: str
    type: str
    name: str
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    owner: str = ""
    installed_on: date | None = None
    calibrated_until: date | None = None
    facts: dict[str, Any] = {}


class StatusIn(Schema):
    status: str
    reason: str


class RegisteredOut(Schema):
    code: str
    project: str
    status: str


class CheckupOut(Schema):
    id: int
    project: str
    since: datetime
    until: datetime
    verdict: str
    devices: int
    passed: int
    made_by: str
    made_at: datetime


class CheckupDetail(CheckupOut):
    results: list[dict[str, Any]]


class ItemOut(Schema):
    key: str
    label: str
    verdict: str
    found: str
    remedy: str
    rows: str


class DeviceCheckupOut(Schema):
    code: str
    name: str
    type: str
    verdict: str
    items: list[ItemOut]


def _user(request: HttpRequest) -> Any:
    return request.auth  # type: ignore[attr-defined]


def post_device(request: HttpRequest, body: DeviceIn) -> Status:
    """Register one device. Mounted beside the list of devices: an address belongs to one router."""
    user = _user(request)
    project = get_visible(user, body.project)
    require(user, "monitoring.register_device", project)
    owner = Organisation.objects.filter(name=body.owner).first() if body.owner else None
    if body.owner and owner is None:
        raise Unacceptable(
            "monitoring.unit_unknown",
            _("没有登记“%(text)s”这个单位。") % {"text": body.owner[:60]},
            remedy=_("请填写已登记单位的全称。"),
            field="owner",
        )
    device = register_device(
        code=body.code, project=project, type_code=body.type, name=body.name, place=body.place, lon=body.lon,
        lat=body.lat, owner_org=owner, installed_on=body.installed_on, calibrated_until=body.calibrated_until,
        facts=body.facts, now=timezone.now(), actor=user,
    )  # fmt: skip
    return Status(201, {"code": device.code, "project": project.code, "status": device.status})


@router.post("/devices/{code}/status", response=RegisteredOut, summary="变更设备状态：在用、检修、停用")
def post_status(request: HttpRequest, code: str, body: StatusIn) -> dict[str, str]:
    user = _user(request)
    device = get_device(user, code)
    require(user, "monitoring.register_device", device.project)
    if body.status not in DeviceStatus.values or len(body.reason.strip()) < 4:
        raise Unacceptable(
            "monitoring.status_reason",
            _("请选择状态，并写明理由。"),
            remedy=_("例如：月度检修。"),
            field="reason",
        )
    device = change_status(
        device,
        status=DeviceStatus(body.status),
        reason=body.reason.strip()[:200],
        now=timezone.now(),
        actor=user,
    )
    return {"code": device.code, "project": device.project.code, "status": device.status}


@router.get("/devices/{code}/checkup", response=DeviceCheckupOut, summary="一台设备的接入体检（即时）")
def read_device_checkup(request: HttpRequest, code: str, hours: int = 24) -> dict[str, Any]:
    require(_user(request), "monitoring.read")
    device, now = get_device(_user(request), code), timezone.now()
    since = now - timedelta(hours=min(max(hours, 1), 10_000))
    check_window(since, now)
    return as_result(device, check_devices([device], since=since, until=now)[0])


@router.get("/checkups", response=Page[CheckupOut], summary="接入体检报告")
def list_checkups(
    request: HttpRequest, project: str = "", cursor: str | None = None, limit: int = 100
) -> dict[str, Any]:
    require(_user(request), "monitoring.read")
    rows = CheckupReport.objects.filter(project__in=visible_projects(_user(request))).select_related(
        "project", "made_by"
    )
    if project:
        rows = rows.filter(project__code=project)
    return page_of(rows, cursor=cursor, limit=limit, shape=_checkup)


@router.get("/checkups/{pk}", response=CheckupDetail, summary="一份接入体检报告")
def read_checkup(request: HttpRequest, pk: int) -> dict[str, Any]:
    require(_user(request), "monitoring.read")
    found = get_report(_user(request), pk)
    return {**_checkup(found), "results": found.results}


@router.post("/projects/{code}/checkups", response={201: CheckupOut}, summary="对一个项目开展接入体检")
def post_checkup(request: HttpRequest, code: str, hours: int = 24) -> Status:
    user = _user(request)
    project, now = get_visible(user, code), timezone.now()
    require(user, "monitoring.make_checkup", project)
    since = now - timedelta(hours=min(max(hours, 1), 10_000))
    return Status(201, _checkup(make_checkup(project, since=since, until=now, now=now, actor=user)))


def _checkup(report: CheckupReport) -> dict[str, Any]:
    return {
        "id": report.pk, "project": report.project.code, "since": report.since, "until": report.until,
        "verdict": report.verdict, "devices": report.devices, "passed": report.passed, "made_by": str(report.made_by),
        "made_at": report.made_at,
    }  # fmt: skip
