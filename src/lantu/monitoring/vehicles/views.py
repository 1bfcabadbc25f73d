"""Pages of slag trucks: list, one truck's day, findings, rules, registration, spreadsheets."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Refused
from lantu.monitoring.alerts.links import taken_up_link
from lantu.monitoring.vehicles.forms import VehicleForm, VehicleImportForm
from lantu.monitoring.vehicles.geojson import load_words, state_word
from lantu.monitoring.vehicles.models import (
    FindingKind,
    KindOfRule,
    Vehicle,
    VehicleStatus,
)
from lantu.monitoring.vehicles.pages import alarm_words, day_facts, inputs_in_words, rules_for, state_labels
from lantu.monitoring.vehicles.selectors import (
    day_of,
    find_findings,
    find_vehicles,
    get_finding,
    get_vehicle,
    rules_with_precision,
    visible_vehicles,
    with_findings,
)
from lantu.monitoring.vehicles.services.change_vehicle import change_vehicle, renew_code
from lantu.monitoring.vehicles.services.import_vehicles import Imported
from lantu.monitoring.vehicles.services.import_vehicles import import_vehicles as import_list
from lantu.monitoring.vehicles.services.mark_finding_false import mark_finding_false
from lantu.monitoring.vehicles.services.register_vehicle import register_vehicle
from lantu.monitoring.vehicles.sheets import HEADINGS, read_rows, template
from lantu.monitoring.vehicles.tracks import day_span

PER_PAGE = 50
MONTH = timedelta(days=30)
PERIOD_S = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _person(request: HttpRequest) -> User:
    """Who acts; the middleware lets nobody else as far as this."""
    assert isinstance(request.user, User)
    return request.user


def _page(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def _blame(form: django_forms.Form, refusal: Refused) -> None:
    named = {"projects": "serves"}.get(refusal.field or "", refusal.field)
    form.add_error(named if named in form.fields else None, str(refusal))


def _companies() -> list[str]:
    return list(Organisation.objects.filter(vehicles__isnull=False).distinct().values_list("name", flat=True))


@require_GET
def vehicles(request: HttpRequest) -> HttpResponse:
    """All trucks that the reader may see, with filters, freshness and findings of the last month."""
    require(request.user, "monitoring.read")
    now = timezone.now()
    asked = {name: request.GET.get(name, "") for name in ("q", "project", "company", "state")}
    found = find_vehicles(
        request.user, words=asked["q"].strip(), project=asked["project"], company=asked["company"], state=asked["state"],
        now=now,
    )  # fmt: skip
    page = _page(request, with_findings(found, since=now - MONTH))
    labels, loads = state_labels(), load_words()
    for vehicle in page.object_list:
        vehicle.now_word = labels[state_word(vehicle, now)]
        vehicle.load_word = loads.get(vehicle.state.load, "—") if vehicle.has_load_sensor else "—"
    units = Organisation.objects.filter(pk__in=visible_vehicles(request.user).order_by().values("company_id"))
    states = [
        ("connected", _("24 小时内有报告")), ("moving", _("行驶中")), ("quiet", _("行驶中失联")), ("away", _("24 小时无报告")), ("never", _("从未上报")),
        ("expired", _("无有效准运证")), *VehicleStatus.choices,
    ]  # fmt: skip
    fragment = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(
        request,
        "monitoring/vehicles/_table.html" if fragment else "monitoring/vehicles/list.html",
        {
            "page": page, "asked": asked, "states": states, "companies": units.order_by("name"), "period_s": PERIOD_S,
            "today": timezone.localdate(), "may_register": may(request.user, "monitoring.register_vehicle"),
        },
    )  # fmt: skip


@require_GET
def vehicle(request: HttpRequest, pk: int) -> HttpResponse:
    """One truck: what it may do, where it is, its day on the map, its trips and findings."""
    require(request.user, "monitoring.read")
    found = get_vehicle(request.user, pk)
    now = timezone.now()
    today = timezone.localdate()
    day = day_of(request.GET.get("on", ""), today=today)
    since, until = day_span(day)
    first = found.projects.order_by("pk").first()
    return render(
        request,
        "monitoring/vehicles/vehicle.html",
        {
            "vehicle": found,
            "state": found.state,
            "now_word": state_labels()[state_word(found, now)],
            "load_word": load_words().get(found.state.load, "—")
            if found.has_load_sensor
            else _("未装传感器"),
            "alarms": alarm_words(found.state.alarms),
            "projects": [
                project
                for project in found.projects.order_by("name")
                if may(request.user, "monitoring.read", project)
            ],
            "day": day,
            "before": day - timedelta(days=1),
            "after": day + timedelta(days=1) if day < today else None,
            "today": today,
            "facts": day_facts(found, day),
            "findings": find_findings(request.user, vehicle=found.pk, since=since, until=until),
            "recent": find_findings(request.user, vehicle=found.pk)[:8],
            "rules": rules_for(found, day, now=now),
            "period_s": PERIOD_S,
            "may_edit": first is not None and may(request.user, "monitoring.register_vehicle", first),
        },
    )


@require_GET
def findings(request: HttpRequest) -> HttpResponse:
    """Findings of the reader's trucks and projects, with filters."""
    require(request.user, "monitoring.read")
    asked = {
        name: request.GET.get(name, "")
        for name in ("q", "project", "rule", "version", "state", "kind", "days")
    }
    found = find_findings(
        request.user,
        words=asked["q"].strip(),
        project=asked["project"],
        rule=asked["rule"],
        kind=asked["kind"],
        since=timezone.now() - MONTH if asked["days"] == "30" else None,
        version=int(asked["version"]) if re.fullmatch(r"[0-9]{1,6}", asked["version"]) else None,
        false=asked["state"] == "false",
    )
    return render(
        request,
        "monitoring/vehicles/findings.html",
        {
            "page": _page(request, found),
            "asked": asked,
            "rules": KindOfRule.choices,
            "kinds": FindingKind.choices,
        },
    )


@require_GET
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding: which rule version, which inputs, where and when, and where it went."""
    require(request.user, "monitoring.read")
    found = get_finding(request.user, pk)
    return render(
        request,
        "monitoring/vehicles/finding.html",
        {
            "finding": found,
            "day": timezone.localtime(found.first_at).date(),
            "inputs": inputs_in_words(found.inputs),
            "link": taken_up_link(found.taken_up_ref, request.user) if found.taken_up_ref else None,
            "may_mark": not found.false_at and may(request.user, "monitoring.mark_false", found.project),
        },
    )


@require_POST
def finding_false(request: HttpRequest, pk: int) -> HttpResponse:
    """Claim that a finding was none, or agree as the second person."""
    found = get_finding(request.user, pk)
    require(request.user, "monitoring.mark_false", found.project)
    mark_finding_false(
        found,
        reason=request.POST.get("reason", "").replace("\x00", ""),
        now=timezone.now(),
        actor=_person(request),
    )
    return HttpResponseRedirect(found.get_absolute_url())


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """The rules for trucks, all versions, with basis and mark."""
    require(request.user, "monitoring.read")
    return render(request, "monitoring/vehicles/rules.html", {"rows": rules_with_precision(request.user)})


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Register a truck."""
    require(request.user, "monitoring.register_vehicle")
    form = VehicleForm(request.POST or None, reader=_person(request))
    if request.method == "POST" and form.is_valid():
        try:
            new = register_vehicle(
                values=form.values(), projects=form.projects(), now=timezone.now(), actor=_person(request)
            )
        except Refused as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, _("已登记 %(plate)s。") % {"plate": new.plate})
            return HttpResponseRedirect(new.get_absolute_url())
    return _edit_page(request, form, None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a truck."""
    found = get_vehicle(request.user, pk)
    require(request.user, "monitoring.register_vehicle")
    form = VehicleForm(request.POST or None, reader=_person(request), vehicle=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_vehicle(
                found,
                values=form.values(),
                projects=form.projects(),
                now=timezone.now(),
                actor=_person(request),
            )
        except Refused as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(found.get_absolute_url())
    return _edit_page(request, form, found)


def _edit_page(request: HttpRequest, form: VehicleForm, found: Vehicle | None) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "vehicle": found, "companies": _companies()}
    return render(request, "monitoring/vehicles/edit.html", context, status=status)


@require_POST
def new_code(request: HttpRequest, pk: int) -> HttpResponse:
    """End the terminal's codes: it has to register anew."""
    found = get_vehicle(request.user, pk)
    for project in found.projects.all():
        require(request.user, "monitoring.register_vehicle", project)
    renew_code(found, reason=request.POST.get("reason", ""), now=timezone.now(), actor=_person(request))
    messages.success(request, _("原鉴权码已作废，终端下次注册时取得新码。"))
    return HttpResponseRedirect(found.get_absolute_url())


@require_http_methods(["GET", "POST"])
def import_vehicles(request: HttpRequest) -> HttpResponse:
    """Register trucks from a spreadsheet: check first, then all or nothing."""
    require(request.user, "monitoring.register_vehicle")
    form = VehicleImportForm(request.POST or None, request.FILES or None)
    result: Imported | None = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = read_rows(file, file.name)
            result = import_list(
                rows,
                now=timezone.now(),
                actor=_person(request),
                only_check=request.POST.get("step") != "import",
            )
        except Refused as refusal:
            _blame(form, refusal)
        if result is not None and result.done:
            messages.success(request, _("已登记 %(n)s 辆渣土车。") % {"n": result.rows})
            return HttpResponseRedirect(reverse("monitoring:vehicles"))
    status = 422 if request.method == "POST" and (result is None or result.mistakes) else 200
    context = {"form": form, "result": result, "headings": HEADINGS}
    return render(request, "monitoring/vehicles/import.html", context, status=status)


@require_GET
def import_template(request: HttpRequest) -> HttpResponse:
    """The spreadsheet to fill in."""
    require(request.user, "monitoring.register_vehicle")
    response = HttpResponse(template(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="vehicles-template.xlsx"'
    return response
