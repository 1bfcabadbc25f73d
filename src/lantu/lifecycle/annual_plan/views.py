"""Pages of annual plans: the years, one plan, its versions, months and result; issuing and adjusting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing, Refused
from lantu.lifecycle.annual_plan import forms, selectors
from lantu.lifecycle.annual_plan.exports import FILES, make_file
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanVersion
from lantu.lifecycle.annual_plan.results import results_of
from lantu.lifecycle.annual_plan.rules import label, seasons_at
from lantu.lifecycle.annual_plan.services.balancing import advance
from lantu.lifecycle.annual_plan.services.issuing import Change, adjust, appraise, issue
from lantu.lifecycle.annual_plan.services.proposing import open_plan
from lantu.lifecycle.annual_plan.states import IN_FORCE_STATES, PlanVerb, ProposalState, VersionKind
from lantu.lifecycle.annual_plan.tables import as_numbers, by_division, funnel, month_table, with_moves
from lantu.lifecycle.annual_plan.totals import moves_between
from lantu.lifecycle.annual_plan.words import lines, move_rows
from lantu.projects.areas import area_names
from lantu.projects.models import Category, PlanClass

PER_PAGE = 30


@require_GET
def plan_list(request: HttpRequest) -> HttpResponse:
    """All years."""
    require(request.user, "lifecycle.plan_read")
    user: Any = request.user
    today = timezone.localdate()
    rows = []
    for plan in AnnualPlan.objects.select_related("duty__holder", "keeper"):
        version = plan.versions.order_by("-number").first()
        rows.append((plan, version, as_numbers(version.totals["all"]) if version is not None else None))
    years = [year for year in (today.year, today.year + 1) if all(row[0].year != year for row in rows)]
    return render(
        request,
        "lifecycle/plan/list.html",
        {
            "rows": rows,
            "years": years,
            "may_open": may(user, "lifecycle.plan_balance"),
            "approvers": User.objects.filter(grants__role="director", is_active=True).distinct()
            if years
            else [],
        },
    )


@require_POST
def plan_open(request: HttpRequest) -> HttpResponse:
    """Open the plan of a year."""
    user: Any = request.user
    require(user, "lifecycle.plan_balance")
    approver = forms.person(request.POST, "approver")
    plan = open_plan(
        year=forms.must_whole(request.POST, "year"),
        keeper=user,
        approver=approver or user,
        by=user,
        now=timezone.now(),
    )
    messages.success(request, _("已建立 %(title)s，可以开始征集申报。") % {"title": plan.title})
    return HttpResponseRedirect(plan.get_absolute_url())


@require_GET
def plan_page(request: HttpRequest, year: int) -> HttpResponse:
    """One plan: where it stands, who holds it, its sums and its proposals."""
    require(request.user, "lifecycle.plan_read")
    return _show(request, selectors.get_plan(year))


def _show(request: HttpRequest, plan: AnnualPlan, *, refusal: Refused | None = None) -> HttpResponse:
    user: Any = request.user
    wanted = selectors.ProposalFilter.from_query(request.GET)
    mine = selectors.visible_proposals(user).filter(plan=plan)
    rows = (
        selectors.filtered(mine, wanted).select_related("duty__holder", "duty__unit").order_by("-score", "pk")
    )
    versions = list(plan.versions.select_related("made_by", "document"))
    totals = as_numbers(versions[0].totals) if versions else None
    return render(
        request,
        "lifecycle/plan/plan.html",
        {
            "plan": plan,
            "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "wanted": wanted,
            "versions": versions,
            "totals": totals,
            "areas": by_division(totals, "area_code", area_names()) if totals else [],
            "classes": by_division(totals, "plan_class", dict(PlanClass.choices)) if totals else [],
            "categories": by_division(totals, "category", dict(Category.choices)) if totals else [],
            "seasons": [
                (label(s), a, b, where) for s, a, b, where in seasons_at(plan.year, timezone.localdate())
            ],
            "funnel": funnel(mine),
            "area_names": area_names(),
            "states": ProposalState.choices,
            "plan_classes": PlanClass.choices,
            "category_choices": Category.choices,
            "refusal": refusal,
            "event_lines": lines(selectors.events_of("lifecycle.annualplan", plan.pk)[:30]),
            **rights(user),
        },
        status=refusal.status if refusal else 200,
    )


def rights(user: Any) -> dict[str, bool]:
    """What this reader may do, for the buttons."""
    return {
        name: may(user, f"lifecycle.plan_{key}")
        for name, key in (
            ("may_propose", "propose"), ("may_balance", "balance"), ("may_issue", "issue"), ("may_import", "import"),
            ("may_check", "check"),
        )
    }  # fmt: skip


@require_POST
def plan_act(request: HttpRequest, year: int, verb: str) -> HttpResponse:
    """征求意见, 送审, 退回平衡 and 年终考核."""
    user: Any = request.user
    require(user, "lifecycle.plan_read")
    plan = selectors.get_plan(year)
    now = timezone.now()
    try:
        if verb == PlanVerb.APPRAISE:
            appraise(plan, by=user, now=now, reason=forms.plain(request.POST, "reason"))
        elif verb in (PlanVerb.CONSULT, PlanVerb.SUBMIT, PlanVerb.SEND_BACK):
            advance(
                plan, PlanVerb(verb), by=user, now=now, reason=forms.plain(request.POST, "reason"),
                meeting=forms.plain(request.POST, "meeting"),
            )  # fmt: skip
        else:
            raise Missing("plans.no_verb", _("没有这一步。"))
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _show(request, selectors.get_plan(year), refusal=refused)
    messages.success(request, _("已办理。"))
    return HttpResponseRedirect(plan.get_absolute_url())


@require_http_methods(["GET", "POST"])
def plan_issue(request: HttpRequest, year: int) -> HttpResponse:
    """下达: the number of the document, and if there is one the signed paper."""
    user: Any = request.user
    require(user, "lifecycle.plan_issue")
    plan, refusal = selectors.get_plan(year), None
    if request.method == "POST":
        try:
            version = issue(
                plan, document_no=forms.plain(request.POST, "document_no"), by=user, now=timezone.now(),
                reason=forms.plain(request.POST, "reason"), document=request.FILES.get("document"),
            )  # fmt: skip
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("计划已下达，各项目的年度计划已更新。"))
            return HttpResponseRedirect(version.get_absolute_url())
    version_now = plan.versions.order_by("-number").first()
    return render(
        request,
        "lifecycle/plan/issue.html",
        {
            "plan": plan,
            "version": version_now,
            "whole": as_numbers(version_now.totals["all"]) if version_now is not None else None,
            "typed": request.POST,
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


@require_http_methods(["GET", "POST"])
def plan_adjust(request: HttpRequest, year: int) -> HttpResponse:
    """年中调整: 增补, 退出 and changes, with a document."""
    user: Any = request.user
    require(user, "lifecycle.plan_issue")
    plan, refusal = selectors.get_plan(year), None
    if request.method == "POST":
        try:
            version = adjust(
                plan, changes=_changes(request), document_no=forms.plain(request.POST, "document_no"),
                document=request.FILES.get("document"), by=user, now=timezone.now(),
                edited_no=forms.must_whole(request.POST, "edited_no"), reason=forms.plain(request.POST, "reason"),
            )  # fmt: skip
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("计划已调整，原计划保留。"))
            return HttpResponseRedirect(version.get_absolute_url())
    rows = plan.proposals.filter(state__in=IN_FORCE_STATES).order_by("area_code", "pk")
    return render(
        request,
        "lifecycle/plan/adjust.html",
        {
            "plan": plan,
            "rows": rows,
            "joining": plan.proposals.filter(state=ProposalState.BALANCED),
            "classes": PlanClass.choices,
            "area_names": area_names(),
            "typed": request.POST,
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


def _changes(request: HttpRequest) -> list[Change]:
    """Rows with something chosen: ``do_<pk>`` is in, out or change."""
    found = []
    for name in request.POST:
        pk = name.removeprefix("do_")
        kind = forms.plain(request.POST, name)
        if name == pk or not pk.isdigit() or kind not in ("in", "out", "change"):
            continue
        found.append(
            Change(
                int(pk), kind, forms.plain(request.POST, f"why_{pk}"),
                annual_yuan=forms.yuan(request.POST, f"annual_{pk}") if kind == "change" else None,
                plan_class=forms.plain(request.POST, f"class_{pk}") if kind == "change" else "",
            )
        )  # fmt: skip
    return found


@require_GET
def plan_months(request: HttpRequest, year: int) -> HttpResponse:
    """任务分解到月: twelve months for each project, summed by county and for the city."""
    require(request.user, "lifecycle.plan_read")
    plan = selectors.get_plan(year)
    version = plan.versions.order_by("-number").first()
    items = (
        list(selectors.visible_items(request.user, version).filter(chosen=True))
        if version is not None
        else []
    )
    return render(
        request,
        "lifecycle/plan/months.html",
        {
            "plan": plan,
            "version": version,
            "table": month_table(items, area_names(), selectors.openable(request.user, plan)),
            "months": range(1, 13),
        },
    )


@require_GET
def plan_result(request: HttpRequest, year: int) -> HttpResponse:
    """Done against the plan as issued and as adjusted, both shown; final once the year is appraised."""
    require(request.user, "lifecycle.plan_read")
    plan = selectors.get_plan(year)
    result = results_of(request.user, plan, today=timezone.localdate())
    behind = request.GET.get("set") == "behind"
    rows = [row for row in result.rows if row.behind] if behind else result.rows
    return render(
        request,
        "lifecycle/plan/result.html",
        {"plan": plan, "result": result, "rows": rows, "behind": behind, **rights(request.user)},
    )


@require_GET
def plan_version(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """One frozen version, and what differs from another."""
    require(request.user, "lifecycle.plan_read")
    plan = selectors.get_plan(year)
    version = selectors.get_version(plan, number)
    against = _against(request, plan, version)
    items = list(selectors.visible_items(request.user, version))
    if against is None:
        moves = move_rows(version.moves)
    else:
        old = list(selectors.visible_items(request.user, against))
        moves = move_rows(move.row() for move in moves_between(old, items))
    mine = {item.code for item in items}
    return render(
        request,
        "lifecycle/plan/version.html",
        {
            "plan": plan,
            "version": version,
            "against": against,
            "others": [v for v in plan.versions.all() if v.pk != version.pk],
            "moves": [move for move in moves if move["code"] in mine],
            "rows": with_moves(items),
            "opens": selectors.openable(request.user, plan),
            "areas": by_division(version.totals, "area_code", area_names()),
            "whole": as_numbers(version.totals["all"]),
            "area_names": area_names(),
            "files": FILES if version.kind in (VersionKind.ISSUED, VersionKind.ADJUSTED) else (),
        },
    )


def _against(request: HttpRequest, plan: AnnualPlan, version: PlanVersion) -> PlanVersion | None:
    number = forms.whole(request.GET, "against")
    return None if number is None or number == version.number else selectors.get_version(plan, number)


@require_GET
def plan_file(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """The plan as Word, Excel or open data."""
    require(request.user, "lifecycle.plan_read")
    plan = selectors.get_plan(year)
    number = forms.whole(request.GET, "version")
    version = selectors.get_version(plan, number) if number is not None else selectors.plan_in_force(year)
    version = version or plan.versions.order_by("-number").first()
    if version is None or kind not in FILES:
        raise Missing("plans.no_file", _("还没有可以导出的版次。"), remedy=_("请先保存平衡方案。"))
    items = list(
        selectors.visible_items(request.user, version)
        .filter(chosen=True)
        .select_related("proposal__lead_unit", "proposal__leader")
        .order_by("area_code", "pk")
    )
    content, content_type, name = make_file(kind, version, items)
    response = HttpResponse(content, content_type=content_type)
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response["Content-Disposition"] = disposition or "attachment"
    return response
