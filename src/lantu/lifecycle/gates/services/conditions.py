"""Dated conditions of a conditional pass 容缺: each with a duty of its own, met by a paper or by somebody's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit, hold_chain
from lantu.duties.deadlines import due_after
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.gates.book import book, close_of
from lantu.lifecycle.gates.events import ConditionMet
from lantu.lifecycle.gates.models import Gate, GateCondition, GateStep
from lantu.lifecycle.gates.services import passing
from lantu.lifecycle.gates.services.recompute import recompute_gates
from lantu.lifecycle.gates.states import ConditionState


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A condition as the gatekeeper sets it. ``step``: the missing document, or None for something else to be done."""

    due_on: date
    step: GateStep | None = None
    text: str = ""


def check_wanted(wanted: Sequence[Wanted], missing: Sequence[GateStep], now: datetime) -> None:
    """Every missing hard document has its condition, may wait by the template, and has a day that is not too far.

    Raises Unacceptable naming the first that does not fit.
    """
    covered = {one.step.pk for one in wanted if one.step is not None}
    for step in missing:
        if not step.may_wait:
            raise Unacceptable(
                "gates.may_not_wait",
                _("“%(step)s”是不可容缺的必备要件。") % {"step": step.label},
                remedy=_("请先取得并由%(unit)s确认；不适用的由重点工程局认定。") % {"unit": step.unit},
                field="conditions",
            )
        if step.pk not in covered:
            raise Unacceptable(
                "gates.condition_missing",
                _("缺少的“%(step)s”没有设定补齐时限。") % {"step": step.label},
                remedy=_("每个缺少的必备要件都要有时限。"),
                field="conditions",
            )
    if not wanted:
        raise Unacceptable(
            "gates.no_conditions",
            _("容缺通过至少要有一个条件。"),
            remedy=_("要件齐全的请直接通过。"),
            field="conditions",
        )
    today = timezone.localtime(now).date()
    latest = timezone.localtime(due_after(now, working_days=book().settings.condition_working_days)).date()
    for one in wanted:
        if not today < one.due_on <= latest:
            raise Unacceptable(
                "gates.bad_condition_date",
                _("补齐时限应在明天到 %(latest)s 之间。") % {"latest": latest},
                remedy=_("容缺最长 %(n)d 个工作日。") % {"n": book().settings.condition_working_days},
                field="due_on",
            )
        if one.step is None and len(passing.clean_text(one.text)) < passing.SHORTEST_REASON:
            raise Unacceptable("gates.condition_text", _("请写明要补齐什么。"), field="conditions")


def set_condition(gate: Gate, wanted: Wanted, *, by: User, now: datetime) -> GateCondition:
    """Store one condition with its duty, within the gatekeeper's decision."""
    (pk,) = passing.reserve(GateCondition)
    if wanted.step is not None:
        GateStep.objects.filter(pk=wanted.step.pk).update(due_on=wanted.due_on)
    text = passing.clean_text(wanted.text, most=200) or (wanted.step.label if wanted.step else "")
    duty = open_duty(
        subject_type=passing.CONDITION, subject_id=pk, project=gate.project, step="meet",
        title=f"{gettext_noop('容缺补齐')}：{text} · {gate.project.name}"[:200],
        action_label=gettext_noop("补齐条件"), action_url=reverse("lifecycle:gate", args=[gate.pk]),
        holder=gate.responsible, severity=3, due_at=close_of(wanted.due_on), now=now, actor=by,
    )  # fmt: skip
    return GateCondition.objects.create(
        pk=pk, gate=gate, project=gate.project, step=wanted.step, text=text, holder=gate.responsible,
        due_on=wanted.due_on, set_by=by, set_at=now, duty=duty,
    )  # fmt: skip


def meet_of_step(step: GateStep, *, now: datetime, by: User) -> None:
    """The document has been confirmed: the conditions that asked for it are met."""
    for condition in step.conditions.select_for_update(of=("self",)).filter(state=ConditionState.OPEN):
        _meet(condition, by=by, now=now, note=step.label)


def _meet(condition: GateCondition, *, by: User, now: datetime, note: str) -> None:
    condition.state, condition.note = ConditionState.MET, note
    # A holder who confirms as the unit's person has been refused before; the word is the unit's.
    condition.met_by = by if by.pk != condition.holder_id else None
    condition.met_at = now
    if condition.duty is not None and condition.duty.closed_at is None:
        condition.duty = close_duty(condition.duty, now=now, actor=by, outcome=gettext_noop("条件已补齐"))
    condition.save()
    on_time = timezone.localtime(now).date() <= condition.due_on
    told = ConditionMet(
        project_id=condition.project_id, subject_id=condition.pk, gate_id=condition.gate_id, text=condition.text,
        on_time=on_time,
    )  # fmt: skip
    emit(told, actor=by, at=now, reason=note)


@transaction.atomic
def meet_condition(condition: GateCondition, *, by: User, now: datetime, note: str) -> GateCondition:
    """Confirm a condition that is no document. Raises Refused for the holder's own, and where a document is asked for."""
    hold_chain(condition.project_id)
    row = (
        GateCondition.objects.select_for_update(of=("self",))
        .select_related("project", "gate", "duty", "step__unit", "holder")
        .get(pk=condition.pk)
    )
    require(by, "lifecycle.gates_decide", row.project)
    why = passing.reason_of(note, "note")
    if row.state != ConditionState.OPEN:
        raise Refused("gates.condition_closed", _("这个条件已经办结。"), remedy=_("请刷新页面。"))
    if row.step is not None:
        raise Refused(
            "gates.condition_by_document",
            _("这个条件要由%(unit)s确认“%(step)s”后自动办结。")
            % {"unit": row.step.unit, "step": row.step.label},
        )
    if by.pk == row.holder_id:
        raise Refused("gates.same_person", _("责任人不能确认自己的条件。"), remedy=_("请由把关单位确认。"))
    _meet(row, by=by, now=now, note=why)
    recompute_gates(now=now, project_ids=[row.project_id])
    return row
