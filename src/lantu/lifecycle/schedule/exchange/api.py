"""Schedule files over HTTP: the services decide, as behind the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule.exchange.exporting import EXPORTS, export_file
from lantu.lifecycle.schedule.exchange.models import ScheduleImport
from lantu.lifecycle.schedule.exchange.selectors import get_exportable, get_visible_import, visible_imports
from lantu.lifecycle.schedule.exchange.services.apply_import import ask_to_apply
from lantu.lifecycle.schedule.exchange.services.check_import import choose_project
from lantu.lifecycle.schedule.exchange.services.start_import import start_import
from lantu.lifecycle.schedule.exchange.words import sentence
from lantu.projects.selectors import get_visible

router = Router(tags=["进度计划文件"])
FILE = File(description="XER、P6 XML、Project XML、MPP 或本平台的工作簿，最大 120 MB")


class ImportOut(Schema):
    """An import as lists show it. ``state``: checking, choosing, ready, rejected, applying, applied or failed."""

    id: int
    project: str
    file_name: str
    file_format: str
    state: str
    step: str
    rows_total: int
    rows_done: int
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    sha256: str
    schedule: int | None
    replaces: int | None


class ImportWhole(ImportOut):
    """With its mapping report, the difference to the mirror before, and why it was refused, if it was."""

    report: dict[str, Any]
    findings: list[str]
    difference: dict[str, Any]
    refusal: dict[str, Any]


class ImportForm(Schema):
    """``encoding``: "" decides by itself; ``unended``: the sending program writes no end mark."""

    project: str
    encoding: str = ""
    unended: bool = False


class ImportQuery(Schema):
    project: str = ""
    state: str = ""
    cursor: str | None = None
    limit: int = 50


class Choice(Schema):
    project_uid: str


class ExportQuery(Schema):
    kind: str = "mspdi"


def shown(run: ScheduleImport) -> dict[str, Any]:
    """An import as lists show it."""
    return {
        "id": run.pk,
        "project": run.project.code,
        "file_name": run.file_name,
        "file_format": run.file_format,
        "state": run.state,
        "step": run.step,
        "rows_total": run.rows_total,
        "rows_done": run.rows_done,
        "started_by": str(run.started_by),
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "sha256": run.evidence.sha256 if run.evidence else "",
        "schedule": run.schedule_id,
        "replaces": run.previous_id,
    }


def _whole(run: ScheduleImport) -> dict[str, Any]:
    return shown(run) | {
        "report": run.report,
        "findings": [sentence(finding) for finding in run.report.get("findings", [])],
        "difference": run.difference,
        "refusal": run.refusal,
    }


@router.get("/schedules/imports", response=Page[ImportOut])
def list_imports(request: HttpRequest, wanted: Query[ImportQuery]) -> dict[str, Any]:
    """Imports of projects that the caller may see, newest first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "lifecycle.schedule_import")
    rows = visible_imports(user).select_related("evidence")
    if wanted.project:
        rows = rows.filter(project=get_visible(user, wanted.project.replace("\x00", "")))
    if wanted.state:
        if wanted.state not in ScheduleImport.State.values:
            raise Unacceptable(
                "lifecycle.state_unknown", f"state: {', '.join(ScheduleImport.State.values)}", field="state"
            )
        rows = rows.filter(state=wanted.state)
    return page_of(rows, cursor=wanted.cursor, limit=wanted.limit, order="-id", shape=shown)


@router.post("/schedules/imports", response={201: ImportOut})
def start(request: HttpRequest, form: Form[ImportForm], file: UploadedFile = FILE) -> Any:
    """Keep a file and have it read; follow ``state`` until it is ready, choosing or rejected."""
    user: Any = request.auth  # type: ignore[attr-defined]
    project = get_visible(user, form.project.replace("\x00", ""))
    run = start_import(
        project=project,
        file=file,
        name=file.name or "schedule",
        actor=user,
        now=timezone.now(),
        encoding=form.encoding,
        unended=form.unended,
    )
    return Status(201, shown(run))


@router.get("/schedules/imports/{int:pk}", response=ImportWhole)
def show(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One import with its mapping report and the difference to the mirror before."""
    user: Any = request.auth  # type: ignore[attr-defined]
    run = get_visible_import(user, pk)
    require(user, "lifecycle.schedule_import", run.project)
    return _whole(run)


@router.post("/schedules/imports/{int:pk}/choose", response=ImportOut)
def choose(request: HttpRequest, pk: int, choice: Choice) -> dict[str, Any]:
    """Say which project of the file is meant."""
    user: Any = request.auth  # type: ignore[attr-defined]
    run = choose_project(run=get_visible_import(user, pk), project_uid=choice.project_uid, actor=user)
    return shown(run)


@router.post("/schedules/imports/{int:pk}/apply", response=ImportOut)
def apply(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Confirm: a worker stores the mirror, whole or not at all."""
    user: Any = request.auth  # type: ignore[attr-defined]
    return shown(ask_to_apply(run=get_visible_import(user, pk), actor=user, now=timezone.now()))


@router.get("/schedules/{int:pk}/export")
def export(request: HttpRequest, pk: int, wanted: Query[ExportQuery]) -> HttpResponse:
    """The schedule as a file: ``mspdi``, ``xlsx`` or ``ics``."""
    user: Any = request.auth  # type: ignore[attr-defined]
    schedule = get_exportable(user, pk)
    require(user, "lifecycle.schedule_export", schedule.project)
    content, name = export_file(schedule, wanted.kind, now=timezone.now())
    response = HttpResponse(content, content_type=EXPORTS[wanted.kind].content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
