"""Seen: the proof that a notice or a duty reached its person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lantu.accounts.models import User
from lantu.duties.models import Duty, Notice


def mark_notices_seen(user: User, *, now: datetime, ids: Iterable[int] | None = None) -> int:
    """Mark the person's own unseen notices (all of them, or those of ``ids``). Returns how many."""
    rows = Notice.objects.filter(recipient=user, seen_at=None)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return rows.update(seen_at=now)


def mark_seen(duty: Duty, *, user: User, now: datetime) -> None:
    """The person has opened the duty. The clock started at dispatch; this moves nothing."""
    if duty.holder_id == user.pk and duty.seen_at is None:
        duty.seen_at = now
        Duty.objects.filter(pk=duty.pk, seen_at=None).update(seen_at=now)
    Notice.objects.filter(duty=duty, recipient=user, seen_at=None).update(seen_at=now)
