"""Whose ball it is in each state, what they are asked to do, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from lantu.accounts.models import User
from lantu.hazards import clocks, parties
from lantu.hazards.grave.standing import listing_in_force, stop_in_force
from lantu.hazards.models import Hazard
from lantu.hazards.states import HazardState as S

# The ball lies with the unit that the order is addressed to.
ADDRESSEE_STEPS = frozenset({"accept", "plan", "rectify", "rework", "ask_resume"})
# Only the time for the rectification itself can be extended.
EXTENDABLE_STEPS = frozenset({"rectify", "rework"})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One duty of a hazard, in the words of :func:`lantu.duties.services.open.open_duty`."""

    step: str
    action_label: str
    holder: User
    due_at: datetime
    on_phone: bool = False

    def duty_fields(self, hazard: Hazard) -> dict[str, Any]:
        """Keyword arguments shared by open_duty and move_duty."""
        page = "hazards:phone_hazard" if self.on_phone else "hazards:detail"
        return {
            "step": self.step,
            "title": f"{hazard.title} · {hazard.project.name}"[:200],
            "action_label": self.action_label,
            "action_url": reverse(page, args=[hazard.pk]),
            "holder": self.holder,
            "due_at": self.due_at,
            "severity": hazard.grade,
            "basis": hazard.clause[:200],
        }


def step_of(hazard: Hazard, *, now: datetime) -> Step:
    """The step that an open hazard waits for. Raises Refused when nobody can be found to take it."""
    if hazard.false_proposed_by is not None:
        return _decide_false(hazard, now)
    return _STEPS[S(hazard.state)](hazard, now)


def _confirm(hazard: Hazard, now: datetime) -> Step:
    return Step(
        step="confirm",
        action_label=_("核实隐患"),
        holder=parties.dispatching_person(hazard.project),
        due_at=clocks.acknowledge_by(hazard.grade, now),
    )


def _issue(hazard: Hazard, now: datetime) -> Step:
    return Step(
        step="issue_order",
        action_label=_("下发整改通知单"),
        holder=parties.dispatching_person(hazard.project),
        due_at=clocks.acknowledge_by(hazard.grade, now),
    )


def _rectifier(hazard: Hazard) -> User:
    person = hazard.rectifier or parties.rectifying_person(hazard.project)
    return person or parties.dispatching_person(hazard.project)


def _accept(hazard: Hazard, now: datetime) -> Step:
    return Step(
        step="accept",
        action_label=_("签收整改通知单"),
        holder=_rectifier(hazard),
        due_at=clocks.acknowledge_by(hazard.grade, now),
        on_phone=True,
    )


def _rectify(hazard: Hazard, now: datetime) -> Step:
    return Step(
        step="rectify",
        action_label=_("提交整改回复"),
        holder=_rectifier(hazard),
        due_at=hazard.due_at or clocks.rectify_by(hazard.grade, now),
        on_phone=True,
    )


def _rework(hazard: Hazard, now: datetime) -> Step:
    return Step(
        step="rework",
        action_label=_("重新整改并回复"),
        holder=_rectifier(hazard),
        due_at=clocks.rework_by(hazard.grade, hazard.due_at or now, now),
        on_phone=True,
    )


def _plan(hazard: Hazard, now: datetime) -> Step:
    """An orange hazard that is put right within the plan's time needs no plan: the reply will do."""
    label = _("提交整改方案") if hazard.is_major else _("提交整改方案或回复")
    return Step(
        step="plan",
        action_label=label,
        holder=_rectifier(hazard),
        due_at=clocks.plan_by(hazard.grade, hazard.due_at or now, now),
        on_phone=True,
    )


def _judge_plan(hazard: Hazard, now: datetime) -> Step:
    if hazard.is_major:
        holder = parties.rechecking_person(hazard.project, rectifier=hazard.rectifier, supervisor=None)
    else:
        holder = parties.supervising_person(hazard.project, rectifier=hazard.rectifier)
    return Step(
        step="judge_plan",
        action_label=_("审定整改方案"),
        holder=holder,
        due_at=clocks.supervise_by(hazard.grade, now),
    )


def _arbitrate(hazard: Hazard, now: datetime) -> Step:
    return Step(
        step="arbitrate",
        action_label=_("裁定整改异议"),
        holder=parties.arbitrating_person(hazard.project, other_than=[hazard.issuer, hazard.rectifier]),
        due_at=clocks.arbitrate_by(now),
    )


def _supervise(hazard: Hazard, now: datetime) -> Step:
    return Step(
        step="supervise",
        action_label=_("确认整改回复"),
        holder=parties.supervising_person(hazard.project, rectifier=hazard.rectifier),
        due_at=clocks.supervise_by(hazard.grade, now),
        on_phone=True,
    )


def _recheck(hazard: Hazard, now: datetime) -> Step:
    """Before the re-check a stop-work order is lifted and a listing ended, in this order."""
    stop = stop_in_force(hazard)
    due_at = clocks.recheck_by(hazard.grade, now)
    if stop is not None and stop.resume_asked_by_id is None:
        label, holder = _("申请复工"), _rectifier(hazard)
        return Step(step="ask_resume", action_label=label, holder=holder, due_at=due_at, on_phone=True)
    if stop is None and listing_in_force(hazard) is not None:
        holder = parties.listing_person(hazard.project)
        return Step(step="delist", action_label=_("验收摘牌"), holder=holder, due_at=due_at)
    return Step(
        step="recheck" if stop is None else "order_resume",
        action_label=_("复查销号") if stop is None else _("签发复工令"),
        holder=parties.rechecking_person(
            hazard.project, rectifier=hazard.rectifier, supervisor=hazard.supervisor
        ),
        due_at=due_at,
        on_phone=True,
    )


def _decide_false(hazard: Hazard, now: datetime) -> Step:
    claimant = hazard.false_proposed_by
    assert claimant is not None
    return Step(
        step="decide_false",
        action_label=_("复核误报"),
        holder=parties.deciding_person(hazard.project, other_than=claimant),
        due_at=clocks.acknowledge_by(hazard.grade, now),
    )


_STEPS = {
    S.DETECTED: _confirm,
    S.CONFIRMED: _issue,
    S.ORDERED: _accept,
    S.ACCEPTED: _plan,
    S.DISPUTED: _arbitrate,
    S.PLAN_SUBMITTED: _judge_plan,
    S.RECTIFYING: _rectify,
    S.RETURNED: _rework,
    S.SUBMITTED: _supervise,
    S.SV_CONFIRMED: _recheck,
}
