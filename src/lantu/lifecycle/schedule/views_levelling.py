"""Levelling of what the city has few of: ask for a run, read its proposal. Nothing is applied by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lantu.accounts.permissions import require
from lantu.core.refusals import Missing, Refused
from lantu.lifecycle.schedule import charts, forms
from lantu.lifecycle.schedule.models import ScheduleActivity
from lantu.lifecycle.schedule.models_kept import ScheduleLevelling, ScheduleResource
from lantu.lifecycle.schedule.services import ask_levelling

PER_PAGE = 50


@require_http_methods(["GET", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """The shared resources, the form that asks for a run, and past runs."""
    user: Any = request.user
    require(user, "lifecycle.schedule_level")
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            made = ask_levelling(
                codes=request.POST.getlist("codes"),
                from_on=forms.day(request.POST, "from_on") or timezone.localdate(),
                by=user,
                now=timezone.now(),
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("已提交计算，稍后在此查看结果。"))
            return HttpResponseRedirect(reverse("lifecycle:schedule_levelling", args=[made.pk]))
    found = ScheduleLevelling.objects.select_related("asked_by").prefetch_related("resources")
    return render(
        request,
        "lifecycle/schedule/levellings.html",
        {
            "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
            "resources": ScheduleResource.objects.annotate(wanted=Count("demands")),
            "chosen": request.POST.getlist("codes"),
            "today": timezone.localdate(),
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: use of each resource before and after, and which activities would move."""
    require(request.user, "lifecycle.schedule_level")
    found = (
        ScheduleLevelling.objects.select_related("asked_by")
        .prefetch_related("resources")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Missing("schedules.no_levelling", _("没有这次资源平衡。"))
    moves = found.result.get("moves", [])
    rows = ScheduleActivity.objects.filter(
        schedule__in={move["schedule"] for move in moves}, code__in={move["code"] for move in moves}
    )
    places = {(row.schedule_id, row.code): row.pk for row in rows}
    names = dict(found.resources.values_list("code", "name"))
    return render(
        request,
        "lifecycle/schedule/levelling.html",
        {
            "run": found,
            "moves": [(move, places.get((move["schedule"], move["code"]))) for move in moves],
            "uses": [
                (names.get(code, code), use, charts.use_spec(names.get(code, code), use, found.from_on))
                for code, use in found.result.get("resources", {}).items()
            ],
        },
    )
