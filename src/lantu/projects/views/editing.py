"""Forms of the register: each parses, calls one service, and shows what the service says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lantu.accounts.models import Organisation
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.keep_evidence import keep_evidence
from lantu.projects import forms
from lantu.projects.models import MonthlyFigure, Party, Project, YearPlan
from lantu.projects.progress import month_before, month_start
from lantu.projects.selectors import get_visible, months_of
from lantu.projects.services.change_project import ChangedMeanwhile, change_project
from lantu.projects.services.register_project import register_project
from lantu.projects.services.replace_code import replace_code
from lantu.projects.services.report_month import report_month
from lantu.projects.services.set_geometry import set_geometry
from lantu.projects.services.set_party import set_party
from lantu.projects.services.set_year_plan import set_year_plan

MONTHS_OFFERED = 6
FILES_A_MONTH = 6


def _blame(form: django_forms.Form, refusal: Refused) -> None:
    """Put a refusal beside its field, or above the form."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, str(refusal))


def _answer(
    request: HttpRequest, template: str, form: django_forms.Form, context: dict[str, Any]
) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)


def _units() -> dict[str, list[str]]:
    names = Organisation.objects.values_list("name", flat=True).order_by("name")
    owners = names.filter(
        kind__in=(Organisation.Kind.OWNER, Organisation.Kind.COUNTY, Organisation.Kind.BUREAU)
    )
    departments = names.filter(kind__in=(Organisation.Kind.DEPARTMENT, Organisation.Kind.COUNTY))
    return {
        "owners": list(owners[: forms.UNITS_OFFERED]),
        "departments": list(departments[: forms.UNITS_OFFERED]),
    }


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """``/projects/new/``."""
    require(request.user, "projects.edit")
    form = forms.ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            project = register_project(values=form.values(), actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        except Refused as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, _("已登记“%(name)s”。") % {"name": project.name})
            return HttpResponseRedirect(project.get_absolute_url())
    return _answer(request, "projects/edit.html", form, {"project": None, **_units()})


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """``/projects/<code>/edit/``; a second writer gets the differences and the current version."""
    project = get_visible(request.user, code)
    require(request.user, "projects.edit", project)
    form = forms.ProjectForm(request.POST or None, project=project)
    differences: list[tuple[str, str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            change_project(
                project=project,
                values=form.values(),
                version=form.cleaned_data["version"] or 0,
                actor=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
            )
        except ChangedMeanwhile as refusal:
            differences = refusal.differences
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["version"] = str(project.version)  # type: ignore[index]
            form.add_error(None, str(refusal))
        except Refused as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(project.get_absolute_url())
    return _answer(
        request, "projects/edit.html", form, {"project": project, "differences": differences, **_units()}
    )


def _months_offered(today: date) -> list[date]:
    months = [month_start(today)]
    while len(months) < MONTHS_OFFERED:
        months.append(month_before(months[-1]))
    return months


def _prefilled(project: Project, month: date) -> tuple[dict[str, Any], MonthlyFigure | None]:
    """The month's own figures, or those of the last report before it: nobody types the same number twice."""
    rows = months_of(project)
    own = rows.filter(month=month).first()
    last = own or rows.filter(month__lt=month).last()
    initial: dict[str, Any] = {
        "month": f"{month:%Y-%m}",
        "seen_at": own.reported_at.isoformat() if own else "",
    }
    if last is not None:
        initial |= {"physical_pct": last.physical_pct, "grade": last.grade, "source": last.source}
        initial |= {name: forms.as_wan(getattr(last, name)) for name in ("invested_yuan", "paid_yuan")}
    if own is not None:
        initial["planned_pct"] = own.planned_pct
    return initial, last


@require_http_methods(["GET", "POST"])
def month(request: HttpRequest, code: str) -> HttpResponse:
    """``/projects/<code>/month/``: the month report, prefilled with the last one."""
    project = get_visible(request.user, code)
    require(request.user, "projects.report_month", project)
    now = timezone.now()
    offered = _months_offered(timezone.localtime(now).date())
    asked = request.GET.get("month", "")
    chosen = next((m for m in offered if f"{m:%Y-%m}" == asked), offered[0])
    initial, last = _prefilled(project, chosen)
    form = forms.MonthForm(request.POST or None, months=offered, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        reported = date.fromisoformat(f"{data.pop('month')}-01")
        try:
            figure = report_month(project=project, month=reported, actor=request.user, now=now, **data)  # type: ignore[arg-type]
            for file in request.FILES.getlist("files")[:FILES_A_MONTH]:
                keep_evidence(
                    file=file, name=file.name or "", project_id=project.pk, uploaded_by=request.user,
                    supports_type="projects.month", supports_id=figure.pk, now=now,
                    site_lon=project.lon, site_lat=project.lat,
                )  # fmt: skip
        except Refused as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, _("已报送 %(month)s 进度。") % {"month": f"{reported:%Y-%m}"})
            return HttpResponseRedirect(project.get_absolute_url())
    context = {"project": project, "last": last, "chosen": chosen, "offered": offered}
    return _answer(request, "projects/month.html", form, context)


def _small_form(
    request: HttpRequest,
    project: Project,
    form: django_forms.Form,
    act: Callable[[], Any],
    context: dict[str, Any],
) -> HttpResponse:
    """Show a form of a few fields about a project; on success go back to its page."""
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except Refused as refusal:
            _blame(form, refusal)
        else:
            project.refresh_from_db(fields=["code"])
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(context.get("back") or project.get_absolute_url())
    return _answer(request, "projects/small_form.html", form, {"project": project, **context})


@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, code: str) -> HttpResponse:
    """``/projects/<code>/place/``: point, line or polygon."""
    project = get_visible(request.user, code)
    require(request.user, "projects.edit", project)
    form = forms.PlaceForm(request.POST or None, initial={"lon": project.lon, "lat": project.lat})

    def act() -> None:
        data = form.cleaned_data
        set_geometry(
            project=project, geometry=form.geometry() or "", actor=request.user, now=timezone.now(),  # type: ignore[arg-type]
            datum=data["datum"], source=data["source"],
        )  # fmt: skip

    return _small_form(request, project, form, act, {"title": _("设定位置"), "icon": "map-pin"})


@require_http_methods(["GET", "POST"])
def parties(request: HttpRequest, code: str) -> HttpResponse:
    """``/projects/<code>/parties/``: one unit and one person a role."""
    project = get_visible(request.user, code)
    require(request.user, "projects.set_parties", project)
    role = request.GET.get("role", "")
    known = Party.objects.filter(project=project, role=role).select_related("organisation", "contact").first()
    initial = {"role": role}
    if known is not None:
        initial |= {"organisation": known.organisation.name, "contact": known.contact.username}
    form = forms.PartyForm(request.POST or None, initial=initial)

    def act() -> None:
        set_party(project=project, actor=request.user, now=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]

    names = list(Organisation.objects.values_list("name", flat=True).order_by("name")[: forms.UNITS_OFFERED])
    return _small_form(
        request, project, form, act, {"title": _("设置参建单位"), "icon": "users", "units": names}
    )


@require_http_methods(["GET", "POST"])
def new_code(request: HttpRequest, code: str) -> HttpResponse:
    """``/projects/<code>/code/``: another code; the old one keeps finding the project."""
    project = get_visible(request.user, code)
    require(request.user, "projects.edit", project)
    form = forms.CodeForm(request.POST or None)

    def act() -> None:
        replace_code(project=project, actor=request.user, now=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]

    hint = _("现代码 %(code)s 会留在历史里，用它仍能查到本项目。") % {"code": project.code}
    return _small_form(request, project, form, act, {"title": _("更换代码"), "icon": "refresh", "hint": hint})


@require_http_methods(["GET", "POST"])
def year_plan(request: HttpRequest, code: str) -> HttpResponse:
    """``/projects/<code>/year/``: the investment that the year's plan asks for."""
    project = get_visible(request.user, code)
    require(request.user, "projects.edit", project)
    year = timezone.localtime().year
    plan = YearPlan.objects.filter(project=project, year=year).first()
    initial = {
        "year": year,
        "planned_yuan": forms.as_wan(plan.planned_yuan) if plan else "",
        "goal": plan.goal if plan else "",
    }
    form = forms.YearPlanForm(request.POST or None, initial=initial)

    def act() -> None:
        set_year_plan(project=project, actor=request.user, now=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]

    return _small_form(request, project, form, act, {"title": _("设定年度计划"), "icon": "calendar-stats"})
