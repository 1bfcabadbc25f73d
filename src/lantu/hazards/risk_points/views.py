"""Pages of risk points: the list, the week's map, one point, writing one, a project's tab."""

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
from lantu.calc.lec import CONSEQUENCE, EXPOSURE, LIKELIHOOD
from lantu.core.refusals import Refused, Unacceptable
from lantu.hazards.inspections.selectors import visible_inspections
from lantu.hazards.risk_points import forms, selectors, services
from lantu.hazards.risk_points.actions import actions_for, may_record_scheme, may_write
from lantu.hazards.risk_points.doing import do
from lantu.hazards.risk_points.judging import (
    gaps_of,
    kind_of,
    level_label,
    name_of,
    parameters_of,
    verdict_words,
    works,
)
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.states import ControlLevel, PointState, RiskColour
from lantu.hazards.risk_points.weeks import read_week, week_of
from lantu.hazards.risk_points.words import lines
from lantu.projects.areas import area_names
from lantu.projects.models import Project
from lantu.projects.selectors import get_visible, visible_projects

PER_PAGE = 25
MOST_PROJECTS = 500


def levels() -> list[tuple[int, str]]:
    return [(level, level_label(level)[0]) for level in (2, 1, 0)]


@require_GET
def point_list(request: HttpRequest) -> HttpResponse:
    """All risk points that the reader may see; also the rows behind every figure."""
    require(request.user, "risk_points.read")
    user: Any = request.user
    wanted, now = forms.read_filter(request.GET), timezone.now()
    week = week_of(timezone.localtime(now).date())
    rows = selectors.filtered_points(user, wanted, now=now, week=week)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    with_verdicts(page)
    chips = []
    for label, key, value in selectors.CHIPS:
        mine = request.GET.copy()
        for name in ("set", "page"):
            mine.pop(name, None)
        mine[key] = value
        chips.append({"label": label, "url": f"?{mine.urlencode()}", "current": wanted.named_set == value})
    return render(
        request,
        "hazards/risks/list.html",
        {
            "page": page,
            "wanted": wanted,
            "chips": chips,
            "states": PointState.choices,
            "colours": list(reversed(RiskColour.choices)),
            "levels": levels(),
            "categories": [(code, name_of(one)) for code, one in works().categories.items()],
            "query": request.GET.urlencode(),
            "may_create": may(user, "risk_points.create"),
        },
    )


def with_verdicts(points: Any) -> None:
    """Give every row of a page its level and kind in words."""
    for point in points:
        point.level_label, point.level_tone = level_label(point.level, point.at_least)
        point.kind_name = name_of(kind_of(point.kind))


@require_GET
def risk_map(request: HttpRequest) -> HttpResponse:
    """The four-colour map of one week: what is built then, not what a site is usually like."""
    require(request.user, "risk_points.read")
    user: Any = request.user
    now = timezone.now()
    today = timezone.localtime(now).date()
    week = read_week(request.GET.get("week", ""), today=today)
    rows = selectors.at_work_in(selectors.visible_points(user), week)
    counts = dict.fromkeys((4, 3, 2, 1), 0)
    for grade in rows.values_list("grade", flat=True):
        counts[grade] += 1
    grave: list[Any] = list(
        rows.filter(grade__gte=RiskColour.ORANGE)
        .select_related("project", "responsible")
        .order_by("-grade", "work_to", "id")[:60]
    )
    with_verdicts(grave)
    winds = selectors.winds_at({point.project_id for point in grave}, now=now)
    for point in grave:
        wind = winds.get(point.project_id) if week == week_of(today) else None
        point.weather = selectors.weather_note(point, wind)
        point.stand_still = selectors.wind_forbids(point, wind)
    return render(
        request,
        "hazards/risks/map.html",
        {
            "week": week,
            "this_week": week == week_of(today),
            "before": week.moved(-1),
            "after": week.moved(1),
            "counts": [(grade, label, counts[grade]) for grade, label in reversed(RiskColour.choices)],
            "grave": grave,
            "areas": area_names(),
        },
    )


@require_GET
def project_tab(request: HttpRequest, code: str) -> HttpResponse:
    """Double prevention on a project's page: its risk points, patrols and inspections."""
    require(request.user, "risk_points.read")
    user: Any = request.user
    project = get_visible(user, code)
    now = timezone.now()
    rows = selectors.visible_points(user).filter(project=project)
    rows = rows.select_related("project", "responsible", "duty__holder", "duty__unit")
    page = Paginator(
        rows.order_by(F("closed_at").desc(nulls_first=True), "-grade", "work_to", "id"), PER_PAGE
    ).get_page(request.GET.get("page"))
    with_verdicts(page)
    since = now - timedelta(days=30)
    plans = selectors.visible_plans(user).filter(project=project, stopped_at=None)
    return render(
        request,
        "hazards/risks/project.html",
        {
            "project": project,
            "tab": "double_prevention",
            "page": page,
            "plans": plans.prefetch_related("stops"),
            "rounds": selectors.visible_rounds(user).filter(project=project)[:10],
            "completion": selectors.completion(
                selectors.visible_rounds(user).filter(project=project), since=since, now=now
            ),
            "inspections": visible_inspections(user).filter(project=project)[:10],
            "may_create": may(user, "risk_points.create", project),
            "may_plan": may(user, "risk_points.plan_patrol", project),
            "may_inspect": may(user, "inspections.plan", project),
        },
    )


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One point: what it is, why it has its level and colour, who answers for it, what comes next."""
    require(request.user, "risk_points.read")
    return _show(request, selectors.get_visible_point(request.user, pk))


def _show(request: HttpRequest, point: RiskPoint, *, refusal: Refused | None = None) -> HttpResponse:
    kind = kind_of(point.kind)
    now = timezone.now()
    wind = selectors.winds_at([point.project_id], now=now).get(point.project_id)
    given = point.parameters
    context = {
        "point": point,
        "kind": kind,
        "kind_name": name_of(kind),
        "verdict": verdict_words(point),
        "parameters": [(name_of(one), one, given.get(one.key)) for one in parameters_of(kind)],
        "gaps": gaps_of(point) if point.is_open else [],
        "sections": [
            (section.code, name_of(section), section.code in point.scheme_sections)
            for section in works().sections
        ],
        "expert_results": works().expert_results.items(),
        "expert_result": works().expert_results.get(point.expert_result, ""),
        "experts_least": works().experts_least,
        "assessments": point.assessments.select_related("by", "judged_by")[:20],
        "checks": point.checks.select_related("by", "hazard", "round")[:20],
        "files": selectors.scheme_files(point),
        "event_lines": lines(selectors.events_of(point)[:50]),
        "actions": actions_for(request.user, point),
        "may_write": may_write(request.user, point),
        "may_record": may_record_scheme(request.user, point),
        "weather": selectors.weather_note(point, wind),
        "stand_still": selectors.wind_forbids(point, wind),
        "lec": lec_choices(),
        "typed": request.POST,
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "hazards/risks/detail.html", context, status=status)


def lec_choices() -> list[tuple[str, str, list[str]]]:
    """Field, letter and steps of the three factors."""
    return [
        (field, letter, [f"{step:g}" for step in steps])
        for field, letter, steps in (
            ("likelihood", "L", LIKELIHOOD),
            ("exposure", "E", EXPOSURE),
            ("consequence", "C", CONSEQUENCE),
        )
    ]


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Carry out one verb. A refusal shows the page again with the reason and the typed text."""
    user: Any = request.user
    point = selectors.get_visible_point(user, pk)
    try:
        said = do(verb, point, by=user, now=timezone.now(), values=request.POST.dict())
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _show(request, selectors.get_visible_point(user, pk), refusal=refused)
    messages.success(request, said)
    return HttpResponseRedirect(point.get_absolute_url())


@require_POST
def scheme(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the special scheme and the experts' review."""
    user: Any = request.user
    point = selectors.get_visible_point(user, pk)
    try:
        services.record_scheme(
            point,
            by=user,
            now=timezone.now(),
            sections=request.POST.getlist("sections"),
            approved_on=forms.day(request.POST, "approved_on"),
            approved_by=request.POST.get("approved_by", ""),
            experts=forms.lines(request.POST.get("experts", "")),
            expert_result=request.POST.get("expert_result", ""),
            expert_reviewed_on=forms.day(request.POST, "expert_reviewed_on"),
            files=request.FILES.getlist("files"),
        )
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _show(request, selectors.get_visible_point(user, pk), refusal=refused)
    messages.success(request, _("专项方案已登记。"))
    return HttpResponseRedirect(point.get_absolute_url())


@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a new point down, or change a draft. Choosing the kind of work shows what it asks for."""
    user: Any = request.user
    require(user, "risk_points.create")
    point = selectors.get_visible_point(user, pk) if pk is not None else None
    values: Any = request.POST if request.method == "POST" else request.GET
    project = point.project if point is not None else _project(request, values)
    refusal = None
    if request.method == "POST" and not request.POST.keys().isdisjoint({"save", "submit"}):
        try:
            saved = _save(request, project, point)
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            return HttpResponseRedirect(saved.get_absolute_url())
    return _form(request, project, point, values, refusal)


def _project(request: HttpRequest, values: Any) -> Project | None:
    code = values.get("project", "").replace("\x00", "").strip()
    return get_visible(request.user, code) if code else None


def _save(request: HttpRequest, project: Project | None, point: RiskPoint | None) -> RiskPoint:
    user: Any = request.user
    if project is None:
        raise Unacceptable("risk_points.no_project", _("请选择项目。"), field="project")
    values = forms.point_values(request.POST)
    if point is None:
        saved = services.create_point(
            project=project, values=values, by=user, now=timezone.now(), submit="submit" in request.POST
        )
        waits = saved.state == PointState.DRAFT
        messages.success(
            request,
            _("风险点已登记，请核对后提交审核。") if waits else _("已提交，等待监理审核。"),
        )
    else:
        saved = services.change_point(point, values=values, by=user, now=timezone.now())
        messages.success(request, _("已保存。"))
    return saved


def _form(
    request: HttpRequest, project: Project | None, point: RiskPoint | None, values: Any, refusal: Any
) -> HttpResponse:
    typed: dict[str, Any] = {name: values.get(name, "") for name in values}
    if point is not None and request.method == "GET":
        typed = forms.typed_from(point) | typed
    kind = works().kinds.get(typed.get("kind", ""))
    if kind is not None and point is None:
        typed.setdefault("controls", "\n".join(kind.controls))
        for (field, _letter, _steps), step in zip(lec_choices(), kind.lec, strict=True):
            if not typed.get(field):
                typed[field] = f"{step:g}"
    groups = [
        (
            name_of(named),
            [(one.code, name_of(one)) for one in works().kinds.values() if one.category == category],
        )
        for category, named in works().categories.items()
    ]
    return render(
        request,
        "hazards/risks/write.html",
        {
            "project": project,
            "point": point,
            "projects": [] if project else visible_projects(request.user).order_by("name")[:MOST_PROJECTS],
            "typed": typed,
            "kind": kind,
            "groups": groups,
            "parameters": [(name_of(one), one, typed.get(f"p_{one.key}", "")) for one in parameters_of(kind)]
            if kind
            else [],
            "lec": [(field, letter, steps, typed.get(field, "")) for field, letter, steps in lec_choices()],
            "control_levels": ControlLevel.choices,
            "people": selectors.people_of(project, "risk_points.control") if project else [],
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


def back_to_tab(project: Project) -> HttpResponseRedirect:
    """To the project's page of double prevention."""
    return HttpResponseRedirect(reverse("hazards:risk_project", args=[project.code]))
