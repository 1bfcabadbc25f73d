"""Writing programmes: the form, the verbs of the page, the verbs of a milestone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lantu.accounts.models import Organisation
from lantu.accounts.permissions import require
from lantu.core.refusals import Missing, Refused
from lantu.lifecycle.programmes import forms, selectors, services
from lantu.lifecycle.programmes.models import Programme, ProgrammeGoal
from lantu.lifecycle.programmes.people import active_people, people_who_may
from lantu.lifecycle.programmes.services.drafting import default_lanes
from lantu.lifecycle.programmes.services.passing import must_be_editor
from lantu.projects.areas import area_names
from lantu.projects.selectors import visible_projects

MOST_PEOPLE = 600
MOST_PROJECTS = 500
GOVERNMENT = ("bureau", "department", "county")


def choices() -> dict[str, Any]:
    """People and units that the forms offer."""
    return {
        "people": active_people()[:MOST_PEOPLE],
        "approvers": people_who_may("lifecycle.programmes_approve", now=timezone.now()),
        "units": Organisation.objects.filter(kind__in=GOVERNMENT).order_by("name"),
        "areas": area_names(),
        "measures": ProgrammeGoal.Measure.choices,
    }


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Draft a programme."""
    user: Any = request.user
    require(user, "lifecycle.programmes_edit")
    refusal = None
    if request.method == "POST":
        try:
            made = services.draft_programme(
                **forms.programme_values(request.POST),
                lead_unit=forms.unit(request.POST, "lead_unit"),
                steward=forms.person(request.POST, "steward"),
                approver=forms.person(request.POST, "approver"),
                by=user,
                now=timezone.now(),
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("已建立行动计划，请补充目标、成员项目和共同节点。"))
            return HttpResponseRedirect(reverse("lifecycle:programmes_edit", args=[made.pk]))
    context = choices() | {
        "typed": request.POST,
        "counties": request.POST.getlist("county_codes"),
        "lanes": request.POST.get("lanes") or forms.lanes_text(default_lanes()),
        "refusal": refusal,
    }
    return render(
        request, "lifecycle/programmes/new.html", context, status=refusal.status if refusal else 200
    )


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole content of a programme: own fields, goals, members, milestones; a post goes to the verb it names."""
    user: Any = request.user
    require(user, "lifecycle.programmes_edit")
    programme = selectors.get_visible_programme(user, pk)
    must_be_editor(programme, user)
    refusal = None
    if request.method == "POST":
        try:
            said = _act(request, programme, request.POST.get("verb", ""))
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, said)
            return HttpResponseRedirect(reverse("lifecycle:programmes_edit", args=[pk]))
    inside = programme.members.filter(left_on=None).values("project_id")
    context = choices() | {
        "programme": programme,
        "typed": request.POST,
        "lanes": forms.lanes_text(programme.lanes),
        "geometry_text": json.dumps(programme.geometry) if programme.geometry else "",
        "lane_choices": [(lane["key"], lane["label"]) for lane in programme.lanes],
        "goals": selectors.goal_rows(programme, timezone.now()),
        "members": [row for row in selectors.members_of(programme, user) if row.left_on is None],
        "milestones": programme.milestones.select_related("owner"),
        "projects": visible_projects(user)
        .exclude(pk__in=inside)
        .exclude(status="cancelled")
        .order_by("name")
        .only("code", "name")[:MOST_PROJECTS],
        "today": timezone.localdate(),
        "refusal": refusal,
    }
    return render(
        request, "lifecycle/programmes/edit.html", context, status=refusal.status if refusal else 200
    )


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One verb of a programme; a refusal comes back as a message on the page."""
    user: Any = request.user
    require(user, "lifecycle.programmes_read")
    programme = selectors.get_visible_programme(user, pk)
    said = _act(request, programme, verb)
    messages.success(request, said)
    return HttpResponseRedirect(programme.get_absolute_url())


def _act(request: HttpRequest, programme: Programme, verb: str) -> str:
    step = VERBS.get(verb)
    if step is None:
        raise Missing("programmes.unknown_verb", _("没有这个操作。"))
    return step(request, programme)


def _plain(service: Callable[..., Any], said: Any, *, reason: bool = False) -> Callable[..., str]:
    def step(request: HttpRequest, programme: Programme) -> str:
        more = {"reason": request.POST.get("reason", "")} if reason else {}
        service(programme, by=request.user, now=timezone.now(), edited_no=forms.edited(request.POST), **more)
        return str(said())

    return step


def _edit(request: HttpRequest, programme: Programme) -> str:
    user: Any = request.user
    services.edit_programme(
        programme,
        edited_no=forms.edited(request.POST),
        values=forms.programme_values(request.POST),
        reason=request.POST.get("reason", ""),
        by=user,
        now=timezone.now(),
    )
    return _("已保存。")


def _join(request: HttpRequest, programme: Programme) -> str:
    user: Any = request.user
    rows = services.join_projects(
        programme,
        projects=forms.projects(request.POST, user),
        lane=request.POST.get("lane", ""),
        on=forms.day(request.POST, "on"),
        reason=request.POST.get("reason", ""),
        by=user,
        now=timezone.now(),
        edited_no=forms.edited(request.POST),
    )
    return _("已纳入 %(n)d 个项目。") % {"n": len(rows)}


def _leave(request: HttpRequest, programme: Programme) -> str:
    user: Any = request.user
    services.leave_project(
        programme,
        member=selectors.get_member(programme, forms.whole(request.POST, "member") or 0),
        on=forms.day(request.POST, "on"),
        reason=request.POST.get("reason", ""),
        by=user,
        now=timezone.now(),
        edited_no=forms.edited(request.POST),
    )
    return _("已退出。")


def _goal(request: HttpRequest, programme: Programme) -> str:
    user: Any = request.user
    services.set_goal(
        programme,
        name=request.POST.get("name", ""),
        target=forms.amount(request.POST, "target"),
        unit=request.POST.get("unit", ""),
        measure=request.POST.get("measure", ""),
        lane=request.POST.get("lane", ""),
        reason=request.POST.get("reason", ""),
        by=user,
        now=timezone.now(),
        edited_no=forms.edited(request.POST),
    )
    return _("目标已设定。")


def _value(request: HttpRequest, programme: Programme) -> str:
    user: Any = request.user
    services.value_goal(
        programme,
        goal=selectors.get_goal(programme, forms.whole(request.POST, "goal") or 0),
        on=forms.day(request.POST, "on"),
        value=forms.amount(request.POST, "value"),
        note=request.POST.get("note", ""),
        by=user,
        now=timezone.now(),
    )
    return _("完成值已记录。")


def _milestone(request: HttpRequest, programme: Programme) -> str:
    user: Any = request.user
    services.add_milestone(
        programme,
        name=request.POST.get("name", ""),
        lane=request.POST.get("lane", ""),
        done_when=request.POST.get("done_when", ""),
        due_on=forms.day(request.POST, "due_on"),
        owner=forms.person(request.POST, "owner"),
        by=user,
        now=timezone.now(),
        edited_no=forms.edited(request.POST),
    )
    return _("节点已设定，责任人已收到待办。")


def _check(request: HttpRequest, programme: Programme) -> str:
    user: Any = request.user
    services.check_month(
        programme,
        month=forms.month(request.POST, "month"),
        note=request.POST.get("note", ""),
        by=user,
        now=timezone.now(),
        edited_no=forms.edited(request.POST),
    )
    return _("本月进展已核对并存档。")


VERBS: dict[str, Callable[[HttpRequest, Programme], str]] = {
    "edit": _edit,
    "join": _join,
    "leave": _leave,
    "goal": _goal,
    "value": _value,
    "milestone": _milestone,
    "check": _check,
    "submit": _plain(services.submit_programme, lambda: _("已提请批准。")),
    "approve": _plain(services.approve_programme, lambda: _("已批准，行动计划开始执行。")),
    "send_back": _plain(services.send_back_programme, lambda: _("已退回编制人。"), reason=True),
    "finish": _plain(services.finish_programme, lambda: _("行动计划已完成。"), reason=True),
    "void": _plain(services.void_programme, lambda: _("行动计划已取消。"), reason=True),
}


@require_POST
def milestone_act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One verb of a milestone."""
    user: Any = request.user
    require(user, "lifecycle.programmes_read")
    row = selectors.get_visible_milestone(user, pk)
    now, values = timezone.now(), request.POST
    match verb:
        case "report":
            services.report_milestone(
                row, done_on=forms.day(values, "done_on"), text=values.get("text", ""), by=user, now=now
            )
            said = _("已报告，等待确认。")
        case "confirm":
            services.confirm_milestone(row, by=user, now=now)
            said = _("节点已确认完成。")
        case "send_back":
            services.send_back_milestone(row, reason=values.get("reason", ""), by=user, now=now)
            said = _("已退回责任人。")
        case "move":
            services.move_milestone(
                row, due_on=forms.day(values, "due_on"), reason=values.get("reason", ""), by=user, now=now
            )
            said = _("时限已调整。")
        case "drop":
            services.drop_milestone(row, reason=values.get("reason", ""), by=user, now=now)
            said = _("节点已取消。")
        case _:
            raise Missing("programmes.unknown_verb", _("没有这个操作。"))
    messages.success(request, said)
    return HttpResponseRedirect(row.get_absolute_url())
