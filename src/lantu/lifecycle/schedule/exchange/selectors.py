"""Reads of the exchange; each starts from the projects that the reader may see."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lantu.core.refusals import Missing
from lantu.lifecycle.schedule.exchange.models import ScheduleImport
from lantu.lifecycle.schedule.models import Schedule
from lantu.projects.selectors import visible_projects


def visible_imports(reader: Any) -> QuerySet[ScheduleImport]:
    """Imports of the reader's projects, the newest first, without their reports."""
    return (
        ScheduleImport.objects.filter(project__in=visible_projects(reader))
        .select_related("project", "started_by", "schedule")
        .defer("report", "difference")
        .order_by("-id")
    )


def get_visible_import(reader: Any, pk: int) -> ScheduleImport:
    """One import, whole. Raises Missing."""
    run = (
        ScheduleImport.objects.filter(project__in=visible_projects(reader))
        .select_related("project", "started_by", "applied_by", "schedule", "previous", "evidence")
        .filter(pk=pk)
        .first()
    )
    if run is None:
        raise Missing(
            "lifecycle.no_schedule_import",
            _("没有这次导入，或您无权查看。"),
            remedy=_("请从项目的“进度”页进入。"),
        )
    return run


def get_exportable(reader: Any, pk: int) -> Schedule:
    """A schedule of a project that the reader may see. Raises Missing."""
    schedule = (
        Schedule.objects.filter(project__in=visible_projects(reader))
        .select_related("project")
        .filter(pk=pk)
        .first()
    )
    if schedule is None:
        raise Missing(
            "lifecycle.no_schedule",
            _("没有这份进度计划，或您无权查看。"),
            remedy=_("请从项目的“进度”页进入。"),
        )
    return schedule
