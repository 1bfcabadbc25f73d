"""What the verbs of gates share: locks, text, the duty of each state, the counts of missing documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import hold_chain
from lantu.duties.deadlines import due_after
from lantu.duties.models import Clock
from lantu.duties.services.close import close_duty
from lantu.duties.services.move import move_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.gates.book import book, close_of
from lantu.lifecycle.gates.models import Gate, GateStep
from lantu.lifecycle.gates.people import Desk, parties_of
from lantu.lifecycle.gates.states import DONE_STEPS, PREPARING_STATES, GateState, StepState, Verb, next_state

GATE, STEP, CONDITION = "lifecycle.gate", "lifecycle.gatestep", "lifecycle.gatecondition"
SHORTEST_REASON = 4
SEVERITY = 2


def reserve(model: type[Any], number: int = 1) -> list[int]:
    """Numbers of rows about to be inserted: their duties name them, and they may not be without duty."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        return [row[0] for row in cursor.fetchall()]


def lock_gate(gate: Gate, *, version: int | None = None) -> Gate:
    """The row, locked until the end of the transaction, after its project's chain. Raises Refused for an old version."""
    hold_chain(gate.project_id)
    row = (
        Gate.objects.select_for_update(of=("self",))
        .select_related(
            "project", "plan", "duty", "responsible__organisation", "keeper__organisation", "lead_unit"
        )
        .get(pk=gate.pk)
    )
    _current(row.version, version)
    return row


def lock_step(step: GateStep, *, version: int | None = None) -> GateStep:
    """As :func:`lock_gate`, for one document."""
    hold_chain(step.project_id)
    row = (
        GateStep.objects.select_for_update(of=("self",))
        .select_related("project", "gate__plan", "duty", "holder__organisation", "unit")
        .get(pk=step.pk)
    )
    _current(row.version, version)
    return row


def _current(stored: int, seen: int | None) -> None:
    if seen is not None and seen != stored:
        raise Refused(
            "gates.changed_meanwhile",
            _("这里刚刚被其他人更新，您的操作没有执行。"),
            remedy=_("请刷新页面，看过最新状态后再操作。"),
        )


def clean_text(text: str, *, most: int = 300) -> str:
    """Text as people typed it, without characters that a database refuses."""
    return text.replace("\x00", "").strip()[:most]


def reason_of(text: str, field: str = "reason") -> str:
    """A reason that says something. Raises Unacceptable when it is empty or too short."""
    reason = clean_text(text)
    if len(reason) < SHORTEST_REASON:
        raise Unacceptable(
            "gates.reason_missing",
            _("请写明理由。"),
            remedy=_("用一句话说明依据，至少 %(n)d 个字。") % {"n": SHORTEST_REASON},
            field=field,
        )
    return reason


def document_no_of(text: str) -> str:
    """The number of a decision document. Raises Unacceptable without one."""
    number = clean_text(text, most=80)
    if len(number) < SHORTEST_REASON:
        raise Unacceptable(
            "gates.document_missing",
            _("停缓建、取消、恢复和重新打开都要有决定文件。"),
            remedy=_("请填写决定文件的文号，如“德政字〔2026〕12号”。"),
            field="document_no",
        )
    return number


def must_hold(person: User, by: User, duty_holder_id: int | None) -> None:
    """Only the person of this step acts, or whoever was given the duty in their place."""
    if by.pk not in {person.pk, duty_holder_id}:
        raise Refused(
            "gates.not_yours",
            _("这一步由%(person)s办理。") % {"person": person},
            remedy=_("本人外出的，请在“我的待办”里移交。"),
            status=403,
        )


def advance(gate: Gate, verb: Verb) -> tuple[str, str]:
    """Walk the state on; returns (before, after). Raises Refused for a step out of order."""
    before = gate.state
    gate.state = next_state(before, verb)
    return before, gate.state


def officer_of(gate: Gate) -> User:
    """Who checks the completeness for the bureau."""
    return Desk().officer(parties_of([gate.project])[gate.project_id]).person


def gate_duty(gate: Gate, *, now: datetime) -> dict[str, Any]:
    """Keyword arguments shared by open_duty and move_duty for the state that the gate is in."""
    settings = book().settings
    clock = Clock.WORKING
    match gate.state:
        case GateState.SUBMITTED:
            step, label, holder = "check", gettext_noop("核对完整性"), officer_of(gate)
            due_at = due_after(now, working_days=settings.check_working_days)
        case GateState.REVIEWING:
            step, label, holder = "decide", gettext_noop("作出决定"), gate.keeper
            due_at = due_after(now, working_days=settings.review_working_days)
        case GateState.HELD:
            step, label, holder = "release", gettext_noop("复核暂缓"), gate.keeper
            due_at = due_after(now, working_days=settings.hold_working_days)
        case GateState.SUSPENDED:
            step, label, holder = "look_again", gettext_noop("复核停缓建"), officer_of(gate)
            due_at, clock = due_after(now, days=settings.suspend_days), Clock.NATURAL
        case GateState.RETURNED | GateState.REOPENED:
            step, label, holder = "put_right", gettext_noop("补正要件"), gate.responsible
            due_at = max(close_of(gate.due_on), due_after(now, working_days=settings.return_working_days))
        case _:
            step, label, holder = "prepare", gettext_noop("备齐要件"), gate.responsible
            due_at, clock = close_of(gate.due_on), Clock.NATURAL
    return {
        "step": step,
        "title": f"{gate.get_stage_display()}{_('关口')} · {gate.project.name}"[:200],
        "action_label": label,
        "action_url": reverse("lifecycle:gate", args=[gate.pk]),
        "holder": holder,
        "due_at": due_at,
        "severity": SEVERITY,
        "clock": clock,
    }


def hand_on(gate: Gate, *, now: datetime, actor: User, outcome: str, due_at: datetime | None = None) -> None:
    """Give the ball to whom the new state waits for, or close the duty where nobody owes anything; save.

    ``due_at``: another day than the term of the state, e.g. that of a hold.
    """
    wanted = gate_duty(gate, now=now) if gate.is_open else {}
    if due_at is not None:
        wanted["due_at"] = due_at
    if not gate.is_open:
        if gate.duty is not None and gate.duty.closed_at is None:
            gate.duty = close_duty(gate.duty, now=now, actor=actor, outcome=outcome)
    elif gate.duty is None or gate.duty.closed_at is not None:
        gate.duty = open_duty(
            subject_type=GATE, subject_id=gate.pk, project=gate.project, now=now, actor=actor,
            **wanted,
        )  # fmt: skip
    else:
        gate.duty = move_duty(gate.duty, now=now, actor=actor, outcome=outcome, **wanted)
    save(gate)


def save(row: Gate | GateStep) -> None:
    row.version += 1
    row.save()


def recount(gate_id: int) -> None:
    """Count the missing documents of a gate anew."""
    missing = GateStep.objects.filter(gate_id=gate_id).exclude(state__in=DONE_STEPS)
    found = missing.aggregate(
        n_hard=Count("pk", filter=Q(hard=True)), n_soft=Count("pk", filter=Q(hard=False))
    )
    Gate.objects.filter(pk=gate_id).update(hard_missing=found["n_hard"], soft_missing=found["n_soft"])


def note_permit(step: GateStep) -> None:
    """Keep the two documents that the project's lamp looks at beside the plan."""
    plan = step.gate.plan
    if step.code == "construction_permit":
        plan.permit_on = step.evidence_on if step.state == StepState.CONFIRMED else None
        plan.permit_waived = step.state == StepState.WAIVED
        plan.save(update_fields=["permit_on", "permit_waived"])
    elif step.code == "statistics_entry":
        plan.statistics_on = step.evidence_on if step.state == StepState.CONFIRMED else None
        plan.has_statistics_step = step.state != StepState.WAIVED
        plan.save(update_fields=["statistics_on", "has_statistics_step"])


def is_preparing(gate: Gate) -> bool:
    """The owner has it in hand, or nobody has begun."""
    return gate.state in (*PREPARING_STATES, GateState.NOT_STARTED)
