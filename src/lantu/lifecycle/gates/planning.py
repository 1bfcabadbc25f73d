"""From a template to the rows of one project: who, by when, waiting for what. Nothing is stored here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from lantu.accounts.models import User
from lantu.calc.interlocks import Interlocks, Link, Step, interlocks
from lantu.calc.workdays import add_months
from lantu.lifecycle.gates.book import book, close_of, work_calendar
from lantu.lifecycle.gates.models import Gate, GatePlan, GateStep
from lantu.lifecycle.gates.people import Desk, responsible_person
from lantu.packs.gates import GateTemplate, Matter, Template
from lantu.projects.models import Party, Project

PERMIT, STATISTICS, START_ORDER = "construction_permit", "statistics_entry", "start_order"


@dataclass
class Draft:
    """The unsaved rows of one project; ``steps`` by code, ``gates`` by stage."""

    plan: GatePlan
    gates: dict[str, Gate] = field(default_factory=dict)
    steps: dict[str, GateStep] = field(default_factory=dict)


def draft(
    project: Project,
    template: Template,
    *,
    desk: Desk,
    parties: dict[str, Party],
    opened_at: datetime,
    actor: User,
) -> Draft:
    """Rows with units, people and days. Raises Refused when nobody of the owner answers for the project."""
    responsible = responsible_person(project, parties)
    made = Draft(
        GatePlan(
            project=project,
            template=template.code,
            template_version=book().version,
            links=[[one.needs, one.step, one.label, one.basis] for one in template.graph.links],
            opened_by=actor,
            opened_at=opened_at,
            has_statistics_step=STATISTICS in template.matters,
        )
    )
    opened_on = timezone.localtime(opened_at).date()
    finishes = template.graph.finishes(opened_on, work_calendar())
    order = 0
    for number, wanted in enumerate(template.gates, start=1):
        keeper = desk.keeper(wanted.lead, parties)
        natural = max((finishes[code] for code in wanted.matters), default=opened_on)
        due_on = _due_on(wanted, project, natural)
        gate = Gate(
            plan=made.plan,
            project=project,
            stage=wanted.stage,
            number=number,
            after=list(wanted.after),
            responsible=responsible,
            lead_unit_id=keeper.unit_id,
            keeper=keeper.person,
            due_on=due_on,
            original_due_on=due_on,
            hard_missing=sum(template.matters[code].hard for code in wanted.matters),
            soft_missing=sum(not template.matters[code].hard for code in wanted.matters),
        )
        made.gates[wanted.stage] = gate
        for code in wanted.matters:
            order += 1
            step = _step(template.matters[code], gate, desk=desk, parties=parties, order=order)
            step.due_on = _step_due_on(code, due_on, natural - finishes[code], project)
            made.steps[code] = step
    return made


def _due_on(wanted: GateTemplate, project: Project, natural: date) -> date:
    """The planned start or finish with the template's months; without such a day what the terms add up to."""
    anchor = {"start": project.planned_start_on, "finish": project.planned_finish_on}.get(wanted.due_from)
    if anchor is None:
        return natural
    return add_months(close_of(anchor), wanted.due_months, work_calendar()).date()


def _step_due_on(code: str, gate_due_on: date, before_the_end: timedelta, project: Project) -> date:
    """As long before the gate's day as the terms of what follows ask for; statistics after the start."""
    if code == STATISTICS:
        start = project.actual_start_on or project.planned_start_on
        if start is not None:
            return add_months(close_of(start), book().settings.statistics_months, work_calendar()).date()
    return gate_due_on - before_the_end


def _step(matter: Matter, gate: Gate, *, desk: Desk, parties: dict[str, Party], order: int) -> GateStep:
    asked = desk.asked(matter.unit, parties)
    return GateStep(
        gate=gate,
        project=gate.project,
        code=matter.code,
        label=matter.label,
        label_en=matter.label_en,
        lane=matter.lane,
        order=order,
        hard=matter.hard,
        may_wait=matter.may_wait,
        source=matter.source,
        term=term_text(matter),
        basis=matter.basis[:120],
        unit_id=asked.unit_id,
        holder=asked.person,
    )


def term_text(matter: Matter) -> str:
    """The term as packs write it."""
    short = {"hours": "h", "days": "d", "working_days": "wd", "months": "m"}[matter.term.unit]
    return f"{int(matter.term.amount)}{short}"


def graph_of(plan: GatePlan, steps: Mapping[str, GateStep]) -> Interlocks:
    """The graph as it was when the gates were opened. ``steps`` by code, with ``gate`` at hand."""
    known = book().matters
    nodes = [
        Step(code, step.lane, step.gate.stage, known[code].working_days if code in known else 0)
        for code, step in steps.items()
    ]
    links = [Link(*row) for row in plan.links if row[0] in steps and row[1] in steps]
    return interlocks(nodes, links)
