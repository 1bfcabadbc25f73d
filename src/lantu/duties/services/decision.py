"""A request about a duty is itself owed by somebody: the duty of deciding it."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.accounts.roles import Role
from lantu.accounts.scopes import roles_of
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.duties import wording
from lantu.duties.deadlines import due_after
from lantu.duties.models import ClockStop, Duty, Extension
from lantu.duties.selectors import decider_for, is_about_duties
from lantu.duties.services.open import open_duty

EXTENSION = "duties.extension"
CLOCK_STOP = "duties.clock_stop"


def require_may_ask(duty: Duty, *, actor: User, now: datetime, what: str) -> None:
    """Only the holder or the unit's head asks, only in time, and not about a decision itself."""
    if actor.pk not in {duty.holder_id, duty.unit.head_id}:
        raise Denied("duties.not_yours", _("只有责任人或本单位负责人可以申请%(what)s。") % {"what": _(what)})
    if is_about_duties(duty) or duty.arbitrating:
        raise Refused(
            "duties.not_for_decisions",
            _("审批和裁定事项不能申请%(what)s。") % {"what": _(what)},
            remedy=_("请尽快审批或移交他人。"),
        )
    if duty.stopped_since is not None:
        raise Refused("duties.clock_stopped", _("这项责任的计时已经停止。"), remedy=_("请先恢复计时。"))
    if now > duty.due_at:
        raise Refused(
            "duties.expired",
            _("时限已过，不能再申请%(what)s。") % {"what": _(what)},
            remedy=_("请尽快办理，并在办理结果中说明原因。"),
        )


def require_reason(text: str) -> str:
    """The reason without surrounding space. Raises Unacceptable for an empty one."""
    if not text.strip():
        raise Unacceptable("duties.reason_missing", _("请写明理由。"), field="reason")
    return text.strip()[:300]


def open_decision(
    duty: Duty, *, subject_type: str, subject_id: int, title: str, rung: int, now: datetime, actor: User
) -> Duty:
    """Owe the decision to the person ``rung`` steps above the holder, by the next working day."""
    return open_duty(
        subject_type=subject_type,
        subject_id=subject_id,
        step="decide",
        title=title,
        action_label=wording.DECIDE,
        action_url=reverse("duties:duty", args=[duty.pk]),
        holder=decider_for(duty, rung=rung, not_user=actor, now=now),
        severity=min(duty.severity + 1, 4),
        due_at=due_after(now, working_days=1),
        now=now,
        actor=actor,
        project=duty.project,
        clock="working",
    )


def require_may_decide(duty: Duty, request: Extension | ClockStop, *, actor: User, rung: int) -> None:
    """Four eyes: never the one who asked. The one who owes the decision, or the bureau from that rung up."""
    if actor.pk == request.asked_by_id:
        raise Denied(
            "duties.same_person", _("申请人不能审批自己的申请。"), remedy=_("请等待另一位有权人员审批。")
        )
    owes = request.decision_duty is not None and request.decision_duty.holder_id == actor.pk
    by_office = may(actor, "duties.decide", duty.project) and (rung < 2 or Role.DIRECTOR in roles_of(actor))
    if not (owes or by_office):
        raise Denied(
            "duties.not_decider", _("您不是这项申请的审批人。"), remedy=_("审批人见申请下方的“待审批人”。")
        )
