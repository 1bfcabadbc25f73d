"""Import of the plan that a bureau has in Excel: upload, map the columns once, see every fault, take it over whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lantu.accounts.permissions import may, require
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
from lantu.lifecycle.annual_plan.services.recording import (
    ask_to_record,
    choose_entry,
    drop_record,
    record,
    return_record,
)
from lantu.lifecycle.annual_plan.sheets import TARGETS
from lantu.lifecycle.annual_plan.states import Entry
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
    """Which column is what, as what the rows come in, what would be taken over, and what is wrong where."""
    user: Any = request.user
    require(user, "lifecycle.plan_issue" if may(user, "lifecycle.plan_issue") else "lifecycle.plan_import")
    rows = PlanImport.objects.select_related(
        "plan__approver", "plan__keeper", "document", "duty__holder", "started_by", "confirmed_by"
    )
    run = get_object_or_404(rows, pk=pk)
    refusal = None
    if request.method == "POST":
        try:
            said, where = _done(request, run, user)
            if said:
                messages.success(request, said)
            return HttpResponseRedirect(where)
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
    return render(
        request,
        "lifecycle/plan/import.html",
        _shown(run, user) | {"refusal": refusal, "typed": request.POST if refusal else None},
        status=refusal.status if refusal else 200,
    )


def _done(request: HttpRequest, run: PlanImport, user: Any) -> tuple[str, str]:
    """What the button says is done; the words for it and where to go."""
    now, here, plan = timezone.now(), run.get_absolute_url(), run.plan.get_absolute_url()
    match request.POST.get("do", ""):
        case "apply":
            made = apply_import(run, by=user, now=now)
            return _("已导入 %(n)d 个项目。") % {"n": len(made)}, plan
        case "entry":
            choose_entry(
                run, enters_as=forms.plain(request.POST, "enters_as", 20), by=user, now=now,
                document_no=forms.plain(request.POST, "document_no", 60), issued_on=forms.day(request.POST, "issued_on"),
                document=request.FILES.get("document"),
            )  # fmt: skip
            return _("已保存导入方式。"), here
        case "ask":
            ask_to_record(run, by=user, now=now)
            return _("已提请%(who)s对照文件核对。") % {"who": run.plan.approver}, here
        case "drop":
            drop_record(run, by=user, now=now)
            return _("已撤回，没有导入任何内容。"), here
        case "return":
            return_record(run, reason=forms.plain(request.POST, "reason", 300), by=user, now=now)
            return _("已退回%(who)s改正。") % {"who": run.started_by}, plan
        case "record":
            version = record(run, by=user, now=now)
            return _("已按文件补录为第 %(n)d 版，各项目年度计划随之更新。") % {"n": version.number}, plan
        case _:
            columns = {str(n): forms.plain(request.POST, f"column_{n}", 40) for n in range(len(run.headings))}
            defaults = {
                key: forms.plain(request.POST, f"default_{key}", 200)
                for key in ("category", "plan_class", "sector", "area_code", "owner_org", "lead_unit")
            }
            remember_columns(run, columns=columns, defaults=defaults, by=user, now=now)
            return "", here


def _shown(run: PlanImport, user: Any) -> dict[str, Any]:
    """Everything that the preview shows."""
    found = reading_of(run)
    sample = run.rows[0][1] if run.rows else []
    confirming = run.is_asked and run.duty is not None and run.duty.step == "confirm"
    return {
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
        "ready_annual": sum(
            (values.get("annual_yuan") or Decimal(0) for _n, values in found.rows), Decimal(0)
        ),
        "defaults": run.columns.get(DEFAULTS, {}),
        "choices": [
            ("category", _("投资类别"), Category.choices),
            ("plan_class", _("计划类别"), PlanClass.choices),
            ("sector", _("领域"), Sector.choices),
            ("area_code", _("县市区"), list(area_names().items())),
        ],
        "entries": Entry.choices,
        "confirming": confirming,
        "may_import": may(user, "lifecycle.plan_import") and run.applied_at is None and not confirming,
        "may_drop": may(user, "lifecycle.plan_import") and run.is_asked,
        "may_confirm": confirming and may(user, "lifecycle.plan_issue") and run.started_by_id != user.pk,
        "today": timezone.localdate(),
    }
