"""Reads of gates. Every one starts from the projects that the reader may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.scopes import scope_of
from lantu.core.models import Event
from lantu.core.refusals import Missing
from lantu.duties.models import Duty
from lantu.lifecycle.gates.book import lane_words, spoken
from lantu.lifecycle.gates.models import Gate, GateCondition, GatePlan, GateStep
from lantu.lifecycle.gates.outlook import Outlook, Waiting, outlooks, waiting_rows
from lantu.lifecycle.gates.planning import graph_of
from lantu.lifecycle.gates.services.passing import CONDITION, GATE, STEP
from lantu.lifecycle.gates.states import (
    DONE_STEPS,
    NOT_AWAITED,
    RESTING_STATES,
    ConditionState,
    GateState,
    StepState,
)
from lantu.lifecycle.gates.words import TONES, reason_words
from lantu.projects.models import Lamp, Project, Stage
from lantu.projects.selectors import ProjectFilter, find_projects, visible_projects

NAMED_MISSING = 3


def visible_gates(reader: Any) -> QuerySet[Gate]:
    """The gates of the projects that this reader may know of."""
    rows = Gate.objects.select_related(
        "project", "plan", "responsible", "keeper", "lead_unit", "duty__holder", "duty__unit"
    )
    return rows if scope_of(reader).city else rows.filter(project__in=visible_projects(reader))


def visible_steps(reader: Any) -> QuerySet[GateStep]:
    """Their documents."""
    rows = GateStep.objects.select_related(
        "project", "gate__plan", "unit", "holder", "applied_by", "confirmed_by", "duty__holder", "duty__unit"
    )
    return rows if scope_of(reader).city else rows.filter(project__in=visible_projects(reader))


def get_visible_gate(reader: Any, pk: int) -> Gate:
    """One gate. Raises Missing when it is not there for this reader."""
    found = (
        visible_gates(reader).select_related("submitted_by", "checked_by", "decided_by").filter(pk=pk).first()
    )
    if found is None:
        raise Missing("gates.unknown", _("没有找到这个关口，或您无权查看。"))
    return found


def get_visible_step(reader: Any, pk: int) -> GateStep:
    """One document of a gate. Raises Missing when it is not there for this reader."""
    found = visible_steps(reader).filter(pk=pk).first()
    if found is None:
        raise Missing("gates.unknown_step", _("没有找到这个要件，或您无权查看。"))
    return found


def get_visible_condition(reader: Any, pk: int) -> GateCondition:
    """One condition. Raises Missing when it is not there for this reader."""
    rows = GateCondition.objects.select_related("project", "gate", "step", "holder", "duty")
    found = rows.filter(pk=pk, project__in=visible_projects(reader)).first()
    if found is None:
        raise Missing("gates.unknown_condition", _("没有找到这个条件，或您无权查看。"))
    return found


def plan_of(project: Project) -> GatePlan | None:
    """The gates of a project that the caller may see."""
    return GatePlan.objects.select_related("project").filter(project=project).first()


def get_plan(project: Project) -> GatePlan:
    """As :func:`plan_of`. Raises Missing where the project has no gates."""
    found = plan_of(project)
    if found is None:
        raise Missing(
            "gates.none",
            _("这个项目还没有建立关口。"),
            remedy=_("请由重点工程局或县区重点办在“关口”栏目建立。"),
        )
    return found


@dataclass(frozen=True)
class StageEntry:
    """One of the six stages: who has the ball, since when, what is missing."""

    stage: str
    label: str
    state: str
    state_label: str
    tone: str
    lamp: str
    lamp_words: str
    holder: str
    unit: str
    since: datetime | None
    due_on: date
    passed_on: date | None
    missing: list[str]
    missing_count: int
    conditions: int
    url: str


def stage_line(project: Project, reader: Any, now: datetime) -> list[StageEntry]:
    """Six entries in order; empty where the project has no gates or the reader may not see it."""
    gates = list(visible_gates(reader).filter(project=project).order_by("number"))
    if not gates:
        return []
    missing: dict[int, list[str]] = {}
    rows = GateStep.objects.filter(project=project, hard=True).exclude(state__in=DONE_STEPS)
    for gate_id, label, label_en in rows.order_by("order").values_list("gate_id", "label", "label_en"):
        missing.setdefault(gate_id, []).append(spoken(label, label_en))
    conditions = dict(
        GateCondition.objects.filter(project=project, state=ConditionState.OPEN)
        .order_by()
        .values_list("gate_id")
        .annotate(n=Count("pk"))
    )
    return [_entry(gate, missing.get(gate.pk, []), conditions.get(gate.pk, 0)) for gate in gates]


def _entry(gate: Gate, missing: list[str], conditions: int) -> StageEntry:
    duty = gate.duty if gate.is_open else None
    return StageEntry(
        stage=gate.stage,
        label=str(gate.get_stage_display()),
        state=gate.state,
        state_label=str(gate.get_state_display()),
        tone=TONES.get(gate.state, ""),
        lamp=gate.lamp,
        lamp_words=reason_words(gate.lamp_codes),
        holder=str(duty.holder) if duty else "",
        unit=str(duty.unit) if duty else "",
        since=duty.opened_at if duty else None,
        due_on=gate.due_on,
        passed_on=gate.passed_on,
        missing=missing[:NAMED_MISSING] if gate.is_open or conditions else [],
        missing_count=len(missing),
        conditions=conditions,
        url=gate.get_absolute_url(),
    )


@dataclass
class StepLine:
    """A document as the board shows it. ``blockers``: what it still waits for."""

    step: GateStep
    label: str
    tone: str
    blockers: list[str] = field(default_factory=list)
    outlook: Outlook | None = None
    late: bool = False


@dataclass
class Board:
    """Everything about the gates of one project, for its page, its paper and its API."""

    plan: GatePlan
    line: list[StageEntry]
    lanes: list[tuple[str, list[StepLine]]]
    missing: list[StepLine]
    waiting: list[Waiting]
    conditions: list[GateCondition]


def board(plan: GatePlan, reader: Any, now: datetime) -> Board:
    """Line, documents by lane, what is missing with its forecast, what waiting costs, open conditions."""
    rows = GateStep.objects.filter(project_id=plan.project_id).order_by("order")
    rows = rows.select_related("gate", "unit", "holder", "duty__holder")
    steps = {row.code: row for row in rows}
    graph = graph_of(plan, steps)
    done = {code for code, step in steps.items() if step.state in DONE_STEPS}
    today = timezone.localtime(now).date()
    foreseen = outlooks(steps.values(), now)
    lines = {}
    for code, step in steps.items():
        blockers = [] if code in done else [_label(steps[one]) for one in graph.blockers(code, done)]
        late = code not in done and step.due_on < today
        lines[code] = StepLine(
            step, _label(step), TONES.get(step.state, ""), blockers, foreseen.get(step.pk), late
        )
    lanes = [
        (name, [line for line in lines.values() if line.step.lane == lane])
        for lane, name in lane_words().items()
    ]
    current = {
        gate.stage for gate in (step.gate for step in steps.values()) if gate.state not in RESTING_STATES
    }
    missing = [
        line
        for line in lines.values()
        if line.step.state not in DONE_STEPS and (line.step.gate.stage in current or line.late)
    ]
    missing.sort(key=lambda line: (not line.step.hard, line.step.due_on, line.step.order))
    conditions = GateCondition.objects.filter(project_id=plan.project_id, state=ConditionState.OPEN)
    return Board(
        plan=plan,
        line=stage_line(plan.project, reader, now),
        lanes=[(name, found) for name, found in lanes if found],
        missing=missing,
        waiting=waiting_rows(plan, graph, steps, now=now),
        conditions=list(conditions.select_related("gate", "holder", "duty", "step")),
    )


def _label(step: GateStep) -> str:
    return spoken(step.label, step.label_en)


@dataclass(frozen=True)
class DeskRow:
    """Something about gates that waits for a person or unit."""

    what: str
    label: str
    project: Project
    duty: Duty
    url: str
    hard: bool = True


def desk_rows(reader: User, *, whole_unit: bool) -> list[DeskRow]:
    """Documents, gates and conditions in the reader's hands, or in those of the whole unit; the nearest due first."""
    mine = Q(duty__holder=reader)
    if whole_unit and reader.organisation_id is not None:
        mine |= Q(duty__unit_id=reader.organisation_id)
    open_duty = Q(duty__closed_at=None)
    rows = [
        DeskRow("step", _label(step), step.project, step.duty, step.get_absolute_url(), step.hard)
        for step in GateStep.objects.filter(mine, open_duty, state=StepState.APPLIED).select_related(
            "project", "duty__holder"
        )
        if step.duty is not None
    ]
    rows += [
        DeskRow("gate", str(gate.get_stage_display()), gate.project, gate.duty, gate.get_absolute_url())
        for gate in Gate.objects.filter(mine, open_duty)
        .exclude(state__in=RESTING_STATES)
        .select_related("project", "duty__holder")
        if gate.duty is not None
    ]
    rows += [
        DeskRow("condition", row.text, row.project, row.duty, row.get_absolute_url())
        for row in GateCondition.objects.filter(mine, open_duty, state=ConditionState.OPEN).select_related(
            "project", "gate", "duty__holder"
        )
        if row.duty is not None
    ]
    return sorted(rows, key=lambda row: (row.duty.due_at, row.duty.pk))


@dataclass(frozen=True, kw_only=True)
class MatrixFilter:
    """What the city matrix is narrowed to, besides the filter of projects. ``at``: stage of the gate looked at; ``late``: "1"
    for gates past their day that have not been passed."""

    projects: ProjectFilter
    at: str = ""
    state: str = ""
    gate_lamp: str = ""
    late: str = ""

    @classmethod
    def from_query(cls, query: Any) -> MatrixFilter:
        """Unknown values are dropped, not an error."""

        def known(name: str, values: list[str]) -> str:
            value = str(query.get(name) or "")
            return value if value in values else ""

        return cls(
            projects=ProjectFilter.from_query(query),
            at=known("at", list(Stage.values)),
            state=known("state", list(GateState.values)),
            gate_lamp=known("gate_lamp", ["red", "yellow", "green", "grey"]),
            late=known("late", ["1"]),
        )


def matrix_projects(reader: Any, wanted: MatrixFilter, *, today: date) -> QuerySet[Project]:
    """The reader's projects with gates that fit, their gates at hand as ``matrix_gates``."""
    rows = find_projects(reader, wanted.projects).filter(gate_plan__isnull=False)
    gates = Gate.objects.all()
    if wanted.at:
        gates = gates.filter(stage=wanted.at)
    if wanted.state:
        gates = gates.filter(state=wanted.state)
    if wanted.gate_lamp:
        gates = gates.filter(lamp=wanted.gate_lamp)
    if wanted.late:
        gates = gates.filter(due_on__lt=today).exclude(state__in=NOT_AWAITED)
    if wanted.at or wanted.state or wanted.gate_lamp or wanted.late:
        rows = rows.filter(pk__in=gates.values("project_id"))
    found = Gate.objects.select_related("duty__holder", "duty__unit").order_by("number")
    return rows.prefetch_related(Prefetch("gates", queryset=found, to_attr="matrix_gates"))


def gate_totals(reader: Any) -> dict[str, dict[str, int]]:
    """Stage → lamp → how many gates, over everything the reader may see."""
    rows = Gate.objects.all()
    if not scope_of(reader).city:
        rows = rows.filter(project__in=visible_projects(reader))
    found: dict[str, dict[str, int]] = {stage: dict.fromkeys(Lamp.values, 0) for stage in Stage.values}
    for stage, lamp, number in rows.order_by().values_list("stage", "lamp").annotate(n=Count("pk")):
        found[stage][lamp] = number
    return found


def events_of(gate: Gate) -> QuerySet[Event]:
    """What happened to a gate, its documents and its conditions, newest first."""
    steps = GateStep.objects.filter(gate=gate).values_list("pk", flat=True)
    conditions = GateCondition.objects.filter(gate=gate).values_list("pk", flat=True)
    mine = (
        Q(subject_type=GATE, subject_id=gate.pk)
        | Q(subject_type=STEP, subject_id__in=list(steps))
        | Q(subject_type=CONDITION, subject_id__in=list(conditions))
    )
    return Event.objects.filter(mine, project_id=gate.project_id).select_related("actor").order_by("-id")
