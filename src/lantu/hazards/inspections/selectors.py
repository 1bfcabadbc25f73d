"""Reads of inspections. Every one starts from the projects that the reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.accounts.scopes import scope_of
from lantu.core.models import Event, Evidence
from lantu.core.refusals import Missing
from lantu.hazards.inspections.models import Draw, Entry, Inspection
from lantu.hazards.inspections.states import CLOSED_STATES, InspectionKind, InspectionState, Result
from lantu.projects.models import Project
from lantu.projects.selectors import visible_projects

ENTRY = "hazards.entry"
OPEN = ~Q(state__in=CLOSED_STATES)
CHIPS = (
    (gettext_lazy("全部"), ""),
    (gettext_lazy("在我手上"), "mine"),
    (gettext_lazy("进行中"), "open"),
    (gettext_lazy("已签字"), "signed"),
    (gettext_lazy("不合格"), "failed"),
)


def visible_inspections(reader: Any) -> QuerySet[Inspection]:
    """The inspections of the projects that this reader may know of."""
    rows = Inspection.objects.select_related("project", "inspector", "second", "duty__holder", "duty__unit")
    return rows if scope_of(reader).city else rows.filter(project__in=visible_projects(reader))


@dataclass(frozen=True, kw_only=True)
class InspectionFilter:
    """``named_set``: mine, open, signed, failed or empty for all."""

    words: str = ""
    kind: str = ""
    state: str = ""
    result: str = ""
    project: str = ""
    draw: int | None = None
    named_set: str = ""


def filtered_inspections(reader: User, wanted: InspectionFilter) -> QuerySet[Inspection]:
    """The rows of list and API."""
    rows = visible_inspections(reader)
    if wanted.words:
        rows = rows.filter(Q(title__icontains=wanted.words) | Q(project__name__icontains=wanted.words))
    if wanted.kind in InspectionKind.values:
        rows = rows.filter(kind=wanted.kind)
    if wanted.state in InspectionState.values:
        rows = rows.filter(state=wanted.state)
    if wanted.result and wanted.result in Result.values:
        rows = rows.filter(result=wanted.result)
    if wanted.project:
        rows = rows.filter(project__code=wanted.project)
    if wanted.draw is not None:
        rows = rows.filter(draw_id=wanted.draw)
    match wanted.named_set:
        case "mine":
            rows = rows.filter(OPEN, duty__holder=reader)
        case "open":
            rows = rows.filter(OPEN)
        case "signed":
            rows = rows.filter(state=InspectionState.SIGNED)
        case "failed":
            rows = rows.filter(result=Result.FAILED)
    return rows.order_by("-planned_on", "-id")


def get_visible_inspection(reader: Any, pk: int) -> Inspection:
    """One inspection with its people. Raises Missing when it is not there for this reader."""
    found = (
        visible_inspections(reader)
        .select_related("inspector__organisation", "second__organisation", "created_by", "draw")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Missing(
            "inspections.unknown", _("没有找到这次检查，或您无权查看。"), remedy=_("请从检查清单重新进入。")
        )
    return found


def get_visible_draw(reader: Any, pk: int) -> Draw:
    """One draw, for whoever reads the whole city or may draw. Raises Missing for others."""
    found = Draw.objects.select_related("made_by").filter(pk=pk).first()
    if found is None or not (scope_of(reader).city or may(reader, "inspections.draw")):
        raise Missing("inspections.unknown_draw", _("没有找到这次抽取，或您无权查看。"))
    return found


def entry_of(inspection: Inspection, pk: int) -> Entry:
    """One item of the sheet. Raises Missing when it belongs to another."""
    found = inspection.entries.filter(pk=pk).first()
    if found is None:
        raise Missing("inspections.unknown_item", _("没有这个检查项。"))
    return found


def photos_of(entries: list[Entry]) -> dict[int, list[Evidence]]:
    """Photos by entry."""
    found: dict[int, list[Evidence]] = {entry.pk: [] for entry in entries}
    rows = Evidence.objects.filter(supports_type=ENTRY, supports_id__in=list(found), voided_at=None)
    for evidence in rows.order_by("id"):
        found[evidence.supports_id].append(evidence)
    return found


def events_of(inspection: Inspection) -> QuerySet[Event]:
    """What happened to this inspection, newest first."""
    mine = Event.objects.filter(subject_type="hazards.inspection", subject_id=inspection.pk)
    return mine.select_related("actor__organisation").order_by("-id")


def inspectors_of(project: Project | None, permission: str) -> list[User]:
    """People who may inspect here and belong to none of the building units."""
    found = User.objects.filter(
        is_active=True,
        organisation__isnull=False,
        grants__role__in=["inspector", "officer", "director", "supervisor", "owner"],
    )
    rows = found.select_related("organisation").distinct().order_by("organisation_id", "id")[:300]
    return [person for person in rows if may(person, permission, project)]
