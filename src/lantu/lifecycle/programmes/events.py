"""What happens to programmes. ``before`` and ``after`` are states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event
from lantu.lifecycle.programmes.cases import events as case_events  # noqa: F401  registered by being imported


@dataclass(frozen=True, kw_only=True)
class _OfProgramme:
    # Set by the decorator.
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.programme"
    project_id: int | None = None
    subject_id: int


@dataclass(frozen=True, kw_only=True)
class _Step(_OfProgramme):
    before: str
    after: str


@event("programmes.programme_drafted")
@dataclass(frozen=True, kw_only=True)
class ProgrammeDrafted(_OfProgramme):
    name: str
    starts_on: str
    finishes_on: str
    steward_id: int
    approver_id: int


@event("programmes.programme_edited")
@dataclass(frozen=True, kw_only=True)
class ProgrammeEdited(_OfProgramme):
    changes: dict[str, list[str]]
    edited_no: int


@event("programmes.programme_submitted")
@dataclass(frozen=True, kw_only=True)
class ProgrammeSubmitted(_Step):
    members: int
    goals: int
    milestones: int


@event("programmes.programme_approved")
@dataclass(frozen=True, kw_only=True)
class ProgrammeApproved(_Step):
    pass


@event("programmes.programme_sent_back")
@dataclass(frozen=True, kw_only=True)
class ProgrammeSentBack(_Step):
    pass


@event("programmes.programme_checked")
@dataclass(frozen=True, kw_only=True)
class ProgrammeChecked(_Step):
    month: str
    sha256: str
    physical_pct: float | None


@event("programmes.programme_finished")
@dataclass(frozen=True, kw_only=True)
class ProgrammeFinished(_Step):
    pass


@event("programmes.programme_voided")
@dataclass(frozen=True, kw_only=True)
class ProgrammeVoided(_Step):
    pass


@event("programmes.project_joined")
@dataclass(frozen=True, kw_only=True)
class ProjectsJoined(_OfProgramme):
    """``codes``: one project, or all that joined with the same reason on the same day."""

    codes: list[str]
    lane: str
    on: str


@event("programmes.project_left")
@dataclass(frozen=True, kw_only=True)
class ProjectLeft(_OfProgramme):
    code: str
    on: str


@event("programmes.goal_set")
@dataclass(frozen=True, kw_only=True)
class GoalSet(_OfProgramme):
    goal_id: int
    name: str
    target: str
    unit: str


@event("programmes.goal_valued")
@dataclass(frozen=True, kw_only=True)
class GoalValued(_OfProgramme):
    goal_id: int
    on: str
    value: str


@dataclass(frozen=True, kw_only=True)
class _OfMilestone:
    # Set by the decorator.
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.programmemilestone"
    project_id: int | None = None
    subject_id: int
    programme_id: int
    before: str
    after: str


@event("programmes.milestone_added")
@dataclass(frozen=True, kw_only=True)
class MilestoneAdded(_OfMilestone):
    name: str
    lane: str
    due_on: str
    owner_id: int


@event("programmes.milestone_moved")
@dataclass(frozen=True, kw_only=True)
class MilestoneMoved(_OfMilestone):
    due_before: str
    due_after: str


@event("programmes.milestone_reported")
@dataclass(frozen=True, kw_only=True)
class MilestoneReported(_OfMilestone):
    done_on: str


@event("programmes.milestone_confirmed")
@dataclass(frozen=True, kw_only=True)
class MilestoneConfirmed(_OfMilestone):
    done_on: str
    on_time: bool


@event("programmes.milestone_sent_back")
@dataclass(frozen=True, kw_only=True)
class MilestoneSentBack(_OfMilestone):
    pass


@event("programmes.milestone_dropped")
@dataclass(frozen=True, kw_only=True)
class MilestoneDropped(_OfMilestone):
    pass
