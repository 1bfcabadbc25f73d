"""Take over the gates of projects that began before: their past as it is known, in bulk, one event for each project.

A takeover proves no less than the daily way: a passed gate has a date for every hard document, its pass day is the latest
of them, whoever decided did not submit. It only does not tell every step of the past as an event of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.calc.deadlines import parse_term
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.duties.models import Clock
from lantu.duties.services.open_many import DutySpec, open_many
from lantu.lifecycle.gates.book import close_of, work_calendar
from lantu.lifecycle.gates.events import GatesOpened
from lantu.lifecycle.gates.models import Gate, GateCondition, GateDocument, GatePlan, GateStep
from lantu.lifecycle.gates.people import Desk, parties_of
from lantu.lifecycle.gates.planning import PERMIT, STATISTICS, Draft, draft
from lantu.lifecycle.gates.services import passing
from lantu.lifecycle.gates.services.documents import reference_hash
from lantu.lifecycle.gates.services.recompute import recompute_gates
from lantu.lifecycle.gates.services.steps import took_days
from lantu.lifecycle.gates.states import DONE_STEPS, PASSED_STATES, ConditionState, GateState, StepState
from lantu.packs.gates import Template
from lantu.projects.models import Project
from lantu.projects.services.recompute_lamp import recompute_lamps

WITH_DUTY = (
    GateState.PREPARING, GateState.SUBMITTED, GateState.REVIEWING, GateState.RETURNED, GateState.HELD,
    GateState.SUSPENDED,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PastStep:
    """What is known of one document. ``number`` and ``issued_on`` where it is there."""

    applied_at: datetime | None = None
    confirmed_at: datetime | None = None
    issued_on: date | None = None
    number: str = ""
    waived: str = ""
    """Why it does not apply; empty: it does."""


@dataclass(frozen=True, kw_only=True)
class PastGate:
    """How far one gate had come. ``conditions``: code of the missing document → its day."""

    state: str
    since: datetime
    conditions: Mapping[str, date] = field(default_factory=dict)
    reason: str = ""
    due_on: date | None = None
    document_no: str = ""
    """Of the decision, for a suspended gate."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """One project with its gates by stage and documents by code; what is not named has not begun."""

    project: Project
    template: Template
    opened_at: datetime
    gates: Mapping[str, PastGate]
    steps: Mapping[str, PastStep]


@transaction.atomic
def take_over(pasts: Sequence[Past], *, actor: User, now: datetime) -> int:
    """Store them; returns how many documents were taken over. Raises Refused or Unacceptable naming the project and
    gate whose past cannot be true; then nothing is stored."""
    projects = [past.project for past in pasts]
    for project in projects:
        require(actor, "lifecycle.gates_open", project)
    there = GatePlan.objects.filter(project__in=projects).select_related("project").first()
    if there is not None:
        raise Refused(
            "gates.opened_already", _("项目“%(name)s”已经建立了关口。") % {"name": there.project.name}
        )
    desk, parties = Desk(), parties_of(projects)
    officer = desk.officer({}).person
    drafts = []
    for past in pasts:
        made = draft(
            past.project,
            past.template,
            desk=desk,
            parties=parties[past.project.pk],
            opened_at=past.opened_at,
            actor=actor,
        )
        _fill(made, past, officer=desk.officer(parties[past.project.pk]).person or officer)
        drafts.append(made)
    documents = _store(drafts, pasts, actor=actor, now=now)
    for made, past in zip(drafts, pasts, strict=True):
        emit(_told(made, past), actor=actor, at=now)
    ids = [project.pk for project in projects]
    recompute_gates(now=now, project_ids=ids)
    recompute_lamps(project_ids=ids, now=now, actor=actor)
    return documents


def _fill(made: Draft, past: Past, *, officer: User) -> None:
    """Put the past into the rows of a draft, refusing what cannot have been."""
    for code, known in past.steps.items():
        step = made.steps[code]
        if known.waived:
            step.state, step.note = StepState.WAIVED, known.waived
            step.confirmed_by, step.confirmed_at = officer, known.confirmed_at
        elif known.issued_on is not None and known.confirmed_at is not None:
            step.state, step.evidence_on = StepState.CONFIRMED, known.issued_on
            step.applied_by, step.applied_at = step.gate.responsible, known.applied_at
            step.confirmed_by, step.confirmed_at = (
                _other(step.holder, step.gate.responsible, officer),
                known.confirmed_at,
            )
            step.took_days = took_days(known.applied_at, known.confirmed_at)
        elif known.applied_at is not None:
            step.state = StepState.APPLIED
            step.applied_by, step.applied_at = step.gate.responsible, known.applied_at
    for stage, gate in made.gates.items():
        mine = [step for step in made.steps.values() if step.gate is gate]
        gate.hard_missing = sum(step.hard and step.state not in DONE_STEPS for step in mine)
        gate.soft_missing = sum(not step.hard and step.state not in DONE_STEPS for step in mine)
        if stage in past.gates:
            _fill_gate(gate, past.gates[stage], mine, past.project, officer=officer)
    permit, statistics = made.steps.get(PERMIT), made.steps.get(STATISTICS)
    if permit is not None:
        made.plan.permit_on, made.plan.permit_waived = permit.evidence_on, permit.state == StepState.WAIVED
    if statistics is not None:
        made.plan.statistics_on = statistics.evidence_on


def _other(wanted: User, not_this: User, instead: User) -> User:
    return instead if wanted.pk == not_this.pk else wanted


def _fill_gate(
    gate: Gate, known: PastGate, steps: list[GateStep], project: Project, *, officer: User
) -> None:
    gate.state, gate.reason = known.state, known.reason
    gate.started_at = None if known.state == GateState.NOT_STARTED else known.since
    gate.document_no = known.document_no
    if known.due_on is not None:
        gate.due_on = gate.original_due_on = known.due_on
    if known.state not in (*PASSED_STATES, GateState.SUBMITTED, GateState.REVIEWING, GateState.HELD):
        return
    gate.submitted_by, gate.submitted_at = gate.responsible, known.since
    if known.state != GateState.SUBMITTED:
        gate.checked_by = officer
    if known.state not in PASSED_STATES:
        return
    missing = [step for step in steps if step.hard and step.state not in DONE_STEPS]
    uncovered = [step.label for step in missing if step.code not in known.conditions or not step.may_wait]
    if uncovered:
        raise Unacceptable(
            "gates.no_evidence",
            _("项目“%(name)s”的“%(gate)s”关口记为通过，但缺少要件：%(steps)s。")
            % {
                "name": project.name,
                "gate": gate.get_stage_display(),
                "steps": "、".join(uncovered[:6]),
            },
            remedy=_("请补录要件的文号和日期，或把关口记为准备中。"),
        )
    for step in missing:
        step.due_on = known.conditions[step.code]
    days = [step.evidence_on for step in steps if step.hard and step.evidence_on is not None]
    gate.decided_by, gate.decided_at = _other(gate.keeper, gate.responsible, officer), known.since
    gate.passed_on = max(days, default=timezone.localtime(known.since).date())


def _store(drafts: list[Draft], pasts: Sequence[Past], *, actor: User, now: datetime) -> int:
    plans = GatePlan.objects.bulk_create([made.plan for made in drafts])
    gates = [gate for made in drafts for gate in made.gates.values()]
    steps = [step for made in drafts for step in made.steps.values()]
    for made, plan in zip(drafts, plans, strict=True):
        for gate in made.gates.values():
            gate.plan = plan
    for gate, pk in zip(gates, passing.reserve(Gate, len(gates)), strict=True):
        gate.pk = pk
    for step, pk in zip(steps, passing.reserve(GateStep, len(steps)), strict=True):
        # Assigned anew, not by number: a changed number would make Django forget the gate and read it again.
        step.pk, step.gate = pk, step.gate
    conditions = _conditions(drafts, pasts, actor=actor)
    owing: list[Gate | GateStep | GateCondition] = [
        *(gate for gate in gates if gate.state in WITH_DUTY),
        *(step for step in steps if step.state == StepState.APPLIED),
        *conditions,
    ]
    specs = [_spec(row, now) for row in owing]
    for row, duty in zip(owing, open_many(specs, now=now, actor=actor), strict=True):
        row.duty = duty
    Gate.objects.bulk_create(gates)
    GateStep.objects.bulk_create(steps, batch_size=2000)
    GateCondition.objects.bulk_create(conditions)
    papers = [
        _paper(made.steps[code], known)
        for made, past in zip(drafts, pasts, strict=True)
        for code, known in past.steps.items()
        if made.steps[code].state == StepState.CONFIRMED
    ]
    GateDocument.objects.bulk_create(papers, batch_size=2000)
    return len(papers)


def _conditions(drafts: list[Draft], pasts: Sequence[Past], *, actor: User) -> list[GateCondition]:
    found = [
        GateCondition(
            gate=made.gates[stage],
            project=past.project,
            step=made.steps[code],
            text=made.steps[code].label,
            holder=made.gates[stage].responsible,
            due_on=due_on,
            set_by=made.gates[stage].decided_by or actor,
            set_at=known.since,
        )
        for made, past in zip(drafts, pasts, strict=True)
        for stage, known in past.gates.items()
        for code, due_on in known.conditions.items()
        if made.steps[code].state not in DONE_STEPS
    ]
    for row, pk in zip(found, passing.reserve(GateCondition, len(found)), strict=True):
        row.pk, row.gate, row.step = pk, row.gate, row.step
        row.state = ConditionState.OPEN
    return found


def _spec(row: Gate | GateStep | GateCondition, now: datetime) -> DutySpec:
    """The duty of an open object as the daily services would have opened it."""
    if isinstance(row, Gate):
        wanted: dict[str, Any] = passing.gate_duty(row, now=now)
        return DutySpec(
            subject_type=passing.GATE, subject_id=row.pk, project=row.project, opened_at=row.started_at or now,
            **wanted,
        )  # fmt: skip
    if isinstance(row, GateStep):
        assert row.applied_at is not None
        return DutySpec(
            subject_type=passing.STEP, subject_id=row.pk, project=row.project, step="confirm",
            title=f"{row.label} · {row.project.name}", action_label=gettext_noop("确认要件"),
            action_url=reverse("lifecycle:gate_step", args=[row.pk]), holder=row.holder, severity=passing.SEVERITY,
            opened_at=row.applied_at, due_at=parse_term(row.term).due_at(row.applied_at, work_calendar()),
            clock=Clock.WORKING if row.term.endswith("wd") else Clock.NATURAL, basis=row.basis,
        )  # fmt: skip
    return DutySpec(
        subject_type=passing.CONDITION, subject_id=row.pk, project=row.project, step="meet",
        title=f"{gettext_noop('容缺补齐')}：{row.text} · {row.project.name}", action_label=gettext_noop("补齐条件"),
        action_url=reverse("lifecycle:gate", args=[row.gate_id]), holder=row.holder, severity=3,
        opened_at=row.set_at, due_at=close_of(row.due_on),
    )  # fmt: skip


def _paper(step: GateStep, known: PastStep) -> GateDocument:
    assert known.issued_on is not None
    assert known.confirmed_at is not None
    number = known.number or f"{step.label} {known.issued_on:%Y%m%d}"
    issuer = str(step.holder.organisation) if step.holder.organisation else step.label
    return GateDocument(
        step_id=step.pk,
        number=number[:80],
        issuer=issuer[:120],
        issued_on=known.issued_on,
        source=GateDocument.Source.REFERENCE,
        sha256=reference_hash(number, issuer, known.issued_on),
        added_by=step.gate.responsible,
        added_at=known.confirmed_at,
    )


def _told(made: Draft, past: Past) -> GatesOpened:
    rows = [
        [
            gate.stage,
            gate.state,
            gate.passed_on.isoformat() if gate.passed_on else "",
            sum(step.state == StepState.CONFIRMED for step in made.steps.values() if step.gate is gate),
        ]
        for gate in made.gates.values()
    ]
    return GatesOpened(
        project_id=past.project.pk,
        subject_id=made.plan.pk,
        template=past.template.code,
        template_version=made.plan.template_version,
        steps=len(made.steps),
        taken_over=rows,
    )
