"""Spreadsheets in: upload, watch the check, look at the preview, import."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.permissions import require
from lantu.core.refusals import Missing, Refused
from lantu.projects.forms import ImportForm
from lantu.projects.models import ImportRun
from lantu.projects.services.apply_import import ask_to_apply
from lantu.projects.services.mark_import import mark_import
from lantu.projects.services.start_import import start_import
from lantu.projects.sheets.columns import COLUMNS
from lantu.projects.sheets.writing import template as write_template
from lantu.projects.views.listing import XLSX, wants_fragment

LATEST_RUNS = 10
BUSY = (ImportRun.State.CHECKING, ImportRun.State.APPLYING)


def get_run(request: HttpRequest, pk: int) -> ImportRun:
    """A run of the bureau. Raises Missing."""
    require(request.user, "projects.import")
    run = ImportRun.objects.select_related("started_by").filter(pk=pk).first()
    if run is None:
        raise Missing("projects.no_import", _("没有这次导入。"), remedy=_("请从导入页面进入。"))
    return run


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """``/projects/import/``: choose a file; the check runs in a worker."""
    require(request.user, "projects.import")
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = start_import(
                file=file,
                name=file.name,
                actor=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
                may_add_units=form.cleaned_data["may_add_units"],
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return HttpResponseRedirect(reverse("projects:import_run", args=[run.pk]))
    runs = ImportRun.objects.select_related("started_by").defer("errors", "preview")[:LATEST_RUNS]
    context = {"form": form, "runs": runs, "columns": COLUMNS}
    return render(request, "projects/import.html", context, status=422 if form.errors else 200)


@require_GET
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """``/projects/import/<pk>/``: progress while busy (htmx reads the fragment again), then preview or errors."""
    run = get_run(request, pk)
    busy = run.state in BUSY
    share = round(run.rows_done / run.rows_total * 100) if run.rows_total and busy else None
    context = {"run": run, "busy": busy, "share": share}
    fragment = wants_fragment(request, "import-run")
    return render(request, "projects/_import_run.html" if fragment else "projects/import_run.html", context)


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_run(request, pk)
    ask_to_apply(run=run, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    return HttpResponseRedirect(reverse("projects:import_run", args=[pk]))


@require_GET
def marked(request: HttpRequest, pk: int) -> FileResponse:
    """The sender's sheet with its problems written beside the rows."""
    run = get_run(request, pk)
    return FileResponse(
        mark_import(run), as_attachment=True, filename=f"marked-{run.pk}.xlsx", content_type=XLSX
    )


@require_GET
def template(request: HttpRequest) -> FileResponse:
    require(request.user, "projects.import")
    return FileResponse(
        write_template(), as_attachment=True, filename="projects-template.xlsx", content_type=XLSX
    )
