"""Confirm 核实 that a reported finding is a hazard, and grade it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.hazards.events import HazardConfirmed
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import advance, clean_text, hand_on, lock
from lantu.hazards.states import Grade, Verb


@transaction.atomic
def confirm(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    grade: int | None = None,
    clause: str = "",
    version: int | None = None,
) -> Hazard:
    """From here it counts in the denominator of the rates. Raises Refused out of order, Denied without the right."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.confirm", hazard.project)
    if grade is not None and grade not in Grade.values:
        raise Refused(
            "hazards.bad_grade",
            _("等级只能是 1（蓝）到 4（红）。"),
            remedy=_("请重新选择等级。"),
            field="grade",
            status=422,
        )
    before, after = advance(hazard, Verb.CONFIRM)
    hazard.grade = hazard.grade if grade is None else grade
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
