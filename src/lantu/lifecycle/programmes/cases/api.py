"""Templates of finished projects over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Unacceptable
from lantu.lifecycle.programmes import schemas as shapes
from lantu.lifecycle.programmes.cases import selectors, services
from lantu.lifecycle.programmes.cases.models import CaseTemplate
from lantu.lifecycle.programmes.cases.states import CaseState
from lantu.projects.selectors import get_visible

router = Router()
_PLAIN = ("id", "name", "summary", "sector", "version", "state", "sha256", "edited_no")


def shown(template: CaseTemplate) -> dict[str, Any]:
    """A template as lists show it."""
    return {name: getattr(template, name) for name in _PLAIN} | {
        "parts": sorted(template.parts),
        "url": template.get_absolute_url(),
    }


def _in_full(reader: Any, pk: int) -> dict[str, Any]:
    template = selectors.get_visible_template(reader, pk)
    return shown(template) | {"content": template.parts, "removed": template.removed}


def _clean(text: str, field: str) -> str:
    if "\x00" in text:
        raise Unacceptable("cases.bad_text", _("文字里有不能识别的字符。"), field=field)
    return text


def _asked(request: HttpRequest, pk: int) -> tuple[Any, CaseTemplate, datetime]:
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "lifecycle.cases_read")
    return user, selectors.get_visible_template(user, pk), timezone.now()


@router.get("/cases", response=Page[shapes.CaseOut], summary="经验模板")
def list_cases(request: HttpRequest, wanted: Query[shapes.PageQuery]) -> dict[str, Any]:
    """Templates that the caller may see, newest first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "lifecycle.cases_read")
    rows = selectors.visible_templates(user)
    if wanted.state in CaseState.values:
        rows = rows.filter(state=wanted.state)
    return page_of(rows, cursor=wanted.cursor, limit=wanted.limit, order="-id", shape=shown)


@router.post("/cases", response={201: shapes.CaseDetail}, summary="提取经验模板")
def take(request: HttpRequest, body: shapes.CaseIn) -> Status[dict[str, Any]]:
    """Make a template of a finished project; names, numbers and amounts are taken out."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "lifecycle.cases_make")
    approver = User.objects.filter(username=_clean(body.approver, "approver"), is_active=True).first()
    if approver is None:
        raise Unacceptable("cases.unknown_person", _("没有这个账号。"), field="approver")
    older = body.replaces if body.replaces is not None and 0 < body.replaces < 2**62 else None
    made = services.take_template(
        get_visible(user, _clean(body.project, "project")),
        name=_clean(body.name, "name"),
        summary=_clean(body.summary, "summary"),
        approver=approver,
        only=body.parts,
        replaces=selectors.get_visible_template(user, older) if older else None,
        by=user,
        now=timezone.now(),
    )
    return Status(201, _in_full(user, made.pk))


@router.get("/cases/{int:pk}", response=shapes.CaseDetail, summary="经验模板内容")
def get_case(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One template with its content."""
    user, template, _now = _asked(request, pk)
    return _in_full(user, template.pk)


@router.post("/cases/{int:pk}/submit", response=shapes.CaseDetail, summary="提请批准经验模板")
def submit(request: HttpRequest, pk: int, body: shapes.StepIn) -> dict[str, Any]:
    """Ask the second person."""
    user, template, now = _asked(request, pk)
    services.submit_template(template, by=user, now=now, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.post("/cases/{int:pk}/approve", response=shapes.CaseDetail, summary="批准经验模板")
def approve(request: HttpRequest, pk: int, body: shapes.StepIn) -> dict[str, Any]:
    """Let it be used; the version before it is superseded."""
    user, template, now = _asked(request, pk)
    services.approve_template(template, by=user, now=now, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.post("/cases/{int:pk}/send-back", response=shapes.CaseDetail, summary="退回经验模板")
def send_back(request: HttpRequest, pk: int, body: shapes.WhyIn) -> dict[str, Any]:
    """Back to whoever made it."""
    user, template, now = _asked(request, pk)
    services.send_back_template(template, by=user, now=now, reason=body.reason, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.post("/cases/{int:pk}/void", response=shapes.CaseDetail, summary="取消经验模板")
def void(request: HttpRequest, pk: int, body: shapes.WhyIn) -> dict[str, Any]:
    """Give it up; where it was used nothing changes."""
    user, template, now = _asked(request, pk)
    services.void_template(template, by=user, now=now, reason=body.reason, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.post("/cases/{int:pk}/preview", response=shapes.CasePreviewOut, summary="预览套用")
def preview(request: HttpRequest, pk: int, body: shapes.CaseUseIn) -> dict[str, Any]:
    """What would be made for a project from a day on. Nothing is written; hand ``sha256`` back with the confirmation."""
    user, template, now = _asked(request, pk)
    found = services.foresee_use(
        template,
        project=get_visible(user, _clean(body.project, "project")),
        starts_on=body.starts_on,
        by=user,
        now=now,
    )
    return {
        "sha256": found.sha256,
        "ready": found.ready,
        "parts": [
            {"key": part.key, "label": part.label, "makes": part.makes, "problem": part.problem}
            | {"lines": [asdict(line) for line in part.lines]}
            for part in found.parts
        ],
    }


@router.post("/cases/{int:pk}/use", response={201: shapes.CaseUseOut}, summary="套用经验模板")
def use(request: HttpRequest, pk: int, body: shapes.CaseConfirmIn) -> Status[dict[str, Any]]:
    """Make exactly what was previewed."""
    user, template, now = _asked(request, pk)
    project = get_visible(user, _clean(body.project, "project"))
    made = services.use_template(
        template,
        project=project,
        starts_on=body.starts_on,
        wanted=body.parts,
        preview_sha256=body.preview_sha256,
        by=user,
        now=now,
    )
    return Status(
        201,
        {
            "id": made.pk,
            "template": template.pk,
            "project": project.code,
            "starts_on": made.starts_on,
            "made": made.made,
        },
    )
