"""Checklists over HTTP: the services decide, as behind the pages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Missing, Unacceptable
from lantu.lifecycle.checklists import schemas as shapes
from lantu.lifecycle.checklists import selectors, services
from lantu.lifecycle.checklists.api_month import router as month_router
from lantu.lifecycle.checklists.diffing import difference
from lantu.lifecycle.checklists.imports.services import apply_import, change_mapping, preview_import
from lantu.lifecycle.checklists.models import Checklist, ChecklistImport
from lantu.lifecycle.checklists.rows import ItemRow
from lantu.projects.selectors import get_visible

router = Router(tags=["清单与月度考核"])
router.add_router("", month_router)
READ = "lifecycle.checklists_read"
FILE = File(..., description="Word 或 Excel 文件，不超过 20 MB")
YEAR = Form(...)
PROJECT = Form(...)
MOST_BYTES = 20 * 1024 * 1024


def _user(request: HttpRequest) -> Any:
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, READ)
    return user


def _shown(checklist: Checklist) -> dict[str, Any]:
    names = ("id", "year", "version", "name", "state", "edited_no", "issued_at")
    return {name: getattr(checklist, name) for name in names} | {
        "project": checklist.project.code,
        "url": checklist.get_absolute_url(),
    }


def _in_full(reader: Any, pk: int) -> dict[str, Any]:
    checklist = selectors.get_checklist(reader, pk)
    rows = selectors.tree_of(checklist)
    codes = {row.item.pk: row.item.code for row in rows}
    plain = (
        "id", "code", "title", "is_group", "definition_of_done", "weight", "start_on", "due_on", "evidence_type", "source",
        "source_ref",
    )  # fmt: skip
    return _shown(checklist) | {
        "items": [
            {name: getattr(row.item, name) for name in plain}
            | {
                "parent": codes.get(row.item.parent_id or 0, ""),
                "owner": str(row.item.owner or ""),
                "unit": str(row.item.unit or ""),
                "verifier": str(row.item.verifier or ""),
                "months": [
                    {
                        "month": f"{cell.month:%Y-%m}",
                        "planned": cell.planned,
                        "actual": cell.actual,
                        "state": cell.fact.state if cell.fact else "",
                    }
                    for cell in row.cells
                ],
            }
            for row in rows
        ]
    }


def _person(username: str, people: dict[str, User], field: str) -> User | None:
    if not username:
        return None
    if username not in people:
        raise Unacceptable(
            "checklists.unknown_person", _("没有账号“%(name)s”。") % {"name": username[:40]}, field=field
        )
    return people[username]


def _rows(items: list[shapes.ChecklistItemIn]) -> list[ItemRow]:
    names = {name for one in items for name in (one.owner, one.verifier) if name and "\x00" not in name}
    people = {
        person.username: person
        for person in User.objects.select_related("organisation").filter(username__in=names, is_active=True)
    }
    return [_row(one, people, number) for number, one in enumerate(items, start=1)]


def _row(one: shapes.ChecklistItemIn, people: dict[str, User], number: int) -> ItemRow:
    targets: dict[date, tuple[float, float]] = {}
    for month, pct in one.targets.items():
        try:
            targets[date.fromisoformat(f"{month}-01")] = (pct, round(one.budget_yuan * pct / 100, 2))
        except ValueError:
            raise Unacceptable(
                "checklists.month",
                _("“%(month)s”不是月份。") % {"month": month[:20]},
                remedy=_("请写成 2026-05。"),
                field="targets",
            ) from None
    plain = one.dict(exclude={"owner", "verifier", "weight", "budget_yuan", "targets"})
    for name, value in plain.items():
        if isinstance(value, str) and "\x00" in value:
            raise Unacceptable("checklists.bad_text", _("文字里有不能识别的字符。"), field=name)
    return ItemRow(
        **plain,
        place=f"items[{number - 1}]",
        owner=_person(one.owner, people, "owner"),
        verifier=_person(one.verifier, people, "verifier"),
        weight=Decimal(str(one.weight)),
        budget_yuan=Decimal(str(one.budget_yuan)),
        targets=targets,
    )


@router.get("/checklists", response=Page[shapes.ChecklistOut])
def list_checklists(request: HttpRequest, wanted: Query[shapes.ChecklistQuery]) -> dict[str, Any]:
    """Checklists of the caller's projects, newest first."""
    rows = selectors.visible_checklists(_user(request))
    if wanted.project:
        rows = rows.filter(project__code=wanted.project.replace("\x00", ""))
    if wanted.year is not None and 0 < wanted.year < 32_000:
        rows = rows.filter(year=wanted.year)
    if wanted.state:
        rows = rows.filter(state=wanted.state.replace("\x00", ""))
    return page_of(rows, cursor=wanted.cursor, limit=wanted.limit, order="-id", shape=_shown)


@router.post("/checklists", response={201: shapes.ChecklistDetail})
def create_checklist(request: HttpRequest, body: shapes.ChecklistIn) -> Status[dict[str, Any]]:
    """A draft with its items. Every row that does not fit is named by its place."""
    user = _user(request)
    made = services.create_checklist(
        project=get_visible(user, body.project.replace("\x00", "")), year=body.year, name=body.name,
        rows=_rows(body.items), by=user, now=timezone.now(),
    )  # fmt: skip
    return Status(201, _in_full(user, made.pk))


@router.get("/checklists/{int:pk}", response=shapes.ChecklistDetail)
def get_checklist(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One version with its tree and twelve months."""
    return _in_full(_user(request), pk)


@router.put("/checklists/{int:pk}/items", response=shapes.ChecklistDetail)
def put_items(request: HttpRequest, pk: int, body: shapes.ChecklistItemsIn) -> dict[str, Any]:
    """Replace the items of a draft."""
    user = _user(request)
    services.put_items(
        selectors.get_checklist(user, pk),
        rows=_rows(body.items),
        by=user,
        now=timezone.now(),
        edited_no=body.edited_no,
    )
    return _in_full(user, pk)


@router.post("/checklists/{int:pk}/act", response=shapes.ChecklistDetail)
def act(request: HttpRequest, pk: int, body: shapes.ChecklistActIn) -> dict[str, Any]:
    """Submit, sign, object, send back, issue, ask for an adjustment (answers with the new version), withdraw."""
    user, now = _user(request), timezone.now()
    checklist = selectors.get_checklist(user, pk)
    match body.verb:
        case "submit":
            services.submit_checklist(checklist, by=user, now=now, edited_no=body.edited_no)
        case "sign" | "object":
            services.sign_checklist(checklist, by=user, now=now, agreed=body.verb == "sign", note=body.reason)
        case "send_back":
            services.send_back_checklist(checklist, by=user, now=now, reason=body.reason)
        case "issue":
            services.issue_checklist(checklist, by=user, now=now, edited_no=body.edited_no)
        case "adjust":
            return _in_full(user, services.ask_adjustment(checklist, by=user, now=now, reason=body.reason).pk)
        case "withdraw":
            services.withdraw_checklist(checklist, by=user, now=now, reason=body.reason)
        case _:
            raise Missing("checklists.unknown_verb", _("没有这个操作。"))
    return _in_full(user, pk)


@router.get("/checklists/{int:pk}/difference", response=list[shapes.ChecklistDifferenceOut])
def get_difference(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """What this version changes against the one that it replaces; a first version changes nothing."""
    checklist = selectors.get_checklist(_user(request), pk)
    if checklist.replaces is None:
        return []
    return [
        vars(row) | {"fields": [list(one) for one in row.fields]}
        for row in difference(checklist.replaces, checklist)
    ]


def _import(run: ChecklistImport) -> dict[str, Any]:
    names = ("id", "state", "file_name", "headings", "mapping", "remembered", "errors")
    return {name: getattr(run, name) for name in names} | {
        "rows": len(run.rows),
        "checklist": run.checklist_id,
    }


@router.post("/checklists/imports", response={201: shapes.ChecklistImportOut})
def preview(
    request: HttpRequest, project: str = PROJECT, year: int = YEAR, file: UploadedFile = FILE
) -> Status[dict[str, Any]]:
    """Preview a Word or Excel table; nothing is changed."""
    user = _user(request)
    if (file.size or 0) > MOST_BYTES:
        raise Unacceptable("checklists.file_large", _("文件超过 20 MB。"), field="file")
    run = preview_import(
        project=get_visible(user, project.replace("\x00", "")), year=year, content=file.read(), name=file.name or "",
        by=user, now=timezone.now(),
    )  # fmt: skip
    return Status(201, _import(run))


@router.get("/checklists/imports/{int:pk}", response=shapes.ChecklistImportOut)
def get_import(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One preview with what does not fit."""
    return _import(selectors.get_import(_user(request), pk))


@router.post("/checklists/imports/{int:pk}/mapping", response=shapes.ChecklistImportOut)
def set_mapping(request: HttpRequest, pk: int, body: shapes.ChecklistMappingIn) -> dict[str, Any]:
    """Say anew what the columns mean."""
    user = _user(request)
    return _import(change_mapping(selectors.get_import(user, pk), mapping=body.mapping, by=user))


@router.post("/checklists/imports/{int:pk}/apply", response=shapes.ChecklistDetail)
def apply(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Take the preview over into a draft; the mapping is remembered for the caller's unit."""
    user = _user(request)
    return _in_full(user, apply_import(selectors.get_import(user, pk), by=user, now=timezone.now()).pk)
