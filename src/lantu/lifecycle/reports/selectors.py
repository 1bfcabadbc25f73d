"""Reads of bulletins and copies."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantu.accounts.permissions import may, require
from lantu.accounts.scopes import scope_of
from lantu.core.models import Event
from lantu.core.refusals import Missing
from lantu.lifecycle.reports.models import Bulletin, ReportCopy
from lantu.lifecycle.reports.states import BulletinState
from lantu.projects.models import Project
from lantu.projects.selectors import visible_projects

MOST_EVENTS = 60


def visible_bulletins(reader: Any) -> QuerySet[Bulletin]:
    """City-wide readers see drafts too; the others what has been issued."""
    rows = Bulletin.objects.select_related("prepared_by", "signer", "copy", "duty__holder", "duty__unit")
    if not may(reader, "lifecycle.reports_read"):
        return rows.none()
    return rows if scope_of(reader).city else rows.filter(state=BulletinState.ISSUED)


def get_visible_bulletin(reader: Any, pk: int) -> Bulletin:
    """Raises Missing when it is not there for this reader."""
    found = visible_bulletins(reader).filter(pk=pk).first()
    if found is None:
        raise Missing("reports.unknown", _("没有这期通报，或您无权查看。"))
    return found


def get_visible_copy(reader: Any, pk: int) -> ReportCopy:
    """A frozen copy: of a bulletin that one may see, or of a project that one may see."""
    found = ReportCopy.objects.select_related("bulletin", "project", "made_by").filter(pk=pk).first()
    if found is not None and found.bulletin is not None:
        seen = visible_bulletins(reader).filter(pk=found.bulletin.pk).exists()
    else:
        seen = bool(found and found.project and visible_projects(reader).filter(pk=found.project.pk).exists())
    if found is None or not seen:
        raise Missing("reports.unknown_copy", _("没有这份存档，或您无权查看。"))
    if found.project is not None:
        require(reader, "lifecycle.reports_one_pager", found.project)
    return found


def copies_of(project: Project) -> QuerySet[ReportCopy]:
    """The frozen one-pagers of a project, newest first."""
    return ReportCopy.objects.filter(project=project).select_related("made_by")


def in_language(copy: ReportCopy) -> dict[str, Any]:
    """The facts with labels in the reader's language."""
    english = (get_language() or "").startswith("en")
    return dict(copy.facts_en if english else copy.facts)


def events_of(bulletin: Bulletin) -> QuerySet[Event]:
    """What happened to a bulletin, newest first."""
    return (
        Event.objects.filter(subject_type="lifecycle.bulletin", subject_id=bulletin.pk)
        .select_related("actor__organisation", "on_behalf_of")
        .order_by("-at", "-id")[:MOST_EVENTS]
    )
