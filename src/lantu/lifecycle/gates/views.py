"""Pages of one project's gates: the board, one gate, one document, the paper; and what people do there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lantu.accounts.permissions import may, require
from lantu.core.models import Evidence
from lantu.core.refusals import Missing, Refused
from lantu.duties.timebill import bill_of_project, bill_of_subject
from lantu.lifecycle.gates import forms, selectors, services
from lantu.lifecycle.gates.book import book, fitting_template, spoken
from lantu.lifecycle.gates.doing import act_on_gate, act_on_plan, act_on_step
from lantu.lifecycle.gates.drawing import draw
from lantu.lifecycle.gates.models import Gate, GateDocument, GatePlan, GateStep
from lantu.lifecycle.gates.offers import gate_offers, step_offers, stop_offers
from lantu.lifecycle.gates.outlook import outlooks
from lantu.lifecycle.gates.planning import graph_of
from lantu.lifecycle.gates.services.passing import GATE
from lantu.lifecycle.gates.services.steps import steps_by_code
from lantu.lifecycle.gates.states import DONE_STEPS
from lantu.lifecycle.gates.words import EVENTS, TONES, reason_words
from lantu.projects.models import Project
from lantu.projects.selectors import get_visible

EVENTS_SHOWN = 30


@require_GET
def project(request: HttpRequest, code: str) -> HttpResponse:
    """The tab of a project: line, documents by lane, what is missing, what waiting costs."""
    user: Any = request.user
    require(user, "lifecycle.gates_read")
    found = get_visible(user, code)
    return _project_page(request, found)


def _project_page(request: HttpRequest, found: Project, refusal: Refused | None = None) -> HttpResponse:
    user: Any = request.user
    now = timezone.now()
    plan = selectors.plan_of(found)
    context: dict[str, Any] = {"project": found, "tab": "gates", "refusal": refusal, "now": now}
    if plan is None:
        fits = fitting_template(found)
        context |= {
            "templates": [(one.code, spoken(one.label, one.label_en)) for one in book().templates.values()],
            "fits": fits.code,
            "may_open": may(user, "lifecycle.gates_open", found),
        }
    else:
        board = selectors.board(plan, user, now)
        context |= {
            "plan": plan,
            "board": board,
            "template_label": _template_label(plan),
            "drawing": _drawing(
                plan, {line.step.code: line.step for _n, rows in board.lanes for line in rows}
            ),
            "bill": bill_of_project(found, now=now),
            "stops": stop_offers(plan, user, {entry.state for entry in board.line}),
        }
    return render(request, "lifecycle/gates/project.html", context, status=refusal.status if refusal else 200)


def _template_label(plan: GatePlan) -> str:
    known = book().templates.get(plan.template)
    return spoken(known.label, known.label_en) if known else plan.template


def _drawing(plan: GatePlan, steps: dict[str, GateStep]) -> Any:
    from lantu.lifecycle.gates.book import lane_words

    return draw(
        graph_of(plan, steps),
        labels={code: spoken(step.label, step.label_en) for code, step in steps.items()},
        lanes=lane_words(),
        tones={code: step.state for code, step in steps.items()},
        hard={code: step.hard for code, step in steps.items()},
        titles={code: f"{step.unit} · {step.get_state_display()}" for code, step in steps.items()},
    )


@require_GET
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """The board on paper, A4."""
    user: Any = request.user
    require(user, "lifecycle.gates_read")
    found = get_visible(user, code)
    plan = selectors.get_plan(found)
    now = timezone.now()
    context = {
        "project": found,
        "plan": plan,
        "board": selectors.board(plan, user, now),
        "now": now,
        "template_label": _template_label(plan),
    }
    return render(request, "lifecycle/gates/paper.html", context)


@require_POST
def open_plan(request: HttpRequest, code: str) -> HttpResponse:
    """Open the gates of a project from a template."""
    user: Any = request.user
    found = get_visible(user, code)

    def do() -> str:
        services.open_gates(found, actor=user, now=timezone.now(), template=request.POST.get("template", ""))
        return _("关口已建立。")

    return _tried(request, do, reverse("lifecycle:gates_project", args=[found.code]), found)


@require_POST
def stop(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Suspend, resume or cancel on a document."""
    user: Any = request.user
    found = get_visible(user, code)
    plan = selectors.get_plan(found)

    def do() -> str:
        act_on_plan(
            plan, verb, by=user, now=timezone.now(), document_no=request.POST.get("document_no", ""),
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
        return _("已按决定文件办理。")

    return _tried(request, do, reverse("lifecycle:gates_project", args=[found.code]), found)


def _tried(request: HttpRequest, do: Callable[[], str], then: str, found: Project) -> HttpResponse:
    """Do it and go on, or show the board with what was refused."""
    try:
        messages.success(request, do())
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _project_page(request, found, refused)
    return HttpResponseRedirect(then)


@require_GET
def gate(request: HttpRequest, pk: int) -> HttpResponse:
    """One gate: its documents, conditions, time bill and story."""
    require(request.user, "lifecycle.gates_read")
    return _gate_page(request, selectors.get_visible_gate(request.user, pk))


def _gate_page(request: HttpRequest, found: Gate, refusal: Refused | None = None) -> HttpResponse:
    user: Any = request.user
    now = timezone.now()
    rows = found.steps.select_related("unit", "holder", "duty__holder").order_by("order")
    steps = list(rows)
    missing = [step for step in steps if step.hard and step.state not in DONE_STEPS]
    foreseen = outlooks(steps, now)
    lines = [
        selectors.StepLine(
            step, spoken(step.label, step.label_en), TONES.get(step.state, ""), [], foreseen.get(step.pk),
            step.state not in DONE_STEPS and step.due_on < timezone.localdate(now),
        )
        for step in steps
    ]  # fmt: skip
    context = {
        "gate": found,
        "project": found.project,
        "tab": "gates",
        "tone": TONES.get(found.state, ""),
        "lamp_words": reason_words(found.lamp_codes),
        "lines": lines,
        "missing": missing,
        "conditions": found.conditions.select_related("holder", "duty", "met_by", "step"),
        "may_decide": may(user, "lifecycle.gates_decide", found.project),
        "offers": gate_offers(found, user, missing_hard=len(missing)),
        "bill": bill_of_subject(GATE, found.pk, now=now),
        "events": _lines(found),
        "typed": request.POST,
        "refusal": refusal,
    }
    return render(request, "lifecycle/gates/gate.html", context, status=refusal.status if refusal else 200)


def _lines(found: Gate) -> list[tuple[str, Any]]:
    rows = selectors.events_of(found)[:EVENTS_SHOWN]
    return [(str(EVENTS.get(event.kind, event.kind)), event) for event in rows]


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One verb on one gate."""
    user: Any = request.user
    found = selectors.get_visible_gate(user, pk)
    try:
        act_on_gate(
            found,
            verb,
            by=user,
            now=timezone.now(),
            version=forms.version(request.POST),
            text=request.POST.get("reason", "") or request.POST.get("note", ""),
            day=forms.day(request.POST, "until") or forms.day(request.POST, "due_on"),
            conditions=forms.conditions(request.POST, found) if verb == "approve_conditionally" else (),
            document_no=request.POST.get("document_no", ""),
            change_pct=forms.percent(request.POST, "change_pct") if verb == "reopen" else 0.0,
        )
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _gate_page(request, found, refused)
    messages.success(request, _("已办理。"))
    return HttpResponseRedirect(found.get_absolute_url())


@require_GET
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """One document: its papers, who has it, what it waits for."""
    require(request.user, "lifecycle.gates_read")
    return _step_page(request, selectors.get_visible_step(request.user, pk))


def _step_page(request: HttpRequest, found: GateStep, refusal: Refused | None = None) -> HttpResponse:
    user: Any = request.user
    now = timezone.now()
    steps = steps_by_code(found.project_id)
    graph = graph_of(found.gate.plan, steps)
    done = {code for code, one in steps.items() if one.state in DONE_STEPS}
    blockers = [] if found.state in DONE_STEPS else [steps[one] for one in graph.blockers(found.code, done)]
    documents = list(found.documents.select_related("evidence", "added_by"))
    context = {
        "step": found,
        "label": spoken(found.label, found.label_en),
        "project": found.project,
        "tab": "gates",
        "tone": TONES.get(found.state, ""),
        "blockers": blockers,
        "held_up": [steps[one] for one in graph.held_up_by(found.code, done)],
        "documents": documents,
        "files": Evidence.objects.filter(pk__in=[one.evidence_id for one in documents if one.evidence_id]),
        "outlook": outlooks([found], now).get(found.pk),
        "offers": step_offers(found, user, blocked=bool(blockers)),
        "may_void": may(user, "lifecycle.gates_confirm", found.project) and found.state not in DONE_STEPS,
        "typed": request.POST,
        "refusal": refusal,
        "now": now,
    }
    return render(request, "lifecycle/gates/step.html", context, status=refusal.status if refusal else 200)


@require_POST
def act_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One verb on one document."""
    user: Any = request.user
    found = selectors.get_visible_step(user, pk)
    try:
        act_on_step(
            found, verb, by=user, now=timezone.now(), version=forms.version(request.POST),
            text=request.POST.get("reason", "") or request.POST.get("note", ""),
            papers=forms.papers(request.POST, request.FILES),
        )  # fmt: skip
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _step_page(request, found, refused)
    messages.success(request, _("已办理。"))
    return HttpResponseRedirect(found.get_absolute_url())


@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a wrong paper out of account."""
    user: Any = request.user
    document = GateDocument.objects.select_related("step").filter(pk=pk).first()
    if document is None:
        raise Missing("gates.unknown_document", _("没有找到这份文件。"))
    found = selectors.get_visible_step(user, document.step_id)
    try:
        services.void_document(document, by=user, now=timezone.now(), reason=request.POST.get("reason", ""))
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _step_page(request, found, refused)
    messages.success(request, _("文件已作废，记录保留。"))
    return HttpResponseRedirect(found.get_absolute_url())


@require_POST
def meet(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a condition that is no document."""
    user: Any = request.user
    condition = selectors.get_visible_condition(user, pk)
    try:
        services.meet_condition(condition, by=user, now=timezone.now(), note=request.POST.get("note", ""))
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _gate_page(request, selectors.get_visible_gate(user, condition.gate_id), refused)
    messages.success(request, _("条件已补齐。"))
    return HttpResponseRedirect(condition.get_absolute_url())
