"""Close this step and open the next one of the same subject, in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lantu.accounts.models import User
from lantu.duties import wording
from lantu.duties.models import Duty
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty


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
    outcome: str = wording.NEXT_STEP,
) -> Duty:
    """The subject is never without an open duty: what is not said stays as it was."""
    closed = close_duty(duty, now=now, actor=actor, outcome=outcome)
    return open_duty(
        subject_type=closed.subject_type,
        subject_id=closed.subject_id,
        step=step,
        title=title,
        action_label=action_label,
        action_url=action_url,
        holder=holder,
        severity=closed.severity if severity is None else severity,
        due_at=due_at,
        now=now,
        actor=actor,
        project=closed.project,
        clock=closed.clock if clock is None else clock,
        basis=closed.basis if basis is None else basis,
    )
