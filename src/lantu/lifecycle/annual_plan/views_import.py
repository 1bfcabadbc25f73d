"""Import of the plan that a bureau has in Excel: upload, map the columns once, see every fault, take it over whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.lifecycle.annual_plan import forms, selectors
from lantu.lifecycle.annual_plan.models import PlanImport
from lantu.lifecycle.annual_plan.services.importing import (
    DEFAULTS,
    apply_import,
    reading_of,
    remember_columns,
    start_import,
)
from lantu.lifecycle.annual_plan.sheets import TARGETS
from lantu.projects.areas import area_names
from lantu.projects.models import Category, PlanClass, Sector

SHOWN_TROUBLES = 200
SHOWN_ROWS = 30


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, year: int) -> HttpResponse:
    """Choose the file."""
    user: Any = request.user
    require(user, "lifecycle.plan_import")
    plan, refusal = selectors.get_plan(year), None
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None:
                raise forms.unfit("file", _("没有选择文件。"), _("请选择 .xlsx 或 .csv 文件。"))
            run = start_import(plan, file=file.file, name=file.name or "", by=user, now=timezone.now())
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            return HttpResponseRedirect(run.get_absolute_url())
    return render(
        request,
        "lifecycle/plan/upload.html",
        {"plan": plan, "refusal": refusal},
        status=refusal.status if refusal else 200,
    )


@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column is what, what would be taken over, and what is wrong where."""
    user: Any = request.user
    require(user, "lifecycle.plan_import")
    run = get_object_or_404(PlanImport.objects.select_related("plan"), pk=pk)
    refusal = None
    if request.method == "POST":
        try:
            if "apply" in request.POST:
                made = apply_import(run, by=user, now=timezone.now())
                messages.success(request, _("已导入 %(n)d 个项目，进入综合平衡。") % {"n": len(made)})
                return HttpResponseRedirect(run.plan.get_absolute_url())
            columns = {str(n): forms.plain(request.POST, f"column_{n}", 40) for n in range(len(run.headings))}
            defaults = {
                key: forms.plain(request.POST, f"default_{key}", 200)
                for key in ("category", "plan_class", "sector", "area_code", "owner_org", "lead_unit")
            }
            remember_columns(run, columns=columns, defaults=defaults, by=user, now=timezone.now())
            return HttpResponseRedirect(run.get_absolute_url())
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
    found = reading_of(run)
    sample = run.rows[0][1] if run.rows else []
    return render(
        request,
        "lifecycle/plan/import.html",
        {
            "run": run,
            "plan": run.plan,
            "columns": [
                (n, heading, run.columns.get(str(n), ""), sample[n] if n < len(sample) else "")
                for n, heading in enumerate(run.headings)
                if heading
            ],
            "targets": [
                (t.key, f"{t.name} {t.key.removeprefix('month_')}" if t.key.startswith("month_") else t.name)
                for t in TARGETS
            ],
            "troubles": found.troubles[:SHOWN_TROUBLES],
            "trouble_count": len(found.troubles),
            "ready": [values for _n, values in found.rows[:SHOWN_ROWS]],
            "ready_count": len(found.rows),
            "defaults": run.columns.get(DEFAULTS, {}),
            "choices": [
                ("category", _("投资类别"), Category.choices),
                ("plan_class", _("计划类别"), PlanClass.choices),
                ("sector", _("领域"), Sector.choices),
                ("area_code", _("县市区"), list(area_names().items())),
            ],
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )
