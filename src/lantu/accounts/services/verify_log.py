"""Recompute the hash chains because somebody asked, and log that it was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from lantu.accounts.events import LogVerified
from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.models import ChainHead, Event
from lantu.core.services.emit import emit
from lantu.core.services.verify_chain import Break, verify_events


@dataclass(frozen=True)
class LogVerification:
    """What the check found: ``breaks`` is empty when every chain holds."""

    events: int
    chains: int
    breaks: list[Break]
    at: datetime


def verify_log(*, now: datetime, actor: User) -> LogVerification:
    """Walk every chain. Needs the right to read the log."""
    require(actor, "accounts.read_log")
    breaks = list(verify_events())
    found = LogVerification(Event.objects.count(), ChainHead.objects.count(), breaks, now)
    with transaction.atomic():
        emit(LogVerified(subject_id=actor.pk, events=found.events, breaks=len(breaks)), actor=actor, at=now)
    return found
