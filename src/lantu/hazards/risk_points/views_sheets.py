"""Spreadsheets of risk points: template, import with a rehearsal first, export of what the list shows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.hazards.risk_points import forms, selectors, sheets
from lantu.hazards.risk_points.weeks import week_of

SALT = "risk_points.import"
GOOD_FOR_S = 3600
MOST_EXPORTED = 10_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
def template(request: HttpRequest) -> HttpResponse:
    require(request.user, "risk_points.create")
    return _download(sheets.template_book(), "risk-points-template.xlsx")


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """What the list shows with the same filters."""
    require(request.user, "risk_points.read")
    user: Any = request.user
    now = timezone.now()
    week = week_of(timezone.localtime(now).date())
    rows = selectors.filtered_points(user, forms.read_filter(request.GET), now=now, week=week)
    return _download(sheets.export_book(rows[:MOST_EXPORTED]), f"risk-points-{now:%Y%m%d}.xlsx")


@require_http_methods(["GET", "POST"])
def import_points(request: HttpRequest) -> HttpResponse:
    """First a rehearsal that stores nothing and names every fault by row and column; then the same rows for good."""
    user: Any = request.user
    require(user, "risk_points.create")
    context: dict[str, Any] = {}
    try:
        if request.method == "POST" and "rows" in request.POST:
            return _apply(request)
        if request.method == "POST":
            file = request.FILES.get("file")
            if file is None:
                raise Unacceptable("risk_points.no_file", _("请选择文件。"), field="file")
            preview = sheets.read_points(file, str(file.name), by=user, now=timezone.now())
            context = {
                "preview": preview,
                "rows": ""
                if preview.troubles
                else signing.dumps([user.pk, preview.rows], salt=SALT, compress=True),
            }
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return render(request, "hazards/risks/import.html", {"refusal": refused}, status=refused.status)
    status = 422 if context.get("preview") and context["preview"].troubles else 200
    return render(request, "hazards/risks/import.html", context, status=status)


def _apply(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    try:
        whose, rows = signing.loads(request.POST["rows"], salt=SALT, max_age=GOOD_FOR_S)
    except signing.BadSignature as error:
        raise Unacceptable(
            "risk_points.stale_import", _("预览已过期。"), remedy=_("请重新选择文件。"), field="file"
        ) from error
    if whose != user.pk:
        raise Unacceptable("risk_points.stale_import", _("预览已过期。"), field="file")
    made = sheets.apply_rows(rows, by=user, now=timezone.now())
    messages.success(request, _("已导入 %(n)d 个风险点，请逐个核对后提交审核。") % {"n": len(made)})
    return HttpResponseRedirect(f"{reverse('hazards:risk_points')}?set=mine")
