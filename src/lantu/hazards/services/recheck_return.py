"""The re-check fails: back to the rectifier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.hazards.four_eyes import must_be_independent
from lantu.hazards.models import Hazard, Review
from lantu.hazards.services.passing import lock
from lantu.hazards.services.send_back import send_back
from lantu.hazards.states import Verb


@transaction.atomic
def recheck_return(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    reason: str,
    files: Sequence[Any] = (),
    version: int | None = None,
) -> Hazard:
    """Raises Refused without a reason, out of order or for a person who is not independent; Denied without the right."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.recheck_return", hazard.project)
    must_be_independent(hazard, by)
    return send_back(
        hazard,
        verb=Verb.RECHECK_RETURN,
        stage=Review.Stage.RECHECK,
        by=by,
        now=now,
        reason=reason,
        files=files,
    )
