"""The list, its export, and the one search page."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import may, require
from lantu.core.registry import search_sources
from lantu.projects.areas import area_names
from lantu.projects.filters import chips, filter_groups, lamp_tabs, sort_options
from lantu.projects.selectors import ProjectFilter, find_projects, lamp_counts, rows_for_export
from lantu.projects.sheets.writing import export_projects

PAGE_ROWS = 25
SEARCH_ROWS = 12
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CountedPaginator(Paginator):
    """Knows its number of rows already: the lamps were counted in one query with it."""

    def __init__(self, rows: Any, per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = count


@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    """``/projects/``: the reader's projects, filtered; the address is the saved view."""
    require(request.user, "projects.read")
    wanted = ProjectFilter.from_query(request.GET)
    rows = find_projects(request.user, wanted)
    counts = lamp_counts(find_projects(request.user, without_lamp(wanted)))
    total = sum(n for lamp, n in counts.items() if not wanted.lamp or lamp in wanted.lamp.split(","))
    page = CountedPaginator(rows, PAGE_ROWS, total).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "wanted": wanted,
        "groups": filter_groups(wanted),
        "sorts": sort_options(),
        "chips": chips(wanted),
        "lamps": lamp_tabs(wanted, counts),
        "areas": area_names(),
        "query": query_of(request),
        "may_add": may(request.user, "projects.edit"),
        "may_import": may(request.user, "projects.import"),
        "may_export": may(request.user, "projects.export"),
    }
    template = "projects/_list.html" if wants_fragment(request, "project-list") else "projects/list.html"
    return render(request, template, context)


def wants_fragment(request: HttpRequest, element: str) -> bool:
    """Whether the page asks for one element only. The header reads ``id`` or ``tag#id``, by version of htmx."""
    return request.headers.get("HX-Target", "").rpartition("#")[2] == element


def without_lamp(wanted: ProjectFilter) -> ProjectFilter:
    """The same filter with every lamp: what the numbers on the lamp chips count."""
    return ProjectFilter(
        **{key: value for key, value in wanted.active().items() if key not in ("lamp", "sort")}
    )


def query_of(request: HttpRequest) -> str:
    """The filter as a query string, without the page."""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


@require_GET
def export(request: HttpRequest) -> FileResponse:
    """The current selection as .xlsx, with the columns that an import takes."""
    require(request.user, "projects.export")
    wanted = ProjectFilter.from_query(request.GET)
    file = export_projects(rows_for_export(request.user, wanted))
    name = f"projects-{timezone.localtime():%Y%m%d-%H%M}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Everything that answers the one search box: projects, hazards, devices, whoever registered."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:120]
    groups = []
    if words:
        for source in search_sources:
            found = source.find(request.user, words, SEARCH_ROWS)
            if found:
                groups.append((source, found))
    return render(request, "projects/search.html", {"words": words, "groups": groups, "limit": SEARCH_ROWS})
