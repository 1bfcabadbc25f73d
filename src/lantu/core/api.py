"""Events and figures for programs, under the caller's own rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from lantu.core.figures import Figure, figure_definitions, read_figure
from lantu.core.models import Event
from lantu.core.moments import in_utc
from lantu.core.paging import Page, page_of

router = Router(tags=["事件与指标"])

READ_LOG = "accounts.read_log"
_project_ids: list[Callable[[Any], QuerySet[Any]]] = []


def teach_readable_projects(ids_of: Callable[[Any], QuerySet[Any]]) -> None:
    """Called once by the floor that knows projects: the ids (as a query) that a person may read."""
    _project_ids[:] = [ids_of]


class EventFilter(Schema):
    """``kind`` is a prefix (``hazards.``); ``subject`` is ``type:id``; times are ISO 8601."""

    kind: str = ""
    project_id: int | None = None
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    cursor: str | None = None
    limit: int = 100


class EventOut(Schema):
    id: int
    kind: str
    at: datetime
    recorded_at: datetime
    actor: str | None
    on_behalf_of: str | None
    project_id: int | None
    subject_type: str
    subject_id: int
    reason: str
    payload: dict[str, Any]
    cause_id: int | None
    chain: int
    seq: int
    hash: str


class FigureOut(Schema):
    name: str
    label: str
    value: float | None
    unit: str
    as_of: datetime
    definition: str
    rows: str
    numerator: float | None
    denominator: float | None
    note: str


class FigureNameOut(Schema):
    name: str
    label: str
    unit: str
    definition: str


def readable_events(reader: Any) -> QuerySet[Event]:
    """Readers of the log see every event; others those of the projects they may see."""
    rows = Event.objects.select_related("actor", "on_behalf_of")
    if reader.has_perm(READ_LOG):
        return rows
    if not _project_ids:
        return rows.none()
    return rows.filter(project_id__in=_project_ids[0](reader))


def _event(row: Event) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "at": row.at,
        "recorded_at": row.recorded_at,
        "actor": str(row.actor) if row.actor else None,
        "on_behalf_of": str(row.on_behalf_of) if row.on_behalf_of else None,
        "project_id": row.project_id,
        "subject_type": row.subject_type,
        "subject_id": row.subject_id,
        "reason": row.reason,
        "payload": row.payload,
        "cause_id": row.cause_id,
        "chain": row.chain,
        "seq": row.seq,
        "hash": row.hash,
    }


@router.get("/events", response=Page[EventOut])
def list_events(request: HttpRequest, narrow: Query[EventFilter]) -> dict[str, Any]:
    """What happened, latest first: in the projects that you may see; for readers of the log, everywhere."""
    rows = readable_events(request.auth)  # type: ignore[attr-defined]
    if narrow.kind:
        rows = rows.filter(kind__startswith=narrow.kind.replace("\x00", ""))
    if narrow.project_id is not None:
        rows = rows.filter(project_id=_bigint(narrow.project_id))
    if narrow.subject:
        kind, _, number = narrow.subject.replace("\x00", "").rpartition(":")
        rows = rows.filter(subject_type=kind, subject_id=_bigint(int(number) if number.isdecimal() else -1))
    if narrow.since is not None:
        rows = rows.filter(at__gte=in_utc(narrow.since))
    if narrow.until is not None:
        rows = rows.filter(at__lt=in_utc(narrow.until))
    return page_of(rows, cursor=narrow.cursor, limit=narrow.limit, shape=_event)


@router.get("/figures", response=list[FigureNameOut])
def list_figures(request: HttpRequest) -> list[dict[str, Any]]:
    """Every figure with its definition. Read one at /figures/{name}."""
    return [
        {"name": one.name, "label": str(one.label), "unit": str(one.unit), "definition": str(one.definition)}
        for one in figure_definitions()
    ]


@router.get("/figures/{name}", response=FigureOut)
def get_figure(request: HttpRequest, name: str) -> dict[str, Any]:
    """One figure, computed now within what you may see. ``rows`` is the page of the rows behind it."""
    found: Figure = read_figure(name, request.auth, now=timezone.now())  # type: ignore[attr-defined]
    return {
        "name": found.name,
        "label": str(found.label),
        "value": found.value,
        "unit": str(found.unit),
        "as_of": found.as_of,
        "definition": str(found.definition),
        "rows": found.rows,
        "numerator": found.numerator,
        "denominator": found.denominator,
        "note": str(found.note),
    }


def _bigint(number: int) -> int:
    """A number that the column cannot hold matches nothing."""
    return number if abs(number) < 2**63 else -1
