"""The independent re-check passes: the hazard's number is cancelled 销号 and its warning closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.services.emit import emit
from lantu.hazards.events import HazardClosed
from lantu.hazards.four_eyes import must_be_independent
from lantu.hazards.models import Hazard, Review
from lantu.hazards.services.passing import advance, finish, lock
from lantu.hazards.services.review import write_review
from lantu.hazards.services.settle_alert import settle_alert
from lantu.hazards.states import Verb


@transaction.atomic
def recheck_close(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    note: str = "",
    files: Sequence[Any] = (),
    version: int | None = None,
) -> Hazard:
    """Close it. Raises Refused when the re-checker is not independent of rectifier and supervisor, or out of order;
    Denied without the right."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.recheck_close", hazard.project)
    must_be_independent(hazard, by)
    before, after = advance(hazard, Verb.RECHECK, Verb.CLOSE)
    reply, review = write_review(
        hazard, stage=Review.Stage.RECHECK, passed=True, note=note, by=by, now=now, files=files
    )
    hazard.rechecked_at = now
    hazard.rechecker = by
    finish(hazard, now=now, actor=by, outcome=gettext_noop("复查通过，已销号"))
    emit(
        HazardClosed(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before=before,
            after=after,
            reply_id=reply.pk,
            review_id=review.pk,
            on_time=hazard.due_at is not None and now <= hazard.due_at,
        ),
        actor=by,
        at=now,
        reason=review.note,
    )
    settle_alert(hazard, now=now, actor=by, outcome=gettext_noop("隐患已销号"))
    return hazard
