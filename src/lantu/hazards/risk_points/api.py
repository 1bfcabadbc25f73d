"""Risk points and patrols over HTTP: the services decide, as behind the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Unacceptable
from lantu.hazards.risk_points import schemas as shapes
from lantu.hazards.risk_points import selectors, services
from lantu.hazards.risk_points.actions import actions_for
from lantu.hazards.risk_points.judging import (
    gaps_of,
    kind_of,
    level_label,
    name_of,
    parameters_of,
    verdict_words,
    works,
)
from lantu.hazards.risk_points.models import PatrolCheck, PatrolPlan, PatrolRound, RiskPoint
from lantu.hazards.risk_points.weeks import read_week, week_of
from lantu.projects.selectors import get_visible

router = Router(tags=["风险点与巡查"])
FILES = File(default=[], description="照片，最多 9 个")
_PLAIN = (
    "id", "code", "name", "place", "kind", "level", "at_least", "missing", "clause", "grade", "d", "control_level",
    "work_from", "work_to", "lon", "lat", "state", "reassess_due_at", "version",
)  # fmt: skip


def shown(point: RiskPoint) -> dict[str, Any]:
    """A point as lists show it."""
    duty = point.duty if point.is_open else None
    return {name: getattr(point, name) for name in _PLAIN} | {
        "project": point.project.code,
        "project_name": point.project.name,
        "kind_name": name_of(kind_of(point.kind)),
        "level_label": level_label(point.level, point.at_least)[0],
        "responsible": str(point.responsible),
        "state_label": point.get_state_display(),
        "due_at": duty.due_at if duty else None,
        "holder": str(duty.holder) if duty else None,
        "url": point.get_absolute_url(),
    }


def _in_full(reader: Any, pk: int) -> dict[str, Any]:
    point = selectors.get_visible_point(reader, pk)
    wind = selectors.winds_at([point.project_id], now=timezone.now()).get(point.project_id)
    names = (
        "parameters", "likelihood", "exposure", "consequence", "controls", "pin", "scheme_sections",
        "scheme_approved_on", "experts", "expert_result", "expert_reviewed_on",
    )  # fmt: skip
    return (
        shown(point)
        | {name: getattr(point, name) for name in names}
        | {
            "reasons": verdict_words(point).reasons,
            "gaps": gaps_of(point) if point.is_open else [],
            "weather": selectors.weather_note(point, wind),
            "may": [action.verb for action in actions_for(reader, point)],
        }
    )


def _asked(request: HttpRequest, pk: int) -> tuple[Any, RiskPoint, datetime]:
    user: Any = request.auth  # type: ignore[attr-defined]
    return user, selectors.get_visible_point(user, pk), timezone.now()


def _clean(text: str, field: str) -> str:
    if "\x00" in text:
        raise Unacceptable("risk_points.bad_text", _("文字里有不能识别的字符。"), field=field)
    return text


def _person(username: str) -> User:
    found = User.objects.filter(username=_clean(username, "responsible"), is_active=True).first()
    if found is None:
        raise Unacceptable("risk_points.unknown_person", _("没有这个账号。"), field="responsible")
    return found


def _values(body: Any, *leaving_out: str) -> dict[str, Any]:
    values: dict[str, Any] = body.dict(exclude_unset=True, exclude=set(leaving_out))
    if values.get("responsible"):
        values["responsible"] = _person(values["responsible"])
    return {key: value for key, value in values.items() if value is not None or key in {"lon", "lat"}}


@router.get("/risk-points", response=Page[shapes.PointOut])
def list_points(request: HttpRequest, wanted: Query[shapes.PointQuery]) -> dict[str, Any]:
    """Risk points that the caller may see, newest first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "risk_points.read")
    now = timezone.now()
    today = timezone.localtime(now).date()
    chosen = selectors.PointFilter(
        words=_clean(wanted.q, "q")[:60],
        grade=wanted.grade,
        level=wanted.level,
        state=wanted.state,
        category=wanted.category,
        project=_clean(wanted.project, "project"),
        area=_clean(wanted.area, "area"),
        named_set=wanted.set,
        week=read_week(wanted.week, today=today) if wanted.week else None,
    )
    rows = selectors.filtered_points(user, chosen, now=now, week=week_of(today))
    return page_of(rows, cursor=wanted.cursor, limit=wanted.limit, order="-id", shape=shown)


@router.get("/risk-points/kinds", response=list[shapes.WorkKindOut])
def list_kinds(request: HttpRequest) -> list[dict[str, Any]]:
    """The kinds of work of the national pack with what each asks for."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "risk_points.read")
    return [
        {
            "code": kind.code,
            "name": name_of(kind),
            "category": kind.category,
            "parameters": [
                {"key": one.key, "name": name_of(one), "unit": one.unit, "kind": "boolean" if one.boolean else "number"}
                for one in parameters_of(kind)
            ],
            "lec": list(kind.lec),
            "controls": list(kind.controls),
            "wind_limit_ms": kind.wind.limit_ms if kind.wind else None,
        }
        for kind in works().kinds.values()
    ]  # fmt: skip


@router.post("/risk-points", response={201: shapes.PointDetail})
def create_point(request: HttpRequest, body: shapes.PointIn) -> Status[dict[str, Any]]:
    """Write a risk point down: it is judged at once and waits as a draft."""
    user: Any = request.auth  # type: ignore[attr-defined]
    project = get_visible(user, _clean(body.project, "project"))
    point = services.create_point(
        project=project, values=_values(body, "project"), by=user, now=timezone.now()
    )
    return Status(201, _in_full(user, point.pk))


@router.get("/risk-points/{int:pk}", response=shapes.PointDetail)
def get_point(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One risk point with its verdict, gaps, and the verbs that the caller may use now."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "risk_points.read")
    return _in_full(user, pk)


@router.patch("/risk-points/{int:pk}", response=shapes.PointDetail)
def change_point(request: HttpRequest, pk: int, body: shapes.PointPatch) -> dict[str, Any]:
    """Change a draft."""
    user, point, now = _asked(request, pk)
    services.change_point(point, values=_values(body, "version"), by=user, now=now, version=body.version)
    return _in_full(user, pk)


@router.post("/risk-points/{int:pk}/submit", response=shapes.PointDetail)
def submit(request: HttpRequest, pk: int, body: shapes.PointStepIn) -> dict[str, Any]:
    """Send a draft to its reviewer; refused while a parameter is missing."""
    user, point, now = _asked(request, pk)
    services.submit_point(point, by=user, now=now, version=body.version)
    return _in_full(user, pk)


@router.post("/risk-points/{int:pk}/review", response=shapes.PointDetail)
def review(request: HttpRequest, pk: int, body: shapes.PointStepIn) -> dict[str, Any]:
    """Agree with the point as written."""
    user, point, now = _asked(request, pk)
    services.review_point(point, by=user, now=now, note=body.note, version=body.version)
    return _in_full(user, pk)


@router.post("/risk-points/{int:pk}/send_back", response=shapes.PointDetail)
def send_back(request: HttpRequest, pk: int, body: shapes.PointWhyIn) -> dict[str, Any]:
    """Do not agree."""
    user, point, now = _asked(request, pk)
    services.send_back_point(point, by=user, now=now, reason=body.reason, version=body.version)
    return _in_full(user, pk)


@router.post("/risk-points/{int:pk}/control", response=shapes.PointDetail)
def control(request: HttpRequest, pk: int, body: shapes.PointStepIn) -> dict[str, Any]:
    """The controls are in place; refused while scheme or expert review lack."""
    user, point, now = _asked(request, pk)
    services.control_point(point, by=user, now=now, note=body.note, version=body.version)
    return _in_full(user, pk)


@router.post("/risk-points/{int:pk}/reassess", response=shapes.PointDetail)
def reassess(request: HttpRequest, pk: int, body: shapes.PointReassessIn) -> dict[str, Any]:
    """Look again; a lower colour waits for a second person."""
    user, point, now = _asked(request, pk)
    services.reassess_point(point, by=user, now=now, **body.dict())
    return _in_full(user, pk)


@router.post("/risk-points/{int:pk}/scheme", response=shapes.PointDetail)
def scheme(request: HttpRequest, pk: int, body: shapes.PointSchemeIn) -> dict[str, Any]:
    """Record the special scheme and the experts' review."""
    user, point, now = _asked(request, pk)
    services.record_scheme(point, by=user, now=now, **body.dict())
    return _in_full(user, pk)


@router.post("/risk-points/{int:pk}/close", response=shapes.PointDetail)
def close(request: HttpRequest, pk: int, body: shapes.PointWhyIn) -> dict[str, Any]:
    """The work is over."""
    user, point, now = _asked(request, pk)
    services.close_point(point, by=user, now=now, reason=body.reason, version=body.version)
    return _in_full(user, pk)


@router.post("/risk-points/{int:pk}/void", response=shapes.PointDetail)
def void(request: HttpRequest, pk: int, body: shapes.PointWhyIn) -> dict[str, Any]:
    """Written by mistake; the row stays."""
    user, point, now = _asked(request, pk)
    services.void_point(point, by=user, now=now, reason=body.reason, version=body.version)
    return _in_full(user, pk)


@router.post("/risk-points/{int:pk}/check", response={201: shapes.PatrolCheckOut})
def check(
    request: HttpRequest, pk: int, body: Form[shapes.PatrolCheckIn], photos: list[UploadedFile] = FILES
) -> Status[dict[str, Any]]:
    """Check a point on site, as multipart form with ``photos``; ``token``: what its QR code says, if it was scanned."""
    user, point, now = _asked(request, pk)
    made = services.check_point(
        point,
        by=user,
        now=now,
        files=photos,
        scanned=bool(body.token) and body.token == point.token,
        **body.dict(exclude={"token"}),
    )
    return Status(201, _check(made))


def _check(made: PatrolCheck) -> dict[str, Any]:
    return {
        "id": made.pk,
        "point": made.point_id,
        "round": made.round_id,
        "all_right": made.all_right,
        "scanned": made.scanned,
        "hazard": made.hazard_id,
        "at": made.at,
    }


def _plan(plan: PatrolPlan) -> dict[str, Any]:
    names = ("id", "name", "period_days", "due_hour", "next_on", "stopped_at")
    return {name: getattr(plan, name) for name in names} | {
        "project": plan.project.code,
        "patroller": str(plan.patroller),
        "points": list(plan.stops.values_list("point_id", flat=True)),
    }


@router.get("/patrol-plans", response=Page[shapes.PatrolPlanOut])
def list_plans(
    request: HttpRequest, project: str = "", cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """Patrol plans that the caller may see, newest first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "risk_points.read")
    rows = selectors.visible_plans(user)
    if project:
        rows = rows.filter(project__code=_clean(project, "project"))
    return page_of(rows, cursor=cursor, limit=limit, shape=_plan)


@router.post("/patrol-plans", response={201: shapes.PatrolPlanOut})
def plan_patrol(request: HttpRequest, body: shapes.PatrolPlanIn) -> Status[dict[str, Any]]:
    """Plan a patrol of a project."""
    user: Any = request.auth  # type: ignore[attr-defined]
    project = get_visible(user, _clean(body.project, "project"))
    found = {point.pk: point for point in selectors.visible_points(user).filter(pk__in=_ids(body.points))}
    plan = services.plan_patrol(
        project=project,
        points=[found[pk] for pk in body.points if pk in found],
        patroller=_person(body.patroller) if body.patroller else user,
        by=user,
        now=timezone.now(),
        **body.dict(exclude={"project", "points", "patroller"}),
    )
    return Status(201, _plan(plan))


def _ids(numbers: list[int]) -> list[int]:
    return [number for number in numbers if 0 < number < 2**62]


@router.post("/patrol-plans/{int:pk}/stop", response=shapes.PatrolPlanOut)
def stop_patrol(request: HttpRequest, pk: int, body: shapes.PointWhyIn) -> dict[str, Any]:
    """End a plan."""
    user: Any = request.auth  # type: ignore[attr-defined]
    plan = selectors.get_visible_plan(user, pk)
    services.stop_patrol(plan, by=user, now=timezone.now(), reason=body.reason)
    return _plan(selectors.get_visible_plan(user, pk))


@router.get("/patrol-rounds", response=Page[shapes.PatrolRoundOut])
def list_rounds(
    request: HttpRequest, project: str = "", state: str = "", cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """Patrol rounds that the caller may see, newest first; ``state``: open, done, cancelled."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "risk_points.read")
    rows = selectors.visible_rounds(user)
    if project:
        rows = rows.filter(project__code=_clean(project, "project"))
    if state:
        rows = rows.filter(state=_clean(state, "state"))
    return page_of(rows, cursor=cursor, limit=limit, shape=_round)


def _round(round_: PatrolRound) -> dict[str, Any]:
    names = ("id", "state", "due_at", "missed_periods", "closed_at")
    return {name: getattr(round_, name) for name in names} | {
        "plan": round_.plan_id,
        "name": round_.plan.name,
        "project": round_.project.code,
        "patroller": str(round_.patroller),
    }
