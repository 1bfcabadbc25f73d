"""What happens to risk points and patrols. ``before`` and ``after`` are states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class OfPoint:
    # Set by the decorator.
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "hazards.riskpoint"
    project_id: int
    subject_id: int
    before: str
    after: str
    grade: int


@event("risk_points.point_created")
@dataclass(frozen=True, kw_only=True)
class PointCreated(OfPoint):
    name: str
    work: str
    level: int | None


@event("risk_points.point_changed")
@dataclass(frozen=True, kw_only=True)
class PointChanged(OfPoint):
    fields: list[str]
    level: int | None


@event("risk_points.point_submitted")
@dataclass(frozen=True, kw_only=True)
class PointSubmitted(OfPoint):
    level: int


@event("risk_points.point_reviewed")
@dataclass(frozen=True, kw_only=True)
class PointReviewed(OfPoint):
    d: float


@event("risk_points.point_sent_back")
@dataclass(frozen=True, kw_only=True)
class PointSentBack(OfPoint):
    pass


@event("risk_points.point_controlled")
@dataclass(frozen=True, kw_only=True)
class PointControlled(OfPoint):
    reassess_due_at: str


@event("risk_points.point_reassessed")
@dataclass(frozen=True, kw_only=True)
class PointReassessed(OfPoint):
    d: float
    proposed_grade: int


@event("risk_points.point_closed")
@dataclass(frozen=True, kw_only=True)
class PointClosed(OfPoint):
    pass


@event("risk_points.point_voided")
@dataclass(frozen=True, kw_only=True)
class PointVoided(OfPoint):
    pass


@event("risk_points.scheme_recorded")
@dataclass(frozen=True, kw_only=True)
class SchemeRecorded(OfPoint):
    sections: list[str]
    experts: int
    expert_result: str
    evidence_ids: list[int]


@dataclass(frozen=True, kw_only=True)
class _OfPlan:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "hazards.patrolplan"
    project_id: int
    subject_id: int


@event("risk_points.patrol_planned")
@dataclass(frozen=True, kw_only=True)
class PatrolPlanned(_OfPlan):
    period_days: int
    point_ids: list[int]
    patroller_id: int


@event("risk_points.patrol_stopped")
@dataclass(frozen=True, kw_only=True)
class PatrolStopped(_OfPlan):
    pass


@dataclass(frozen=True, kw_only=True)
class _OfRound:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "hazards.patrolround"
    project_id: int
    subject_id: int
    plan_id: int


@event("risk_points.round_opened")
@dataclass(frozen=True, kw_only=True)
class RoundOpened(_OfRound):
    due_at: str


@event("risk_points.round_missed")
@dataclass(frozen=True, kw_only=True)
class RoundMissed(_OfRound):
    missed_periods: int


@event("risk_points.round_finished")
@dataclass(frozen=True, kw_only=True)
class RoundFinished(_OfRound):
    on_time: bool
    findings: int


@event("risk_points.point_checked")
@dataclass(frozen=True, kw_only=True)
class PointChecked:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "hazards.riskpoint"
    project_id: int
    subject_id: int
    check_id: int
    round_id: int | None
    all_right: bool
    scanned: bool
    hazard_id: int | None
