"""Stop the clock of a duty: asked by one person, approved by another, and never for ever.

A stop counts from when it was asked, because the wait for the second person is not the holder's time. It names
when it is expected to end; from its approval until then the holder owes its review, so that no clock is
forgotten while it stands still.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.core.sentences import as_stored
from lantu.core.services.emit import emit
from lantu.duties import wording
from lantu.duties.deadlines import next_check, shifted
from lantu.duties.events import ClockResumed, ClockStopAsked, ClockStopped, ClockStopRefused
from lantu.duties.models import ClockStop, Duty, Notice
from lantu.duties.services.about import about
from lantu.duties.services.close import close_duty
from lantu.duties.services.decision import (
    CLOCK_STOP,
    open_decision,
    require_may_ask,
    require_may_decide,
    require_reason,
)
from lantu.duties.services.lock import locked_open, reserve_id
from lantu.duties.services.move import move_duty
from lantu.duties.services.notify import tell

RUNG = 1


@transaction.atomic
def ask_stop(
    duty: Duty, *, code: str, note: str, expected_until: datetime, now: datetime, actor: User
) -> ClockStop:
    """Ask that the clock stand still for a reason of the list until about ``expected_until``."""
    duty = locked_open(duty.pk)
    require_may_ask(duty, actor=actor, now=now, what=gettext_noop("停钟"))
    if code not in ClockStop.Reason.values:
        raise Unacceptable("duties.stop_code", _("停钟须选择规定的理由。"), field="code")
    note = require_reason(note)
    if expected_until <= now:
        raise Unacceptable("duties.stop_until", _("预计恢复时间须晚于现在。"), field="expected_until")
    if duty.stops.filter(resumed_at=None, refused_at=None).exists():
        raise Refused("duties.stop_pending", _("已有一项停钟申请在办。"), remedy=_("请等待审批结果。"))
    stop_id = reserve_id(ClockStop)
    decision = open_decision(
        duty,
        subject_type=CLOCK_STOP,
        subject_id=stop_id,
        title=wording.DECIDE_STOP % {"why": as_stored(ClockStop.Reason(code).label), "title": duty.title},
        rung=RUNG,
        now=now,
        actor=actor,
    )
    stop = ClockStop.objects.create(
        id=stop_id,
        duty=duty,
        reason=code,
        note=note,
        asked_by=actor,
        asked_at=now,
        expected_until=expected_until,
        decision_duty=decision,
    )
    emit(
        ClockStopAsked(**about(duty), why=code, expected_until=expected_until.isoformat()),
        actor=actor,
        at=now,
        reason=note,
    )
    return stop


@transaction.atomic
def approve_stop(duty: Duty, *, now: datetime, actor: User) -> ClockStop:
    """The second person agrees: the clock stands still as from the request."""
    duty = locked_open(duty.pk)
    stop = _pending(duty)
    require_may_decide(duty, stop, actor=actor, rung=RUNG)
    stop.approved_by = actor
    stop.approved_at = now
    if stop.decision_duty is not None:
        stop.decision_duty = move_duty(
            stop.decision_duty,
            step="review",
            title=wording.REVIEW_STOP % {"title": duty.title},
            action_label=wording.RESUME,
            action_url=reverse("duties:duty", args=[duty.pk]),
            holder=duty.holder,
            due_at=max(stop.expected_until, now),
            now=now,
            actor=actor,
            severity=duty.severity,
            outcome=wording.STOP_AGREED,
        )
    stop.save(update_fields=["approved_by", "approved_at", "decision_duty"])
    duty.stopped_since = stop.asked_at
    _restart_ladder(duty)
    duty.check_at = None
    duty.save(update_fields=["stopped_since", "slip", "level", "reminded_at", "check_at"])
    answer = wording.STOP_GRANTED % {"title": duty.title}
    tell([stop.asked_by], duty=duty, kind=Notice.Kind.ANSWER, text=answer, now=now)
    emit(
        ClockStopped(
            **about(duty), why=stop.reason, asked_by=stop.asked_by_id, stopped_from=stop.asked_at.isoformat()
        ),
        actor=actor,
        at=now,
        reason=stop.note,
    )
    return stop


@transaction.atomic
def refuse_stop(duty: Duty, *, reason: str, now: datetime, actor: User) -> ClockStop:
    """The second person does not agree: the clock never stopped."""
    duty = locked_open(duty.pk)
    stop = _pending(duty)
    require_may_decide(duty, stop, actor=actor, rung=RUNG)
    reason = require_reason(reason)
    stop.refused_at = now
    stop.save(update_fields=["refused_at"])
    if stop.decision_duty is not None:
        close_duty(stop.decision_duty, now=now, actor=actor, outcome=wording.STOP_NOT_AGREED)
    answer = wording.STOP_REFUSED % {"reason": reason}
    tell([stop.asked_by], duty=duty, kind=Notice.Kind.ANSWER, text=answer, now=now)
    emit(
        ClockStopRefused(**about(duty), why=stop.reason, asked_by=stop.asked_by_id),
        actor=actor,
        at=now,
        reason=reason,
    )
    return stop


@transaction.atomic
def resume(duty: Duty, *, now: datetime, actor: User | None, reason: str = "") -> Duty:
    """Let the clock run again; the due time moves by exactly the time that it stood still."""
    duty = locked_open(duty.pk)
    stop = (
        duty.stops.select_related("decision_duty").filter(approved_at__isnull=False, resumed_at=None).first()
    )
    if stop is None or duty.stopped_since is None:
        raise Refused("duties.not_stopped", _("这项责任的计时没有停止。"))
    if actor is not None and not _may_resume(duty, actor):
        raise Denied("duties.not_yours", _("只有责任人、本单位负责人或局经办可以恢复计时。"))
    since = duty.stopped_since
    duty.due_at = shifted(duty.due_at, stopped_from=since, stopped_to=now, clock=duty.clock)
    duty.stopped_since = None
    duty.check_at = next_check(duty, now)
    duty.save(update_fields=["due_at", "stopped_since", "check_at"])
    stop.resumed_at = max(now, since)
    stop.save(update_fields=["resumed_at"])
    if stop.decision_duty is not None and stop.decision_duty.closed_at is None:
        close_duty(stop.decision_duty, now=now, actor=actor, outcome=wording.RESUME)
    emit(
        ClockResumed(
            **about(duty),
            stopped_seconds=max(0, int((now - since).total_seconds())),
            due_at=duty.due_at.isoformat(),
        ),
        actor=actor,
        at=now,
        reason=reason,
    )
    return duty


def _may_resume(duty: Duty, actor: User) -> bool:
    return actor.pk in {duty.holder_id, duty.unit.head_id} or may(actor, "duties.dispatch", duty.project)


def _pending(duty: Duty) -> ClockStop:
    stop = (
        duty.stops.select_for_update(of=("self",))
        .select_related("decision_duty", "asked_by")
        .filter(approved_at=None, refused_at=None, resumed_at=None)
        .first()
    )
    if stop is None:
        raise Refused(
            "duties.no_stop_pending", _("没有待审批的停钟申请。"), remedy=_("请刷新页面查看最新状态。")
        )
    return stop


def _restart_ladder(duty: Duty) -> None:
    """More time means a new start; what was climbed before stays in the events."""
    duty.slip, duty.level, duty.reminded_at = "", 0, None
