"""Patrols on desk and phone: plans, rounds, and the page behind the QR code of a point."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.permissions import may, require
from lantu.core.offline import kept_offline
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.submissions import claim_files
from lantu.hazards.forms import degrees, whole
from lantu.hazards.risk_points import forms, selectors, services
from lantu.hazards.risk_points.figures import PATROL_DAYS
from lantu.hazards.risk_points.judging import kind_of, name_of
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.states import MAPPED_STATES, RoundState
from lantu.hazards.risk_points.views import back_to_tab
from lantu.hazards.states import Grade
from lantu.projects.selectors import get_visible

PER_PAGE = 25
OUTCOMES = ("right", "finding")


@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds that fell due lately, those that nobody walked on top. No ranking of people or sites."""
    require(request.user, "risk_points.read")
    user: Any = request.user
    now = timezone.now()
    since = now - timedelta(days=PATROL_DAYS)
    rows = selectors.visible_rounds(user).filter(due_at__gte=since)
    chosen = request.GET.get("set", "")
    if chosen == "open":
        rows = rows.filter(state=RoundState.OPEN)
    elif chosen == "missed":
        rows = rows.filter(missed_periods__gt=0)
    elif chosen == "mine":
        rows = rows.filter(state=RoundState.OPEN, patroller=user)
    page = Paginator(rows.order_by(F("closed_at").desc(nulls_first=True), "due_at", "id"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    chips = [("", _("全部")), ("open", _("待巡查")), ("mine", _("我的巡查")), ("missed", _("有漏巡"))]
    return render(
        request,
        "hazards/risks/rounds.html",
        {
            "page": page,
            "chips": [(f"?set={key}", label, key == chosen) for key, label in chips],
            "completion": selectors.completion(selectors.visible_rounds(user), since=since, now=now),
            "days": PATROL_DAYS,
        },
    )


@kept_offline
@require_GET
def round_(request: HttpRequest, pk: int) -> HttpResponse:
    """One round for the person who walks it: the route, and what was found so far."""
    require(request.user, "risk_points.read")
    found = selectors.get_visible_round(request.user, pk)
    return render(
        request,
        "hazards/risks/round.html",
        {
            "round": found,
            "route": selectors.route_of(found),
            "may_patrol": may(request.user, "risk_points.patrol", found.project),
        },
    )


@kept_offline
@require_http_methods(["GET", "POST"])
def scan(request: HttpRequest, token: str) -> HttpResponse:
    """What opens when the sheet of a point is scanned: look, tick, done; or photograph what is wrong."""
    require(request.user, "risk_points.read")
    return _check_page(request, selectors.point_by_token(request.user, token), scanned=True)


@kept_offline
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The same without a sheet at hand; the record says that nobody scanned."""
    require(request.user, "risk_points.read")
    return _check_page(request, selectors.get_visible_point(request.user, pk), scanned=False)


def _check_page(request: HttpRequest, point: RiskPoint, *, scanned: bool) -> HttpResponse:
    user: Any = request.user
    refusal = None
    if request.method == "POST":
        try:
            return _checked(request, point, scanned=scanned)
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
    chosen = request.POST.getlist("failed")
    return render(
        request,
        "hazards/risks/check.html",
        {
            "point": point,
            "kind_name": name_of(kind_of(point.kind)),
            "scanned": scanned,
            "controls": [
                (number, text, str(number) in chosen) for number, text in enumerate(point.controls, start=1)
            ],
            "grades": list(reversed(Grade.choices)),
            "last": point.checks.select_related("by", "hazard").first(),
            "may_patrol": may(user, "risk_points.patrol", point.project) and point.state in MAPPED_STATES,
            "weather": selectors.weather_note(
                point, selectors.winds_at([point.project_id], now=timezone.now()).get(point.project_id)
            ),
            "typed": request.POST,
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


def _checked(request: HttpRequest, point: RiskPoint, *, scanned: bool) -> HttpResponse:
    user: Any = request.user
    failed = [int(text) for text in request.POST.getlist("failed") if text.isascii() and text.isdigit()]
    if request.POST.get("outcome") not in OUTCOMES:
        # Half a form must never count as “all right”.
        raise Unacceptable(
            "risk_points.no_outcome",
            _("没有收到检查结果。"),
            remedy=_("请选择“一切正常”或“发现问题”后重新提交。"),
            field="outcome",
        )
    other = request.POST.get("outcome") == "finding"
    grade = whole(request.POST, "grade") if other else None
    made = services.check_point(
        point,
        by=user,
        now=timezone.now(),
        failed_controls=failed if other else [],
        note=request.POST.get("note", ""),
        grade=(grade or Grade.YELLOW) if other and not failed else grade,
        scanned=scanned,
        lon=degrees(request.POST, "lon"),
        lat=degrees(request.POST, "lat"),
        files=claim_files(request.FILES.getlist("photos"), request.POST.get("claims", "")),
    )
    messages.success(
        request, _("已记录，一切正常。") if made.all_right else _("问题已登记为隐患，等待核实。")
    )
    if made.round is not None:
        return HttpResponseRedirect(made.round.get_absolute_url())
    return HttpResponseRedirect(reverse("hazards:risk_check", args=[point.pk]))


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """Plan a patrol of a project."""
    user: Any = request.user
    project = get_visible(user, code)
    require(user, "risk_points.plan_patrol", project)
    points = list(
        selectors.visible_points(user).filter(project=project, state__in=MAPPED_STATES).order_by("no")
    )
    refusal = None
    chosen = set(request.POST.getlist("points"))
    if request.method == "POST":
        try:
            patroller = forms.person(request.POST, "patroller") or user
            services.plan_patrol(
                project=project,
                name=request.POST.get("name", ""),
                period_days=whole(request.POST, "period_days") or 0,
                due_hour=whole(request.POST, "due_hour") or 18,
                patroller=patroller,
                points=[point for point in points if str(point.pk) in chosen],
                first_on=forms.day(request.POST, "first_on"),
                by=user,
                now=timezone.now(),
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("巡查计划已制定。"))
            return back_to_tab(project)
    return render(
        request,
        "hazards/risks/plan.html",
        {
            "project": project,
            "points": [(point, str(point.pk) in chosen or not chosen) for point in points],
            "people": selectors.people_of(project, "risk_points.patrol"),
            "typed": request.POST,
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """End a plan."""
    user: Any = request.user
    found = selectors.get_visible_plan(user, pk)
    try:
        services.stop_patrol(found, by=user, now=timezone.now(), reason=request.POST.get("reason", ""))
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        messages.error(request, str(refused))
    else:
        messages.success(request, _("巡查计划已停用。"))
    return back_to_tab(found.project)
