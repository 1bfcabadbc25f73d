"""The verbs beside the ordinary path over HTTP: plans, stops, listings, disputes, more time, look-backs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from lantu.accounts.permissions import require
from lantu.core.moments import in_utc
from lantu.core.paging import Page, page_of
from lantu.hazards import schemas as shapes
from lantu.hazards import schemas_beside as beside
from lantu.hazards import services
from lantu.hazards.api_shown import asked, in_full
from lantu.hazards.breakdown import Share, false_by_rule, rate_rows
from lantu.hazards.doing_beside import addressee
from lantu.hazards.grave.judging import major_clauses
from lantu.hazards.lookbacks.selectors import get_visible_look_back, visible_look_backs
from lantu.hazards.models import Document, LookBack
from lantu.hazards.repeats import offenders
from lantu.hazards.services.plan import ITEMS

router = Router(tags=["隐患"])
FILES = File(default=[], description="照片或文件，最多 9 个")


@router.get("/hazard-major-clauses", response=list[beside.MajorClauseOut])
def list_major_clauses(request: HttpRequest) -> list[Any]:
    """The clauses of the national list by which a hazard is judged a major one."""
    require(request.auth, "hazards.read")  # type: ignore[attr-defined]
    return list(major_clauses())


@router.post("/hazards/{int:pk}/submit_plan", response=shapes.HazardDetail)
def submit_plan(request: HttpRequest, pk: int, body: beside.PlanIn) -> dict[str, Any]:
    """Hand in the plan of rectification 整改方案."""
    user, hazard, now = asked(request, pk)
    finish_at = None if body.finish_at is None else in_utc(body.finish_at)
    items = {name: getattr(body, name) for name in ITEMS}
    services.submit_plan(hazard, by=user, now=now, items=items, finish_at=finish_at, version=body.version)
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/approve_plan", response=shapes.HazardDetail)
def approve_plan(request: HttpRequest, pk: int, body: beside.PlanApprovalIn) -> dict[str, Any]:
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
def regrade(request: HttpRequest, pk: int, body: beside.RegradeIn) -> dict[str, Any]:
    """Change the grade, or judge a red warning to be a major hazard."""
    user, hazard, now = asked(request, pk)
    services.regrade(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/order_stop", response=shapes.HazardDetail)
def order_stop(request: HttpRequest, pk: int, body: beside.StopIn) -> dict[str, Any]:
    """Order that work stop 停工令."""
    user, hazard, now = asked(request, pk)
    services.order_stop(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/ask_resume", response=shapes.HazardDetail)
def ask_resume(
    request: HttpRequest, pk: int, body: Form[beside.ResumeIn], photos: list[UploadedFile] = FILES
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
def list_hazard(request: HttpRequest, pk: int, body: beside.ListIn) -> dict[str, Any]:
    """Put a major hazard under listed supervision 挂牌督办."""
    user, hazard, now = asked(request, pk)
    values = body.dict()
    values["until"] = None if body.until is None else in_utc(body.until)
    services.list_hazard(hazard, by=user, now=now, **values)
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/delist", response=shapes.HazardDetail)
def delist(request: HttpRequest, pk: int, body: beside.DelistIn) -> dict[str, Any]:
    """Take it off the list after acceptance by the authority."""
    user, hazard, now = asked(request, pk)
    services.delist(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/dispute", response=shapes.HazardDetail)
def dispute(request: HttpRequest, pk: int, body: beside.DisputeIn) -> dict[str, Any]:
    """Dispute the order. The deadline runs on."""
    user, hazard, now = asked(request, pk)
    services.dispute(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/decide_dispute", response=shapes.HazardDetail)
def decide_dispute(request: HttpRequest, pk: int, body: beside.DisputeDecisionIn) -> dict[str, Any]:
    """Decide a dispute; the decision binds."""
    user, hazard, now = asked(request, pk)
    services.decide_dispute(hazard, by=user, now=now, **(body.dict() | {"to": addressee(hazard, body.to)}))
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/transfer", response=shapes.HazardDetail)
def transfer(request: HttpRequest, pk: int, body: beside.TransferIn) -> dict[str, Any]:
    """Address the order to another party of the project."""
    user, hazard, now = asked(request, pk)
    services.transfer(hazard, by=user, now=now, **(body.dict() | {"to": addressee(hazard, body.to)}))
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/ask_extension", response=shapes.HazardDetail)
def ask_extension(request: HttpRequest, pk: int, body: beside.ExtensionIn) -> dict[str, Any]:
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


@router.get("/look-backs", response=Page[beside.LookBackOut])
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


@router.post("/look-backs/{int:pk}/done", response=beside.LookBackOut)
def do_look_back(
    request: HttpRequest, pk: int, body: Form[beside.LookBackIn], photos: list[UploadedFile] = FILES
) -> dict[str, Any]:
    """Write what was found at the look-back; a failure opens the hazard again."""
    user: Any = request.auth  # type: ignore[attr-defined]
    row = get_visible_look_back(user, pk)
    services.do_look_back(row, by=user, now=timezone.now(), files=photos, **body.dict())
    return _look_back(get_visible_look_back(user, pk))


def _document(row: Document) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "title": str(row.get_kind_display()),
        "number": row.number,
        "version": row.version,
        "content_sha256": row.content_sha256,
        "made_at": row.made_at,
        "made_by": str(row.made_by),
        "word_url": row.word.get_absolute_url(),
        "pdf_url": row.pdf.get_absolute_url() if row.pdf else None,
        "fonts_missing": row.fonts.get("missing", {}),
        "facts": row.facts,
    }


@router.get("/hazards/{int:pk}/documents", response=list[beside.DocumentOut])
def list_documents(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """The papers made of a hazard, all versions, with what each says."""
    user, hazard, _now = asked(request, pk)
    require(user, "hazards.read")
    return [_document(row) for row in hazard.documents.select_related("made_by", "word", "pdf")]


@router.post("/hazards/{int:pk}/documents", response={201: beside.DocumentOut})
def make_document(request: HttpRequest, pk: int, body: beside.DocumentIn) -> Status[dict[str, Any]]:
    """Make a paper as Word and PDF; when it would say the same as the last version, that one is returned."""
    user, hazard, now = asked(request, pk)
    row = services.make_document(
        hazard, kind=body.kind, by=user, now=now, base_url=request.build_absolute_uri("/")
    )
    return Status(201, _document(row))


def _share(share: Share) -> dict[str, Any]:
    return {"part": share.part, "whole": share.whole, "pct": share.pct, "rows": share.rows}


@router.get("/hazard-rates", response=list[beside.RateOut])
def list_rates(request: HttpRequest, by: str = "grade") -> list[dict[str, Any]]:
    """The rate card by grade, county, contractor or month, with every numerator and denominator; the worst first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "hazards.read")
    return [
        {
            "key": row.key,
            "label": str(row.label),
            "on_time": _share(row.on_time),
            "closed": _share(row.closed),
            "first_pass": _share(row.first_pass),
            "reopened": _share(row.reopened),
            "independent": _share(row.independent),
            "open": row.open,
            "overdue": row.overdue,
            "median_hours": row.median_hours,
            "oldest_days": row.oldest_days,
            "rows": row.rows,
        }
        for row in rate_rows(user, by=by, now=timezone.now())
    ]


@router.get("/hazard-rates/rules", response=list[beside.RuleRateOut])
def list_rule_rates(request: HttpRequest) -> list[dict[str, Any]]:
    """False positives by rule and version, the worst first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "hazards.read")
    return [{"rule": row.label, "false": _share(row.false)} for row in false_by_rule(user)]


@router.get("/repeat-offenders", response=list[beside.OffenderOut])
def list_repeat_offenders(request: HttpRequest) -> list[dict[str, Any]]:
    """Contractors with the same kind of hazard again within 90 days, across sites, in the last year."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "hazards.read")
    return [
        {
            "unit": row.unit,
            "confirmed": row.confirmed,
            "repeats": row.repeats,
            "pct": row.pct,
            "sites": row.sites,
            "kinds": dict(row.kinds),
            "hazards": [hazard.pk for hazard in row.rows],
        }
        for row in offenders(user, now=timezone.now())
    ]
