"""The balancing workbench: sliders that answer at once, the solver's proposal, and saving with optimistic locking."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lantu.accounts.permissions import may, require
from lantu.calc.plan_balance import Limits, violations
from lantu.core.refusals import Refused
from lantu.lifecycle.annual_plan import forms, selectors
from lantu.lifecycle.annual_plan.balance import (
    bars,
    candidates_of,
    in_balance,
    limits_of,
    propose_best,
    words_of,
)
from lantu.lifecycle.annual_plan.models import AnnualPlan
from lantu.lifecycle.annual_plan.services.balancing import checked_limits, save_balance, set_limits
from lantu.lifecycle.annual_plan.states import PlanState
from lantu.lifecycle.annual_plan.words import move_rows
from lantu.projects.areas import area_names


@require_http_methods(["GET", "POST"])
def workbench(request: HttpRequest, year: int) -> HttpResponse:
    """Choose among the proposals in the balance; saving freezes the next version."""
    user: Any = request.user
    require(user, "lifecycle.plan_read")
    require(user, "lifecycle.plan_balance")
    plan = selectors.get_plan(year)
    if request.method == "POST":
        try:
            version = save_balance(
                plan, chosen=forms.ids(request.POST, "chosen"), by=user, now=timezone.now(),
                edited_no=forms.must_whole(request.POST, "edited_no"), reason=forms.plain(request.POST, "reason"),
                reasons=_own_reasons(request),
            )  # fmt: skip
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            return _show(request, plan, chosen=forms.ids(request.POST, "chosen"), refusal=refused)
        messages.success(request, _("已保存为第 %(n)d 版平衡稿。") % {"n": version.number})
        return HttpResponseRedirect(version.get_absolute_url())
    chosen = forms.ids(request.GET, "chosen") or list(plan.chosen)
    return _show(request, plan, chosen=chosen)


def _own_reasons(request: HttpRequest) -> dict[int, str]:
    return {
        int(name.removeprefix("why_")): forms.plain(request.POST, name, 300)
        for name in request.POST
        if name.startswith("why_") and name.removeprefix("why_").isdigit()
    }


def _show(
    request: HttpRequest, plan: AnnualPlan, *, chosen: list[int], refusal: Refused | None = None
) -> HttpResponse:
    proposals = in_balance(plan)
    candidates = candidates_of(proposals, year=plan.year)
    keys = {str(pk) for pk in chosen}
    last = plan.versions.order_by("-number").first()
    uses = {int(c.key): c.uses for c in candidates}
    told = dict(last.items.values_list("proposal_id", "reason")) if last is not None else {}
    return render(
        request,
        "lifecycle/plan/balance.html",
        {
            "plan": plan,
            "rows": [(p, p.pk in chosen, uses[p.pk], told.get(p.pk, "")) for p in proposals],
            "last": last,
            "moves": move_rows(last.moves) if last is not None else [],
            "areas": area_names(),
            "refusal": refusal,
            "may_save": may(request.user, "lifecycle.plan_balance")
            and plan.state in (PlanState.COLLECTING, PlanState.BALANCING),
            "edited_no": request.POST.get("edited_no")
            if refusal and refusal.status != 409
            else plan.edited_no,
            "reason": forms.plain(request.POST, "reason"),
            **_standing(plan, proposals, candidates, limits_of(plan), keys),
        },
        status=refusal.status if refusal else 200,
    )


def _standing(
    plan: AnnualPlan, proposals: Any, candidates: Any, limits: Limits, keys: set[str]
) -> dict[str, Any]:
    names = {str(p.pk): p.name for p in proposals}
    wrong = [words_of(v, names) for v in violations(candidates, limits, keys)]
    return {
        "bars": bars(candidates, limits, keys),
        "wrong": wrong,
        "count": len([c for c in candidates if c.key in keys]),
        "score": sum(c.score for c in candidates if c.key in keys) / 100,
        "benefit": sum(c.benefit for c in candidates if c.key in keys) / 100,
        "all": len(candidates),
    }


@require_POST
def try_out(request: HttpRequest, year: int) -> HttpResponse:
    """A slider or a tick moved: what would stand, without storing anything."""
    user: Any = request.user
    require(user, "lifecycle.plan_balance")
    plan = selectors.get_plan(year)
    proposals = in_balance(plan)
    candidates = candidates_of(proposals, year=plan.year)
    limits = _tried(request, plan)
    keys = {str(pk) for pk in forms.ids(request.POST, "chosen")}
    return render(
        request,
        "lifecycle/plan/_bars.html",
        {"plan": plan, **_standing(plan, proposals, candidates, limits, keys)},
    )


def _tried(request: HttpRequest, plan: AnnualPlan) -> Limits:
    given = checked_limits({**plan.limits, **forms.limit_values(request.POST)})
    return Limits(given, limits_of(plan).area_least)


@require_POST
def solve(request: HttpRequest, year: int) -> HttpResponse:
    """The best admissible set under the limits on the sliders, with reasons, trade-offs, or what would have to give."""
    user: Any = request.user
    require(user, "lifecycle.plan_balance")
    plan = selectors.get_plan(year)
    proposals = in_balance(plan)
    limits = _tried(request, plan)
    found = propose_best(proposals, limits, year=plan.year)
    chosen = {int(key) for key in found.choice.chosen}
    now_chosen = set(plan.chosen)
    names = {str(p.pk): p.name for p in proposals}
    moved = [
        (p, "in" if p.pk in chosen else "out", found.reasons.get(p.pk, ""))
        for p in proposals
        if found.choice.feasible and (p.pk in chosen) != (p.pk in now_chosen)
    ]
    address = reverse("lifecycle:plan_balance", args=[plan.year])
    query = "&".join(f"chosen={key}" for key in found.choice.chosen)
    return render(
        request,
        "lifecycle/plan/_solved.html",
        {
            "plan": plan,
            "found": found,
            "moved": moved,
            "take_url": f"{address}?{query}",
            "gain": _gain(found.choice.worth, found.greedy.worth) if found.greedy.feasible else None,
            "gap_pct": found.choice.gap * 100,
            "relaxing": [words_of(v, names) for v in found.relaxation.gives] if found.relaxation else [],
            "points": [
                (point, f"{address}?{'&'.join(f'chosen={key}' for key in point.chosen)}", point.score / 100,
                 point.benefit / 100, len(point.chosen))
                for point in found.points
            ],
        },
    )  # fmt: skip


def _gain(worth: int, greedy: int) -> float | None:
    return (worth / greedy - 1) * 100 if greedy else None


@require_POST
def limits(request: HttpRequest, year: int) -> HttpResponse:
    """Store the limits on the sliders, with the reason."""
    user: Any = request.user
    require(user, "lifecycle.plan_balance")
    plan = selectors.get_plan(year)
    try:
        set_limits(
            plan, limits=forms.limit_values(request.POST), by=user, now=timezone.now(),
            edited_no=forms.must_whole(request.POST, "edited_no"), reason=forms.plain(request.POST, "reason"),
        )  # fmt: skip
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _show(
            request, plan, chosen=forms.ids(request.POST, "chosen") or list(plan.chosen), refusal=refused
        )
    messages.success(request, _("约束已保存，并记入过程记录。"))
    return HttpResponseRedirect(reverse("lifecycle:plan_balance", args=[plan.year]))
