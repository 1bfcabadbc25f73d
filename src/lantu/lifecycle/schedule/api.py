"""Schedules over HTTP: the services decide, as behind the pages."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from lantu.accounts.models import User
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Missing, Unacceptable
from lantu.lifecycle.schedule import schemas as shapes
from lantu.lifecycle.schedule import selectors, services
from lantu.lifecycle.schedule.api_levelling import router as levelling
from lantu.lifecycle.schedule.api_reading import router as reading
from lantu.lifecycle.schedule.api_shapes import clean, in_full, shown
from lantu.lifecycle.schedule.drafts import ActivityRow, CalendarRow, LinkRow, ScheduleDraft, pack_calendars
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.models_kept import ScheduleSlip
from lantu.lifecycle.schedule.services.edit import SETTABLE
from lantu.projects.selectors import get_visible as get_project

router = Router(tags=["进度计划"])
router.add_router("", reading)
router.add_router("", levelling)
DATES = {"constraint_at", "constraint2_at", "deadline_at", "expected_finish_at", "start_at", "must_finish_at"}
NUMBERS = {"duration_min", "remaining_min", "owner_id", "responsible_id", "lag_min", "critical_float_min"}


def _asked(request: HttpRequest, pk: int) -> tuple[Any, Schedule, datetime]:
    user: Any = request.auth  # type: ignore[attr-defined]
    return user, selectors.get_visible(user, pk), timezone.now()


def _aware(values: dict[str, Any]) -> dict[str, Any]:
    """Moments without zone are taken as Beijing time, as people write them."""
    return {
        name: timezone.make_aware(value)
        if isinstance(value, datetime) and timezone.is_naive(value)
        else value
        for name, value in values.items()
    }


@router.get("/schedules", response=Page[shapes.ScheduleOut])
def list_schedules(request: HttpRequest, wanted: Query[shapes.ScheduleQuery]) -> dict[str, Any]:
    """Schedules that the caller may see, newest first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    rows = selectors.visible_schedules(user)
    if wanted.project:
        rows = rows.filter(project=get_project(user, clean(wanted.project, "project")))
    for name in ("status", "kind"):
        if value := clean(getattr(wanted, name), name):
            rows = rows.filter(**{name: value})
    return page_of(rows, cursor=wanted.cursor, limit=wanted.limit, order="-id", shape=shown)


@router.post("/schedules", response={201: shapes.ScheduleDetail})
def create_schedule(request: HttpRequest, body: shapes.ScheduleIn) -> Status[dict[str, Any]]:
    """A new draft, computed. Cycles, unknown calendars and codes are refused with their place."""
    user: Any = request.auth  # type: ignore[attr-defined]
    start = _aware({"at": body.start_at})["at"]
    draft = ScheduleDraft(
        name=clean(body.name, "name"),
        kind=body.kind,
        start_at=start,
        data_date=start,
        must_finish_at=_aware({"at": body.must_finish_at})["at"],
        calendars=[CalendarRow(**row.dict()) for row in body.calendars] or pack_calendars(),
        activities=[ActivityRow(**_aware(_told(row.dict()))) for row in body.activities],
        links=[LinkRow(**_told(row.dict())) for row in body.links],
    )
    made = services.create_schedule(
        project=get_project(user, clean(body.project, "project")), draft=draft, by=user, now=timezone.now()
    )
    return Status(201, in_full(user, made.pk))


def _told(values: dict[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        if isinstance(value, str):
            clean(value, name)
    return values


@router.get("/schedules/{int:pk}", response=shapes.ScheduleDetail)
def get_schedule(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One schedule with its baselines and whose turn it is."""
    return in_full(request.auth, pk)  # type: ignore[attr-defined]


@router.post("/schedules/{int:pk}/edits", response=shapes.ScheduleDetail)
def edit_schedule(request: HttpRequest, pk: int, body: shapes.EditIn) -> dict[str, Any]:
    """Change a draft: all changes or none. A stale ``edited_no`` answers 409 with ``differences``."""
    user, schedule, now = _asked(request, pk)
    changes = [
        services.Change(
            op=change.op, code=clean(change.code, "code"), values=_typed(change.values, change.op)
        )
        for change in body.changes
    ]
    services.edit_schedule(schedule, edited_no=body.edited_no, changes=changes, by=user, now=now)
    return in_full(user, pk)


def _typed(values: dict[str, Any], op: str) -> dict[str, Any]:
    """Plain JSON as the rows want it; what cannot be read is refused by its name."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if op in {"set", "add"} and name not in SETTABLE | {"code"}:
            raise _unreadable(name)
        try:
            if name in DATES and value is not None:
                found[name] = _aware({"at": datetime.fromisoformat(str(value))})["at"]
            elif name in NUMBERS and value is not None:
                found[name] = int(value)
            elif isinstance(value, str):
                found[name] = clean(value, name)
            elif name in {"weight", "quantity", "budget_yuan", "hours_per_day"} and value is not None:
                found[name] = float(value)
            elif name in {"week", "exceptions"} or value is None:
                found[name] = value
            else:
                raise _unreadable(name)
        except (ValueError, TypeError, OverflowError) as error:
            raise _unreadable(name) from error
    return found


def _unreadable(name: str) -> Unacceptable:
    return Unacceptable(
        "schedules.bad_value",
        _("“%(field)s”不能在这里修改，或取值不能识别。") % {"field": name[:60]},
        remedy=_("字段与取值见接口说明。"),
        field=name[:60],
    )


@router.post("/schedules/{int:pk}/recalculate", response=shapes.ScheduleDetail)
def recalculate(request: HttpRequest, pk: int, body: shapes.RecalculateIn) -> dict[str, Any]:
    """Compute anew, with another data date where one is given."""
    user, schedule, now = _asked(request, pk)
    services.recalculate(schedule, by=user, now=now, data_date=_aware({"at": body.data_date})["at"])
    return in_full(user, pk)


@router.post("/schedules/{int:pk}/propose", response=shapes.ScheduleDetail)
def propose(request: HttpRequest, pk: int, body: shapes.ProposeIn) -> dict[str, Any]:
    """Hand a draft to the person who decides."""
    user, schedule, now = _asked(request, pk)
    approver = User.objects.filter(username=clean(body.approver, "approver"), is_active=True).first()
    if approver is None:
        raise Unacceptable("schedules.unknown_person", _("没有这个账号。"), field="approver")
    services.propose_schedule(schedule, approver=approver, edited_no=body.edited_no, by=user, now=now)
    return in_full(user, pk)


@router.post("/schedules/{int:pk}/send-back", response=shapes.ScheduleDetail)
def send_back(request: HttpRequest, pk: int, body: shapes.ReasonIn) -> dict[str, Any]:
    """Return a proposed plan to its author."""
    user, schedule, now = _asked(request, pk)
    services.send_back(schedule, reason=clean(body.reason, "reason"), by=user, now=now)
    return in_full(user, pk)


@router.post("/schedules/{int:pk}/revise", response={201: shapes.ScheduleDetail})
def revise(request: HttpRequest, pk: int) -> Status[dict[str, Any]]:
    """A copy as a draft."""
    user, schedule, now = _asked(request, pk)
    copy = services.revise_schedule(schedule, by=user, now=now)
    return Status(201, in_full(user, copy.pk))


@router.post("/schedules/{int:pk}/progress", response=shapes.ScheduleDetail)
def record_progress(request: HttpRequest, pk: int, body: shapes.ProgressIn) -> dict[str, Any]:
    """Reports without files (grade D); those with evidence come through ``/evidenced-progress``."""
    user, schedule, now = _asked(request, pk)
    services.record_progress(
        schedule, as_of=_aware({"at": body.as_of})["at"], edited_no=body.edited_no, by=user, now=now,
        rows=[services.ProgressRow(**_aware(_told(row.dict()))) for row in body.rows],
    )  # fmt: skip
    return in_full(user, pk)


@router.get("/schedules/{int:pk}/slips")
def list_slips(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Critical milestones that passed their baseline, newest first."""
    _user, schedule, _now = _asked(request, pk)
    return [_slip_shown(slip) for slip in schedule.slips.select_related("activity", "duty__holder")]


@router.post("/schedules/slips/{int:pk}/answer")
def answer_slip(request: HttpRequest, pk: int, body: shapes.AnswerIn) -> dict[str, Any]:
    """Cause and measures, by the holder of the duty."""
    user: Any = request.auth  # type: ignore[attr-defined]
    slip = (
        ScheduleSlip.objects.select_related("schedule__project").filter(pk=pk).first() if pk < 2**62 else None
    )
    if slip is None:
        raise Missing("schedules.unknown", _("没有这个滞后节点，或您无权查看。"))
    selectors.get_visible(user, slip.schedule_id)
    return _slip_shown(
        services.answer_slip(slip, answer=clean(body.answer, "answer"), by=user, now=timezone.now())
    )


def _slip_shown(slip: ScheduleSlip) -> dict[str, Any]:
    return {
        "id": slip.pk, "activity": slip.activity.code, "name": slip.activity.name,
        "baseline_finish_at": slip.baseline_finish_at.isoformat(),
        "forecast_finish_at": slip.forecast_finish_at.isoformat(), "opened_at": slip.opened_at.isoformat(),
        "closed_at": slip.closed_at.isoformat() if slip.closed_at else None, "answer": slip.answer,
        "outcome": slip.outcome, "holder": str(slip.duty.holder) if slip.duty else None,
    }  # fmt: skip


@router.get("/schedules/{int:pk}/what-if", response=shapes.WhatIfOut)
def what_if(request: HttpRequest, pk: int, activity: str, days: float) -> dict[str, Any]:
    """What a delay of so many calendar days would cost; nothing is changed."""
    _user, schedule, now = _asked(request, pk)
    if not 0 <= days <= 3_660:
        raise Unacceptable("schedules.bad_days", _("天数应在 0 到 3660 之间。"), field="days")
    return asdict(
        selectors.what_if_delay(schedule, activity_code=clean(activity, "activity"), days=days, now=now)
    )
