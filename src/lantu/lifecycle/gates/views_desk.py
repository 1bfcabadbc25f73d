"""The city's matrix of projects and gates, its sheet, and a department's desk."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import require
from lantu.lifecycle.gates import selectors
from lantu.lifecycle.gates.sheet import make_sheet
from lantu.lifecycle.gates.states import GateState
from lantu.projects.areas import area_names
from lantu.projects.models import Category, Lamp, Stage

PER_PAGE = 40
MOST_ROWS = 30_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def matrix(request: HttpRequest) -> HttpResponse:
    """All projects with gates × six gates; the address is the saved view."""
    user: Any = request.user
    require(user, "lifecycle.gates_read")
    wanted = selectors.MatrixFilter.from_query(request.GET)
    rows = selectors.matrix_projects(user, wanted, today=timezone.localdate())
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    totals = selectors.gate_totals(user)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "wanted": wanted,
        "query": query.urlencode(),
        "stages": Stage.choices,
        "states": GateState.choices,
        "lamps": Lamp.choices,
        "areas": sorted(area_names().items()),
        "categories": Category.choices,
        "totals": [(label, stage, totals[stage]) for stage, label in Stage.choices],
    }
    return render(request, "lifecycle/gates/matrix.html", context)


@require_GET
def matrix_sheet(request: HttpRequest) -> FileResponse:
    """The current selection as .xlsx."""
    user: Any = request.user
    require(user, "lifecycle.gates_read")
    require(user, "projects.export")
    wanted = selectors.MatrixFilter.from_query(request.GET)
    rows = selectors.matrix_projects(user, wanted, today=timezone.localdate())[:MOST_ROWS]
    file = make_sheet(rows, now=timezone.now())
    name = f"gates-{timezone.localtime():%Y%m%d-%H%M}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """What about gates waits for me, or for my whole unit."""
    user: Any = request.user
    require(user, "lifecycle.gates_read")
    whole_unit = request.GET.get("who") == "unit"
    rows = selectors.desk_rows(user, whole_unit=whole_unit)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "lifecycle/gates/desk.html", {"page": page, "whole_unit": whole_unit})
