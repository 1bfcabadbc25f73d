"""Confirm 核实 that a reported finding is a hazard, and grade it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.services.emit import emit
from lantu.hazards.events import HazardConfirmed
from lantu.hazards.grave.judging import grade_hazard
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import advance, clean_text, hand_on, lock
from lantu.hazards.states import Verb


@transaction.atomic
def confirm(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    grade: int | None = None,
    clause: str = "",
    major_clause: str = "",
    major_basis: str = "",
    version: int | None = None,
) -> Hazard:
    """Confirm and grade: from here it counts in the denominator of the rates. Red asks for the clause that makes it
    a major hazard. Raises Refused out of order or without that clause, Denied without the right."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.confirm", hazard.project)
    before, after = advance(hazard, Verb.CONFIRM)
    grade_hazard(hazard, hazard.grade if grade is None else grade, clause=major_clause, basis=major_basis)
    hazard.clause = clean_text(clause, most=400) or hazard.clause
    hazard.confirmed_at = now
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("已核实"))
    emit(
        HazardConfirmed(
            project_id=hazard.project_id, subject_id=hazard.pk, before=before, after=after, grade=hazard.grade
        ),
        actor=by,
        at=now,
    )
    return hazard
