"""Void 作废 a hazard that was recorded by mistake: it leaves the count, the row and its history stay."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.services.emit import emit
from lantu.hazards.events import HazardVoided
from lantu.hazards.four_eyes import may_void
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import advance, finish, lock, reason_of
from lantu.hazards.services.settle_alert import settle_alert
from lantu.hazards.states import Verb


@transaction.atomic
def void(hazard: Hazard, *, by: User, now: datetime, reason: str, version: int | None = None) -> Hazard:
    """Raises Refused without a reason, when the person reported it or is to rectify it, or when it has ended;
    Denied without the right."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.void", hazard.project)
    may_void(hazard, by)
    why = reason_of(reason)
    before, after = advance(hazard, Verb.VOID)
    hazard.end_reason = why
    finish(hazard, now=now, actor=by, outcome=gettext_noop("作废"))
    emit(
        HazardVoided(project_id=hazard.project_id, subject_id=hazard.pk, before=before, after=after),
        actor=by,
        at=now,
        reason=why,
    )
    settle_alert(hazard, now=now, actor=by, outcome=gettext_noop("隐患已作废"))
    return hazard
