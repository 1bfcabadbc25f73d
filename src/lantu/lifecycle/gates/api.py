"""Stage gates over HTTP: the same services and rules as behind the pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Missing, Unacceptable
from lantu.lifecycle.gates import schemas as shapes
from lantu.lifecycle.gates import selectors, services
from lantu.lifecycle.gates.book import book, spoken, template_named
from lantu.lifecycle.gates.doing import act_on_gate, act_on_plan, act_on_step
from lantu.lifecycle.gates.models import Gate, GateCondition, GateStep, GateTender
from lantu.lifecycle.gates.outlook import Outlook, outlooks
from lantu.lifecycle.gates.planning import term_text
from lantu.lifecycle.gates.tendering import findings_of, rule_name
from lantu.projects.models import Project
from lantu.projects.selectors import get_visible

router = Router(tags=["阶段关口"])


def _reader(request: HttpRequest) -> Any:
    return request.auth  # type: ignore[attr-defined]


def _clean(text: str, field: str) -> str:
    if "\x00" in text:
        raise Unacceptable("gates.bad_text", _("文字里有不能识别的字符。"), field=field)
    return text


def _project(request: HttpRequest, code: str) -> Project:
    return get_visible(_reader(request), _clean(code, "code"))


def _gate(gate: Gate) -> dict[str, Any]:
    duty = gate.duty if gate.is_open else None
    return {
        "id": gate.pk,
        "project": gate.project.code,
        "stage": gate.stage,
        "state": gate.state,
        "state_label": str(gate.get_state_display()),
        "lamp": gate.lamp,
        "lamp_reasons": gate.lamp_codes,
        "lamp_rule": gate.lamp_rule,
        "responsible": str(gate.responsible),
        "keeper": str(gate.keeper),
        "lead_unit": str(gate.lead_unit),
        "due_on": gate.due_on,
        "original_due_on": gate.original_due_on,
        "passed_on": gate.passed_on,
        "hard_missing": gate.hard_missing,
        "soft_missing": gate.soft_missing,
        "holder": str(duty.holder) if duty else "",
        "since": duty.opened_at if duty else None,
        "due_at": duty.due_at if duty else None,
        "version": gate.version,
        "url": gate.get_absolute_url(),
    }


def _step(step: GateStep, blockers: list[str], outlook: Outlook | None) -> dict[str, Any]:
    names = (
        "code",
        "lane",
        "hard",
        "may_wait",
        "state",
        "term",
        "basis",
        "due_on",
        "evidence_on",
        "took_days",
        "version",
    )
    forecast = outlook.forecast if outlook else None
    return {name: getattr(step, name) for name in names} | {
        "id": step.pk,
        "label": spoken(step.label, step.label_en),
        "stage": step.gate.stage,
        "unit": str(step.unit),
        "holder": str(step.holder),
        "blockers": blockers,
        "forecast": {"n": forecast.n, "p50": forecast.p50, "p80": forecast.p80} if forecast else None,
        "url": step.get_absolute_url(),
    }


def _condition(row: GateCondition) -> dict[str, Any]:
    return {
        "id": row.pk,
        "gate": row.gate_id,
        "text": row.text,
        "state": row.state,
        "holder": str(row.holder),
        "due_on": row.due_on,
    }


def _detail(reader: Any, pk: int) -> dict[str, Any]:
    gate = selectors.get_visible_gate(reader, pk)
    steps = list(gate.steps.select_related("gate", "unit", "holder").order_by("order"))
    foreseen = outlooks(steps, timezone.now())
    return _gate(gate) | {
        "steps": [_step(step, [], foreseen.get(step.pk)) for step in steps],
        "conditions": [_condition(row) for row in gate.conditions.select_related("holder")],
    }


@router.get("/gates", response=Page[shapes.GateOut])
def list_gates(request: HttpRequest, wanted: Query[shapes.GateQuery]) -> dict[str, Any]:
    """Gates of the projects that the caller may see, newest first."""
    reader = _reader(request)
    require(reader, "lifecycle.gates_read")
    rows = selectors.visible_gates(reader)
    for name in ("stage", "state", "lamp"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: _clean(value, name)})
    if wanted.project:
        rows = rows.filter(project__code=_clean(wanted.project, "project"))
    return page_of(rows, cursor=wanted.cursor, limit=wanted.limit, order="-id", shape=_gate)


@router.get("/gates/templates", response=list[shapes.TemplateOut])
def list_templates(request: HttpRequest) -> list[dict[str, Any]]:
    """The pack's templates with documents, terms and links."""
    require(_reader(request), "lifecycle.gates_read")
    return [_template(code) for code in book().templates]


def _template(code: str) -> dict[str, Any]:
    one = template_named(code)
    return {
        "code": one.code,
        "label": spoken(one.label, one.label_en),
        "version": book().version,
        "gates": [
            {
                "stage": gate.stage,
                "lead": gate.lead,
                "after": list(gate.after),
                "documents": [
                    {
                        "code": matter,
                        "label": spoken(one.matters[matter].label, one.matters[matter].label_en),
                        "hard": one.matters[matter].hard,
                        "may_wait": one.matters[matter].may_wait,
                        "lane": one.matters[matter].lane,
                        "term": term_text(one.matters[matter]),
                        "basis": one.matters[matter].basis,
                        "mark": one.matters[matter].mark,
                    }
                    for matter in gate.matters
                ],
            }
            for gate in one.gates
        ],
        "links": [{"needs": link.needs, "step": link.step, "label": link.label} for link in one.graph.links],
    }


@router.get("/gates/projects/{code}", response=shapes.BoardOut)
def project_gates(request: HttpRequest, code: str) -> dict[str, Any]:
    """Everything about the gates of one project."""
    reader = _reader(request)
    require(reader, "lifecycle.gates_read")
    return _board(reader, _project(request, code))


def _board(reader: Any, project: Project) -> dict[str, Any]:
    plan = selectors.get_plan(project)
    found = selectors.board(plan, reader, timezone.now())
    gates = selectors.visible_gates(reader).filter(project=project).order_by("number")
    return {
        "project": project.code,
        "template": plan.template,
        "template_version": plan.template_version,
        "gates": [_gate(gate) for gate in gates],
        "steps": [
            _step(line.step, line.blockers, line.outlook) for _name, lines in found.lanes for line in lines
        ],
        "conditions": [_condition(row) for row in found.conditions],
        "waiting": [
            {
                "step": row.step.code,
                "label": spoken(row.step.label, row.step.label_en),
                "unit": str(row.step.unit),
                "rules": list(row.rules),
                "held_up": [one.code for one in row.held_up],
                "cost_per_day_yuan": float(row.cost_per_day_yuan) if row.cost_per_day_yuan else None,
                "late_days": row.late_days,
            }
            for row in found.waiting
        ],
    }


@router.post("/gates/projects/{code}", response={201: shapes.BoardOut})
def open_gates(request: HttpRequest, code: str, body: shapes.OpenIn) -> Status[dict[str, Any]]:
    """Open the gates of a project from a template."""
    reader, project = _reader(request), _project(request, code)
    services.open_gates(project, actor=reader, now=timezone.now(), template=_clean(body.template, "template"))
    return Status(201, _board(reader, project))


@router.post("/gates/projects/{code}/stop/{verb}", response=shapes.BoardOut)
def stop_gates(request: HttpRequest, code: str, verb: shapes.StopVerb, body: shapes.StopIn) -> dict[str, Any]:
    """Suspend, resume or cancel all gates of a project on a document."""
    reader, project = _reader(request), _project(request, code)
    act_on_plan(
        selectors.get_plan(project),
        verb,
        by=reader,
        now=timezone.now(),
        document_no=_clean(body.document_no, "document_no"),
        reason=_clean(body.reason, "reason"),
    )
    return _board(reader, project)


@router.get("/gates/{int:pk}", response=shapes.GateDetail)
def get_gate(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One gate with its documents and conditions."""
    require(_reader(request), "lifecycle.gates_read")
    return _detail(_reader(request), pk)


@router.post("/gates/{int:pk}/do/{verb}", response=shapes.GateDetail)
def act(request: HttpRequest, pk: int, verb: shapes.GateVerb, body: shapes.GateStepIn) -> dict[str, Any]:
    """One verb on one gate."""
    reader = _reader(request)
    gate = selectors.get_visible_gate(reader, pk)
    known = {step.pk: step for step in gate.steps.select_related("unit")}
    wanted = []
    for one in body.conditions:
        if one.step is not None and one.step not in known:
            raise Unacceptable("gates.foreign_step", _("条件里的要件不属于这个关口。"), field="conditions")
        step = known[one.step] if one.step is not None else None
        wanted.append(services.Wanted(step=step, text=_clean(one.text, "text"), due_on=one.due_on))
    act_on_gate(
        gate,
        verb,
        by=reader,
        now=timezone.now(),
        version=body.version,
        text=_clean(body.text, "text"),
        day=body.day,
        conditions=wanted,
        document_no=_clean(body.document_no, "document_no"),
        change_pct=body.change_pct,
        passed_on=body.passed_on,
    )
    return _detail(reader, pk)


@router.post("/gate-steps/{int:pk}/do/{verb}", response=shapes.StepOut)
def act_step(
    request: HttpRequest, pk: int, verb: shapes.StepVerb, body: shapes.DocumentStepIn
) -> dict[str, Any]:
    """One verb on one document."""
    reader = _reader(request)
    papers = [
        services.Paper(
            number=_clean(one.number, "number"),
            issuer=_clean(one.issuer, "issuer"),
            issued_on=one.issued_on,
            valid_until=one.valid_until,
        )
        for one in body.papers
    ]
    act_on_step(
        selectors.get_visible_step(reader, pk),
        verb,
        by=reader,
        now=timezone.now(),
        version=body.version,
        text=_clean(body.text, "text"),
        papers=papers,
    )
    return _step(selectors.get_visible_step(reader, pk), [], None)


def _tender(row: GateTender) -> dict[str, Any]:
    names = (
        "name",
        "kind",
        "method",
        "winner",
        "dates",
        "amounts",
        "explanations",
        "rule_version",
        "version",
    )
    return {name: getattr(row, name) for name in names} | {
        "id": row.pk,
        "project": row.project.code,
        "findings": [
            {
                "code": one.rule.code,
                "name": rule_name(one.rule),
                "standing": str(one.standing),
                "limit_on": one.limit_on,
                "value": one.value,
                "basis": one.rule.basis,
            }
            for one in findings_of(row, today=timezone.localdate())
        ],
    }


@router.get("/gates/projects/{code}/tenders", response=list[shapes.TenderOut])
def list_tenders(request: HttpRequest, code: str) -> list[dict[str, Any]]:
    """Tender records of a project with every rule applied."""
    require(_reader(request), "lifecycle.gates_read")
    rows = GateTender.objects.select_related("project").filter(project=_project(request, code))
    return [_tender(row) for row in rows]


@router.post("/gates/projects/{code}/tenders/new", response={201: shapes.TenderOut})
def add_tender(request: HttpRequest, code: str, body: shapes.TenderIn) -> Status[dict[str, Any]]:
    """Add a contract section."""
    made = services.save_tender(
        project=_project(request, code), values=_given(body), by=_reader(request), now=timezone.now()
    )
    return Status(201, _tender(made))


@router.patch("/gates/projects/{code}/tenders/{int:pk}", response=shapes.TenderOut)
def change_tender(request: HttpRequest, code: str, pk: int, body: shapes.TenderIn) -> dict[str, Any]:
    """Change a record; dates are checked as they are entered."""
    project = _project(request, code)
    row = GateTender.objects.filter(project=project, pk=pk).first()
    if row is None:
        raise Missing("gates.unknown_tender", _("没有找到这条招标记录。"))
    saved = services.save_tender(
        project=project,
        values=_given(body),
        by=_reader(request),
        now=timezone.now(),
        tender=row,
        version=body.version,
    )
    return _tender(saved)


def _given(body: shapes.TenderIn) -> dict[str, Any]:
    values = body.dict(exclude={"version"}, exclude_none=True)
    for text in (*values.get("explanations", {}).values(), values.get("name", ""), values.get("winner", "")):
        _clean(str(text), "text")
    return values
