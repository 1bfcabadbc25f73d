"""What happens to a duty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class _OfDuty:
    kind: ClassVar[str]
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


@event("duties.duties_taken_over")
@dataclass(frozen=True, kw_only=True)
class DutiesTakenOver(_OfDuty):
    """``duties``: [duty, subject type, subject, holder] of each."""

    duties: list[list[Any]]


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
    proposed_id: int
    code: str


@event("duties.clock_stopped")
@dataclass(frozen=True, kw_only=True)
class ClockStopped(_OfDuty):
    why: str
    asked_by: int
    stopped_from: str


@event("duties.clock_stop_asked")
@dataclass(frozen=True, kw_only=True)
class ClockStopAsked(_OfDuty):
    why: str
    expected_until: str


@event("duties.clock_stop_refused")
@dataclass(frozen=True, kw_only=True)
class ClockStopRefused(_OfDuty):
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


@event("duties.extension_asked")
@dataclass(frozen=True, kw_only=True)
class ExtensionAsked(_OfDuty):
    due_at: str
    wanted_due_at: str
    rung: int


@event("duties.extension_refused")
@dataclass(frozen=True, kw_only=True)
class ExtensionRefused(_OfDuty):
    wanted_due_at: str
    asked_by: int


@event("duties.duty_arbitrated")
@dataclass(frozen=True, kw_only=True)
class DutyArbitrated(_OfDuty):
    """The bureau's officer has decided after a second bounce; the decision binds."""

    arbiter_id: int
    to_id: int


@event("duties.duty_urged")
@dataclass(frozen=True, kw_only=True)
class DutyUrged(_OfDuty):
    """A yellow slip issued by hand: behind schedule or poor quality."""

    told_ids: list[int]


@event("duties.duty_escalated")
@dataclass(frozen=True, kw_only=True)
class DutyEscalated(_OfDuty):
    level: int
    slip: str
    told_ids: list[int]
