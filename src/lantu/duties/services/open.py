"""Open the one duty of a subject."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.duties.deadlines import next_check
from lantu.duties.events import DutyOpened
from lantu.duties.models import Clock, Duty, Holding, Notice
from lantu.duties.services.about import about
from lantu.duties.services.receiver import receiver_of
from lantu.projects.models import Project


class Drawn(NamedTuple):
    """A duty not stored yet, and why it goes to somebody else than was meant ("" if it does not)."""

    duty: Duty
    why: str


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
    drawn = draw_up(
        subject_type=subject_type, subject_id=subject_id, step=step, title=title, action_label=action_label,
        action_url=action_url, holder=holder, severity=severity, due_at=due_at, now=now, actor=actor,
        project_id=None if project is None else project.pk, clock=clock, basis=basis,
    )  # fmt: skip
    drawn.duty.project = project
    (told,) = enter_duties([drawn], now=now, actor=actor)
    emit(told, actor=actor, at=now, reason=drawn.why)
    return drawn.duty


def draw_up(
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
    project_id: int | None,
    clock: str = Clock.NATURAL,
    basis: str = "",
) -> Drawn:
    """The duty as :func:`open_duty` opens it, without writing anything; the same refusals."""
    receiver, why = receiver_of(holder, now)
    duty = Duty(
        project_id=project_id,
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
    return Drawn(duty, why)


def enter_duties(drawn: Sequence[Drawn], *, now: datetime, actor: User | None) -> list[DutyOpened]:
    """Store duties with their first holding, and tell the holders; returns the events, which the caller emits.

    Statements: three, however many there are. Belongs inside a transaction.
    """
    Duty.objects.bulk_create([one.duty for one in drawn])
    Holding.objects.bulk_create(
        Holding(duty=duty, holder_id=duty.holder_id, unit_id=duty.unit_id, started_at=now, reason=why)
        for duty, why in drawn
    )
    Notice.objects.bulk_create(
        Notice(
            recipient_id=duty.holder_id, duty=duty, kind=Notice.Kind.GIVEN, text=duty.title[:300], sent_at=now
        )
        for duty, _why in drawn
        if actor is None or actor.pk != duty.holder_id
    )
    return [_opened(duty) for duty, _why in drawn]


def _opened(duty: Duty) -> DutyOpened:
    return DutyOpened(
        **about(duty),
        step=duty.step,
        title=duty.title,
        holder_id=duty.holder_id,
        unit_id=duty.unit_id,
        due_at=duty.due_at.isoformat(),
    )
