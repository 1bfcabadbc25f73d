"""Write the judgement of the latest reply: the part that confirming, returning and re-checking share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lantu.accounts.models import User
from lantu.hazards.models import Hazard, Reply, Review
from lantu.hazards.services.passing import clean_text, unit_of
from lantu.hazards.services.photos import keep_files

REVIEW = "hazards.review"


def write_review(
    hazard: Hazard,
    *,
    stage: str,
    passed: bool,
    note: str,
    by: User,
    now: datetime,
    files: Sequence[Any] = (),
) -> tuple[Reply, Review]:
    """Judge the latest reply of a locked hazard; the reviewer's own photos become evidence of the review."""
    reply = hazard.replies.order_by("-no")[0]
    review = Review.objects.create(
        reply=reply,
        stage=stage,
        passed=passed,
        note=clean_text(note),
        by=by,
        unit_id=unit_of(by),
        at=now,
    )
    keep_files(files, hazard=hazard, supports_type=REVIEW, supports_id=review.pk, by=by, now=now)
    return reply, review
