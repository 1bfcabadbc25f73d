"""Reads of the schedule API that are larger than a row, and the verbs that carry files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile
from pydantic import ValidationError

from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.lifecycle.schedule import schemas as shapes
from lantu.lifecycle.schedule import selectors, services
from lantu.lifecycle.schedule.api_shapes import baseline_shown, clean, in_full
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.models_kept import ScheduleBaseline, ScheduleResource

router = Router()
DOCUMENT = File(..., description="批准文件")
FILES = File(..., description="照片或文件，最多 9 个")
CHUNK = 500


def _baseline(schedule: Schedule, number: int | None) -> ScheduleBaseline | None:
    if number is None:
        return selectors.baseline_of(schedule)
    found = schedule.baselines.filter(number=number).first() if 0 < number < 2**31 else None
    if found is None:
        raise Unacceptable("schedules.unknown_baseline", _("没有这个基准。"), field="baseline")
    return found


def _frozen(schedule: Schedule, number: int | None) -> ScheduleBaseline:
    found = _baseline(schedule, number)
    if found is None:
        raise Refused(
            "schedules.no_baseline", _("这份计划还没有基准。"), remedy=_("计划批准后自动冻结第一个基准。")
        )
    return found


def _seen(request: HttpRequest, pk: int) -> tuple[Any, Schedule]:
    user: Any = request.auth  # type: ignore[attr-defined]
    return user, selectors.get_visible(user, pk)


def _at(value: datetime | None, schedule: Schedule) -> datetime:
    if value is None:
        return schedule.data_date
    return timezone.make_aware(value) if timezone.is_naive(value) else value


@router.get("/schedules/{int:pk}/gantt", response={200: dict[str, Any]})
def gantt(request: HttpRequest, pk: int, baseline: int | None = None) -> HttpResponseBase:
    """Everything that the chart draws, as compact rows; ``columns`` names their places. Streamed."""
    user, schedule = _seen(request, pk)
    found = selectors.gantt(schedule, user, baseline=_baseline(schedule, baseline), now=timezone.now())
    return StreamingHttpResponse(_parts(found), content_type="application/json")


def _parts(found: dict[str, Any]) -> Iterator[bytes]:
    """The document in pieces: the head first, then rows by the hundred."""
    head = {key: value for key, value in found.items() if key not in {"tasks", "links"}}
    yield orjson.dumps(head)[:-1]
    for key in ("tasks", "links"):
        yield b',"' + key.encode() + b'":['
        rows = found[key]
        for first in range(0, len(rows), CHUNK):
            yield (b"," if first else b"") + orjson.dumps(rows[first : first + CHUNK])[1:-1]
        yield b"]"
    yield b"}"


@router.get("/schedules/{int:pk}/s-curve")
def s_curve(
    request: HttpRequest, pk: int, as_of: datetime | None = None, baseline: int | None = None
) -> dict[str, Any]:
    """Cumulative planned, earned, proved, spent and expected value."""
    _user, schedule = _seen(request, pk)
    return asdict(selectors.s_curve(schedule, _frozen(schedule, baseline), as_of=_at(as_of, schedule)))


@router.get("/schedules/{int:pk}/earned-value")
def earned_value(
    request: HttpRequest, pk: int, as_of: datetime | None = None, baseline: int | None = None
) -> dict[str, Any]:
    """Earned value and earned schedule; an index without a divisor is null."""
    _user, schedule = _seen(request, pk)
    return asdict(
        selectors.earned_value_of(schedule, _frozen(schedule, baseline), as_of=_at(as_of, schedule))
    )


@router.get("/schedules/{int:pk}/forecast")
def forecast(request: HttpRequest, pk: int) -> dict[str, Any]:
    """When the plan will end, with a range where history allows one."""
    _user, schedule = _seen(request, pk)
    baseline = selectors.baseline_of(schedule)
    return asdict(selectors.forecast_finish(schedule, baseline, as_of=schedule.data_date))


@router.get("/schedules/{int:pk}/deviations")
def deviations(request: HttpRequest, pk: int, baseline: int | None = None) -> list[dict[str, Any]]:
    """Every activity against the baseline."""
    _user, schedule = _seen(request, pk)
    return [asdict(row) for row in selectors.compare_baseline(schedule, _frozen(schedule, baseline))]


@router.get("/schedules/{int:pk}/network")
def network(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Critical paths by code, loose ends, activities with negative float."""
    _user, schedule = _seen(request, pk)
    found = selectors.network_report(schedule)
    return {
        "paths": found.paths,
        "path_count": found.path_count,
        "dangling": [row.code for row in found.dangling],
        "negative": [row.code for row in found.negative],
    }


@router.get("/schedules/{int:pk}/claim")
def claim(request: HttpRequest, pk: int, asked: Query[shapes.ClaimQuery]) -> dict[str, Any]:
    """Were ``planned_days`` of the baseline's work done in ``days``? Verdict, numbers, reasons."""
    _user, schedule = _seen(request, pk)
    found = selectors.check_claim_of(
        schedule,
        _frozen(schedule, asked.baseline),
        claimed_days=asked.days,
        claimed_planned_days=asked.planned_days,
        as_of=_at(asked.as_of, schedule),
    )
    return asdict(found)


@router.post("/schedules/{int:pk}/put-in-force", response=shapes.ScheduleDetail)
def put_in_force(
    request: HttpRequest, pk: int, document: UploadedFile = DOCUMENT, document_no: str = Form("")
) -> dict[str, Any]:
    """Approve with the document; the plan is frozen as its first baseline."""
    user, schedule = _seen(request, pk)
    services.put_in_force(
        schedule, document=document, file_name=document.name or "", document_no=clean(document_no, "document_no"),
        by=user, now=timezone.now(),
    )  # fmt: skip
    return in_full(user, pk)


@router.get("/schedules/{int:pk}/baselines", response=list[shapes.BaselineOut])
def list_baselines(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Frozen copies, oldest first."""
    _user, schedule = _seen(request, pk)
    rows = schedule.baselines.select_related("frozen_by", "approved_by", "document")
    return [baseline_shown(row) for row in rows]


@router.post("/schedules/{int:pk}/baselines", response=shapes.ScheduleDetail)
def freeze_baseline(
    request: HttpRequest,
    pk: int,
    document: UploadedFile = DOCUMENT,
    name: str = Form(...),
    document_no: str = Form(""),
) -> dict[str, Any]:
    """A further baseline of a plan in force."""
    user, schedule = _seen(request, pk)
    services.freeze_baseline(
        schedule, name=clean(name, "name"), document=document, file_name=document.name or "",
        document_no=clean(document_no, "document_no"), by=user, now=timezone.now(),
    )  # fmt: skip
    return in_full(user, pk)


@router.post("/schedules/{int:pk}/evidenced-progress", response=shapes.ScheduleDetail)
def evidenced_progress(
    request: HttpRequest,
    pk: int,
    code: str = Form(...),
    body: str = Form(...),
    files: list[UploadedFile] = FILES,
) -> dict[str, Any]:
    """One report with its files: ``code`` names the activity, ``body`` is a ``ProgressIn`` with one row, as JSON."""
    user, schedule = _seen(request, pk)
    try:
        sent = shapes.ProgressIn.model_validate(json.loads(clean(body, "body")))
    except (ValueError, ValidationError) as error:
        raise Unacceptable(
            "schedules.bad_body", _("没有读懂填报内容。"), remedy=_("字段与取值见接口说明。"), field="body"
        ) from error
    rows = [
        services.ProgressRow(**{name: _moment(value) for name, value in row.dict().items()})
        for row in sent.rows
    ]
    services.record_progress(
        schedule, as_of=_at(sent.as_of, schedule), edited_no=sent.edited_no, rows=rows, by=user, now=timezone.now(),
        files={clean(code, "code"): [(file.name or "", file) for file in files]},
    )  # fmt: skip
    return in_full(user, pk)


def _moment(value: Any) -> Any:
    return timezone.make_aware(value) if isinstance(value, datetime) and timezone.is_naive(value) else value


@router.get("/schedules/resources")
def list_resources(request: HttpRequest) -> list[dict[str, Any]]:
    """Resources that the city's projects share."""
    require(request.auth, "lifecycle.schedule_read")  # type: ignore[attr-defined]
    return [
        {"code": row.code, "name": row.name, "unit": row.unit, "capacity": row.capacity}
        for row in ScheduleResource.objects.all()
    ]
