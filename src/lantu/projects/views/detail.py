"""The project page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import may, require
from lantu.core.models import Event
from lantu.core.registry import project_facts
from lantu.projects.activity import story
from lantu.projects.facts import label_of
from lantu.projects.models import Project
from lantu.projects.overview import curve, elapsed_days, stage_line, truths_of, year_of
from lantu.projects.record_lines import LINE_FIELDS, entry_words
from lantu.projects.selectors import get_visible, months_of
from lantu.projects.stage_notes import notes_of
from lantu.projects.strips import project_strips

MONTHS_IN_TABLE = 6
STAGE_EVENTS = 50


@require_GET
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """``/projects/<code>/``; a code of the past leads to the present one."""
    require(request.user, "projects.read")
    project = get_visible(request.user, code)
    if project.code != code:
        return HttpResponseRedirect(reverse("projects:detail", args=[project.code]))
    now = timezone.now()
    months = list(months_of(project))
    passed, planned = elapsed_days(project, now=now)
    facts = [row for fact in project_facts for row in fact.read(project, request.user, now)]
    context = {
        "project": project,
        "parties": project.parties.select_related("organisation", "contact").order_by("role"),
        "strips": [strip for source in project_strips for strip in source.read(project, request.user, now)],
        "stages": stage_line(project, _change_events(project), notes_of(project, request.user, now)),
        "passed": passed,
        "planned": planned,
        "truths": truths_of(project),
        "year": year_of(project, now=now),
        "facts": facts,
        "curve": curve(project, months, now=now),
        "months": months[: -MONTHS_IN_TABLE - 1 : -1],
        "more_months": max(0, len(months) - MONTHS_IN_TABLE),
        "story": story(project),
        "codes": project.codes.order_by("-valid_from", "-id"),
        "lists": _lists(project),
        "may_edit": may(request.user, "projects.edit", project),
        "may_report": may(request.user, "projects.report_month", project),
        "may_set_parties": may(request.user, "projects.set_parties", project),
    }
    return render(request, "projects/detail.html", context)


def _change_events(project: Project) -> list[Event]:
    events = Event.objects.filter(
        subject_type="projects.project", subject_id=project.pk, kind="projects.project_changed",
        payload__changes__has_key="stage",
    )  # fmt: skip
    return list(events.order_by("at")[:STAGE_EVENTS])


def _lists(project: Project) -> list[tuple[Any, list[str]]]:
    """The record's lists that have entries, as words."""
    return [
        (label_of(field), [entry_words(field, entry) for entry in getattr(project, field)])
        for field in LINE_FIELDS
        if getattr(project, field)
    ]


@require_GET
def months(request: HttpRequest, code: str) -> HttpResponse:
    """All reported months of a project."""
    require(request.user, "projects.read")
    project = get_visible(request.user, code)
    rows = list(months_of(project))
    context = {
        "project": project,
        "months": rows[::-1],
        "curve": curve(project, rows, now=timezone.now()),
        "years": project.years.all(),
        "may_report": may(request.user, "projects.report_month", project),
    }
    return render(request, "projects/months.html", context)
