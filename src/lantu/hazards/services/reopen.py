"""The hazard is back, or its look-back failed: the same object is opened again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.hazards import clocks
from lantu.hazards.events import HazardReopened
from lantu.hazards.four_eyes import must_differ
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import advance, first_duty, lock, reason_of, save, tell
from lantu.hazards.states import Verb


@transaction.atomic
def reopen(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    reason: str,
    cause_id: int | None = None,
    version: int | None = None,
) -> Hazard:
    """Open a closed hazard again, with a new term; the first deadline stays, so the rates count it as late.

    Raises Refused without a reason, for the unit that rectified, or for a hazard that is not closed.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.reopen", hazard.project)
    must_differ(by, hazard.rectifier, _("整改责任人"), _("复查人"))
    why = reason_of(reason)
    before, _after = advance(hazard, Verb.REOPEN)
    assert hazard.closed_at is not None
    assert hazard.due_at is not None
    hazard.last_closed_at = hazard.closed_at
    hazard.reopened_at = now
    hazard.reopened_count += 1
    hazard.closed_at = hazard.rechecked_at = hazard.sv_confirmed_at = None
    hazard.ended_by = hazard.rechecker = hazard.supervisor = None
    hazard.due_at = max(hazard.due_at, clocks.rectify_by(hazard.grade, now))
    hazard.duty = first_duty(hazard, now=now, actor=by)
    save(hazard)
    tell(HazardReopened, hazard, before=before, at=now, actor=by, reason=why, cause_id=cause_id,
         closed_at=hazard.last_closed_at.isoformat(), reopened_count=hazard.reopened_count,
         due_at=hazard.due_at.isoformat())  # fmt: skip
    return hazard
