"""Submit a gate, check its completeness, return, hold, release or reject it: each with its own person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.lifecycle.gates.book import close_of
from lantu.lifecycle.gates.events import (
    GateChecked,
    GateHeld,
    GateRejected,
    GateReleased,
    GateReturned,
    GateSubmitted,
)
from lantu.lifecycle.gates.models import Gate, GateStep
from lantu.lifecycle.gates.services import passing
from lantu.lifecycle.gates.services.recompute import recompute_gates
from lantu.lifecycle.gates.states import DONE_STEPS, GateState, StepState, Verb
from lantu.projects.models import Stage
from lantu.projects.services.advance_stage import advance_stage

NAMED_AT_MOST = 6


def told(gate: Gate, before: str, after: str) -> dict[str, Any]:
    """The fields that every event of a gate shares."""
    return {
        "project_id": gate.project_id,
        "subject_id": gate.pk,
        "stage": gate.stage,
        "before": before,
        "after": after,
    }


def missing_hard(gate: Gate) -> list[GateStep]:
    """The hard documents that are not there, in order."""
    rows = GateStep.objects.filter(gate=gate, hard=True).exclude(state__in=DONE_STEPS)
    return list(rows.select_related("unit").order_by("order"))


def names_of(steps: list[GateStep]) -> str:
    """A few names and how many more."""
    named = "、".join(step.label for step in steps[:NAMED_AT_MOST])
    more = len(steps) - NAMED_AT_MOST
    return named + (_("等 %(n)d 项") % {"n": len(steps)} if more > 0 else "")


@transaction.atomic
def submit_gate(gate: Gate, *, by: User, now: datetime, note: str = "", version: int | None = None) -> Gate:
    """The owner says that it is complete. What is missing must be able to wait, or is refused here by name."""
    require(by, "lifecycle.gates_prepare", gate.project)
    gate = passing.lock_gate(gate, version=version)
    if gate.duty is not None and gate.state in (GateState.PREPARING, GateState.RETURNED, GateState.REOPENED):
        passing.must_hold(gate.responsible, by, gate.duty.holder_id)
    missing = missing_hard(gate)
    never = [step for step in missing if not step.may_wait]
    before, after = passing.advance(gate, Verb.SUBMIT)
    if never:
        raise Unacceptable(
            "gates.incomplete",
            _("还缺不可容缺的必备要件：%(names)s。") % {"names": names_of(never)},
            remedy=_("请先取得并由各办理单位确认；其他必备要件可以申请容缺。"),
            field="steps",
        )
    gate.submitted_by, gate.submitted_at, gate.checked_by = by, now, None
    passing.hand_on(gate, now=now, actor=by, outcome=gettext_noop("已提交"))
    emit(
        GateSubmitted(**told(gate, before, after), missing=[step.code for step in missing]),
        actor=by,
        at=now,
        reason=passing.clean_text(note),
    )
    if gate.stage == Stage.ACCEPTANCE and gate.project.stage == Stage.CONSTRUCTION:
        advance_stage(gate.project, to=Stage.ACCEPTANCE, now=now, actor=by, reason=_("提交竣工验收关口"))
    recompute_gates(now=now, project_ids=[gate.project_id])
    return gate


@transaction.atomic
def check_gate(gate: Gate, *, by: User, now: datetime, note: str = "", version: int | None = None) -> Gate:
    """The bureau has looked through the documents: on to the gatekeeper. Never by whoever submitted."""
    require(by, "lifecycle.gates_check", gate.project)
    gate = passing.lock_gate(gate, version=version)
    before, after = passing.advance(gate, Verb.CHECK)
    must_differ(by, gate.submitted_by_id, _("提交人不能核对自己提交的关口。"))
    gate.checked_by = by
    passing.hand_on(gate, now=now, actor=by, outcome=gettext_noop("完整性已核对"))
    emit(GateChecked(**told(gate, before, after)), actor=by, at=now, reason=passing.clean_text(note))
    recompute_gates(now=now, project_ids=[gate.project_id])
    return gate


def must_differ(by: User, other_id: int | None, detail: str) -> None:
    """Four eyes. Raises Refused where one person would do two of the steps."""
    if by.pk == other_id:
        raise Refused("gates.same_person", detail, remedy=_("请由另一人办理，本人可在“我的待办”里移交。"))


@transaction.atomic
def return_gate(gate: Gate, *, by: User, now: datetime, reason: str, version: int | None = None) -> Gate:
    """Back to the owner, by the bureau at the check or by the gatekeeper at the review."""
    gate = passing.lock_gate(gate, version=version)
    if gate.state == GateState.SUBMITTED:
        require(by, "lifecycle.gates_check", gate.project)
    else:
        must_keep(gate, by)
    why = passing.reason_of(reason)
    before, after = passing.advance(gate, Verb.RETURN)
    gate.reason = why
    passing.hand_on(gate, now=now, actor=by, outcome=gettext_noop("已退回"))
    emit(GateReturned(**told(gate, before, after)), actor=by, at=now, reason=why)
    recompute_gates(now=now, project_ids=[gate.project_id])
    return gate


def must_keep(gate: Gate, by: User) -> None:
    """The gatekeeper decides: the lead unit's person, or whoever was given the duty; not who submitted or checked."""
    require(by, "lifecycle.gates_decide", gate.project)
    passing.must_hold(gate.keeper, by, gate.duty.holder_id if gate.duty is not None else None)
    must_differ(by, gate.submitted_by_id, _("提交人不能对自己提交的关口作决定。"))
    must_differ(by, gate.checked_by_id, _("核对人不能对自己核对的关口作决定。"))


@transaction.atomic
def hold_gate(
    gate: Gate, *, by: User, now: datetime, reason: str, until: date, version: int | None = None
) -> Gate:
    """Not yet: to be looked at again by a day."""
    gate = passing.lock_gate(gate, version=version)
    before, after = passing.advance(gate, Verb.HOLD)
    must_keep(gate, by)
    why = passing.reason_of(reason)
    if until <= timezone.localtime(now).date():
        raise Unacceptable(
            "gates.bad_hold_date",
            _("暂缓的复核日期应在明天以后。"),
            remedy=_("请填写预计可以复核的日期。"),
            field="until",
        )
    gate.reason = why
    passing.hand_on(gate, now=now, actor=by, outcome=gettext_noop("已暂缓"), due_at=close_of(until))
    emit(GateHeld(**told(gate, before, after), until=until.isoformat()), actor=by, at=now, reason=why)
    recompute_gates(now=now, project_ids=[gate.project_id])
    return gate


@transaction.atomic
def release_gate(
    gate: Gate, *, by: User, now: datetime, reason: str = "", version: int | None = None
) -> Gate:
    """The hold ends: back to the review."""
    gate = passing.lock_gate(gate, version=version)
    before, after = passing.advance(gate, Verb.RELEASE)
    must_keep(gate, by)
    passing.hand_on(gate, now=now, actor=by, outcome=gettext_noop("解除暂缓"))
    emit(GateReleased(**told(gate, before, after)), actor=by, at=now, reason=passing.clean_text(reason))
    recompute_gates(now=now, project_ids=[gate.project_id])
    return gate


@transaction.atomic
def reject_gate(gate: Gate, *, by: User, now: datetime, reason: str, version: int | None = None) -> Gate:
    """Not at all. Only a reopening on a document brings it back."""
    gate = passing.lock_gate(gate, version=version)
    before, after = passing.advance(gate, Verb.REJECT)
    must_keep(gate, by)
    why = passing.reason_of(reason)
    gate.reason, gate.decided_by, gate.decided_at = why, by, now
    passing.hand_on(gate, now=now, actor=by, outcome=gettext_noop("不予通过"))
    emit(GateRejected(**told(gate, before, after)), actor=by, at=now, reason=why)
    recompute_gates(now=now, project_ids=[gate.project_id])
    return gate


def confirmed_steps(gate: Gate) -> list[GateStep]:
    """The documents on which a pass rests."""
    return list(GateStep.objects.filter(gate=gate, state=StepState.CONFIRMED).order_by("order"))
