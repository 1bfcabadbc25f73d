"""What happens to schedules. One event per change of a whole, never one per row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class _OfSchedule:
    # Set by the decorator.
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.schedule"
    project_id: int
    subject_id: int
    name: str


@event("schedules.schedule_created")
@dataclass(frozen=True, kw_only=True)
class ScheduleCreated(_OfSchedule):
    what: str
    source: str
    activities: int
    links: int
    revision: int


@event("schedules.schedule_edited")
@dataclass(frozen=True, kw_only=True)
class ScheduleEdited(_OfSchedule):
    edited_no: int
    changes: list[Any]


@event("schedules.schedule_computed")
@dataclass(frozen=True, kw_only=True)
class ScheduleComputed(_OfSchedule):
    data_date: str
    finish_before: str
    finish_after: str
    critical: int


@event("schedules.schedule_proposed")
@dataclass(frozen=True, kw_only=True)
class ScheduleProposed(_OfSchedule):
    approver_id: int
    finish_at: str


@event("schedules.schedule_sent_back")
@dataclass(frozen=True, kw_only=True)
class ScheduleSentBack(_OfSchedule):
    pass


@event("schedules.schedule_discarded")
@dataclass(frozen=True, kw_only=True)
class ScheduleDiscarded(_OfSchedule):
    pass


@event("schedules.schedule_put_in_force")
@dataclass(frozen=True, kw_only=True)
class SchedulePutInForce(_OfSchedule):
    replaces_id: int | None
    baseline_number: int
    document_no: str


@event("schedules.schedule_superseded")
@dataclass(frozen=True, kw_only=True)
class ScheduleSuperseded(_OfSchedule):
    by_id: int


@event("schedules.baseline_frozen")
@dataclass(frozen=True, kw_only=True)
class BaselineFrozen(_OfSchedule):
    number: int
    baseline_name: str
    finish_at: str
    content_hash: str
    document_no: str


@event("schedules.progress_recorded")
@dataclass(frozen=True, kw_only=True)
class ProgressRecorded(_OfSchedule):
    as_of: str
    rows: int
    grades: dict[str, int]
    finish_before: str
    finish_after: str


@dataclass(frozen=True, kw_only=True)
class _OfSlip:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.scheduleslip"
    project_id: int
    subject_id: int
    schedule_id: int
    milestone: str


@event("schedules.milestone_slipped")
@dataclass(frozen=True, kw_only=True)
class MilestoneSlipped(_OfSlip):
    baseline_finish: str
    forecast_finish: str
    severity: int


@event("schedules.slip_answered")
@dataclass(frozen=True, kw_only=True)
class SlipAnswered(_OfSlip):
    answer: str


@event("schedules.slip_closed")
@dataclass(frozen=True, kw_only=True)
class SlipClosed(_OfSlip):
    outcome: str


@dataclass(frozen=True, kw_only=True)
class _OfLevelling:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.schedulelevelling"
    project_id: None = None
    subject_id: int


@event("schedules.levelling_asked")
@dataclass(frozen=True, kw_only=True)
class LevellingAsked(_OfLevelling):
    resources: list[str]


@event("schedules.levelling_done")
@dataclass(frozen=True, kw_only=True)
class LevellingDone(_OfLevelling):
    state: str
    moved: int


@dataclass(frozen=True, kw_only=True)
class _OfAdoption:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.scheduleadoption"
    project_id: int
    subject_id: int
    run_id: int
    draft_id: int
    activities: int


@event("schedules.levelling_adopted")
@dataclass(frozen=True, kw_only=True)
class LevellingAdopted(_OfAdoption):
    responsible_id: int


@event("schedules.adoption_undone")
@dataclass(frozen=True, kw_only=True)
class AdoptionUndone(_OfAdoption):
    discarded: bool
