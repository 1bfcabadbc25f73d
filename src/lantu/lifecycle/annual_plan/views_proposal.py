"""One proposal: its record, its score line by line, who ticked what, and the reader's next step."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.permissions import may, require
from lantu.core.refusals import Refused
from lantu.lifecycle.annual_plan import forms, selectors
from lantu.lifecycle.annual_plan.doing import take_step
from lantu.lifecycle.annual_plan.facts import EDITABLE, MONTHS
from lantu.lifecycle.annual_plan.models import PlanProposal
from lantu.lifecycle.annual_plan.prefilling import begun_before, prefill
from lantu.lifecycle.annual_plan.rules import label, plan_rules
from lantu.lifecycle.annual_plan.services import reviewing
from lantu.lifecycle.annual_plan.services.bringing import bring_in
from lantu.lifecycle.annual_plan.services.proposing import change_proposal, make_proposal
from lantu.lifecycle.annual_plan.states import BUREAU_EDITABLE, EDITABLE_STATES, ProposalState, Verdict
from lantu.lifecycle.annual_plan.words import lines, return_reasons, return_word, score_sections
from lantu.projects.areas import area_names
from lantu.projects.models import Category, PlanClass, Sector, Status
from lantu.projects.selectors import get_visible, visible_projects

S = ProposalState
MOST_PROJECTS = 300


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal."""
    require(request.user, "lifecycle.plan_read")
    return _show(request, selectors.get_proposal(request.user, pk))


def _show(request: HttpRequest, proposal: PlanProposal, *, refusal: Refused | None = None) -> HttpResponse:
    user: Any = request.user
    reviews = [
        (
            review,
            label(plan_rules().elements[review.element])
            if review.element in plan_rules().elements
            else review.element,
        )
        for review in proposal.reviews.filter(void=False).select_related(
            "unit", "reviewer", "duty__holder", "decided_by"
        )
    ]
    benefit = [
        (line.key, label(line))
        for section in plan_rules().score
        for line in section.lines
        if line.kind == "benefit"
    ]
    editable = BUREAU_EDITABLE if may(user, "lifecycle.plan_balance") else EDITABLE_STATES
    return render(
        request,
        "lifecycle/plan/proposal.html",
        {
            "proposal": proposal,
            "plan": proposal.plan,
            "sections": score_sections(proposal.score_lines),
            "reviews": reviews,
            "benefit": benefit,
            "months": [(n, Decimal(str(amount))) for n, amount in enumerate(proposal.monthly_yuan, start=1)],
            "funds": [{**entry, "yuan": Decimal(str(entry.get("yuan") or 0))} for entry in proposal.funds],
            "area": area_names().get(proposal.area_code, proposal.area_code),
            "returns": return_reasons(proposal.state),
            "returned_word": return_word(proposal.return_code),
            "experts": selectors.experts() if proposal.state == S.ELEMENT_REVIEW else [],
            "items": proposal.items.select_related("version").order_by("-version__number")[:12],
            "may_edit": proposal.state in editable and may(user, "lifecycle.plan_propose"),
            "may_check": may(user, "lifecycle.plan_check"),
            "may_propose": may(user, "lifecycle.plan_propose"),
            "is_expert": user.pk == proposal.expert_id,
            "my_unit": user.organisation_id,
            "may_tick": may(user, "lifecycle.plan_element"),
            "verdicts": [choice for choice in Verdict.choices if choice[0] != Verdict.PENDING],
            "event_lines": lines(selectors.events_of("lifecycle.planproposal", proposal.pk)[:40]),
            "typed": request.POST,
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, year: int) -> HttpResponse:
    """Propose a project: what the register knows is there already."""
    user: Any = request.user
    require(user, "lifecycle.plan_propose")
    plan, refusal = selectors.get_plan(year), None
    code = forms.plain(request.POST if request.method == "POST" else request.GET, "project", 24)
    project = get_visible(user, code) if code else None
    if request.method == "POST":
        try:
            made = make_proposal(
                plan=plan, values=_with_place(forms.proposal_values(request.POST), project), by=user,
                now=timezone.now(), project=project, state=forms.plain(request.POST, "state") or S.PROPOSED,
            )  # fmt: skip
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(
                request,
                _("已提交，由 %(who)s 初审。") % {"who": plan.keeper}
                if made.state == S.PROPOSED
                else _("已保存。"),
            )
            return HttpResponseRedirect(made.get_absolute_url())
    typed: Any = request.POST or (forms.typed_proposal(prefill(project, year=year)) if project else {})
    return _form(request, typed, refusal=refusal, plan=plan, project=project)


def _with_place(values: dict[str, Any], project: Any) -> dict[str, Any]:
    """The place comes from the register; nobody types coordinates twice."""
    if project is not None:
        values |= {"geometry": project.geometry, "lon": project.lon, "lat": project.lat}
    return values


def _form(request: HttpRequest, typed: Any, *, refusal: Refused | None, **more: Any) -> HttpResponse:
    user: Any = request.user
    return render(
        request,
        "lifecycle/plan/propose.html",
        {
            "typed": typed,
            "refusal": refusal,
            "areas": area_names().items(),
            "categories": Category.choices,
            "classes": PlanClass.choices,
            "sectors": Sector.choices,
            "months": [(n, typed.get(f"month_{n}", "")) for n in range(1, MONTHS + 1)],
            "projects": visible_projects(user).exclude(status__in=(Status.CANCELLED, Status.FINISHED)).only("code", "name").order_by("name")[:MOST_PROJECTS],
            "proposal": None,
            **more,
        },
        status=refusal.status if refusal else 200,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the record; the second of two writers sees what the first one changed."""
    user: Any = request.user
    require(user, "lifecycle.plan_propose")
    proposal, refusal = selectors.get_proposal(user, pk), None
    if request.method == "POST":
        try:
            values = forms.proposal_values(request.POST, proposal.owner_org)
            if not may(user, "lifecycle.plan_balance"):
                values |= {"must": proposal.must, "group": proposal.group}
            change_proposal(
                proposal, values=values, version=forms.must_whole(request.POST, "version"), by=user, now=timezone.now(),
                reason=forms.plain(request.POST, "reason"),
            )  # fmt: skip
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(proposal.get_absolute_url())
    typed: Any = request.POST or forms.typed_proposal({name: getattr(proposal, name) for name in EDITABLE})
    return _form(request, typed, refusal=refusal, plan=proposal.plan, project=None, proposal=proposal)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Every step of a proposal."""
    user: Any = request.user
    require(user, "lifecycle.plan_read")
    proposal = selectors.get_proposal(user, pk)
    try:
        take_step(proposal, verb, request.POST, by=user, now=timezone.now())
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _show(request, selectors.get_proposal(user, pk), refusal=refused)
    messages.success(request, _("已办理。"))
    return HttpResponseRedirect(proposal.get_absolute_url())


@require_POST
def tick(request: HttpRequest, pk: int, element: str) -> HttpResponse:
    """A department ticks its element."""
    user: Any = request.user
    require(user, "lifecycle.plan_element")
    proposal = selectors.get_proposal(user, pk)
    review = selectors.get_review(proposal, element)
    try:
        reviewing.tick_element(
            review, verdict=forms.plain(request.POST, "verdict", 12), note=forms.plain(request.POST, "note"), by=user,
            now=timezone.now(),
        )  # fmt: skip
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _show(request, selectors.get_proposal(user, pk), refusal=refused)
    messages.success(request, _("已签署。"))
    return HttpResponseRedirect(proposal.get_absolute_url())


@require_http_methods(["GET", "POST"])
def continuing(request: HttpRequest, year: int) -> HttpResponse:
    """Running projects of the register that the plan does not have yet: taken in with one click, nothing typed twice."""
    user: Any = request.user
    require(user, "lifecycle.plan_balance")
    plan = selectors.get_plan(year)
    have = plan.proposals.values("code")
    rows = [
        project
        for project in visible_projects(user)
        .filter(status=Status.ACTIVE)
        .exclude(code__in=have)
        .select_related("owner_org", "lead_unit", "sponsor")
        .prefetch_related("years")
        .order_by("area_code", "pk")
        if begun_before(project, year)
    ]
    if request.method == "POST":
        wanted = set(forms.ids(request.POST, "project"))
        made = bring_in(plan, projects=[p for p in rows if p.pk in wanted], by=user, now=timezone.now())
        messages.success(request, _("已加入 %(n)d 个续建项目。") % {"n": len(made)})
        return HttpResponseRedirect(plan.get_absolute_url())
    areas = area_names()
    return render(
        request,
        "lifecycle/plan/continuing.html",
        {
            "plan": plan,
            "rows": [(project, areas.get(project.area_code, project.area_code)) for project in rows],
        },
    )
