"""What happens to a duty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class _OfDuty:
    subject_type: ClassVar[str] = "duties.duty"
    project_id: int | None
    subject_id: int
    # The object that is owed: its own page lists these events too.
    about_type: str
    about_id: int


@event("duties.duty_opened")
@dataclass(frozen=True, kw_only=True)
class DutyOpened(_OfDuty):
    step: str
    title: str
    holder_id: int
    unit_id: int
    due_at: str


@event("duties.duty_closed")
@dataclass(frozen=True, kw_only=True)
class DutyClosed(_OfDuty):
    outcome: str
    on_time: bool


@event("duties.duty_handed_over")
@dataclass(frozen=True, kw_only=True)
class DutyHandedOver(_OfDuty):
    from_id: int
    to_id: int


@event("duties.duty_bounced")
@dataclass(frozen=True, kw_only=True)
class DutyBounced(_OfDuty):
    from_id: int
    to_id: int
    code: str


@event("duties.clock_stopped")
@dataclass(frozen=True, kw_only=True)
class ClockStopped(_OfDuty):
    why: str
    asked_by: int


@event("duties.clock_resumed")
@dataclass(frozen=True, kw_only=True)
class ClockResumed(_OfDuty):
    stopped_seconds: int
    due_at: str


@event("duties.duty_extended")
@dataclass(frozen=True, kw_only=True)
class DutyExtended(_OfDuty):
    due_before: str
    due_at: str


@event("duties.duty_escalated")
@dataclass(frozen=True, kw_only=True)
class DutyEscalated(_OfDuty):
    level: int
    slip: str
    told_ids: list[int]
