"""Which verbs a reader is offered. The services decide in the end; an offer that is missing here is refused there too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lantu.accounts.permissions import may
from lantu.lifecycle.gates.models import Gate, GatePlan, GateStep
from lantu.lifecycle.gates.states import DONE_STEPS, PREPARING_STATES, GateState, StepState
from lantu.projects.models import Status


@dataclass(frozen=True)
class Offer:
    """A button with the fields that its form asks for: note, reason, until, due_on, document_no, change_pct, papers,
    conditions."""

    verb: str
    label: str
    icon: str
    fields: tuple[str, ...] = ()
    tone: str = "primary"


def _holds(user: Any, row: Gate | GateStep) -> bool:
    return row.duty is not None and row.duty.closed_at is None and row.duty.holder_id == user.pk


def gate_offers(gate: Gate, user: Any, *, missing_hard: int) -> list[Offer]:
    """What this reader may do with a gate now."""
    found: list[Offer] = []
    prepares = may(user, "lifecycle.gates_prepare", gate.project)
    mine = _holds(user, gate)
    if gate.state == GateState.NOT_STARTED and gate.project.status == Status.ACTIVE:
        if user.pk == gate.responsible_id or may(user, "lifecycle.gates_open", gate.project):
            found.append(Offer("start", _("启动关口"), icon="player-play"))
        if may(user, "lifecycle.gates_open", gate.project):
            found.append(
                Offer(
                    "replan", _("调整时限"), icon="calendar-stats", fields=("due_on", "reason"), tone="quiet"
                )
            )
    elif gate.state in PREPARING_STATES and prepares and (mine or user.pk == gate.responsible_id):
        found.append(Offer("submit", _("提交关口"), icon="send", fields=("note",)))
    elif gate.state == GateState.SUBMITTED and may(user, "lifecycle.gates_check", gate.project):
        if user.pk != gate.submitted_by_id:
            found.append(Offer("check", _("完整，转把关"), icon="clipboard-check", fields=("note",)))
            found.append(_return())
    elif gate.state in (GateState.REVIEWING, GateState.HELD) and _decides(gate, user, mine):
        found += _decisions(gate, missing_hard)
    if gate.state in (GateState.PASSED, GateState.CONDITIONAL, GateState.REJECTED) and may(
        user, "lifecycle.gates_stop", gate.project
    ):
        fields = ("document_no", "change_pct", "reason")
        found.append(Offer("reopen", _("重新打开"), icon="refresh", fields=fields, tone="danger"))
    return found


def _decides(gate: Gate, user: Any, mine: bool) -> bool:
    return (
        may(user, "lifecycle.gates_decide", gate.project)
        and (mine or user.pk == gate.keeper_id)
        and user.pk not in {gate.submitted_by_id, gate.checked_by_id}
    )


def _return() -> Offer:
    return Offer("return", _("退回补正"), icon="arrow-back-up", fields=("reason",), tone="danger")


def _decisions(gate: Gate, missing_hard: int) -> list[Offer]:
    reject = Offer("reject", _("不予通过"), icon="ban", fields=("reason",), tone="danger")
    if gate.state == GateState.HELD:
        return [Offer("release", _("解除暂缓"), icon="player-play", fields=("reason",)), reject]
    passing = (
        Offer("approve_conditionally", _("容缺通过"), icon="checkbox", fields=("conditions", "note"))
        if missing_hard
        else Offer("approve", _("通过"), icon="check", fields=("note",))
    )
    return [
        passing,
        _return(),
        Offer("hold", _("暂缓"), icon="player-pause", fields=("until", "reason"), tone="quiet"),
        reject,
    ]


def step_offers(step: GateStep, user: Any, *, blocked: bool) -> list[Offer]:
    """What this reader may do with a document now."""
    found: list[Offer] = []
    if step.gate.state in (GateState.SUSPENDED, GateState.CANCELLED, GateState.REJECTED):
        return found
    prepares = may(user, "lifecycle.gates_prepare", step.project)
    ticks = (
        may(user, "lifecycle.gates_confirm", step.project)
        and user.pk != step.applied_by_id
        and (user.organisation_id == step.unit_id or user.pk == step.holder_id or _holds(user, step))
    )
    if prepares and not blocked and step.state in (StepState.MISSING, StepState.RETURNED):
        found.append(Offer("apply", _("申请办理"), icon="send", fields=("papers", "note")))
    if ticks and not blocked and step.state not in DONE_STEPS:
        found.append(Offer("confirm", _("确认要件"), icon="check", fields=("papers", "note")))
    if ticks and (
        step.state == StepState.APPLIED or (step.state == StepState.CONFIRMED and not step.gate.is_passed)
    ):
        found.append(Offer("return", _("退回补正"), icon="arrow-back-up", fields=("reason",), tone="danger"))
    if (
        step.state not in DONE_STEPS
        and may(user, "lifecycle.gates_check", step.project)
        and user.pk != step.applied_by_id
    ):
        found.append(Offer("waive", _("认定不适用"), icon="ban", fields=("reason",), tone="danger"))
    return found


def stop_offers(plan: GatePlan, user: Any, states: set[str]) -> list[Offer]:
    """What this reader may do with all gates of a project."""
    if not may(user, "lifecycle.gates_stop", plan.project):
        return []
    fields = ("document_no", "reason")
    found = []
    if GateState.SUSPENDED in states:
        found.append(Offer("resume", _("恢复建设"), icon="player-play", fields=fields))
    elif states - {GateState.PASSED, GateState.CONDITIONAL, GateState.CANCELLED, GateState.REJECTED}:
        found.append(Offer("suspend", _("停缓建"), icon="player-pause", fields=fields, tone="danger"))
    if states - {GateState.PASSED, GateState.CONDITIONAL, GateState.CANCELLED, GateState.REJECTED}:
        found.append(Offer("cancel", _("取消项目"), icon="ban", fields=fields, tone="danger"))
    return found
