"""The verbs beside the ordinary path over HTTP: plans, stops, listings, disputes, more time, look-backs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Router
from ninja.files import UploadedFile

from lantu.accounts.permissions import require
from lantu.core.moments import in_utc
from lantu.core.paging import Page, page_of
from lantu.hazards import schemas as shapes
from lantu.hazards import services
from lantu.hazards.doing_beside import addressee
from lantu.hazards.grave.judging import major_clauses
from lantu.hazards.lookbacks.selectors import get_visible_look_back, visible_look_backs
from lantu.hazards.models import LookBack
from lantu.hazards.outward import asked, in_full
from lantu.hazards.services.plan import ITEMS

router = Router(tags=["隐患"])
FILES = File(default=[], description="照片或文件，最多 9 个")


@router.get("/hazard-major-clauses", response=list[shapes.MajorClauseOut])
def list_major_clauses(request: HttpRequest) -> list[Any]:
    """The clauses of the national list by which a hazard is judged a major one."""
    require(request.auth, "hazards.read")  # type: ignore[attr-defined]
    return list(major_clauses())


@router.post("/hazards/{int:pk}/submit_plan", response=shapes.HazardDetail)
def submit_plan(request: HttpRequest, pk: int, body: shapes.PlanIn) -> dict[str, Any]:
    """Hand in the plan of rectification 整改方案."""
    user, hazard, now = asked(request, pk)
    finish_at = None if body.finish_at is None else in_utc(body.finish_at)
    items = {name: getattr(body, name) for name in ITEMS}
    services.submit_plan(hazard, by=user, now=now, items=items, finish_at=finish_at, version=body.version)
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/approve_plan", response=shapes.HazardDetail)
def approve_plan(request: HttpRequest, pk: int, body: shapes.PlanApprovalIn) -> dict[str, Any]:
    """Approve the plan; for a major hazard with 五到位."""
    user, hazard, now = asked(request, pk)
    services.approve_plan(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/return_plan", response=shapes.HazardDetail)
def return_plan(request: HttpRequest, pk: int, body: shapes.ReasonIn) -> dict[str, Any]:
    """Send the plan back with a reason."""
    user, hazard, now = asked(request, pk)
    services.return_plan(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/regrade", response=shapes.HazardDetail)
def regrade(request: HttpRequest, pk: int, body: shapes.RegradeIn) -> dict[str, Any]:
    """Change the grade, or judge a red warning to be a major hazard."""
    user, hazard, now = asked(request, pk)
    services.regrade(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/order_stop", response=shapes.HazardDetail)
def order_stop(request: HttpRequest, pk: int, body: shapes.StopIn) -> dict[str, Any]:
    """Order that work stop 停工令."""
    user, hazard, now = asked(request, pk)
    services.order_stop(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/ask_resume", response=shapes.HazardDetail)
def ask_resume(
    request: HttpRequest, pk: int, body: Form[shapes.ResumeIn], photos: list[UploadedFile] = FILES
) -> dict[str, Any]:
    """Ask to resume work, as multipart form with ``photos``: at least one photo or document."""
    user, hazard, now = asked(request, pk)
    services.ask_resume(hazard, by=user, now=now, files=photos, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/order_resume", response=shapes.HazardDetail)
def order_resume(request: HttpRequest, pk: int, body: shapes.NoteIn) -> dict[str, Any]:
    """As the second person, let work go on 复工令."""
    user, hazard, now = asked(request, pk)
    services.order_resume(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/list_hazard", response=shapes.HazardDetail)
def list_hazard(request: HttpRequest, pk: int, body: shapes.ListIn) -> dict[str, Any]:
    """Put a major hazard under listed supervision 挂牌督办."""
    user, hazard, now = asked(request, pk)
    values = body.dict()
    values["until"] = None if body.until is None else in_utc(body.until)
    services.list_hazard(hazard, by=user, now=now, **values)
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/delist", response=shapes.HazardDetail)
def delist(request: HttpRequest, pk: int, body: shapes.DelistIn) -> dict[str, Any]:
    """Take it off the list after acceptance by the authority."""
    user, hazard, now = asked(request, pk)
    services.delist(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/dispute", response=shapes.HazardDetail)
def dispute(request: HttpRequest, pk: int, body: shapes.DisputeIn) -> dict[str, Any]:
    """Dispute the order. The deadline runs on."""
    user, hazard, now = asked(request, pk)
    services.dispute(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/decide_dispute", response=shapes.HazardDetail)
def decide_dispute(request: HttpRequest, pk: int, body: shapes.DisputeDecisionIn) -> dict[str, Any]:
    """Decide a dispute; the decision binds."""
    user, hazard, now = asked(request, pk)
    services.decide_dispute(hazard, by=user, now=now, **(body.dict() | {"to": addressee(hazard, body.to)}))
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/transfer", response=shapes.HazardDetail)
def transfer(request: HttpRequest, pk: int, body: shapes.TransferIn) -> dict[str, Any]:
    """Address the order to another party of the project."""
    user, hazard, now = asked(request, pk)
    services.transfer(hazard, by=user, now=now, **(body.dict() | {"to": addressee(hazard, body.to)}))
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/ask_extension", response=shapes.HazardDetail)
def ask_extension(request: HttpRequest, pk: int, body: shapes.ExtensionIn) -> dict[str, Any]:
    """Ask for a later deadline, before the deadline."""
    user, hazard, now = asked(request, pk)
    values = body.dict() | {"wanted_due_at": in_utc(body.wanted_due_at)}
    services.ask_extension(hazard, by=user, now=now, **values)
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/consent_extension", response=shapes.HazardDetail)
def consent_extension(request: HttpRequest, pk: int, body: shapes.ReasonIn) -> dict[str, Any]:
    """As the inspector, agree that a red hazard may have more time."""
    user, hazard, now = asked(request, pk)
    services.consent_extension(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/grant_extension", response=shapes.HazardDetail)
def grant_extension(request: HttpRequest, pk: int, body: shapes.ReasonIn) -> dict[str, Any]:
    """Grant the later deadline; the rates go on measuring against the original one."""
    user, hazard, now = asked(request, pk)
    services.decide_extension(hazard, by=user, now=now, granted=True, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/refuse_extension", response=shapes.HazardDetail)
def refuse_extension(request: HttpRequest, pk: int, body: shapes.ReasonIn) -> dict[str, Any]:
    """Do not grant the later deadline."""
    user, hazard, now = asked(request, pk)
    services.decide_extension(hazard, by=user, now=now, granted=False, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/reopen", response=shapes.HazardDetail)
def reopen(request: HttpRequest, pk: int, body: shapes.ReasonIn) -> dict[str, Any]:
    """Open a closed hazard again: the same number."""
    user, hazard, now = asked(request, pk)
    services.reopen(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


def _look_back(row: LookBack) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in _PLAIN}
    return plain | {
        "hazard": row.hazard_id,
        "title": row.hazard.title,
        "project": row.hazard.project.code,
        "done_by": str(row.done_by) if row.done_by else None,
    }


_PLAIN = ("id", "window_days", "why", "opened_at", "due_at", "done_at", "passed", "note")


@router.get("/look-backs", response=Page[shapes.LookBackOut])
def list_look_backs(
    request: HttpRequest, open_only: bool = False, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """Look-backs of closed hazards that the caller may see, newest first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "hazards.read")
    rows = visible_look_backs(user)
    if open_only:
        rows = rows.filter(done_at=None)
    return page_of(rows, cursor=cursor, limit=limit, order="-id", shape=_look_back)


@router.post("/look-backs/{int:pk}/done", response=shapes.LookBackOut)
def do_look_back(
    request: HttpRequest, pk: int, body: Form[shapes.LookBackIn], photos: list[UploadedFile] = FILES
) -> dict[str, Any]:
    """Write what was found at the look-back; a failure opens the hazard again."""
    user: Any = request.auth  # type: ignore[attr-defined]
    row = get_visible_look_back(user, pk)
    services.do_look_back(row, by=user, now=timezone.now(), files=photos, **body.dict())
    return _look_back(get_visible_look_back(user, pk))
