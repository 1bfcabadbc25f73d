"""What a hazard learns from its warning after it was opened: worse, back to normal, back again, or false."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from lantu.core.services.emit import emit
from lantu.hazards import clocks
from lantu.hazards.events import GradeRaised, HazardMarkedFalse, WarningCleared, WarningRecurred
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import advance, finish, hand_on, lock, save
from lantu.hazards.states import HazardState, Verb


@transaction.atomic
def raise_grade(hazard: Hazard, *, grade: int, now: datetime, cause_id: int | None = None) -> Hazard:
    """The warning reached a higher level. The deadline only comes nearer; a grade never falls here."""
    hazard = lock(hazard)
    if hazard.closed_at is not None or grade <= hazard.grade:
        return hazard
    before = hazard.grade
    hazard.grade = grade
    clocks.bring_nearer(hazard, clocks.rectify_by(grade, now))
    hand_on(hazard, now=now, actor=None, outcome=gettext_noop("等级提高"))
    emit(
        GradeRaised(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before=hazard.state,
            after=hazard.state,
            grade_before=before,
            grade=grade,
            due_at=hazard.due_at.isoformat() if hazard.due_at else None,
        ),
        actor=None,
        at=now,
        cause_id=cause_id,
    )
    return hazard


@transaction.atomic
def note_cleared(
    hazard: Hazard, *, cleared_at: datetime, now: datetime, cause_id: int | None = None
) -> Hazard:
    """The reading is back to normal: a note, no more. Only people close a risk."""
    hazard = lock(hazard)
    if hazard.warning_cleared_at is not None or hazard.alert_id is None:
        return hazard
    hazard.warning_cleared_at = cleared_at
    save(hazard)
    emit(
        WarningCleared(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before=hazard.state,
            after=hazard.state,
            alert_id=hazard.alert_id,
        ),
        actor=None,
        at=now,
        cause_id=cause_id,
    )
    return hazard


@transaction.atomic
def note_recurred(hazard: Hazard, *, now: datetime, cause_id: int | None = None) -> Hazard:
    """Over the limit again while the hazard is open."""
    hazard = lock(hazard)
    if hazard.warning_cleared_at is None or hazard.alert_id is None or hazard.closed_at is not None:
        return hazard
    hazard.warning_cleared_at = None
    save(hazard)
    emit(
        WarningRecurred(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before=hazard.state,
            after=hazard.state,
            alert_id=hazard.alert_id,
        ),
        actor=None,
        at=now,
        cause_id=cause_id,
    )
    return hazard


@transaction.atomic
def follow_false_alert(hazard: Hazard, *, reason: str, now: datetime, cause_id: int | None = None) -> Hazard:
    """Two people agreed in monitoring that the warning was false: the hazard ends with it, unless a reply is in."""
    hazard = lock(hazard)
    if hazard.closed_at is not None or hazard.state in {HazardState.SUBMITTED, HazardState.SV_CONFIRMED}:
        return hazard
    before, after = advance(hazard, Verb.FALSE)
    hazard.end_reason = (reason or gettext_noop("预警已认定为误报"))[:300]
    finish(hazard, now=now, actor=None, outcome=gettext_noop("误报"))
    emit(
        HazardMarkedFalse(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before=before,
            after=after,
            proposed_by_id=None,
        ),
        actor=None,
        at=now,
        reason=hazard.end_reason,
        cause_id=cause_id,
    )
    return hazard
