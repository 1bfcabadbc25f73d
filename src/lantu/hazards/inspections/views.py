"""Pages of inspections: list, planning, drawing by lot, the sheet on desk and phone, the result on paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.offline import kept_offline
from lantu.core.refusals import Missing, Refused
from lantu.hazards.forms import whole
from lantu.hazards.inspections import forms, selectors, services
from lantu.hazards.inspections.models import Entry, Inspection
from lantu.hazards.inspections.scoring import score
from lantu.hazards.inspections.services.drawing import redraw
from lantu.hazards.inspections.states import InspectionKind, InspectionState, Result
from lantu.hazards.inspections.templates_of import lots_by_division, table_name, tables_of
from lantu.hazards.inspections.words import lines
from lantu.hazards.risk_points.forms import day, person
from lantu.hazards.states import Grade
from lantu.projects.areas import area_names
from lantu.projects.selectors import UNDER_CONSTRUCTION, get_visible, visible_projects

PER_PAGE = 25
MOST_PROJECTS = 500


@require_GET
def inspection_list(request: HttpRequest) -> HttpResponse:
    """All inspections that the reader may see."""
    require(request.user, "inspections.read")
    user: Any = request.user
    wanted = forms.read_filter(request.GET)
    page = Paginator(selectors.filtered_inspections(user, wanted), PER_PAGE).get_page(request.GET.get("page"))
    chips = []
    for label, value in selectors.CHIPS:
        mine = request.GET.copy()
        mine.pop("page", None)
        mine["set"] = value
        chips.append((f"?{mine.urlencode()}", label, wanted.named_set == value))
    return render(
        request,
        "hazards/inspections/list.html",
        {
            "page": page,
            "wanted": wanted,
            "chips": chips,
            "kinds": InspectionKind.choices,
            "states": InspectionState.choices,
            "results": [choice for choice in Result.choices if choice[0]],
            "may_plan": may(user, "inspections.plan"),
            "may_draw": may(user, "inspections.draw"),
        },
    )


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """Plan one inspection of one project."""
    user: Any = request.user
    require(user, "inspections.plan")
    values: Any = request.POST if request.method == "POST" else request.GET
    code = values.get("project", "").replace("\x00", "").strip()
    project = get_visible(user, code) if code else None
    refusal = None
    if request.method == "POST" and project is not None and "save" in request.POST:
        try:
            made = services.plan_inspection(
                project=project,
                kind=request.POST.get("kind", ""),
                tables=[table for table in request.POST.getlist("tables") if table],
                inspector=person(request.POST, "inspector") or user,
                second=person(request.POST, "second") or user,
                planned_on=day(request.POST, "planned_on") or timezone.localdate(),
                title=request.POST.get("title", ""),
                place=request.POST.get("place", ""),
                by=user,
                now=timezone.now(),
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("检查已安排。"))
            return HttpResponseRedirect(made.get_absolute_url())
    return render(
        request,
        "hazards/inspections/plan.html",
        {
            "project": project,
            "projects": [] if project else visible_projects(user).order_by("name")[:MOST_PROJECTS],
            "kinds": InspectionKind.choices,
            "kind": values.get("kind") or InspectionKind.SAFETY,
            "tables": [(code, table_name(table)) for code, table in tables_of(InspectionKind.SAFETY).items()],
            "chosen": values.getlist("tables"),
            "lots": lots_by_division(),
            "inspectors": selectors.inspectors_of(project, "inspections.fill"),
            "seconds": selectors.inspectors_of(project, "inspections.sign"),
            "typed": values,
            "today": timezone.localdate(),
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


@require_http_methods(["GET", "POST"])
def draw(request: HttpRequest) -> HttpResponse:
    """双随机: draw projects and inspectors by lot."""
    user: Any = request.user
    require(user, "inspections.draw")
    refusal = None
    area = request.POST.get("area", "")
    if request.method == "POST":
        try:
            projects = visible_projects(user).filter(UNDER_CONSTRUCTION)
            if area in area_names():
                projects = projects.filter(area_code=area)
            chosen = User.objects.filter(
                pk__in=[int(pk) for pk in request.POST.getlist("inspectors") if pk.isascii() and pk.isdigit()]
            )
            made = services.draw_inspections(
                kind=request.POST.get("kind", ""),
                tables=[table for table in request.POST.getlist("tables") if table],
                projects=list(projects),
                inspectors=list(chosen.select_related("organisation")),
                count=whole(request.POST, "count") or 0,
                planned_on=day(request.POST, "planned_on") or timezone.localdate(),
                by=user,
                now=timezone.now(),
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("已抽取，检查任务已派给检查人。"))
            return HttpResponseRedirect(made.get_absolute_url())
    return render(
        request,
        "hazards/inspections/draw.html",
        {
            "kinds": InspectionKind.choices,
            "areas": area_names().items(),
            "area": area,
            "inspectors": selectors.inspectors_of(None, "inspections.fill"),
            "picked": request.POST.getlist("inspectors"),
            "nowhere": not visible_projects(user).filter(UNDER_CONSTRUCTION).exists(),
            "lots": lots_by_division(),
            "chosen": request.POST.getlist("tables"),
            "typed": request.POST,
            "today": timezone.localdate(),
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


@require_GET
def drawn(request: HttpRequest, pk: int) -> HttpResponse:
    """One draw: the seed, everybody who could have been drawn, who was, and whether it can be repeated."""
    require(request.user, "inspections.read")
    made = selectors.get_visible_draw(request.user, pk)
    return render(
        request,
        "hazards/inspections/drawn.html",
        {"draw": made, "repeats": redraw(made), "inspections": made.inspections.select_related("project", "inspector", "second")},
    )  # fmt: skip


@kept_offline
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One inspection: its state, its score so far or frozen, and the reader's next step."""
    require(request.user, "inspections.read")
    return _show(request, selectors.get_visible_inspection(request.user, pk))


def _show(request: HttpRequest, inspection: Inspection, *, refusal: Refused | None = None) -> HttpResponse:
    entries = list(inspection.entries.select_related("hazard"))
    found = score(inspection, entries) if entries else None
    done = {table["code"]: table for table in found.tables} if found else {}
    names = tables_of(inspection.kind)
    tables = [
        {
            "code": code,
            "name": table_name(names[code]),
            "left": sum(entry.table == code and entry.checked_at is None for entry in entries),
            "all": sum(entry.table == code for entry in entries),
            "score": done.get(code),
        }
        for code in inspection.tables
        if code in names
    ]
    return render(
        request,
        "hazards/inspections/detail.html",
        {
            "inspection": inspection,
            "found": found,
            "tables": tables,
            "findings": [entry for entry in entries if entry.finding],
            "left": sum(entry.checked_at is None for entry in entries),
            "mine": _mine(request.user, inspection),
            "may_void": may(request.user, "inspections.plan", inspection.project),
            "result_label": Result(inspection.result).label,
            "event_lines": lines(selectors.events_of(inspection)[:50]),
            "typed": request.POST,
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


def _mine(reader: Any, inspection: Inspection) -> bool:
    return bool(inspection.is_open and inspection.duty and inspection.duty.holder_id == reader.pk)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Start, finish, sign, send back, or call off."""
    user: Any = request.user
    inspection = selectors.get_visible_inspection(user, pk)
    now, version = timezone.now(), whole(request.POST, "version")
    reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
    try:
        match verb:
            case "start":
                services.start_inspection(inspection, by=user, now=now, version=version)
                said = _("检查已开始，请逐表填写。")
            case "finish":
                services.finish_inspection(inspection, by=user, now=now, version=version)
                said = _("检查表已评分并冻结，等待复核签字。")
            case "sign":
                services.sign_inspection(inspection, by=user, now=now, note=note, version=version)
                said = _("已签字。")
            case "send_back":
                services.send_back_inspection(inspection, by=user, now=now, reason=reason, version=version)
                said = _("已退回检查人。")
            case "void":
                services.void_inspection(inspection, by=user, now=now, reason=reason, version=version)
                said = _("检查已取消，记录保留。")
            case _:
                raise Missing("inspections.unknown_verb", _("没有这个操作。"))
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _show(request, selectors.get_visible_inspection(user, pk), refusal=refused)
    messages.success(request, said)
    return HttpResponseRedirect(inspection.get_absolute_url())


@kept_offline
@require_http_methods(["GET", "POST"])
def table(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """One table of the sheet, item by item: the same page on the desk and in the hand."""
    user: Any = request.user
    require(user, "inspections.read")
    inspection = selectors.get_visible_inspection(user, pk)
    entries = list(inspection.entries.filter(table=code).select_related("hazard"))
    if not entries:
        raise Missing("inspections.unknown_table", _("没有这张检查表。"))
    refusal = None
    if request.method == "POST":
        try:
            _fill(request, inspection, code, entries)
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("本表已保存。"))
            if "next" in request.POST and (following := _following(inspection, code)):
                return HttpResponseRedirect(reverse("hazards:inspection_table", args=[pk, following]))
            return HttpResponseRedirect(
                f"{request.path}" if "stay" in request.POST else inspection.get_absolute_url()
            )
    photos = selectors.photos_of(entries)
    return render(
        request,
        "hazards/inspections/table.html",
        {
            "inspection": inspection,
            "code": code,
            "table_name": table_name(tables_of(inspection.kind)[code]),
            "rows": [(entry, photos[entry.pk], _typed(request, entry)) for entry in entries],
            "kind": inspection.kind,
            "grades": list(reversed(Grade.choices)),
            "may_fill": inspection.state == InspectionState.IN_PROGRESS and _mine(user, inspection),
            "following": _following(inspection, code),
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


def _typed(request: HttpRequest, entry: Entry) -> dict[str, Any]:
    """What was typed for an item before a refusal; else what is stored."""
    if request.method == "POST":
        names = (
            "deducted",
            "points",
            "conforming",
            "finding",
            "place",
            "grade",
            "na",
            "remedied",
            "bad",
            "grave",
        )
        return {name: request.POST.get(f"{name}_{entry.item}", "") for name in names}
    return {
        "deducted": f"{entry.deducted:g}" if entry.deducted else "",
        "points": entry.points or "",
        "conforming": entry.conforming if entry.points else "",
        "finding": entry.finding,
        "place": entry.place,
        "grade": str(entry.grade or ""),
        "na": "" if entry.applies else "1",
        "remedied": "1" if entry.remedied else "",
        "bad": "1" if entry.points and not entry.conforming else "",
        "grave": "1" if entry.grave else "",
    }


def _fill(request: HttpRequest, inspection: Inspection, code: str, entries: list[Any]) -> None:
    user: Any = request.user
    now = timezone.now()
    rows = forms.table_rows(request.POST, entries, inspection.kind)
    services.fill_table(inspection, table=code, rows=rows, by=user, now=now)
    for entry in entries:
        files = request.FILES.getlist(f"photos_{entry.item}")
        if files:
            services.add_photos(inspection, entry, files=files, by=user, now=now)


def _following(inspection: Inspection, code: str) -> str:
    """The next table of the sheet; empty at the end."""
    at = inspection.tables.index(code)
    return inspection.tables[at + 1] if at + 1 < len(inspection.tables) else ""
