"""Pages of the check-up 接入体检: a device now, a project's kept reports."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing
from lantu.monitoring.devices.checkups.models import CheckupReport
from lantu.monitoring.devices.checkups.reading import check_devices
from lantu.monitoring.devices.selectors import get_device
from lantu.monitoring.devices.services.make_checkup import as_result, make_checkup
from lantu.projects.selectors import get_visible, visible_projects

HOURS = (24, 72, 168)


def _hours(text: str) -> int:
    return int(text) if text in map(str, HOURS) else HOURS[0]


@require_GET
def device_checkup(request: HttpRequest, code: str) -> HttpResponse:
    """One device, looked at now over the chosen window; nothing is kept."""
    require(request.user, "monitoring.read")
    device = get_device(request.user, code)
    now, hours = timezone.now(), _hours(request.GET.get("hours", ""))
    found = check_devices([device], since=now - timedelta(hours=hours), until=now)[0]
    context = {
        "device": device,
        "result": as_result(device, found),
        "hours": hours,
        "spans": HOURS,
        "until": now,
    }
    return render(request, "monitoring/checkup_device.html", context)


@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """Reports of the reader's projects, newest first, with a summary of each."""
    require(request.user, "monitoring.read")
    rows = CheckupReport.objects.filter(project__in=visible_projects(request.user)).select_related(
        "project", "made_by"
    )
    asked = request.GET.get("project", "")
    project = get_visible(request.user, asked) if asked else None
    if project is not None:
        rows = rows.filter(project=project)
    context = {
        "page": Paginator(rows.defer("results"), 50).get_page(request.GET.get("page")),
        "project": project,
        "spans": HOURS,
        "may_check": project is not None and may(request.user, "monitoring.make_checkup", project),
    }
    return render(request, "monitoring/checkups.html", context)


@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Check a whole project and keep the report."""
    project = get_visible(request.user, code)
    require(request.user, "monitoring.make_checkup", project)
    assert isinstance(request.user, User)
    now = timezone.now()
    since = now - timedelta(hours=_hours(request.POST.get("hours", "")))
    report = make_checkup(project, since=since, until=now, now=now, actor=request.user)
    messages.success(request, _("体检完成。"))
    return HttpResponseRedirect(report.get_absolute_url())


@require_GET
def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A kept report: what conforms and what does not, printable."""
    require(request.user, "monitoring.read")
    return render(request, "monitoring/checkup_report.html", {"report": get_report(request.user, pk)})


def get_report(reader: object, pk: int) -> CheckupReport:
    """A report of a visible project. Raises Missing."""
    found = (
        CheckupReport.objects.filter(pk=pk if 0 < pk < 2**63 else 0, project__in=visible_projects(reader))
        .select_related("project", "made_by")
        .first()
    )
    if found is None:
        raise Missing("monitoring.no_checkup", _("没有这份体检报告，或您无权查看。"))
    return found
