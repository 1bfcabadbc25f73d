"""The supervising engineer confirms 监理确认 that the rectification is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.services.emit import emit
from lantu.hazards.events import ReplyConfirmed
from lantu.hazards.four_eyes import must_be_of_supervising_unit
from lantu.hazards.models import Hazard, Review
from lantu.hazards.services.passing import advance, hand_on, lock
from lantu.hazards.services.review import write_review
from lantu.hazards.states import Verb


@transaction.atomic
def supervisor_confirm(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    note: str = "",
    files: Sequence[Any] = (),
    version: int | None = None,
) -> Hazard:
    """The next step is an independent re-check. Raises Refused out of order or for a person of the wrong unit,
    Denied without the right."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.supervisor_confirm", hazard.project)
    must_be_of_supervising_unit(hazard, by)
    before, after = advance(hazard, Verb.SV_CONFIRM)
    reply, review = write_review(
        hazard, stage=Review.Stage.SUPERVISOR, passed=True, note=note, by=by, now=now, files=files
    )
    hazard.sv_confirmed_at = now
    hazard.supervisor = by
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("监理已确认"))
    emit(
        ReplyConfirmed(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before=before,
            after=after,
            reply_id=reply.pk,
            review_id=review.pk,
        ),
        actor=by,
        at=now,
        reason=review.note,
    )
    return hazard
