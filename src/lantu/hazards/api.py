"""Hazards over HTTP: lists, one hazard, and one operation per verb. The services decide, as behind the pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from lantu.accounts.permissions import require
from lantu.core.moments import in_utc
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Unacceptable
from lantu.hazards import api_beside, selectors, services
from lantu.hazards import schemas as shapes
from lantu.hazards.api_shown import asked, in_full, shown
from lantu.hazards.inspections.api import router as inspections_router
from lantu.hazards.phone.api import router as phone_router
from lantu.hazards.risk_points.api import router as risk_points_router
from lantu.projects.selectors import get_visible

router = Router(tags=["隐患"])
router.add_router("", api_beside.router)
router.add_router("", risk_points_router)
router.add_router("", phone_router)
router.add_router("", inspections_router)
FILES = File(default=[], description="照片或文件，最多 9 个")


@router.get("/hazards", response=Page[shapes.HazardOut])
def list_hazards(request: HttpRequest, wanted: Query[shapes.HazardQuery]) -> dict[str, Any]:
    """Hazards that the caller may see, newest first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "hazards.read")
    for field in ("q", "project", "county", "rule"):
        _refuse_nul(getattr(wanted, field), field)
    rows = selectors.filtered_hazards(
        user,
        selectors.HazardFilter(
            words=wanted.q[:60],
            state=wanted.state,
            grade=wanted.grade,
            project=wanted.project,
            unit=wanted.unit,
            named_set=wanted.set,
            due=wanted.due,
            mine=wanted.mine,
            county=wanted.county[:12],
            month=wanted.month[:7],
            rule=wanted.rule[:120],
        ),
        now=timezone.now(),
    )
    return page_of(rows, cursor=wanted.cursor, limit=wanted.limit, order="-id", shape=shown)


def _refuse_nul(text: str, field: str) -> None:
    if "\x00" in text:
        raise Unacceptable(
            "hazards.bad_text", _("文字里有不能识别的字符。"), remedy=_("请去掉不可见字符。"), field=field
        )


@router.post("/hazards", response={201: shapes.HazardDetail})
def report_hazard(request: HttpRequest, body: shapes.HazardIn) -> Status[dict[str, Any]]:
    """Report a hazard; it waits to be confirmed. Photos: POST /hazards/{id}/photos."""
    user: Any = request.auth  # type: ignore[attr-defined]
    _refuse_nul(body.project, "project")
    values = body.dict(exclude={"project"})
    project = get_visible(user, body.project)
    hazard = services.report_hazard(project=project, by=user, now=timezone.now(), **values)
    return Status(201, in_full(user, hazard.pk))


@router.get("/hazards/{int:pk}", response=shapes.HazardDetail)
def get_hazard(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One hazard with its replies, evidence, and the verbs that the caller may use now."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "hazards.read")
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/photos", response=shapes.HazardDetail)
def add_photos(request: HttpRequest, pk: int, photos: list[UploadedFile] = FILES) -> dict[str, Any]:
    """Add photos of how the hazard was found, by the person who reported it and until the order is out."""
    user, hazard, now = asked(request, pk)
    services.add_photos(hazard, by=user, now=now, files=photos)
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/confirm", response=shapes.HazardDetail)
def confirm(request: HttpRequest, pk: int, body: shapes.ConfirmIn) -> dict[str, Any]:
    """Confirm and grade a reported hazard."""
    user, hazard, now = asked(request, pk)
    services.confirm(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/issue_order", response=shapes.HazardDetail)
def issue_order(request: HttpRequest, pk: int, body: shapes.OrderIn) -> dict[str, Any]:
    """Issue the rectification order 整改通知单."""
    user, hazard, now = asked(request, pk)
    values = body.dict()
    due_at = values.pop("due_at")
    if due_at is not None:
        due_at = in_utc(due_at)
    services.issue_order(hazard, by=user, now=now, due_at=due_at, **values)
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/accept_order", response=shapes.HazardDetail)
def accept_order(request: HttpRequest, pk: int, body: shapes.VersionIn) -> dict[str, Any]:
    """Accept the order 签收 for the rectifying unit."""
    user, hazard, now = asked(request, pk)
    services.accept_order(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/submit_reply", response=shapes.HazardDetail)
def submit_reply(
    request: HttpRequest, pk: int, body: Form[shapes.ReplyIn], photos: list[UploadedFile] = FILES
) -> dict[str, Any]:
    """Reply to the order 整改回复, as multipart form with ``photos``: at least one, or ``no_photo_reason``."""
    user, hazard, now = asked(request, pk)
    services.submit_reply(hazard, by=user, now=now, files=photos, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/supervisor_confirm", response=shapes.HazardDetail)
def supervisor_confirm(request: HttpRequest, pk: int, body: shapes.NoteIn) -> dict[str, Any]:
    """The supervising engineer confirms the latest reply."""
    user, hazard, now = asked(request, pk)
    services.supervisor_confirm(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/supervisor_return", response=shapes.HazardDetail)
def supervisor_return(request: HttpRequest, pk: int, body: shapes.ReasonIn) -> dict[str, Any]:
    """The supervising engineer returns the latest reply."""
    user, hazard, now = asked(request, pk)
    services.supervisor_return(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/recheck_close", response=shapes.HazardDetail)
def recheck_close(request: HttpRequest, pk: int, body: shapes.RecheckIn) -> dict[str, Any]:
    """The independent re-check passes: the hazard is closed 销号 and its warning with it."""
    user, hazard, now = asked(request, pk)
    services.recheck_close(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/recheck_return", response=shapes.HazardDetail)
def recheck_return(request: HttpRequest, pk: int, body: shapes.ReasonIn) -> dict[str, Any]:
    """The re-check fails: back to the rectifier."""
    user, hazard, now = asked(request, pk)
    services.recheck_return(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/mark_false_positive", response=shapes.HazardDetail)
def mark_false_positive(request: HttpRequest, pk: int, body: shapes.FalseIn) -> dict[str, Any]:
    """Claim a false positive, or, as the second person, agree to the claim."""
    user, hazard, now = asked(request, pk)
    services.mark_false_positive(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/decline_false_positive", response=shapes.HazardDetail)
def decline_false_positive(request: HttpRequest, pk: int, body: shapes.ReasonIn) -> dict[str, Any]:
    """As the second person, do not agree to the claim of a false positive."""
    user, hazard, now = asked(request, pk)
    services.decline_false_positive(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/merge", response=shapes.HazardDetail)
def merge(request: HttpRequest, pk: int, body: shapes.MergeIn) -> dict[str, Any]:
    """Merge into another open hazard of the same project, the one that stays: with an order, due or found first."""
    user, hazard, now = asked(request, pk)
    into = selectors.get_visible_hazard(user, body.into)
    services.merge(hazard, into=into, by=user, now=now, version=body.version)
    return in_full(user, pk)


@router.post("/hazards/{int:pk}/void", response=shapes.HazardDetail)
def void(request: HttpRequest, pk: int, body: shapes.ReasonIn) -> dict[str, Any]:
    """Take a hazard that was recorded by mistake out of the count; the row stays."""
    user, hazard, now = asked(request, pk)
    services.void(hazard, by=user, now=now, **body.dict())
    return in_full(user, pk)
