"""What happens to a hazard. ``before`` and ``after`` are states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class OfHazard:
    """The fields that every event of a hazard shares."""

    # Set by the decorator.
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "hazards.hazard"
    project_id: int
    subject_id: int
    before: str
    after: str


@event("hazards.hazard_opened")
@dataclass(frozen=True, kw_only=True)
class HazardOpened(OfHazard):
    source: str
    grade: int
    title: str
    alert_id: int | None


@event("hazards.photos_added")
@dataclass(frozen=True, kw_only=True)
class PhotosAdded(OfHazard):
    """More photos of how it was found."""

    evidence_ids: list[int]


@event("hazards.hazard_confirmed")
@dataclass(frozen=True, kw_only=True)
class HazardConfirmed(OfHazard):
    grade: int


@event("hazards.order_issued")
@dataclass(frozen=True, kw_only=True)
class OrderIssued(OfHazard):
    order_no: str
    grade: int
    rectifier_unit_id: int
    due_at: str
    automatic: bool


@event("hazards.order_accepted")
@dataclass(frozen=True, kw_only=True)
class OrderAccepted(OfHazard):
    rectifier_id: int


@event("hazards.reply_submitted")
@dataclass(frozen=True, kw_only=True)
class ReplySubmitted(OfHazard):
    reply_id: int
    reply_no: int
    evidence_ids: list[int]
    findings: int


@event("hazards.reply_confirmed")
@dataclass(frozen=True, kw_only=True)
class ReplyConfirmed(OfHazard):
    """The supervising engineer found the rectification done."""

    reply_id: int
    review_id: int


@event("hazards.reply_returned")
@dataclass(frozen=True, kw_only=True)
class ReplyReturned(OfHazard):
    """Not good enough; ``stage`` says who returned it (supervisor or recheck)."""

    reply_id: int
    review_id: int
    stage: str
    returned_count: int


@event("hazards.hazard_closed")
@dataclass(frozen=True, kw_only=True)
class HazardClosed(OfHazard):
    """Independently re-checked, and the number cancelled 销号."""

    reply_id: int
    review_id: int
    on_time: bool


@event("hazards.false_positive_proposed")
@dataclass(frozen=True, kw_only=True)
class FalsePositiveProposed(OfHazard):
    """One person says that there is no hazard; a second one has to agree."""


@event("hazards.false_positive_declined")
@dataclass(frozen=True, kw_only=True)
class FalsePositiveDeclined(OfHazard):
    """The second person did not agree: the hazard goes on where it stood."""


@event("hazards.hazard_marked_false")
@dataclass(frozen=True, kw_only=True)
class HazardMarkedFalse(OfHazard):
    proposed_by_id: int | None


@event("hazards.hazard_merged")
@dataclass(frozen=True, kw_only=True)
class HazardMerged(OfHazard):
    """It is the same as another hazard, which stays; out of the count, and not put right."""

    into_id: int


@event("hazards.twin_taken_in")
@dataclass(frozen=True, kw_only=True)
class TwinTakenIn(OfHazard):
    """A second report of this hazard was merged into it."""

    from_id: int


@event("hazards.hazard_voided")
@dataclass(frozen=True, kw_only=True)
class HazardVoided(OfHazard):
    """Taken out of the count; the row stays."""


@event("hazards.grade_raised")
@dataclass(frozen=True, kw_only=True)
class GradeRaised(OfHazard):
    grade_before: int
    grade: int
    due_at: str | None


@event("hazards.warning_cleared")
@dataclass(frozen=True, kw_only=True)
class WarningCleared(OfHazard):
    """The reading is back to normal. The hazard stays open: only people close a risk."""

    alert_id: int


@event("hazards.warning_recurred")
@dataclass(frozen=True, kw_only=True)
class WarningRecurred(OfHazard):
    alert_id: int


@event("hazards.plan_submitted")
@dataclass(frozen=True, kw_only=True)
class PlanSubmitted(OfHazard):
    plan_id: int
    plan_no: int
    finish_at: str


@event("hazards.plan_approved")
@dataclass(frozen=True, kw_only=True)
class PlanApproved(OfHazard):
    plan_id: int
    in_place: list[str]


@event("hazards.plan_returned")
@dataclass(frozen=True, kw_only=True)
class PlanReturned(OfHazard):
    plan_id: int


@event("hazards.work_stopped")
@dataclass(frozen=True, kw_only=True)
class WorkStopped(OfHazard):
    """A stop-work order 停工令 is in force; ``scope``: part or whole."""

    stop_id: int
    number: str
    scope: str
    area: str


@event("hazards.resumption_asked")
@dataclass(frozen=True, kw_only=True)
class ResumptionAsked(OfHazard):
    stop_id: int
    evidence_ids: list[int]


@event("hazards.work_resumed")
@dataclass(frozen=True, kw_only=True)
class WorkResumed(OfHazard):
    """A second person let the work go on 复工令."""

    stop_id: int
    number: str
    asked_by_id: int


@event("hazards.hazard_listed")
@dataclass(frozen=True, kw_only=True)
class HazardListed(OfHazard):
    """挂牌督办 by an authority, with its document."""

    listing_id: int
    number: str
    authority: str
    document_no: str
    until: str


@event("hazards.hazard_delisted")
@dataclass(frozen=True, kw_only=True)
class HazardDelisted(OfHazard):
    listing_id: int
    document_no: str


@event("hazards.order_disputed")
@dataclass(frozen=True, kw_only=True)
class OrderDisputed(OfHazard):
    dispute_id: int
    ground: str


@event("hazards.dispute_decided")
@dataclass(frozen=True, kw_only=True)
class DisputeDecided(OfHazard):
    dispute_id: int
    outcome: str


@event("hazards.order_transferred")
@dataclass(frozen=True, kw_only=True)
class OrderTransferred(OfHazard):
    """The order has another addressee; its deadline does not move."""

    from_unit_id: int
    to_unit_id: int
    rectifier_id: int


@event("hazards.extension_consented")
@dataclass(frozen=True, kw_only=True)
class ExtensionConsented(OfHazard):
    """The inspector agrees that a red hazard may have more time; somebody else grants it."""

    extension_id: int


@event("hazards.deadline_extended")
@dataclass(frozen=True, kw_only=True)
class DeadlineExtended(OfHazard):
    """More time. The rates go on measuring against ``original_due_at``."""

    due_before: str
    due_at: str
    original_due_at: str
    extensions: int


@event("hazards.hazard_regraded")
@dataclass(frozen=True, kw_only=True)
class HazardRegraded(OfHazard):
    grade_before: int
    grade: int
    major_clause: str
    major_basis: str
    due_at: str | None


@event("hazards.hazard_reopened")
@dataclass(frozen=True, kw_only=True)
class HazardReopened(OfHazard):
    """It is back, or the look-back failed: the same object again."""

    closed_at: str
    reopened_count: int
    due_at: str


@event("hazards.look_back_opened")
@dataclass(frozen=True, kw_only=True)
class LookBackOpened(OfHazard):
    look_back_id: int
    window_days: int
    why: str


@event("hazards.look_back_done")
@dataclass(frozen=True, kw_only=True)
class LookBackDone(OfHazard):
    look_back_id: int
    window_days: int
    passed: bool


@event("hazards.document_made")
@dataclass(frozen=True, kw_only=True)
class DocumentMade(OfHazard):
    document_id: int
    document_kind: str
    number: str
    version: int
    content_sha256: str
