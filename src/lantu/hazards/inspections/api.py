"""Inspections over HTTP: the services decide, as behind the pages."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Unacceptable
from lantu.hazards.inspections import schemas as shapes
from lantu.hazards.inspections import selectors, services
from lantu.hazards.inspections.models import Draw, Inspection
from lantu.hazards.inspections.scoring import score
from lantu.hazards.inspections.services.drawing import redraw
from lantu.projects.selectors import UNDER_CONSTRUCTION, get_visible, visible_projects

router = Router(tags=["检查"])
FILES = File(default=[], description="照片，最多 9 个")
_PLAIN = (
    "id", "kind", "title", "place", "tables", "planned_on", "state", "total", "result", "finished_at", "closed_at",
    "version",
)  # fmt: skip
_ENTRY = (
    "id", "table", "item", "name", "full", "main", "applies", "deducted", "points", "conforming", "grave", "finding",
    "grade", "place", "pin", "remedied",
)  # fmt: skip


def shown(inspection: Inspection) -> dict[str, Any]:
    """An inspection as lists show it."""
    return {name: getattr(inspection, name) for name in _PLAIN} | {
        "project": inspection.project.code,
        "inspector": str(inspection.inspector),
        "second": str(inspection.second),
        "draw": inspection.draw_id,
        "url": inspection.get_absolute_url(),
    }


def _in_full(reader: Any, pk: int) -> dict[str, Any]:
    inspection = selectors.get_visible_inspection(reader, pk)
    entries = list(inspection.entries.all())
    frozen = {key: value for key, value in inspection.sheet.items() if key != "entries"}
    return shown(inspection) | {
        "entries": [
            {name: getattr(entry, name) for name in _ENTRY}
            | {"checked": entry.checked_at is not None, "hazard": entry.hazard_id}
            for entry in entries
        ],
        "score": frozen or (asdict(score(inspection, entries)) if entries else {}),
        "sheet_hash": inspection.sheet_hash,
        "pack_version": inspection.pack_version,
    }


def _asked(request: HttpRequest, pk: int) -> tuple[Any, Inspection, datetime]:
    user: Any = request.auth  # type: ignore[attr-defined]
    return user, selectors.get_visible_inspection(user, pk), timezone.now()


def _clean(text: str, field: str) -> str:
    if "\x00" in text:
        raise Unacceptable("inspections.bad_text", _("文字里有不能识别的字符。"), field=field)
    return text


def _person(username: str, field: str) -> User:
    found = User.objects.filter(username=_clean(username, field), is_active=True).first()
    if found is None:
        raise Unacceptable("inspections.unknown_person", _("没有这个账号。"), field=field)
    return found


@router.get("/inspections", response=Page[shapes.InspectionOut])
def list_inspections(request: HttpRequest, wanted: Query[shapes.InspectionQuery]) -> dict[str, Any]:
    """Inspections that the caller may see, newest first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "inspections.read")
    chosen = selectors.InspectionFilter(
        words=_clean(wanted.q, "q")[:60],
        kind=wanted.kind,
        state=wanted.state,
        result=wanted.result,
        project=_clean(wanted.project, "project"),
        draw=wanted.draw if wanted.draw is not None and 0 < wanted.draw < 2**62 else None,
        named_set=wanted.set,
    )
    rows = selectors.filtered_inspections(user, chosen)
    return page_of(rows, cursor=wanted.cursor, limit=wanted.limit, order="-id", shape=shown)


@router.post("/inspections", response={201: shapes.InspectionDetail})
def plan_inspection(request: HttpRequest, body: shapes.InspectionIn) -> Status[dict[str, Any]]:
    """Plan one visit."""
    user: Any = request.auth  # type: ignore[attr-defined]
    made = services.plan_inspection(
        project=get_visible(user, _clean(body.project, "project")),
        inspector=_person(body.inspector, "inspector"),
        second=_person(body.second, "second"),
        by=user,
        now=timezone.now(),
        **body.dict(exclude={"project", "inspector", "second"}),
    )
    return Status(201, _in_full(user, made.pk))


@router.post("/inspection-draws", response={201: shapes.DrawOut})
def draw_inspections(request: HttpRequest, body: shapes.DrawIn) -> Status[dict[str, Any]]:
    """双随机: draw projects and inspectors by lot; the seed and all peers are stored."""
    user: Any = request.auth  # type: ignore[attr-defined]
    projects = visible_projects(user).filter(UNDER_CONSTRUCTION)
    if body.projects:
        projects = projects.filter(code__in=[_clean(code, "projects") for code in body.projects])
    made = services.draw_inspections(
        kind=body.kind,
        tables=body.tables,
        projects=list(projects),
        inspectors=[_person(name, "inspectors") for name in body.inspectors],
        count=body.count,
        planned_on=body.planned_on,
        by=user,
        now=timezone.now(),
    )
    return Status(201, _drawn(made))


def _drawn(made: Draw) -> dict[str, Any]:
    names = (
        "id", "seed", "made_at", "kind", "projects", "inspectors", "drawn_projects", "drawn_inspectors",
    )  # fmt: skip
    return {name: getattr(made, name) for name in names} | {
        "made_by": str(made.made_by),
        "repeats": redraw(made),
        "inspections": list(made.inspections.values_list("pk", flat=True)),
    }


@router.get("/inspection-draws/{int:pk}", response=shapes.DrawOut)
def get_draw(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One draw with its seed and everybody who could have been drawn."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "inspections.read")
    return _drawn(selectors.get_visible_draw(user, pk))


@router.get("/inspections/{int:pk}", response=shapes.InspectionDetail)
def get_inspection(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One inspection with its sheet and score."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "inspections.read")
    return _in_full(user, pk)


@router.post("/inspections/{int:pk}/start", response=shapes.InspectionDetail)
def start(request: HttpRequest, pk: int, body: shapes.InspectionStepIn) -> dict[str, Any]:
    """Begin: the items of the chosen tables are copied from the pack."""
    user, inspection, now = _asked(request, pk)
    services.start_inspection(inspection, by=user, now=now, version=body.version)
    return _in_full(user, pk)


@router.post("/inspections/{int:pk}/tables/{table}", response=shapes.InspectionDetail)
def fill_table(request: HttpRequest, pk: int, table: str, body: shapes.InspectionTableIn) -> dict[str, Any]:
    """Write down items of one table."""
    user, inspection, now = _asked(request, pk)
    rows = {code: row.dict() for code, row in body.rows.items()}
    services.fill_table(
        inspection, table=_clean(table, "table"), rows=rows, by=user, now=now, version=body.version
    )
    return _in_full(user, pk)


@router.post("/inspections/{int:pk}/items/{int:entry}/photos", response=shapes.InspectionDetail)
def add_photos(
    request: HttpRequest, pk: int, entry: int, photos: list[UploadedFile] = FILES
) -> dict[str, Any]:
    """Add photos of one item."""
    user, inspection, now = _asked(request, pk)
    services.add_photos(inspection, selectors.entry_of(inspection, entry), files=photos, by=user, now=now)
    return _in_full(user, pk)


@router.post("/inspections/{int:pk}/finish", response=shapes.InspectionDetail)
def finish(request: HttpRequest, pk: int, body: shapes.InspectionStepIn) -> dict[str, Any]:
    """Score and freeze the sheet; findings become hazards."""
    user, inspection, now = _asked(request, pk)
    services.finish_inspection(inspection, by=user, now=now, version=body.version)
    return _in_full(user, pk)


@router.post("/inspections/{int:pk}/sign", response=shapes.InspectionDetail)
def sign(request: HttpRequest, pk: int, body: shapes.InspectionStepIn) -> dict[str, Any]:
    """The second person vouches for the frozen sheet."""
    user, inspection, now = _asked(request, pk)
    services.sign_inspection(inspection, by=user, now=now, note=body.note, version=body.version)
    return _in_full(user, pk)


@router.post("/inspections/{int:pk}/send_back", response=shapes.InspectionDetail)
def send_back(request: HttpRequest, pk: int, body: shapes.InspectionWhyIn) -> dict[str, Any]:
    """Do not sign: the sheet thaws and goes back."""
    user, inspection, now = _asked(request, pk)
    services.send_back_inspection(inspection, by=user, now=now, reason=body.reason, version=body.version)
    return _in_full(user, pk)


@router.post("/inspections/{int:pk}/void", response=shapes.InspectionDetail)
def void(request: HttpRequest, pk: int, body: shapes.InspectionWhyIn) -> dict[str, Any]:
    """Call a planned visit off."""
    user, inspection, now = _asked(request, pk)
    services.void_inspection(inspection, by=user, now=now, reason=body.reason, version=body.version)
    return _in_full(user, pk)
