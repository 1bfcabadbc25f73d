"""The supervising engineer returns a reply that does not show the hazard gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.hazards.four_eyes import must_be_of_supervising_unit
from lantu.hazards.models import Hazard, Review
from lantu.hazards.services.passing import lock
from lantu.hazards.services.send_back import send_back
from lantu.hazards.states import Verb


@transaction.atomic
def supervisor_return(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    reason: str,
    files: Sequence[Any] = (),
    version: int | None = None,
) -> Hazard:
    """Back to the rectifier, with a reason; the order's deadline does not move. Raises Refused without a reason,
    out of order or for a person of the wrong unit; Denied without the right."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.supervisor_return", hazard.project)
    must_be_of_supervising_unit(hazard, by)
    return send_back(
        hazard, verb=Verb.SV_RETURN, stage=Review.Stage.SUPERVISOR, by=by, now=now, reason=reason, files=files
    )
