"""Reads of templates. A template names nobody; the project it was made of is told to whoever may see that project."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lantu.accounts.permissions import may
from lantu.core.models import Event
from lantu.core.refusals import Missing
from lantu.lifecycle.programmes.cases.models import CaseTemplate, CaseUse
from lantu.lifecycle.programmes.cases.states import CaseState
from lantu.projects.models import Project, Status
from lantu.projects.selectors import visible_projects

MOST_EVENTS = 60


def visible_templates(reader: Any) -> QuerySet[CaseTemplate]:
    """Those who make templates see drafts too; the others what may be used."""
    rows = (
        CaseTemplate.objects.select_related(
            "created_by", "approver", "duty__holder", "duty__unit", "replaces"
        )
        .annotate(used=Count("uses"))
        .order_by("-id")
    )
    if not may(reader, "lifecycle.cases_read"):
        return rows.none()
    if may(reader, "lifecycle.cases_make"):
        return rows
    return rows.filter(Q(state=CaseState.APPROVED) | Q(state=CaseState.SUPERSEDED))


def get_visible_template(reader: Any, pk: int) -> CaseTemplate:
    """Raises Missing when it is not there for this reader."""
    found = visible_templates(reader).filter(pk=pk).first()
    if found is None:
        raise Missing("cases.unknown", _("没有这个模板，或您无权查看。"))
    return found


def source_for(template: CaseTemplate, reader: Any) -> Project | None:
    """The finished project, where the reader makes templates and may see it; else None."""
    if not may(reader, "lifecycle.cases_make"):
        return None
    return visible_projects(reader).filter(pk=template.source_id).first()


def uses_for(template: CaseTemplate, reader: Any) -> list[CaseUse]:
    """Where it was used, as far as the reader may see the projects."""
    rows = CaseUse.objects.filter(template=template, project__in=visible_projects(reader).values("pk"))
    return list(rows.select_related("project", "by"))


def finished_projects(reader: Any) -> QuerySet[Project]:
    """Projects that a template may be made of."""
    return (
        visible_projects(reader)
        .filter(Q(status=Status.FINISHED) | Q(actual_finish_on__isnull=False))
        .order_by("name")
    )


def open_projects(reader: Any) -> QuerySet[Project]:
    """Projects that a template may be used for."""
    return visible_projects(reader).exclude(status__in=[Status.FINISHED, Status.CANCELLED]).order_by("name")


def events_of(template: CaseTemplate) -> QuerySet[Event]:
    """What happened to a template, newest first."""
    return (
        Event.objects.filter(subject_type="lifecycle.casetemplate", subject_id=template.pk)
        .select_related("actor__organisation", "on_behalf_of")
        .order_by("-at", "-id")[:MOST_EVENTS]
    )
