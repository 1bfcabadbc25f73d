"""The fields that every event of a duty shares."""

from __future__ import annotations

from typing import TypedDict

from lantu.duties.models import Duty


class About(TypedDict):
    """Which duty, and what it is about."""

    project_id: int | None
    subject_id: int
    about_type: str
    about_id: int


def about(duty: Duty) -> About:
    """``emit(DutyUrged(**about(duty), …))``."""
    return {
        "project_id": duty.project_id,
        "subject_id": duty.pk,
        "about_type": duty.subject_type,
        "about_id": duty.subject_id,
    }
