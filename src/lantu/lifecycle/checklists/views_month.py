"""Pages of the month: my lines, the bureau's desk, scores with their formulas, appeals, adjustments, publication."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.models import Evidence
from lantu.core.refusals import Missing, Refused, Unacceptable
from lantu.duties.services.bounce import BounceReason
from lantu.lifecycle.checklists import forms, selectors
from lantu.lifecycle.checklists.appraisal import guards, services
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalAdjustment,
    ChecklistFact,
    ChecklistSheet,
)
from lantu.lifecycle.checklists.appraisal.presenting import adjustment_words, lines_of, month_view, peers_of
from lantu.lifecycle.checklists.appraisal.services.appeals import appeal_until
from lantu.lifecycle.checklists.appraisal.services.photos import FACT
from lantu.lifecycle.checklists.appraisal.services.sheets import held_facts
from lantu.lifecycle.checklists.appraisal.states import RunState, SheetKind
from lantu.lifecycle.checklists.months import rules

READ = "lifecycle.checklists_read"
RUN = "lifecycle.appraisal_run"


@require_GET
def my_month(request: HttpRequest) -> HttpResponse:
    """What waits for me this month, over all checklists."""
    require(request.user, READ)
    user: Any = request.user
    sheets = [(sheet, len(held_facts(sheet))) for sheet in selectors.sheets_of(user)]
    return render(request, "lifecycle/checklists/my_month.html", {"sheets": sheets})


@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """All my lines of one checklist and month: filled in already; I correct what differs and confirm once."""
    user: Any = request.user
    require(user, READ)
    found = selectors.get_sheet(user, pk)
    facts = held_facts(found)
    refusal = None
    if request.method == "POST":
        try:
            said = _save(request, found, facts)
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, said)
            return HttpResponseRedirect(found.get_absolute_url())
    mine = found.closed_at is None and found.duty is not None and found.duty.holder_id == user.pk
    files: dict[int, list[Evidence]] = {}
    for evidence in Evidence.objects.filter(supports_type=FACT, supports_id__in=[fact.pk for fact in facts]):
        files.setdefault(evidence.supports_id, []).append(evidence)
    return render(
        request,
        "lifecycle/checklists/sheet.html",
        {
            "sheet": found,
            "rows": [(fact, files.get(fact.pk, []), _typed(request, fact)) for fact in facts],
            "mine": mine,
            "reporting": found.kind == SheetKind.REPORT,
            "visiting": found.kind == SheetKind.VISIT,
            "done": found.facts.model.objects.filter(
                run=found.run, checklist=found.checklist, reporter=found.person
            ).select_related("item") if not facts else [],
            "colleagues": _colleagues(found) if mine else [],
            "bounce_reasons": BounceReason.choices,
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )  # fmt: skip


def _colleagues(found: ChecklistSheet) -> list[User]:
    units = {party.organisation_id for party in found.checklist.project.parties.all()}
    if found.person.organisation_id is not None:
        units.add(found.person.organisation_id)
    people = User.objects.filter(is_active=True, organisation__in=units).exclude(pk=found.person_id)
    return list(people.select_related("organisation").order_by("organisation_id", "display_name")[:200])


def _typed(request: HttpRequest, fact: ChecklistFact) -> dict[str, str]:
    if request.method == "POST":
        return {
            name: request.POST.get(f"{name}_{fact.pk}", "") for name in ("pct", "note", "verb", "done_on")
        }
    stated = fact.verified_pct if fact.verified_pct is not None else fact.pct
    return {"pct": f"{stated:.2f}".rstrip("0").rstrip("."), "note": "", "verb": "", "done_on": fact.done_on.isoformat() if fact.done_on else ""}  # fmt: skip


def _save(request: HttpRequest, found: ChecklistSheet, facts: list[ChecklistFact]) -> str:
    user: Any = request.user
    now = timezone.now()
    match found.kind:
        case SheetKind.REPORT:
            for fact in facts:
                for file in request.FILES.getlist(f"photos_{fact.pk}"):
                    services.add_photo(fact, file=file, name=file.name or "", by=user, now=now)
            services.report_sheet(found, changes=forms.changes(request.POST, facts), by=user, now=now)
            return _("已核对，谢谢。没有差异的行不需要再做什么。")
        case SheetKind.VISIT:
            services.visit_sheet(found, seen=forms.decisions(request.POST, facts), by=user, now=now)
            return _("抽查情况已记录。")
        case _:
            chosen = forms.decisions(request.POST, facts)
            if not chosen:
                raise Unacceptable(
                    "appraisal.nothing_decided", _("没有选择任何一行。"), remedy=_("请逐行选择。")
                )
            services.verify_sheet(found, decisions=chosen, by=user, now=now)
            return _("核验结果已记录。")


@require_POST
def pass_on(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Hand one item over or bounce it."""
    user: Any = request.user
    fact = selectors.get_fact(user, pk)
    to, reason, now = forms.person(request.POST, "to"), request.POST.get("reason", ""), timezone.now()
    if verb == "hand_over":
        services.hand_over_item(fact, to=to, reason=reason, by=user, now=now)
    elif verb == "bounce":
        services.bounce_item(fact, code=request.POST.get("code", ""), to=to, reason=reason, by=user, now=now)
    else:
        raise Missing("appraisal.unknown_verb", _("没有这个操作。"))
    messages.success(request, _("已移交。"))
    return HttpResponseRedirect(fact.item.get_absolute_url())


@require_GET
def months(request: HttpRequest) -> HttpResponse:
    """All months, newest first."""
    require(request.user, READ)
    user: Any = request.user
    runs = selectors.visible_months(user)[:36]
    return render(
        request,
        "lifecycle/checklists/months.html",
        {
            "runs": runs,
            "sheets": selectors.sheets_of(user),
            "may_run": may(user, RUN),
            "this_month": timezone.localdate().replace(day=1),
            "rules": rules(),
            "checklists": selectors.visible_checklists(user)
            .filter(state__in=["draft", "adjusting", "signing", "in_force"])
            .order_by("-year", "project__name", "-version")[:200],
        },
    )


@require_POST
def open_now(request: HttpRequest) -> HttpResponse:
    """The officer begins this month before the calendar does."""
    user: Any = request.user
    run = services.open_month(timezone.localdate(), by=user, now=timezone.now())
    messages.success(request, _("本月数据已预填，责任人只需核对差异。"))
    return HttpResponseRedirect(run.get_absolute_url())


@require_GET
def month(request: HttpRequest, month: str) -> HttpResponse:
    """One month: where it stands, what is odd, the scores that the reader may see; after publication the result."""
    require(request.user, READ)
    user: Any = request.user
    run = selectors.get_month(user, month)
    return render(
        request,
        "lifecycle/checklists/month.html",
        month_view(run, user, now=timezone.now(), only=request.GET.get("set", ""))
        | {"may_run": may(user, RUN), "may_publish": may(user, "lifecycle.appraisal_publish")},
    )


@require_POST
def step(request: HttpRequest, month: str, verb: str) -> HttpResponse:
    """Review, freeze, score or publish."""
    user: Any = request.user
    run, now = selectors.get_month(user, month), timezone.now()
    verbs = {
        "review": services.start_review,
        "freeze": services.freeze_month,
        "score": services.score_month,
        "publish": services.publish_month,
    }
    if verb not in verbs:
        raise Missing("appraisal.unknown_verb", _("没有这个操作。"))
    verbs[verb](run, by=user, now=now)
    messages.success(request, _("已办理。"))
    return HttpResponseRedirect(run.get_absolute_url())


@require_http_methods(["GET", "POST"])
def score(request: HttpRequest, pk: int) -> HttpResponse:
    """A score line by line: each line opens to the frozen facts that it was computed from."""
    user: Any = request.user
    require(user, READ)
    found = selectors.get_score(user, pk)
    _may_see(found, user)
    if request.method == "POST":
        fact = selectors.get_fact(user, forms.whole(request.POST, "fact"))
        made = services.appeal(
            fact, wanted_pct=forms.number(request.POST, "wanted_pct") or fact.pct, reason=request.POST.get("reason", ""),
            by=user, now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("申诉已提交。"))
        return HttpResponseRedirect(reverse("lifecycle:appraisal_appeal", args=[made.pk]))
    facts = list(
        ChecklistFact.objects.filter(run=found.run, checklist=found.checklist)
        .select_related("item", "run")
        .prefetch_related("appeals")
        .order_by("item__order")
    )
    return render(
        request,
        "lifecycle/checklists/score.html",
        {
            "score": found,
            "run": found.run,
            "project": found.checklist.project,
            "lines": lines_of(found, facts),
            "facts": facts,
            "peer": peers_of().get(found.peer_group, ""),
            "adjustments": adjustment_words(found.adjustments),
            "revisions": found.run.scores.filter(checklist=found.checklist).order_by("revision"),
            "may_appeal": may(user, "lifecycle.appraisal_appeal", found.checklist.project)
            and found.run.state == RunState.SCORED and timezone.now() <= appeal_until(found.run),
            "appeal_until": appeal_until(found.run),
            "bonus": found.total - found.base,
        },
    )  # fmt: skip


def _may_see(found: Any, user: Any) -> None:
    if found not in selectors.current_scores(found.run, user) and found.is_current:
        raise Missing("appraisal.not_published", _("这个得分还没有公布。"), remedy=_("公布后可以查看。"))


@require_http_methods(["GET", "POST"])
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """One appeal and its decision."""
    user: Any = request.user
    require(user, READ)
    found = selectors.get_appeal(user, pk)
    if request.method == "POST":
        services.decide_appeal(
            found, outcome=request.POST.get("outcome", ""), pct=forms.number(request.POST, "pct"),
            reason=request.POST.get("reason", ""), by=user, now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("已裁定，得分已重新计算。"))
        return HttpResponseRedirect(request.path)
    return render(
        request,
        "lifecycle/checklists/appeal.html",
        {"appeal": found, "fact": found.fact, "mine": bool(found.duty and found.outcome == "" and found.duty.holder_id == user.pk)},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def adjustment(request: HttpRequest, pk: int) -> HttpResponse:
    """One exclusion, bonus, deduction or veto; the second person agrees or not."""
    user: Any = request.user
    require(user, READ)
    found = selectors.get_adjustment(user, pk)
    if request.method == "POST":
        services.decide_adjustment(
            found, agreed=request.POST.get("agreed") == "1", by=user, now=timezone.now(), note=request.POST.get("note", "")
        )  # fmt: skip
        messages.success(request, _("已确认。"))
        return HttpResponseRedirect(request.path)
    return render(
        request,
        "lifecycle/checklists/adjustment.html",
        {
            "found": found,
            "mine": bool(found.duty and found.decided_at is None and found.duty.holder_id == user.pk),
        },
    )


@require_POST
def propose(request: HttpRequest, month: str) -> HttpResponse:
    """Propose an adjustment of one checklist in this month."""
    user: Any = request.user
    run = selectors.get_month(user, month)
    kind, _sep, code = request.POST.get("code", "").partition(":")
    checklist = selectors.get_checklist(user, forms.whole(request.POST, "checklist"))
    fact = None
    if kind == AppraisalAdjustment.Kind.EXCLUSION:
        fact = ChecklistFact.objects.filter(
            run=run, checklist=checklist, code=request.POST.get("item", "").strip()[:20]
        ).first()
    made = services.propose_adjustment(
        run, checklist, kind=kind, code=code, reason=request.POST.get("reason", ""),
        document_no=request.POST.get("document_no", ""), by=user, now=timezone.now(), fact=fact,
        points=forms.number(request.POST, "points") or Decimal(0),
    )  # fmt: skip
    messages.success(request, _("已提出，等待第二人确认。"))
    return HttpResponseRedirect(reverse("lifecycle:appraisal_adjustment", args=[made.pk]))


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """What a guard asks, and the answer."""
    user: Any = request.user
    require(user, READ)
    found = selectors.get_question(user, pk)
    if request.method == "POST":
        services.answer_question(found, by=user, now=timezone.now(), answer=request.POST.get("answer", ""))
        messages.success(request, _("已答复。"))
        return HttpResponseRedirect(request.path)
    return render(
        request,
        "lifecycle/checklists/question.html",
        {
            "question": found,
            "fact": found.fact,
            "text": guards.words(found.guard, found.values),
            "mine": bool(found.duty and found.answered_at is None and found.duty.holder_id == user.pk),
        },
    )


@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a frozen line should have been."""
    user: Any = request.user
    fact = selectors.get_fact(user, pk)
    pct = forms.number(request.POST, "pct")
    if pct is None:
        raise Unacceptable("appraisal.percent", _("请填写应为的完成 %。"), field="pct")
    services.correct_fact(fact, pct=pct, reason=request.POST.get("reason", ""), by=user, now=timezone.now())
    messages.success(request, _("更正已登记，下月体现；已冻结的数据和得分不变。"))
    return HttpResponseRedirect(fact.item.get_absolute_url())
