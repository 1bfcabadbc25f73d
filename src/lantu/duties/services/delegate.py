"""Leave and departure: open duties move the same day, each with its own event. Return hands nothing back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lantu.accounts.models import User
from lantu.accounts.services.away import go_away
from lantu.duties.models import Duty
from lantu.duties.services.hand_over import hand_over_by_rule
from lantu.duties.services.receiver import is_away, receiver_of


@transaction.atomic
def move_duties_of(user: User, *, now: datetime) -> int:
    """Give every open duty of ``user``, who is away or gone, to the deputy, else to the unit's head.

    Returns how many moved. Safe to repeat: what has moved is no longer theirs. A person who is merely out
    and whom nobody replaces keeps the duties; the ladder will tell the head.
    """
    user.refresh_from_db()
    if not is_away(user, now):
        return 0
    receiver, why = receiver_of(user, now)
    if receiver.pk == user.pk:
        return 0
    moved = 0
    for duty in Duty.objects.filter(holder=user, closed_at=None).order_by("pk"):
        hand_over_by_rule(duty, to=receiver, reason=why, now=now)
        moved += 1
    return moved


def set_away(user: User, *, deputy: User, until: datetime, now: datetime, actor: User) -> int:
    """Record the leave and move the duties at once. Returns how many moved."""
    with transaction.atomic():
        go_away(user, deputy=deputy, until=until, now=now, actor=actor)
        return move_duties_of(user, now=now)
