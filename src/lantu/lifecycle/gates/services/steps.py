"""One document of a gate: applied for by the owner, confirmed by the unit that issues it, or returned, or waived."""

from __future__ import annotations

from collections.abc import Sequence
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
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.gates.book import work_calendar
from lantu.lifecycle.gates.events import StepApplied, StepConfirmed, StepReturned, StepWaived
from lantu.lifecycle.gates.models import GateStep
from lantu.lifecycle.gates.planning import graph_of
from lantu.lifecycle.gates.services import passing
from lantu.lifecycle.gates.services.documents import Paper, add_paper, fetch_papers, valid_papers
from lantu.lifecycle.gates.services.recompute import recompute_gates
from lantu.lifecycle.gates.states import DONE_STEPS, GateState, StepState

CLOSED_GATES = (GateState.SUSPENDED, GateState.CANCELLED, GateState.REJECTED)


def _told(step: GateStep, before: str) -> dict[str, Any]:
    return {
        "project_id": step.project_id,
        "subject_id": step.pk,
        "code": step.code,
        "label": step.label,
        "before": before,
        "after": step.state,
    }


def steps_by_code(project_id: int) -> dict[str, GateStep]:
    """All steps of a project, with gate and unit."""
    rows = GateStep.objects.filter(project_id=project_id).select_related("gate", "unit", "holder")
    return {row.code: row for row in rows.order_by("order")}


def must_not_wait(step: GateStep) -> None:
    """Raises Refused where an interlock still holds the step up, naming what it waits for and who has that in hand."""
    steps = steps_by_code(step.project_id)
    graph = graph_of(step.gate.plan, steps)
    done = {code for code, one in steps.items() if one.state in DONE_STEPS}
    blockers = graph.blockers(step.code, done)
    if not blockers:
        return
    rules = {(row[0], row[1]): row[2] for row in step.gate.plan.links if row[2]}
    named = [rules[(one, step.code)] for one in blockers if (one, step.code) in rules]
    waiting = "、".join(f"{steps[one].label}（{steps[one].unit}）" for one in blockers)
    raise Refused(
        "gates.interlocked",
        _("“%(step)s”还不能办理，要先有：%(waiting)s。") % {"step": step.label, "waiting": waiting}
        + (f"{'、'.join(named)}。" if named else ""),
        remedy=_("其他不受影响的要件可以同步办理。"),
    )


@transaction.atomic
def apply_step(
    step: GateStep,
    *,
    by: User,
    now: datetime,
    papers: Sequence[Paper] = (),
    note: str = "",
    version: int | None = None,
) -> GateStep:
    """Hand the matter to the unit that issues it; its statutory clock starts. Raises Refused while an interlock holds
    it up, or when its gate is stopped."""
    step = passing.lock_step(step, version=version)
    require(by, "lifecycle.gates_prepare", step.project)
    _must_be_at_work(step)
    if step.state not in (StepState.MISSING, StepState.RETURNED):
        raise Refused(
            "gates.step_wrong_order",
            _("“%(step)s”当前为“%(state)s”，不能重复申请。")
            % {"step": step.label, "state": step.get_state_display()},
            remedy=_("请刷新页面查看最新状态。"),
        )
    must_not_wait(step)
    for paper in papers:
        add_paper(step, paper, by=by, now=now)
    fetch_papers(step, by=by, now=now)
    before, step.state = step.state, StepState.APPLIED
    step.applied_by, step.applied_at = by, now
    step.note = passing.clean_text(note)
    due_at = parse_term(step.term).due_at(now, work_calendar())
    step.duty = open_duty(
        subject_type=passing.STEP, subject_id=step.pk, project=step.project, step="confirm",
        title=f"{step.label} · {step.project.name}"[:200], action_label=gettext_noop("确认要件"),
        action_url=reverse("lifecycle:gate_step", args=[step.pk]), holder=step.holder, severity=passing.SEVERITY,
        due_at=due_at, now=now, actor=by, basis=step.basis,
        clock=Clock.WORKING if step.term.endswith("wd") else Clock.NATURAL,
    )  # fmt: skip
    passing.save(step)
    emit(StepApplied(**_told(step, before), due_at=due_at.isoformat()), actor=by, at=now, reason=step.note)
    return step


def _must_be_at_work(step: GateStep) -> None:
    if step.gate.state in CLOSED_GATES:
        raise Refused(
            "gates.gate_stopped",
            _("关口“%(gate)s”当前为“%(state)s”，要件暂停办理。")
            % {"gate": step.gate.get_stage_display(), "state": step.gate.get_state_display()},
            remedy=_("请先凭决定文件恢复。"),
        )


def _must_be_of_unit(step: GateStep, by: User) -> None:
    """A line department ticks its own documents, nobody else's; nobody ticks what he applied for."""
    require(by, "lifecycle.gates_confirm", step.project)
    holder_id = step.duty.holder_id if step.duty is not None else None
    if by.organisation_id != step.unit_id and by.pk not in {step.holder_id, holder_id}:
        raise Refused(
            "gates.other_unit",
            _("“%(step)s”由%(unit)s确认。") % {"step": step.label, "unit": step.unit},
            remedy=_("确属职责划分有误的，请由重点工程局调整办理单位。"),
            status=403,
        )
    if by.pk == step.applied_by_id:
        raise Refused(
            "gates.same_person",
            _("申请人不能确认自己提交的要件。"),
            remedy=_("请由办理单位的另一人确认。"),
        )


@transaction.atomic
def confirm_step(
    step: GateStep,
    *,
    by: User,
    now: datetime,
    papers: Sequence[Paper] = (),
    note: str = "",
    version: int | None = None,
) -> GateStep:
    """The unit's tick: the paper is there. Its date is the evidence date. A unit may tick without an application.

    Raises Refused without a paper that counts, and where the paper is older than one that it lawfully follows, unless
    ``note`` says why.
    """
    step = passing.lock_step(step, version=version)
    _must_be_of_unit(step, by)
    if step.state in DONE_STEPS:
        raise Refused(
            "gates.step_wrong_order",
            _("“%(step)s”当前为“%(state)s”，不能重复确认。")
            % {"step": step.label, "state": step.get_state_display()},
        )
    must_not_wait(step)
    for paper in papers:
        add_paper(step, paper, by=by, now=now)
    fetch_papers(step, by=by, now=now)
    today = timezone.localtime(now).date()
    valid = valid_papers(step, today)
    if not valid:
        raise Unacceptable(
            "gates.no_evidence",
            _("“%(step)s”没有有效的文件，不能确认。") % {"step": step.label},
            remedy=_("请上传文件或登记文号和签发日期；过期的文件不算。"),
            field="number",
        )
    step.evidence_on = max(paper.issued_on for paper in valid)
    step.note = passing.clean_text(note) or step.note
    _must_follow(step, note)
    before, step.state = step.state, StepState.CONFIRMED
    step.confirmed_by, step.confirmed_at = by, now
    step.took_days = took_days(step.applied_at, now)
    _close(step, now=now, actor=by, outcome=gettext_noop("要件已确认"))
    emit(
        StepConfirmed(
            **_told(step, before),
            evidence_on=step.evidence_on.isoformat(),
            sha256=[paper.sha256 for paper in valid],
        ),
        actor=by,
        at=now,
        reason=passing.clean_text(note),
    )
    _afterwards(step, now=now, by=by)
    return step


def took_days(applied_at: datetime | None, confirmed_at: datetime) -> float | None:
    """Working days from application to confirmation, the day of the application not counted."""
    if applied_at is None:
        return None
    first, last = timezone.localtime(applied_at).date(), timezone.localtime(confirmed_at).date()
    return float(work_calendar().working_days_between(first, last))


def _must_follow(step: GateStep, note: str) -> None:
    """A paper is not older than those that it needs, e.g. no permit before its planning permit."""
    needs = [row[0] for row in step.gate.plan.links if row[1] == step.code]
    before = GateStep.objects.filter(
        project_id=step.project_id, code__in=needs, evidence_on__gt=step.evidence_on
    ).order_by("-evidence_on")
    late: list[tuple[str, date | None]] = list(before.values_list("label", "evidence_on"))
    if late and len(passing.clean_text(note)) < passing.SHORTEST_REASON:
        raise Unacceptable(
            "gates.dated_before",
            _("“%(step)s”的日期 %(day)s 早于它依据的“%(label)s”（%(other)s）。")
            % {"step": step.label, "day": step.evidence_on, "label": late[0][0], "other": late[0][1]},
            remedy=_("请核对日期；确属先办后补的，请在说明里写明原因，不能倒签。"),
            field="note",
        )


def _close(step: GateStep, *, now: datetime, actor: User, outcome: str) -> None:
    if step.duty is not None and step.duty.closed_at is None:
        step.duty = close_duty(step.duty, now=now, actor=actor, outcome=outcome)
    passing.save(step)


def _afterwards(step: GateStep, *, now: datetime, by: User) -> None:
    from lantu.lifecycle.gates.services.conditions import meet_of_step

    passing.note_permit(step)
    passing.recount(step.gate_id)
    if step.state == StepState.CONFIRMED:
        meet_of_step(step, now=now, by=by)
    recompute_gates(now=now, project_ids=[step.project_id])


@transaction.atomic
def return_step(
    step: GateStep, *, by: User, now: datetime, reason: str, version: int | None = None
) -> GateStep:
    """Back to the owner with what is missing; the clock of the unit ends. Also withdraws a confirmation."""
    step = passing.lock_step(step, version=version)
    _must_be_of_unit(step, by)
    why = passing.reason_of(reason)
    if step.state not in (StepState.APPLIED, StepState.CONFIRMED):
        raise Refused("gates.step_wrong_order", _("没有正在办理或已确认的申请，不能退回。"))
    if step.state == StepState.CONFIRMED and step.gate.is_passed:
        raise Refused(
            "gates.gate_passed",
            _("关口已经通过，要件不能撤回。"),
            remedy=_("内容有重大变化的，请凭文件重新打开关口。"),
        )
    before, step.state = step.state, StepState.RETURNED
    step.note = why
    step.evidence_on = step.confirmed_at = step.confirmed_by = step.took_days = None
    _close(step, now=now, actor=by, outcome=gettext_noop("退回补正"))
    emit(StepReturned(**_told(step, before)), actor=by, at=now, reason=why)
    _afterwards(step, now=now, by=by)
    return step


@transaction.atomic
def waive_step(
    step: GateStep, *, by: User, now: datetime, reason: str, version: int | None = None
) -> GateStep:
    """The document does not apply to this project, e.g. below the threshold of a permit. The bureau says so, with the
    ground; nobody waives what he applied for."""
    step = passing.lock_step(step, version=version)
    require(by, "lifecycle.gates_check", step.project)
    why = passing.reason_of(reason)
    if by.pk == step.applied_by_id:
        raise Refused("gates.same_person", _("申请人不能认定自己提交的要件不适用。"))
    if step.state in DONE_STEPS:
        raise Refused("gates.step_wrong_order", _("这个要件已经办结。"))
    before, step.state = step.state, StepState.WAIVED
    step.note, step.confirmed_by, step.confirmed_at = why, by, now
    _close(step, now=now, actor=by, outcome=gettext_noop("认定不适用"))
    emit(StepWaived(**_told(step, before)), actor=by, at=now, reason=why)
    _afterwards(step, now=now, by=by)
    return step
