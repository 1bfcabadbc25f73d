"""Pages: choose a file, watch it being read, look at the report, confirm; and schedules out as files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.permissions import may, require
from lantu.core.refusals import Refused
from lantu.lifecycle.schedule.exchange.exporting import EXPORTS, export_file, template_file
from lantu.lifecycle.schedule.exchange.forms import ScheduleFileForm
from lantu.lifecycle.schedule.exchange.models import ScheduleImport
from lantu.lifecycle.schedule.exchange.mpp import missing_part
from lantu.lifecycle.schedule.exchange.selectors import get_exportable, get_visible_import, visible_imports
from lantu.lifecycle.schedule.exchange.services.apply_import import ask_to_apply
from lantu.lifecycle.schedule.exchange.services.check_import import choose_project
from lantu.lifecycle.schedule.exchange.services.start_import import start_import
from lantu.lifecycle.schedule.exchange.showing import shown_report
from lantu.lifecycle.schedule.models import Schedule
from lantu.projects.selectors import get_visible, visible_projects

LATEST = 12
OFFERED = 500
BUSY = (ScheduleImport.State.CHECKING, ScheduleImport.State.APPLYING)


@require_GET
def import_home(request: HttpRequest) -> HttpResponse:
    """``/lifecycle/schedule/import/``: which project, and the latest imports of the reader's projects."""
    require(request.user, "lifecycle.schedule_import")
    code = request.GET.get("project", "").strip()
    if code:
        return HttpResponseRedirect(
            reverse("lifecycle:schedule_import", args=[get_visible(request.user, code).code])
        )
    context = {
        "projects": visible_projects(request.user).order_by("name").values_list("code", "name")[:OFFERED],
        "runs": visible_imports(request.user)[:LATEST],
    }
    return render(request, "lifecycle/schedule_exchange/home.html", context)


@require_http_methods(["GET", "POST"])
def import_upload(request: HttpRequest, code: str) -> HttpResponse:
    """``/lifecycle/schedule/import/<project>/``: choose a file; a worker reads it."""
    project = get_visible(request.user, code)
    require(request.user, "lifecycle.schedule_import", project)
    form = ScheduleFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = start_import(
                project=project,
                file=file,
                name=file.name,
                actor=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
                encoding=form.cleaned_data["encoding"],
                unended=form.cleaned_data["unended"],
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return HttpResponseRedirect(reverse("lifecycle:schedule_import_run", args=[run.pk]))
    context = {
        "project": project,
        "form": form,
        "runs": visible_imports(request.user).filter(project=project)[:LATEST],
        "mpp_missing": missing_part(),
        "exports": Schedule.objects.filter(project=project)
        .exclude(status="superseded")
        .order_by("-id")[:LATEST],
        "may_export": may(request.user, "lifecycle.schedule_export", project),
    }
    return render(
        request, "lifecycle/schedule_exchange/upload.html", context, status=422 if form.errors else 200
    )


@require_GET
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """``/lifecycle/schedule/import/run/<pk>/``: progress while busy, then the report."""
    run = get_visible_import(request.user, pk)
    busy = run.state in BUSY
    share = (
        round(run.rows_done / run.rows_total * 100) if run.rows_total and run.state == "applying" else None
    )
    context = {
        "run": run,
        "project": run.project,
        "busy": busy,
        "share": share,
        "may_apply": may(request.user, "lifecycle.schedule_import", run.project),
    } | shown_report(run)
    return render(request, "lifecycle/schedule_exchange/run.html", context)


@require_POST
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm: a worker stores the mirror."""
    run = get_visible_import(request.user, pk)
    ask_to_apply(run=run, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    return HttpResponseRedirect(reverse("lifecycle:schedule_import_run", args=[pk]))


@require_POST
def import_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which project of the file is meant."""
    run = get_visible_import(request.user, pk)
    choose_project(run=run, project_uid=request.POST.get("project_uid", ""), actor=request.user)  # type: ignore[arg-type]
    return HttpResponseRedirect(reverse("lifecycle:schedule_import_run", args=[pk]))


@require_GET
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """``/lifecycle/schedule/export/<pk>/<kind>/``: mspdi, xlsx or ics."""
    schedule = get_exportable(request.user, pk)
    require(request.user, "lifecycle.schedule_export", schedule.project)
    content, name = export_file(schedule, kind, now=timezone.now())
    return _download(content, name, EXPORTS[kind].content_type)


@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """``/lifecycle/schedule/import/template/``: an empty sheet with two example rows."""
    require(request.user, "lifecycle.schedule_import")
    return _download(template_file(), "schedule-template.xlsx", EXPORTS["xlsx"].content_type)


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
