"""Reports over HTTP: bulletins, frozen copies with their differences, one-pagers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Unacceptable
from lantu.lifecycle.reports import schemas as shapes
from lantu.lifecycle.reports import selectors, services
from lantu.lifecycle.reports.building import bulletin_facts, one_pager_facts
from lantu.lifecycle.reports.differences import differences
from lantu.lifecycle.reports.models import Bulletin, ReportCopy
from lantu.projects.selectors import get_visible

router = Router(tags=["通报与报告"])


def shown(row: Bulletin) -> dict[str, Any]:
    """A bulletin as lists show it."""
    names = ("id", "month", "number", "state", "issued_at", "copy_id", "edited_no")
    return {name: getattr(row, name) for name in names} | {
        "prepared_by": str(row.prepared_by),
        "signer": str(row.signer),
        "sha256": row.copy.sha256 if row.copy else "",
        "url": row.get_absolute_url(),
    }


def _in_full(reader: Any, pk: int) -> dict[str, Any]:
    row = selectors.get_visible_bulletin(reader, pk)
    if row.copy is not None:
        facts = selectors.in_language(row.copy)
    else:
        facts = bulletin_facts(month=row.month, foreword=row.foreword, reader=reader, now=timezone.now())
    return shown(row) | {"foreword": row.foreword, "facts": facts}


def _copy(copy: ReportCopy) -> dict[str, Any]:
    names = ("id", "kind", "version", "as_of", "sha256")
    return {name: getattr(copy, name) for name in names} | {
        "facts": selectors.in_language(copy),
        "files": [reverse("lifecycle:reports_file", args=[copy.pk, form]) for form in ("docx", "pdf")],
    }


def _asked(request: HttpRequest, pk: int) -> tuple[Any, Bulletin, datetime]:
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "lifecycle.reports_read")
    return user, selectors.get_visible_bulletin(user, pk), timezone.now()


@router.get("/reports", response=Page[shapes.BulletinOut], summary="月度通报")
def list_bulletins(request: HttpRequest, wanted: Query[shapes.BulletinQuery]) -> dict[str, Any]:
    """Bulletins that the caller may see, newest first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "lifecycle.reports_read")
    rows = selectors.visible_bulletins(user)
    return page_of(rows, cursor=wanted.cursor, limit=wanted.limit, order="-id", shape=shown)


@router.post("/reports", response={201: shapes.BulletinDetail}, summary="编制通报")
def prepare(request: HttpRequest, body: shapes.BulletinIn) -> Status[dict[str, Any]]:
    """Begin the bulletin of a month that is over."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "lifecycle.reports_prepare")
    name = body.signer
    signer = None if "\x00" in name else User.objects.filter(username=name, is_active=True).first()
    if signer is None:
        raise Unacceptable("reports.unknown_person", _("没有这个账号。"), field="signer")
    made = services.prepare_bulletin(
        month=body.month, prepared_by=user, signer=signer, by=user, now=timezone.now()
    )
    return Status(201, _in_full(user, made.pk))


@router.get("/reports/{int:pk}", response=shapes.BulletinDetail, summary="通报内容")
def get_bulletin(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One bulletin with what it says."""
    user, row, _now = _asked(request, pk)
    return _in_full(user, row.pk)


@router.put("/reports/{int:pk}/foreword", response=shapes.BulletinDetail, summary="修改编者按")
def edit_foreword(request: HttpRequest, pk: int, body: shapes.ForewordIn) -> dict[str, Any]:
    """The words of the people: all else is computed."""
    user, row, now = _asked(request, pk)
    services.edit_foreword(row, text=body.foreword, edited_no=body.edited_no, by=user, now=now)
    return _in_full(user, pk)


@router.post("/reports/{int:pk}/submit", response=shapes.BulletinDetail, summary="通报送签")
def submit(request: HttpRequest, pk: int, body: shapes.BulletinStepIn) -> dict[str, Any]:
    """Freeze and ask for the signature."""
    user, row, now = _asked(request, pk)
    services.submit_bulletin(row, by=user, now=now, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.post("/reports/{int:pk}/issue", response=shapes.BulletinDetail, summary="签发通报")
def issue(request: HttpRequest, pk: int, body: shapes.BulletinIssueIn) -> dict[str, Any]:
    """A second person signs the frozen copy with this hash."""
    user, row, now = _asked(request, pk)
    services.issue_bulletin(row, by=user, now=now, sha256=body.sha256, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.post("/reports/{int:pk}/send-back", response=shapes.BulletinDetail, summary="退回通报")
def send_back(request: HttpRequest, pk: int, body: shapes.BulletinWhyIn) -> dict[str, Any]:
    """Do not sign."""
    user, row, now = _asked(request, pk)
    services.send_back_bulletin(row, by=user, now=now, reason=body.reason, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.post("/reports/{int:pk}/void", response=shapes.BulletinDetail, summary="取消通报")
def void(request: HttpRequest, pk: int, body: shapes.BulletinWhyIn) -> dict[str, Any]:
    """Give a draft up."""
    user, row, now = _asked(request, pk)
    services.void_bulletin(row, by=user, now=now, reason=body.reason, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.get("/reports/copies/{int:pk}", response=shapes.CopyOut, summary="报告存档")
def get_copy(request: HttpRequest, pk: int) -> dict[str, Any]:
    """A frozen copy and the addresses of its files."""
    user: Any = request.auth  # type: ignore[attr-defined]
    return _copy(selectors.get_visible_copy(user, pk))


@router.get(
    "/reports/copies/{int:pk}/differences", response=list[shapes.DifferenceOut], summary="存档与现在的不同"
)
def get_differences(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """What would read differently if the report were made now."""
    user: Any = request.auth  # type: ignore[attr-defined]
    copy = selectors.get_visible_copy(user, pk)
    now = timezone.now()
    fresh = selectors.made_now(copy, user, now=now)
    return [asdict(row) for row in differences(selectors.in_language(copy), fresh)]


@router.get("/reports/projects/{code}", response=shapes.ReportOut, summary="项目一页纸")
def get_one_pager(request: HttpRequest, code: str) -> dict[str, Any]:
    """The one-pager as it reads now."""
    user: Any = request.auth  # type: ignore[attr-defined]
    project = get_visible(user, code.replace("\x00", ""))
    require(user, "lifecycle.reports_one_pager", project)
    return {"facts": one_pager_facts(project=project, reader=user, now=timezone.now())}


@router.post("/reports/projects/{code}", response={201: shapes.CopyOut}, summary="存档项目一页纸")
def keep_one_pager(request: HttpRequest, code: str) -> Status[dict[str, Any]]:
    """Keep it as it reads now."""
    user: Any = request.auth  # type: ignore[attr-defined]
    project = get_visible(user, code.replace("\x00", ""))
    return Status(201, _copy(services.keep_one_pager(project, by=user, now=timezone.now())))
