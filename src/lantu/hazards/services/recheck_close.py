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
from lantu.hazards.grave.acceptance import experts_of, nothing_stands
from lantu.hazards.models import Hazard, Review
from lantu.hazards.services.passing import advance, finish, lock
from lantu.hazards.services.review import write_review
from lantu.hazards.services.settle_alert import settle_alert
from lantu.hazards.states import Verb, next_state


@transaction.atomic
def recheck_close(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    note: str = "",
    files: Sequence[Any] = (),
    experts: str = "",
    version: int | None = None,
) -> Hazard:
    """Close it. A major hazard is re-checked by the inspector with ``experts`` (one a line: name and unit), after
    its stop-work order is lifted and its listing ended. Raises Refused when the re-checker is not independent of
    rectifier and supervisor, when something still stands, or out of order; Denied without the right."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.recheck_major" if hazard.is_major else "hazards.recheck_close", hazard.project)
    must_be_independent(hazard, by)
    next_state(hazard.state, Verb.RECHECK)
    nothing_stands(hazard)
    named = experts_of(hazard, experts)
    before, after = advance(hazard, Verb.RECHECK, Verb.CLOSE)
    reply, review = write_review(
        hazard, stage=Review.Stage.RECHECK, passed=True, note=note, by=by, now=now, files=files
    )
    if named:
        review.experts = named
        review.save(update_fields=["experts"])
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
            on_time=hazard.original_due_at is not None and now <= hazard.original_due_at,
        ),
        actor=by,
        at=now,
        reason=review.note,
    )
    settle_alert(hazard, now=now, actor=by, outcome=gettext_noop("隐患已销号"))
    return hazard
