"""Levelling of what the city has few of: ask for a run, read its proposal, take it over into a draft, take it back."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing, Refused, Unacceptable
from lantu.lifecycle.schedule import charts, forms, selectors
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity
from lantu.lifecycle.schedule.models_kept import ScheduleAdoption, ScheduleLevelling, ScheduleResource
from lantu.lifecycle.schedule.services import (
    adopt_levelling,
    ask_levelling,
    proposal_for,
    undo_adoption,
    what_adoption_does,
)
from lantu.lifecycle.schedule.services.adopt import Proposal
from lantu.projects.models import Party

MOVES_PER_PAGE = 100
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


def _run(request: HttpRequest, pk: int) -> ScheduleLevelling:
    require(request.user, "lifecycle.schedule_level")
    rows = ScheduleLevelling.objects.select_related("asked_by").prefetch_related("resources")
    found = rows.filter(pk=pk).first() if pk < 2**62 else None
    if found is None:
        raise Missing("schedules.no_levelling", _("没有这次资源平衡。"))
    return found


@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: use of each resource before and after, and which activities would move."""
    return _show(request, _run(request, pk))


def _show(request: HttpRequest, found: ScheduleLevelling, refusal: Refused | None = None) -> HttpResponse:
    moves = found.result.get("moves", [])
    page = Paginator(moves, MOVES_PER_PAGE).get_page(request.GET.get("page"))
    rows = ScheduleActivity.objects.filter(
        schedule__in={move["schedule"] for move in page}, code__in={move["code"] for move in page}
    )
    places = {(row.schedule_id, row.code): row.pk for row in rows}
    names = dict(found.resources.values_list("code", "name"))
    adoptions = found.adoptions.select_related(
        "schedule__project", "draft", "responsible", "adopted_by", "undone_by"
    )
    standing = {one.schedule_id: one for one in adoptions if one.undone_at is None}
    plans = selectors.visible_schedules(request.user).filter(pk__in={move["schedule"] for move in moves})
    counts = Counter(move["schedule"] for move in moves)
    worst: dict[int, int] = {}
    for move in moves:
        worst[move["schedule"]] = max(worst.get(move["schedule"], 0), move["late_days"])
    return render(
        request,
        "lifecycle/schedule/levelling.html",
        {
            "run": found,
            "page": page,
            "moves": [(move, places.get((move["schedule"], move["code"]))) for move in page],
            "plans": [(plan, counts[plan.pk], worst[plan.pk], standing.get(plan.pk)) for plan in plans],
            "undone": [one for one in adoptions if one.undone_at is not None],
            "uses": [
                (names.get(code, code), use, charts.use_spec(names.get(code, code), use, found.from_on))
                for code, use in found.result.get("resources", {}).items()
            ],
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


@require_http_methods(["GET", "POST"])
def adopt(request: HttpRequest, pk: int, schedule: int) -> HttpResponse:
    """What taking the proposal over would do to one plan; confirming it makes the constraints in a draft."""
    user: Any = request.user
    found, plan = _run(request, pk), selectors.get_visible(user, schedule)
    require(user, "lifecycle.schedule_edit", plan.project)
    proposal = proposal_for(found, plan)
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            made = adopt_levelling(found, plan, by=user, now=timezone.now(), **_wished(request, proposal))
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("建议已写入修订稿，请核对后提交审批。"))
            return HttpResponseRedirect(reverse("lifecycle:schedule_gantt", args=[made.draft_id]))
    does = what_adoption_does(proposal)
    return render(
        request,
        "lifecycle/schedule/adopt.html",
        {
            "run": found,
            "schedule": plan,
            "proposal": proposal,
            "does": does,
            "page": Paginator(does.moved, MOVES_PER_PAGE).get_page(request.GET.get("page")),
            "people": _planners(plan, user),
            "typed": request.POST,
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


def _wished(request: HttpRequest, proposal: Proposal) -> dict[str, Any]:
    """The form's reason, person and target: a new revision, or the open draft as it was read."""
    responsible = forms.person(request.POST, "responsible")
    if responsible is None:
        raise Unacceptable("schedules.no_person", _("请选择责任人。"), field="responsible")
    given: dict[str, Any] = {"responsible": responsible, "reason": forms.text(request.POST, "reason")}
    target = forms.text(request.POST, "target", 40)
    if target not in {"", "new"}:
        number, _at, edited_no = target.partition("@")
        draft = next((one for one in proposal.drafts if str(one.pk) == number), None)
        if draft is None or not edited_no.isdigit():
            raise Missing("schedules.no_draft", _("没有这份修订稿，可能已报批或作废。"))
        given |= {"draft": draft, "edited_no": int(edited_no)}
    return given


def _planners(plan: Schedule, reader: User) -> list[User]:
    """Who may be given the constraints: the parties' people who plan, and the reader."""
    parties = Party.objects.filter(project=plan.project_id, contact__isnull=False).select_related(
        "contact__organisation"
    )
    people = {party.contact.pk: party.contact for party in parties} | {reader.pk: reader}
    return [one for one in people.values() if may(one, "lifecycle.schedule_edit", plan.project)]


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an adoption back, with the reason."""
    user: Any = request.user
    adoption = ScheduleAdoption.objects.select_related("draft__project").filter(pk=pk).first()
    if adoption is None:
        raise Missing("schedules.no_adoption", _("没有这次采纳。"))
    selectors.get_visible(user, adoption.draft_id)
    found = _run(request, adoption.run_id)
    try:
        undo_adoption(adoption, reason=forms.text(request.POST, "reason"), by=user, now=timezone.now())
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _show(request, found, refusal=refused)
    messages.success(request, _("采纳已撤销。"))
    return HttpResponseRedirect(reverse("lifecycle:schedule_levelling", args=[found.pk]))
