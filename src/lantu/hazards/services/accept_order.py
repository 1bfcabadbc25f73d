"""The rectifying unit accepts the order 签收."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.services.emit import emit
from lantu.hazards.events import OrderAccepted
from lantu.hazards.four_eyes import must_be_of_rectifying_unit
from lantu.hazards.grave.judging import owes_plan
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import advance, hand_on, lock
from lantu.hazards.states import Verb


@transaction.atomic
def accept_order(hazard: Hazard, *, by: User, now: datetime, version: int | None = None) -> Hazard:
    """Whoever accepts becomes the person responsible for the rectification. The clock has run since dispatch.

    Raises Refused out of order or for another unit's person, Denied without the right.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.accept_order", hazard.project)
    must_be_of_rectifying_unit(hazard, by)
    # A grave hazard begins with a plan; the others with the work itself.
    then = () if owes_plan(hazard) else (Verb.START,)
    before, after = advance(hazard, Verb.ACCEPT, *then)
    hazard.accepted_at = now
    hazard.rectifier = by
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("已签收"))
    emit(
        OrderAccepted(
            project_id=hazard.project_id, subject_id=hazard.pk, before=before, after=after, rectifier_id=by.pk
        ),
        actor=by,
        at=now,
    )
    return hazard
