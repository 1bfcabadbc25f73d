"""Observations over HTTP: cameras and gateways send, people review."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from ninja.security import HttpBearer
from pydantic import ValidationError

from lantu.accounts.api_auth import reader_auth
from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.problems import problem
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.selectors import get_device
from lantu.monitoring.http_ingest import DeviceCaller, device_of_token
from lantu.monitoring.observations.models import Observation
from lantu.monitoring.observations.selectors import find_observations, get_observation
from lantu.monitoring.observations.services.receive import RETRY_S, Sighting, receive
from lantu.monitoring.observations.services.review import confirm, dismiss

router = Router(tags=["monitoring"])


class DeviceToken(HttpBearer):
    """``Authorization: Bearer ltd_…``: a device speaks for itself."""

    def authenticate(self, request: HttpRequest, token: str) -> DeviceCaller | None:
        return device_of_token(token)


class ObservationIn(Schema):
    type: str
    confidence: float
    device: str = ""
    observed_at: datetime | None = None
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    ref: str = ""
    picture: str = ""


class ObservationOut(Schema):
    id: int
    project: str
    device: str
    type: str
    severity: int
    confidence: float
    state: str
    automatic: bool
    place: str
    lon: float | None
    lat: float | None
    ref: str
    observed_at: datetime
    received_at: datetime
    picture: str | None
    holder: str | None
    due_at: datetime | None
    note: str


class ObservationFilter(Schema):
    project: str = ""
    type: str = ""
    state: str = ""
    cursor: str | None = None
    limit: int = 100


class NoteIn(Schema):
    note: str = ""


def _user(request: HttpRequest) -> Any:
    return request.auth  # type: ignore[attr-defined]


@router.post(
    "/observations",
    auth=[DeviceToken(), *reader_auth],
    response={201: ObservationOut},
    summary="上报视频观察（JSON 内 base64 画面，或 multipart 表单；设备口令或用户令牌）",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": ObservationIn.model_json_schema()},
                "multipart/form-data": {"schema": ObservationIn.model_json_schema()},
            },
        }
    },
)
def post_observation(request: HttpRequest) -> Status | HttpResponse:
    """The same ``ref`` of a device twice is one observation: a camera may repeat itself after a broken connection."""
    body, picture = _read(request)
    caller = _user(request)
    own = caller.device if isinstance(caller, DeviceCaller) else None
    if own is not None and body.device not in ("", own.code):
        raise Denied(
            "monitoring.wrong_device", _("设备口令只能上报本设备。"), remedy=_("请使用该设备自己的口令。")
        )
    device = own if own is not None else _device_for(caller, body.device)
    sighting = Sighting(
        type=body.type, confidence=body.confidence, observed_at=_aware(body.observed_at), place=body.place, lon=body.lon,
        lat=body.lat, ref=body.ref, picture=picture,
    )  # fmt: skip
    try:
        made = receive(device, sighting, now=timezone.now(), actor=None if own is not None else caller)
    except Refused as refusal:
        if refusal.status != 429:
            raise
        answer = problem(429, code=refusal.code, detail=refusal.detail, remedy=refusal.remedy)
        answer["Retry-After"] = str(RETRY_S)
        return answer
    return Status(201, _observation(made))


def _read(request: HttpRequest) -> tuple[ObservationIn, Any]:
    """The fields and the picture (bytes, a file, or None). Raises Unacceptable naming the field."""
    if request.content_type == "multipart/form-data":
        given: Any = {name: value for name, value in request.POST.items() if value != ""}
        return _fields(given), request.FILES.get("picture")
    size = request.headers.get("Content-Length", "")
    if size.isdecimal() and int(size) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise Unacceptable(
            "monitoring.body_too_large",
            _("请求体过大。"),
            remedy=_("大画面请用 multipart 表单上传。"),
            status=413,
        )
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Unacceptable(
            "monitoring.bad_json", _("请求体不是合法的 JSON。"), remedy=_("请用 UTF-8 编码。")
        ) from None
    body = _fields(given)
    if not body.picture:
        return body, None
    try:
        return body, base64.b64decode(body.picture.partition("base64,")[2] or body.picture, validate=True)
    except (binascii.Error, ValueError):
        raise Unacceptable(
            "monitoring.bad_picture",
            _("画面不是合法的 base64。"),
            remedy=_("也可改用表单上传文件。"),
            field="picture",
        ) from None


def _fields(given: Any) -> ObservationIn:
    try:
        return ObservationIn.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "body"
        raise Unacceptable(
            "monitoring.observation_field",
            _("字段 %(name)s 有误：%(what)s") % {"name": name, "what": first["msg"]},
            remedy=_("请对照接口文档。"),
            field=name,
        ) from None


def _device_for(caller: Any, code: str) -> Device:
    """The device that a gateway's person speaks for. Raises Missing or Denied."""
    device = get_device(caller, code)
    require(caller, "monitoring.send_observation", device.project)
    return device


def _aware(moment: datetime | None) -> datetime | None:
    return timezone.make_aware(moment) if moment is not None and timezone.is_naive(moment) else moment


@router.get("/observations", response=Page[ObservationOut], summary="视频观察")
def list_observations(request: HttpRequest, filters: Query[ObservationFilter]) -> dict[str, Any]:
    require(_user(request), "monitoring.read")
    rows = find_observations(_user(request), project=filters.project, kind=filters.type, state=filters.state)
    return page_of(rows, cursor=filters.cursor, limit=filters.limit, order="-observed_at", shape=_observation)


@router.get("/observations/{pk}", response=ObservationOut, summary="一条视频观察")
def read_observation(request: HttpRequest, pk: int) -> dict[str, Any]:
    require(_user(request), "monitoring.read")
    return _observation(get_observation(_user(request), pk))


@router.post("/observations/{pk}/confirm", response=ObservationOut, summary="复核：属实")
def post_confirm(request: HttpRequest, pk: int, body: NoteIn) -> dict[str, Any]:
    return _review(request, pk, body, confirm)


@router.post("/observations/{pk}/dismiss", response=ObservationOut, summary="复核：不是问题")
def post_dismiss(request: HttpRequest, pk: int, body: NoteIn) -> dict[str, Any]:
    return _review(request, pk, body, dismiss)


def _review(request: HttpRequest, pk: int, body: NoteIn, act: Any) -> dict[str, Any]:
    user = _user(request)
    found = get_observation(user, pk)
    require(user, "monitoring.review_observation", found.project)
    act(found, note=body.note, now=timezone.now(), actor=user)
    return _observation(get_observation(user, pk))


def _observation(row: Observation) -> dict[str, Any]:
    duty = row.duty if row.duty is not None and row.duty.closed_at is None else None
    return {
        "id": row.pk, "project": row.project.code, "device": row.device.code, "type": row.type, "severity": row.severity,
        "confidence": row.confidence, "state": row.state, "automatic": row.automatic, "place": row.place, "lon": row.lon,
        "lat": row.lat, "ref": row.ref, "observed_at": row.observed_at, "received_at": row.received_at,
        "picture": row.evidence.get_absolute_url() if row.evidence else None,
        "holder": str(duty.holder) if duty else None, "due_at": duty.due_at if duty else None, "note": row.note,
    }  # fmt: skip
