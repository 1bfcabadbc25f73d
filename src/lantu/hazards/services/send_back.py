"""Return a reply to the rectifier: what the supervisor's and the re-checker's return share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.hazards.events import ReplyReturned
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import advance, hand_on, reason_of
from lantu.hazards.services.review import write_review
from lantu.hazards.states import Verb


def send_back(
    hazard: Hazard,
    *,
    verb: Verb,
    stage: str,
    by: User,
    now: datetime,
    reason: str,
    files: Sequence[Any] = (),
) -> Hazard:
    """Write the negative review, count the return, hand the duty back. The caller has locked and checked."""
    reason = reason_of(reason)
    before, after = advance(hazard, verb)
    reply, review = write_review(hazard, stage=stage, passed=False, note=reason, by=by, now=now, files=files)
    hazard.returned_count += 1
    hazard.sv_confirmed_at = None
    hazard.supervisor = None
    # A request to resume work rested on this reply.
    hazard.stops.filter(resumed_at=None).update(resume_asked_by=None, resume_asked_at=None, resume_text="")
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("已退回"))
    emit(
        ReplyReturned(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before=before,
            after=after,
            reply_id=reply.pk,
            review_id=review.pk,
            stage=stage,
            returned_count=hazard.returned_count,
        ),
        actor=by,
        at=now,
        reason=reason,
    )
    return hazard
