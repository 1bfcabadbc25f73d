"""Keeps the month totals in step: each report recomputes the totals of its area."""

from __future__ import annotations

from django.utils import timezone

from lantu.cockpit.services.refresh_month_totals import refresh_month_totals
from lantu.core.models import Event
from lantu.core.subscriptions import subscribe
from lantu.projects.models import Project


@subscribe(
    "projects.month_reported",
    "projects.year_plan_set",
    "projects.project_registered",
    "projects.project_changed",
)
def figures_changed(event: Event) -> None:
    """One project's figures, or the area they count for, have changed."""
    changes = event.payload.get("changes", {})
    if event.kind == "projects.project_changed" and "area_code" not in changes:
        return
    areas = {area for area in changes.get("area_code", []) if area}
    if event.project_id is not None:
        areas |= set(Project.objects.filter(pk=event.project_id).values_list("area_code", flat=True))
    refresh_month_totals(year=_year_of(event), now=event.at, area_codes=areas)


@subscribe("projects.projects_imported")
def many_changed(event: Event) -> None:
    """A spreadsheet may have touched every area."""
    refresh_month_totals(year=timezone.localtime(event.at).year, now=event.at)


def _year_of(event: Event) -> int:
    """The year that the figures belong to: of the month reported or the plan set, else of the event itself."""
    if event.kind == "projects.month_reported":
        return int(event.payload["month"][:4])
    if event.kind == "projects.year_plan_set":
        return int(event.payload["year"])
    return timezone.localtime(event.at).year
