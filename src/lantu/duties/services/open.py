"""Open the one duty of a subject."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.duties.deadlines import next_check
from lantu.duties.events import DutyOpened
from lantu.duties.models import Clock, Duty, Holding, Notice
from lantu.duties.services.about import about
from lantu.duties.services.notify import tell
from lantu.duties.services.receiver import receiver_of
from lantu.projects.models import Project


@transaction.atomic
def open_duty(
    *,
    subject_type: str,
    subject_id: int,
    step: str,
    title: str,
    action_label: str,
    action_url: str,
    holder: User,
    severity: int,
    due_at: datetime,
    now: datetime,
    actor: User | None,
    project: Project | None = None,
    clock: str = Clock.NATURAL,
    basis: str = "",
) -> Duty:
    """Open it with ``holder``, or with whoever stands in while the holder is away. ``severity`` 1–4 (4 red).

    Raises Refused when the receiver belongs to no unit; the unique index refuses a second open duty of
    the same subject. ``clock`` says how its time is counted when it stops.
    """
    receiver, why = receiver_of(holder, now)
    duty = Duty(
        project=project,
        subject_type=subject_type,
        subject_id=subject_id,
        step=step,
        title=title[:200],
        action_label=action_label,
        action_url=action_url,
        basis=basis,
        holder=receiver,
        unit=receiver.organisation,
        opened_by=actor,
        handed_by=actor,
        severity=severity,
        opened_at=now,
        due_at=max(due_at, now),
        original_due_at=max(due_at, now),
        clock=clock,
    )
    duty.check_at = next_check(duty, now)
    duty.save(force_insert=True)
    Holding.objects.create(duty=duty, holder=receiver, unit_id=duty.unit_id, started_at=now, reason=why)
    if actor != receiver:
        tell([receiver], duty=duty, kind=Notice.Kind.GIVEN, text=duty.title, now=now)
    _announce(duty, actor=actor, why=why)
    return duty


def _announce(duty: Duty, *, actor: User | None, why: str) -> None:
    emit(
        DutyOpened(
            **about(duty),
            step=duty.step,
            title=duty.title,
            holder_id=duty.holder_id,
            unit_id=duty.unit_id,
            due_at=duty.due_at.isoformat(),
        ),
        actor=actor,
        at=duty.opened_at,
        reason=why,
    )
