"""Pages of programmes: list, the programme with lanes, members, milestones and map, milestones of all, paper."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import may, require
from lantu.calc.rollup import Member
from lantu.lifecycle.programmes import selectors
from lantu.lifecycle.programmes.map_data import end_of_month, programme_map, state_words
from lantu.lifecycle.programmes.models import Programme, ProgrammeMilestone
from lantu.lifecycle.programmes.services.passing import may_edit
from lantu.lifecycle.programmes.states import CLOSED_MILESTONES, ProgrammeState
from lantu.lifecycle.programmes.timeline import draw
from lantu.lifecycle.programmes.words import lines
from lantu.packs.load import national
from lantu.projects.areas import area_name

PER_PAGE = 20


@require_GET
def programme_list(request: HttpRequest) -> HttpResponse:
    """All programmes that the reader may see, with their roll-up."""
    user: Any = request.user
    require(user, "lifecycle.programmes_read")
    now = timezone.now()
    state = request.GET.get("state", "")
    rows = selectors.visible_programmes(user)
    if state in ProgrammeState.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = [(row, selectors.programme_progress(row, now, user)) for row in page]
    return render(
        request,
        "lifecycle/programmes/list.html",
        {
            "page": page,
            "rows": shown,
            "state": state,
            "states": ProgrammeState.choices,
            "may_edit": may(user, "lifecycle.programmes_edit"),
            "may_cases": may(user, "lifecycle.cases_read"),
        },
    )


def page_context(programme: Programme, user: Any, query: Any) -> dict[str, Any]:
    """What the page and the paper of a programme show."""
    now = timezone.now()
    past = selectors.Past(selectors.members_of(programme, user))
    progress = selectors.progress_at(past, now)
    milestones = list(programme.milestones.select_related("owner__organisation", "project", "duty__holder"))
    goals = selectors.goal_rows(programme, now, past)
    members = member_rows(programme, past, now)
    wanted, lane = query.get("state", ""), query.get("lane", "")
    if wanted in progress.states:
        members = [row for row in members if row["state"] == wanted and row["present"]]
    if lane:
        members = [row for row in members if row["member"].lane == lane]
    drawing = draw(programme, past, milestones, goals, now=now)
    return {
        "programme": programme,
        "progress": progress,
        "behind": _behind(progress),
        "state_links": [
            (state, label, progress.states[state], selectors.rows_address(programme, state=state))
            for state, label in state_words().items()
        ],
        "members": members,
        "has_places": any(row.project.lon is not None for row in past.members),
        "total_members": programme.members.filter(left_on=None).count(),
        "seen_members": progress.rolled.members,
        "wanted_state": wanted,
        "milestones": milestones,
        "today": timezone.localtime(now).date(),
        "goals": goals,
        "drawing": drawing,
        "curve": curve(programme, past),
        "counties": [area_name(code) for code in programme.county_codes],
        "lane_labels": {
            lane["key"]: selectors.lane_label(programme, lane["key"]) for lane in programme.lanes
        },
        "behind_points": national().programmes.behind_points,
    }


def _behind(progress: selectors.Progress) -> float | None:
    physical, planned = progress.rolled.physical_pct, progress.rolled.planned_pct
    return None if physical is None or planned is None else round(planned - physical, 1)


def member_rows(programme: Programme, past: selectors.Past, now: Any) -> list[dict[str, Any]]:
    """Members present and past, with the facts that the roll-up counted."""
    today = timezone.localtime(now).date()
    points = national().programmes.behind_points
    words = state_words()
    found = []
    for row in past.members:
        facts: Member = past.at(row, row.left_on or today)
        state = str(facts.state(points))
        found.append(
            {
                "member": row,
                "project": row.project,
                "lane": selectors.lane_label(programme, row.lane),
                "present": row.left_on is None,
                "facts": facts,
                "state": state,
                "state_label": words[state],
            }
        )
    return sorted(found, key=lambda row: (not row["present"], row["member"].lane, -row["facts"].weight_yuan))


def curve(programme: Programme, past: selectors.Past) -> dict[str, Any]:
    """Spec of the chart: the roll-up at the end of every month, computed from what had been reported by then."""
    now = timezone.now()
    months = selectors.months_of(programme, now)
    points = [selectors.progress_at(past, min(end_of_month(month), now)).rolled for month in months]
    last = points[-1]
    summary = ""
    if last.physical_pct is not None and last.planned_pct is not None:
        summary = _("截至 %(month)s，加权形象进度 %(a)s%%，加权序时进度 %(b)s%%") % {
            "month": f"{months[-1]:%Y-%m}", "a": f"{last.physical_pct:g}", "b": f"{last.planned_pct:g}",
        }  # fmt: skip
    return {
        "kind": "mixed",
        "x": [f"{month:%Y-%m}" for month in months],
        "unit": "%",
        "min": 0,
        "max": 100,
        "series": [
            {"name": _("加权序时进度"), "type": "line", "dash": True, "color": "muted",
             "data": [point.planned_pct for point in points]},
            {"name": _("加权形象进度"), "type": "line", "area": True, "color": "primary",
             "data": [point.physical_pct for point in points]},
        ],
        "marks": [],
        "summary": summary,
        "empty": _("还没有成员报送过月度进度。"),
    }  # fmt: skip


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One programme as it stands."""
    user: Any = request.user
    require(user, "lifecycle.programmes_read")
    programme = selectors.get_visible_programme(user, pk)
    context = page_context(programme, user, request.GET) | {
        "event_lines": lines(selectors.events_of(programme)),
        "checks": programme.checks.select_related("by"),
        "may_edit": may_edit(programme, user),
        "mine": programme.duty is not None and programme.is_open and programme.duty.holder_id == user.pk,
        "may_end": may(user, "lifecycle.programmes_approve") and programme.state == ProgrammeState.IN_FORCE,
        "months": [f"{month:%Y-%m}" for month in reversed(selectors.months_of(programme, timezone.now()))],
    }
    return render(request, "lifecycle/programmes/detail.html", context)


@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The programme for printing on A4."""
    user: Any = request.user
    require(user, "lifecycle.programmes_read")
    programme = selectors.get_visible_programme(user, pk)
    return render(request, "lifecycle/programmes/paper.html", page_context(programme, user, {}))


@require_GET
def map_json(request: HttpRequest, pk: int) -> HttpResponse:
    """The layers document of the programme's map."""
    user: Any = request.user
    require(user, "lifecycle.programmes_read")
    programme = selectors.get_visible_programme(user, pk)
    past = selectors.Past(selectors.members_of(programme, user))
    response = JsonResponse(programme_map(programme, past, user, now=timezone.now()))
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
def milestone_list(request: HttpRequest) -> HttpResponse:
    """Shared milestones of all programmes in force: late ones, one's own, or all."""
    user: Any = request.user
    require(user, "lifecycle.programmes_read")
    now = timezone.now()
    wanted = request.GET.get("set", "open")
    rows = (
        ProgrammeMilestone.objects.filter(
            programme__in=selectors.visible_programmes(user)
            .filter(state=ProgrammeState.IN_FORCE)
            .values("pk")
        )
        .select_related("programme", "owner__organisation", "duty__holder")
        .order_by("due_on", "id")
    )
    opened = ~Q(state__in=CLOSED_MILESTONES)
    if wanted == "late":
        rows = rows.filter(opened, due_on__lt=timezone.localtime(now).date())
    elif wanted == "mine":
        rows = rows.filter(opened, duty__holder=user)
    elif wanted != "all":
        rows = rows.filter(opened)
    sets = (("open", _("未完成")), ("late", _("逾期")), ("mine", _("在我手上")), ("all", _("全部")))
    return render(
        request,
        "lifecycle/programmes/milestones.html",
        {
            "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "sets": sets,
            "wanted": wanted,
            "today": timezone.localtime(now).date(),
        },
    )


@require_GET
def milestone(request: HttpRequest, pk: int) -> HttpResponse:
    """One milestone with what its holder can do."""
    user: Any = request.user
    require(user, "lifecycle.programmes_read")
    row = selectors.get_visible_milestone(user, pk)
    events = selectors.events_of(row.programme)
    mine = row.is_open and row.duty is not None and row.duty.holder_id == user.pk
    return render(
        request,
        "lifecycle/programmes/milestone.html",
        {
            "row": row,
            "lane": selectors.lane_label(row.programme, row.lane),
            "mine": mine,
            "today": timezone.localdate(),
            "may_move": may_edit(row.programme, user) and row.state == "pending" and user.pk != row.owner_id,
            "may_drop": may(user, "lifecycle.programmes_approve") and row.state == "pending",
            "event_lines": [
                line
                for line in lines(events)
                if line["event"].subject_type == "lifecycle.programmemilestone"
                and line["event"].subject_id == row.pk
            ],
        },
    )
