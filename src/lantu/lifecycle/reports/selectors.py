"""Reads of bulletins and copies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantu.accounts.permissions import may, require
from lantu.accounts.scopes import scope_of
from lantu.core.models import Event
from lantu.core.refusals import Denied, Missing
from lantu.lifecycle.reports.building import bulletin_facts, one_pager_facts
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


def may_compare(copy: ReportCopy, reader: Any) -> bool:
    """A bulletin is compared by those who see the whole city: for others the comparison would only show their narrower view."""
    return copy.bulletin is None or scope_of(reader).city


def made_now(copy: ReportCopy, reader: Any, *, now: datetime) -> dict[str, Any]:
    """The same report as it would read now. Raises Denied where the reader may not compare."""
    if not may_compare(copy, reader):
        raise Denied(
            "reports.narrower_view",
            _("您只能看到部分项目，重算的数字会与全市通报不同，不能比较。"),
            remedy=_("请由市级人员比较。"),
        )
    if copy.project is not None:
        return one_pager_facts(project=copy.project, reader=reader, now=now)
    assert copy.bulletin is not None
    return bulletin_facts(month=copy.bulletin.month, foreword=copy.bulletin.foreword, reader=reader, now=now)


def events_of(bulletin: Bulletin) -> QuerySet[Event]:
    """What happened to a bulletin, newest first."""
    return (
        Event.objects.filter(subject_type="lifecycle.bulletin", subject_id=bulletin.pk)
        .select_related("actor__organisation", "on_behalf_of")
        .order_by("-at", "-id")[:MOST_EVENTS]
    )
