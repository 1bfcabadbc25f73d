"""Suspend, resume or cancel a project's gates, reopen or replan one: always on a document or a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit, hold_chain
from lantu.duties.services.close import close_duty
from lantu.lifecycle.gates.book import book
from lantu.lifecycle.gates.events import (
    GateCancelled,
    GateReopened,
    GateReplanned,
    GateResumed,
    GateSuspended,
)
from lantu.lifecycle.gates.models import Gate, GateCondition, GatePlan, GateStep
from lantu.lifecycle.gates.services import passing
from lantu.lifecycle.gates.services.moves import told
from lantu.lifecycle.gates.services.recompute import recompute_gates
from lantu.lifecycle.gates.states import ConditionState, GateState, StepState, Verb
from lantu.projects.models import Status
from lantu.projects.services.advance_stage import set_status

AT_WORK = (
    GateState.PREPARING, GateState.SUBMITTED, GateState.REVIEWING, GateState.RETURNED, GateState.HELD, GateState.REOPENED,
)  # fmt: skip
STOPPED_FROM = (GateState.NOT_STARTED, *AT_WORK)


@transaction.atomic
def suspend_gates(plan: GatePlan, *, by: User, now: datetime, document_no: str, reason: str) -> list[Gate]:
    """停缓建: every gate at work stops, or the next one where none is; it is looked at again by a day. What was with the
    departments goes back to the owner, and no further gate starts meanwhile."""
    number, why = _decision(plan, by, document_no, reason)
    _withdraw_steps(plan, now=now, by=by)

    def stop(gate: Gate, before: str, after: str) -> Any:
        gate.stood_at = before
        return GateSuspended(**told(gate, before, after), document_no=number)

    at_work = Gate.objects.filter(plan=plan, state__in=AT_WORK).exists()
    states: tuple[str, ...] = AT_WORK if at_work else (GateState.NOT_STARTED,)
    most = None if at_work else 1
    gates = _each(plan, states, Verb.SUSPEND, stop, number=number, why=why, by=by, now=now, most=most)
    set_status(plan.project, status=Status.SUSPENDED, now=now, actor=by, reason=f"{number} {why}")
    recompute_gates(now=now, project_ids=[plan.project_id])
    return gates


@transaction.atomic
def resume_gates(plan: GatePlan, *, by: User, now: datetime, document_no: str, reason: str) -> list[Gate]:
    """复工: every suspended gate goes back to where it stood."""
    number, why = _decision(plan, by, document_no, reason)

    def resume(gate: Gate, before: str, after: str) -> Any:
        gate.state, gate.stood_at = gate.stood_at or after, ""
        if gate.state in (GateState.SUBMITTED, GateState.REVIEWING, GateState.HELD):
            # What was under review then is looked through again by its owner first.
            gate.state = GateState.PREPARING
        return GateResumed(**told(gate, before, gate.state), document_no=number)

    gates = _each(plan, (GateState.SUSPENDED,), Verb.RESUME, resume, number=number, why=why, by=by, now=now)
    set_status(plan.project, status=Status.ACTIVE, now=now, actor=by, reason=f"{number} {why}")
    recompute_gates(now=now, project_ids=[plan.project_id])
    return gates


@transaction.atomic
def cancel_gates(plan: GatePlan, *, by: User, now: datetime, document_no: str, reason: str) -> list[Gate]:
    """取消: every gate that has not passed ends; open conditions lapse. The past stays as it is."""
    number, why = _decision(plan, by, document_no, reason)
    _withdraw_steps(plan, now=now, by=by)

    def cancel(gate: Gate, before: str, after: str) -> Any:
        return GateCancelled(**told(gate, before, after), document_no=number)

    states = (*STOPPED_FROM, GateState.SUSPENDED)
    gates = _each(plan, states, Verb.CANCEL, cancel, number=number, why=why, by=by, now=now)
    for condition in GateCondition.objects.select_related("duty").filter(
        project_id=plan.project_id, state=ConditionState.OPEN
    ):
        condition.state, condition.note = ConditionState.LAPSED, why
        if condition.duty is not None and condition.duty.closed_at is None:
            condition.duty = close_duty(condition.duty, now=now, actor=by, outcome=gettext_noop("项目已取消"))
        condition.save()
    set_status(plan.project, status=Status.CANCELLED, now=now, actor=by, reason=f"{number} {why}")
    recompute_gates(now=now, project_ids=[plan.project_id])
    return gates


def _decision(plan: GatePlan, by: User, document_no: str, reason: str) -> tuple[str, str]:
    require(by, "lifecycle.gates_stop", plan.project)
    hold_chain(plan.project_id)
    return passing.document_no_of(document_no), passing.reason_of(reason)


def _each(
    plan: GatePlan,
    states: tuple[str, ...],
    verb: Verb,
    change: Callable[[Gate, str, str], Any],
    *,
    number: str,
    why: str,
    by: User,
    now: datetime,
    most: int | None = None,
) -> list[Gate]:
    """Walk every gate of the plan that stands in one of ``states``. Raises Refused where there is none."""
    gates = []
    for found in Gate.objects.filter(plan=plan, state__in=states).order_by("number")[:most]:
        gate = passing.lock_gate(found)
        before, after = passing.advance(gate, verb)
        gate.document_no, gate.reason = number, why
        event = change(gate, before, after)
        passing.hand_on(gate, now=now, actor=by, outcome=str(GateState(after).label))
        emit(event, actor=by, at=now, reason=why)
        gates.append(gate)
    if not gates:
        raise Refused(
            "gates.nothing_to_stop",
            _("没有可以执行这一步的关口。"),
            remedy=_("请刷新页面查看各关口的状态。"),
        )
    return gates


def _withdraw_steps(plan: GatePlan, *, now: datetime, by: User) -> None:
    for found in GateStep.objects.filter(project_id=plan.project_id, state=StepState.APPLIED):
        step = passing.lock_step(found)
        step.state = StepState.RETURNED
        if step.duty is not None and step.duty.closed_at is None:
            step.duty = close_duty(step.duty, now=now, actor=by, outcome=gettext_noop("项目停缓建"))
        passing.save(step)


@transaction.atomic
def reopen_gate(
    gate: Gate,
    *,
    by: User,
    now: datetime,
    document_no: str,
    reason: str,
    change_pct: float,
    version: int | None = None,
) -> Gate:
    """A change of scope above the pack's threshold brings a gate back to its owner; its first pass stays in the events."""
    require(by, "lifecycle.gates_stop", gate.project)
    gate = passing.lock_gate(gate, version=version)
    number, why = passing.document_no_of(document_no), passing.reason_of(reason)
    least = book().settings.reopen_change_pct
    if gate.is_passed and abs(change_pct) <= least:
        raise Unacceptable(
            "gates.change_too_small",
            _("变更 %(pct)s%% 未超过 %(least)s%%，不重新打开关口。")
            % {"pct": f"{change_pct:g}", "least": f"{least:g}"},
            remedy=_("请按变更签证办理；依据：政府投资条例第十二条。"),
            field="change_pct",
        )
    before, after = passing.advance(gate, Verb.REOPEN)
    gate.document_no, gate.reason = number, why
    gate.passed_on = gate.decided_at = gate.decided_by = gate.submitted_by = gate.checked_by = None
    passing.hand_on(gate, now=now, actor=by, outcome="")
    emit(
        GateReopened(**told(gate, before, after), change_pct=change_pct),
        actor=by,
        at=now,
        reason=f"{number} {why}",
    )
    recompute_gates(now=now, project_ids=[gate.project_id])
    return gate


@transaction.atomic
def replan_gate(
    gate: Gate, *, by: User, now: datetime, due_on: date, reason: str, version: int | None = None
) -> Gate:
    """Another day for a gate that is not begun; the original day stays. A gate at work asks for an extension instead."""
    require(by, "lifecycle.gates_open", gate.project)
    gate = passing.lock_gate(gate, version=version)
    why = passing.reason_of(reason)
    if gate.state != GateState.NOT_STARTED:
        raise Refused(
            "gates.begun",
            _("关口已经启动，时限不能直接修改。"),
            remedy=_("请由责任人在待办里申请延期，经批准后顺延。"),
        )
    if due_on < timezone.localtime(now).date():
        raise Unacceptable("gates.past_date", _("新的时限不能早于今天。"), field="due_on")
    was, gate.due_on = gate.due_on, due_on
    passing.save(gate)
    emit(
        GateReplanned(
            **told(gate, gate.state, gate.state), due_before=was.isoformat(), due_on=due_on.isoformat()
        ),
        actor=by,
        at=now,
        reason=why,
    )
    recompute_gates(now=now, project_ids=[gate.project_id])
    return gate
