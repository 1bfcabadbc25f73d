"""Open a duty, move it to the next step, close it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.events import DutyClosed, DutyOpened
from lantu.duties.models import Clock, Duty, Holding
from lantu.projects.models import Project


def _on_duty(holder: User, now: datetime) -> tuple[User, str]:
    """The person who really receives it: the named deputy while the holder is away or gone."""
    away = not holder.is_active or (holder.away_until is not None and holder.away_until > now)
    if not away:
        return holder, ""
    if holder.deputy is not None and holder.deputy.is_active:
        return holder.deputy, f"{holder} 外出，由代理人承接"
    head = holder.organisation.head if holder.organisation else None
    if head is not None and head.is_active and head.pk != holder.pk:
        return head, f"{holder} 外出且无代理人，由单位负责人承接"
    return holder, ""


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
    """Open the one duty of a subject. Raises Refused when the holder belongs to no unit.

    The unique index refuses a second open duty of the same subject.
    """
    receiver, why = _on_duty(holder, now)
    if receiver.organisation_id is None:
        raise Refused(
            "duties.no_unit", f"{receiver} 没有所属单位，不能承担责任。", remedy="请先在人员管理里填写其单位。"
        )
    duty = Duty.objects.create(
        project=project,
        subject_type=subject_type,
        subject_id=subject_id,
        step=step,
        title=title[:200],
        action_label=action_label,
        action_url=action_url,
        basis=basis,
        holder=receiver,
        unit_id=receiver.organisation_id,
        opened_by=actor,
        severity=severity,
        opened_at=now,
        due_at=max(due_at, now),
        original_due_at=max(due_at, now),
        clock=clock,
    )
    Holding.objects.create(
        duty=duty, holder=receiver, unit_id=receiver.organisation_id, started_at=now, reason=why
    )
    emit(
        DutyOpened(
            project_id=duty.project_id,
            subject_id=duty.pk,
            about_type=subject_type,
            about_id=subject_id,
            step=step,
            title=duty.title,
            holder_id=receiver.pk,
            unit_id=receiver.organisation_id,
            due_at=duty.due_at.isoformat(),
        ),
        actor=actor,
        at=now,
        reason=why,
    )
    return duty


@transaction.atomic
def close_duty(duty: Duty, *, now: datetime, actor: User | None, outcome: str) -> Duty:
    """Close it: what was owed has been done (or is owed no more; ``outcome`` says which)."""
    duty = Duty.objects.select_for_update().get(pk=duty.pk)
    if duty.closed_at is not None:
        raise Refused("duties.already_closed", "这项责任已经办结。", remedy="请刷新页面查看最新状态。")
    duty.closed_at = max(now, duty.opened_at)
    duty.outcome = outcome[:60]
    duty.save(update_fields=["closed_at", "outcome"])
    Holding.objects.filter(duty=duty, ended_at=None).update(ended_at=duty.closed_at)
    duty.stops.filter(resumed_at=None, refused_at=None).update(resumed_at=duty.closed_at)
    emit(
        DutyClosed(
            project_id=duty.project_id,
            subject_id=duty.pk,
            about_type=duty.subject_type,
            about_id=duty.subject_id,
            outcome=duty.outcome,
            on_time=duty.closed_at <= duty.due_at,
        ),
        actor=actor,
        at=now,
    )
    return duty


@transaction.atomic
def move_duty(
    duty: Duty,
    *,
    step: str,
    title: str,
    action_label: str,
    action_url: str,
    holder: User,
    due_at: datetime,
    now: datetime,
    actor: User | None,
    severity: int | None = None,
    clock: str | None = None,
    basis: str | None = None,
    outcome: str = "转入下一环节",
) -> Duty:
    """Close this step and open the next one of the same subject, in one transaction."""
    close_duty(duty, now=now, actor=actor, outcome=outcome)
    return open_duty(
        subject_type=duty.subject_type,
        subject_id=duty.subject_id,
        step=step,
        title=title,
        action_label=action_label,
        action_url=action_url,
        holder=holder,
        severity=duty.severity if severity is None else severity,
        due_at=due_at,
        now=now,
        actor=actor,
        project=duty.project,
        clock=duty.clock if clock is None else clock,
        basis=duty.basis if basis is None else basis,
    )
