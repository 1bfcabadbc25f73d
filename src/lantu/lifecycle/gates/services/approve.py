"""Let a gate pass, whole or conditionally 容缺. It passes at the latest evidence date: nobody enters that day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.lifecycle.gates.book import book
from lantu.lifecycle.gates.events import GatePassed
from lantu.lifecycle.gates.models import Gate, GateCondition, GateStep
from lantu.lifecycle.gates.planning import START_ORDER
from lantu.lifecycle.gates.services import passing
from lantu.lifecycle.gates.services.conditions import Wanted, check_wanted, set_condition
from lantu.lifecycle.gates.services.moves import confirmed_steps, missing_hard, must_keep, names_of, told
from lantu.lifecycle.gates.services.recompute import recompute_gates
from lantu.lifecycle.gates.services.tenders import must_be_explained
from lantu.lifecycle.gates.states import PASSED_STATES, ConditionState, Verb
from lantu.projects.models import Stage
from lantu.projects.services.advance_stage import advance_stage

STAGE_AFTER = {
    Stage.INITIATION: Stage.DESIGN,
    Stage.DESIGN: Stage.TENDER,
    Stage.CONSTRUCTION: Stage.CONSTRUCTION,
    Stage.ACCEPTANCE: Stage.OPERATION,
}


@transaction.atomic
def approve_gate(
    gate: Gate,
    *,
    by: User,
    now: datetime,
    note: str = "",
    passed_on: date | None = None,
    version: int | None = None,
) -> Gate:
    """All hard documents are confirmed: the gate has passed on the day of the latest of them. ``passed_on``: the day
    that the caller believes it to be; an earlier one than the evidence is refused as back-dating.
    """
    gate = passing.lock_gate(gate, version=version)
    missing = missing_hard(gate)
    if missing:
        raise Unacceptable(
            "gates.no_evidence",
            _("必备要件不全，不能通过：%(names)s。") % {"names": names_of(missing)},
            remedy=_("请退回补齐；可容缺的，请用“容缺通过”并逐项设定时限。"),
            field="steps",
        )
    return _pass(gate, Verb.APPROVE, by=by, now=now, note=note, passed_on=passed_on, wanted=())


@transaction.atomic
def approve_conditionally(
    gate: Gate,
    *,
    conditions: Sequence[Wanted],
    by: User,
    now: datetime,
    note: str,
    version: int | None = None,
) -> Gate:
    """容缺: each missing hard document may wait and gets its day; each condition is a duty of its own."""
    gate = passing.lock_gate(gate, version=version)
    why = passing.reason_of(note, "note")
    check_wanted(conditions, missing_hard(gate), now)
    for one in conditions:
        if one.step is not None and one.step.gate_id != gate.pk:
            raise Unacceptable("gates.foreign_step", _("条件里的要件不属于这个关口。"), field="conditions")
    return _pass(gate, Verb.APPROVE_CONDITIONALLY, by=by, now=now, note=why, wanted=conditions)


def _pass(
    gate: Gate,
    verb: Verb,
    *,
    by: User,
    now: datetime,
    note: str,
    wanted: Sequence[Wanted],
    passed_on: date | None = None,
) -> Gate:
    before, after = passing.advance(gate, verb)
    must_keep(gate, by)
    _gates_before(gate, now)
    if gate.stage == Stage.TENDER:
        must_be_explained(gate.project)
    resting_on = confirmed_steps(gate)
    latest = _latest_evidence(gate, resting_on, now)
    if passed_on is not None and passed_on < latest:
        raise Unacceptable(
            "gates.back_dated",
            _("通过日期不能早于最晚的要件日期 %(day)s。") % {"day": latest},
            remedy=_("关口按最晚的要件日期通过，不能倒签。"),
            field="passed_on",
        )
    gate.passed_on, gate.decided_by, gate.decided_at = latest, by, now
    gate.reason = passing.clean_text(note)
    passing.recount(gate.pk)
    gate.refresh_from_db(fields=["hard_missing", "soft_missing"])
    passing.hand_on(gate, now=now, actor=by, outcome=gettext_noop("关口已通过"))
    made = [set_condition(gate, one, by=by, now=now) for one in wanted]
    told_of = GatePassed(
        **told(gate, before, after), passed_on=latest.isoformat(), conditions=[one.pk for one in made],
        rule=book().version,
    )  # fmt: skip
    emit(told_of, actor=by, at=now, reason=gate.reason)
    _move_project(gate, resting_on, by=by, now=now)
    recompute_gates(now=now, project_ids=[gate.project_id])
    gate.refresh_from_db()
    return gate


def _gates_before(gate: Gate, now: datetime) -> None:
    """The gates that this one comes after have passed, and none of their conditions is overdue."""
    before = Gate.objects.filter(project_id=gate.project_id, stage__in=gate.after)
    not_passed = [one for one in before if one.state not in PASSED_STATES]
    if not_passed:
        names = "、".join(str(one.get_stage_display()) for one in not_passed)
        raise Refused(
            "gates.before_not_passed",
            _("前置关口尚未通过：%(names)s。") % {"names": names},
            remedy=_("要件可以同步办理，但关口按联锁关系依次通过。"),
        )
    today = timezone.localtime(now).date()
    overdue = GateCondition.objects.filter(gate__in=list(before), state=ConditionState.OPEN, due_on__lt=today)
    texts = list(overdue.values_list("text", flat=True))
    if texts:
        raise Refused(
            "gates.condition_overdue",
            _("前置关口的容缺条件已逾期：%(names)s。") % {"names": "、".join(texts)},
            remedy=_("补齐之前，后续关口不能通过。"),
        )


def _latest_evidence(gate: Gate, resting_on: Sequence[GateStep], now: datetime) -> date:
    """The latest evidence date; a gate whose documents were all waived or wait passes on the day of the decision."""
    days = [step.evidence_on for step in resting_on if step.evidence_on is not None]
    if not days:
        hard = GateStep.objects.filter(gate=gate, hard=True).exists()
        if hard and not GateStep.objects.filter(gate=gate, state="waived").exists():
            raise Unacceptable(
                "gates.no_evidence",
                _("关口没有任何已确认的要件，不能通过。"),
                remedy=_("请先由办理单位确认要件。"),
                field="steps",
            )
        return timezone.localtime(now).date()
    return max(days)


def _move_project(gate: Gate, resting_on: Sequence[GateStep], *, by: User, now: datetime) -> None:
    to = STAGE_AFTER.get(Stage(gate.stage))
    if to is None:
        return
    started_on = next((step.evidence_on for step in resting_on if step.code == START_ORDER), None)
    reason = _("“%(gate)s”关口通过") % {"gate": gate.get_stage_display()}
    advance_stage(gate.project, to=to, now=now, actor=by, reason=reason, started_on=started_on)
