"""Monitoring over HTTP: sending readings, and reading devices, series, alerts and quarantine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.security import HttpBearer

from lantu.accounts.api_auth import reader_auth
from lantu.accounts.permissions import may, require
from lantu.core.paging import Page, page_of
from lantu.core.problems import problem
from lantu.core.refusals import Missing
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.selectors import find_alerts, get_alert, with_balls
from lantu.monitoring.alerts.services.mark_false_positive import mark_false_positive
from lantu.monitoring.cranes.api import router as cranes_router
from lantu.monitoring.devices.api import RegisteredOut, post_device
from lantu.monitoring.devices.api import router as devices_router
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.selectors import find_devices, get_channel, get_device
from lantu.monitoring.devices.services.token import issue_token
from lantu.monitoring.gateway.hj212.api import router as hj212_router
from lantu.monitoring.http_ingest import MAX_BODY, DeviceCaller, TooFast, accept, device_of_token
from lantu.monitoring.ingest.services import replay
from lantu.monitoring.observations.api import router as observations_router
from lantu.monitoring.rules.api import router as rules_router
from lantu.monitoring.rules.desk.api import router as desk_router
from lantu.monitoring.schemas import (
    AlertDetail,
    AlertOut,
    BucketOut,
    DeviceDetail,
    DeviceOut,
    PointOut,
    QuarantineOut,
    ReadingsOut,
    Reason,
    SubmissionOut,
    TokenOut,
    alert_detail,
    alert_row,
    device_detail,
    device_row,
    quarantine_row,
)
from lantu.monitoring.telemetry.selectors import (
    AUTO_POINTS,
    MAX_POINTS,
    raw_series,
    step_for,
    stepped_series,
    visible_quarantine,
)
from lantu.monitoring.telemetry.steps import parse_step, span_of
from lantu.monitoring.vehicles.api import router as vehicles_router

router = Router(tags=["monitoring"])
router.add_router("", cranes_router)
router.add_router("", desk_router)
router.add_router("", devices_router)
router.add_router("", hj212_router)
router.add_router("", observations_router)
router.add_router("", rules_router)
router.add_router("", vehicles_router)


class DeviceToken(HttpBearer):
    """``Authorization: Bearer ltd_…``: a device speaks for itself."""

    def authenticate(self, request: HttpRequest, token: str) -> DeviceCaller | None:
        return device_of_token(token)


class DeviceFilter(Schema):
    q: str = ""
    project: str = ""
    type: str = ""
    state: str = ""
    cursor: str | None = None
    limit: int = 100


class AlertFilter(Schema):
    q: str = ""
    kind: str = ""
    state: str = ""
    severity: int | None = None
    project: str = ""
    rule: str = ""
    cursor: str | None = None
    limit: int = 100


class SeriesFilter(Schema):
    channel: str
    since: datetime | None = Field(None, alias="from")
    until: datetime | None = Field(None, alias="to")
    step: str = ""


@router.post(
    "/telemetry",
    auth=[DeviceToken(), *reader_auth],
    response=SubmissionOut,
    summary="上报读数（设备口令或用户令牌；一条或多条；逐条回执）",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "description": "{device, ts, values, units, flags}，或其数组；使用设备口令时可省略 device",
                        "oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}],
                    }
                }
            },
        }
    },
)
def post_telemetry(request: HttpRequest) -> HttpResponse | dict[str, Any]:
    """Every record is answered; what is accepted is in the stream before the answer leaves."""
    size = request.headers.get("Content-Length", "")
    if size.isdecimal() and int(size) > MAX_BODY:
        return problem(
            413,
            code="monitoring.body_too_large",
            detail=_("请求体超过 1 MB。"),
            remedy=_("请分批上报，每批不超过 1 MB。"),
        )
    caller: Any = request.auth  # type: ignore[attr-defined]
    try:
        return accept(request.body, caller=caller, now=timezone.now())
    except TooFast as refusal:
        answer = problem(429, code=refusal.code, detail=refusal.detail, remedy=refusal.remedy)
        answer["Retry-After"] = str(refusal.retry_s)
        return answer


@router.get("/devices", response=Page[DeviceOut], summary="监测设备")
def list_devices(request: HttpRequest, filters: Query[DeviceFilter]) -> dict[str, Any]:
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    now = timezone.now()
    found = find_devices(
        request.auth,  # type: ignore[attr-defined]
        now=now,
        words=filters.q,
        project=filters.project,
        kind=filters.type,
        state=filters.state,
    )
    return page_of(
        found,
        cursor=filters.cursor,
        limit=filters.limit,
        order="code",
        shape=lambda row: device_row(row, now),
    )


router.post("/devices", response={201: RegisteredOut}, summary="登记设备")(post_device)


@router.get("/devices/{code}", response=DeviceDetail, summary="一台设备及其通道最新值")
def read_device(request: HttpRequest, code: str) -> dict[str, Any]:
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    return device_detail(get_device(request.auth, code), timezone.now())  # type: ignore[attr-defined]


@router.post("/devices/{code}/token", response=TokenOut, summary="签发设备口令（只显示一次，旧口令失效）")
def new_device_token(request: HttpRequest, code: str) -> dict[str, str]:
    device: Device = get_device(request.auth, code)  # type: ignore[attr-defined]
    require(request.auth, "monitoring.issue_token", device.project)  # type: ignore[attr-defined]
    return {"token": issue_token(device, now=timezone.now(), actor=request.auth)}  # type: ignore[attr-defined]


@router.get(
    "/readings", response=ReadingsOut, summary="读数序列：原始，或按步长汇总（step=auto 由系统按时段选择）"
)
def read_readings(request: HttpRequest, asked: Query[SeriesFilter]) -> dict[str, Any]:
    """``source`` says whether readings (raw) or roll-ups (1m, 1h, 1d) answered; buckets count normal readings only."""
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    found = get_channel(request.auth, asked.channel)  # type: ignore[attr-defined]
    since, until = span_of(asked.since, asked.until, now=timezone.now())
    answer: dict[str, Any] = {
        "channel": f"{found.device.code}.{found.key}",
        "unit": found.unit,
        "since": since,
        "until": until,
        "source": "raw",
        "step_s": None,
        "truncated": False,
        "points": [],
        "buckets": [],
    }
    auto = asked.step.strip().lower() == "auto"
    if auto:
        step = step_for(found, since=since, until=until, points=AUTO_POINTS)
    else:
        step = parse_step(asked.step) if asked.step else None
    if step is not None:
        rows = stepped_series(found, since=since, until=until, step=step)
        answer |= {"source": rows.source, "step_s": rows.step_s}
        answer["buckets"] = [BucketOut(**row._asdict()) for row in rows.buckets]
    else:
        points = raw_series(found, since=since, until=until, limit=MAX_POINTS + 1)
        answer["truncated"] = len(points) > MAX_POINTS
        answer["points"] = [PointOut(**row._asdict()) for row in points[:MAX_POINTS]]
    return answer


@router.get("/alerts", response=Page[AlertOut], summary="预警")
def list_alerts(request: HttpRequest, filters: Query[AlertFilter]) -> dict[str, Any]:
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    found = find_alerts(
        request.auth,  # type: ignore[attr-defined]
        kind=filters.kind,
        state=filters.state,
        severity=filters.severity,
        project=filters.project,
        rule=filters.rule,
        words=filters.q,
    )
    page = page_of(found, cursor=filters.cursor, limit=filters.limit, order="-opened_at")
    # Once taken up, holder and term are those of what took it up.
    return {**page, "items": [alert_row(alert) for alert in with_balls(page["items"])]}


@router.get("/alerts/{pk}", response=AlertDetail, summary="一条预警：规则版本、判定输入、责任")
def read_alert(request: HttpRequest, pk: int) -> dict[str, Any]:
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    return alert_detail(_alert(request, pk))


@router.post("/alerts/{pk}/false-positive", response=AlertDetail, summary="认定误报：一人提出，另一人确认")
def post_false_positive(request: HttpRequest, pk: int, body: Reason) -> dict[str, Any]:
    alert = _alert(request, pk)
    require(request.auth, "monitoring.mark_false", alert.project)  # type: ignore[attr-defined]
    mark_false_positive(
        alert,
        reason=body.reason,
        now=timezone.now(),
        actor=request.auth,  # type: ignore[attr-defined]
    )
    return alert_detail(_alert(request, pk))


def _alert(request: HttpRequest, pk: int) -> Alert:
    # A number beyond bigint is not an error of the database but an alert that does not exist.
    if not 0 < pk < 2**63:
        raise Missing("monitoring.alert_unknown", f"没有编号为 {str(pk)[:30]} 的预警。")
    return with_balls([get_alert(request.auth, pk)])[0]  # type: ignore[attr-defined]


@router.get("/quarantine", response=Page[QuarantineOut], summary="隔离报文：未被接收的输入及原因")
def list_quarantine(
    request: HttpRequest, device: str = "", reason: str = "", cursor: str | None = None, limit: int = 100
) -> dict[str, Any]:
    require(request.auth, "monitoring.read_quarantine")  # type: ignore[attr-defined]
    rows = visible_quarantine(request.auth)  # type: ignore[attr-defined]
    if device:
        rows = rows.filter(device_guess=device)
    if reason:
        rows = rows.filter(reason=reason)
    return page_of(rows, cursor=cursor, limit=limit, shape=quarantine_row)


@router.post("/quarantine/{pk}/replay", response=QuarantineOut, summary="重放一条隔离报文")
def post_replay(request: HttpRequest, pk: int) -> dict[str, Any]:
    user: Any = request.auth  # type: ignore[attr-defined]
    entry = visible_quarantine(user).filter(pk=pk if 0 < pk < 2**63 else 0).first()
    if entry is None or not may(user, "monitoring.read_quarantine"):
        raise Missing("monitoring.quarantine_unknown", "没有这条隔离报文，或您无权查看。")
    require(user, "monitoring.replay_quarantine")
    return quarantine_row(replay(entry, subject=entry.subject, now=timezone.now(), actor=user))
