"""What happens to a hazard. ``before`` and ``after`` are states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class _OfHazard:
    # Set by the decorator.
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "hazards.hazard"
    project_id: int
    subject_id: int
    before: str
    after: str


@event("hazards.hazard_opened")
@dataclass(frozen=True, kw_only=True)
class HazardOpened(_OfHazard):
    source: str
    grade: int
    title: str
    alert_id: int | None


@event("hazards.photos_added")
@dataclass(frozen=True, kw_only=True)
class PhotosAdded(_OfHazard):
    """More photos of how it was found."""

    evidence_ids: list[int]


@event("hazards.hazard_confirmed")
@dataclass(frozen=True, kw_only=True)
class HazardConfirmed(_OfHazard):
    grade: int


@event("hazards.order_issued")
@dataclass(frozen=True, kw_only=True)
class OrderIssued(_OfHazard):
    order_no: str
    grade: int
    rectifier_unit_id: int
    due_at: str
    automatic: bool


@event("hazards.order_accepted")
@dataclass(frozen=True, kw_only=True)
class OrderAccepted(_OfHazard):
    rectifier_id: int


@event("hazards.reply_submitted")
@dataclass(frozen=True, kw_only=True)
class ReplySubmitted(_OfHazard):
    reply_id: int
    reply_no: int
    evidence_ids: list[int]
    findings: int


@event("hazards.reply_confirmed")
@dataclass(frozen=True, kw_only=True)
class ReplyConfirmed(_OfHazard):
    """The supervising engineer found the rectification done."""

    reply_id: int
    review_id: int


@event("hazards.reply_returned")
@dataclass(frozen=True, kw_only=True)
class ReplyReturned(_OfHazard):
    """Not good enough; ``stage`` says who returned it (supervisor or recheck)."""

    reply_id: int
    review_id: int
    stage: str
    returned_count: int


@event("hazards.hazard_closed")
@dataclass(frozen=True, kw_only=True)
class HazardClosed(_OfHazard):
    """Independently re-checked, and the number cancelled 销号."""

    reply_id: int
    review_id: int
    on_time: bool


@event("hazards.false_positive_proposed")
@dataclass(frozen=True, kw_only=True)
class FalsePositiveProposed(_OfHazard):
    """One person says that there is no hazard; a second one has to agree."""


@event("hazards.false_positive_declined")
@dataclass(frozen=True, kw_only=True)
class FalsePositiveDeclined(_OfHazard):
    """The second person did not agree: the hazard goes on where it stood."""


@event("hazards.hazard_marked_false")
@dataclass(frozen=True, kw_only=True)
class HazardMarkedFalse(_OfHazard):
    proposed_by_id: int | None


@event("hazards.hazard_merged")
@dataclass(frozen=True, kw_only=True)
class HazardMerged(_OfHazard):
    into_id: int


@event("hazards.hazard_voided")
@dataclass(frozen=True, kw_only=True)
class HazardVoided(_OfHazard):
    """Taken out of the count; the row stays."""


@event("hazards.grade_raised")
@dataclass(frozen=True, kw_only=True)
class GradeRaised(_OfHazard):
    grade_before: int
    grade: int
    due_at: str | None


@event("hazards.warning_cleared")
@dataclass(frozen=True, kw_only=True)
class WarningCleared(_OfHazard):
    """The reading is back to normal. The hazard stays open: only people close a risk."""

    alert_id: int


@event("hazards.warning_recurred")
@dataclass(frozen=True, kw_only=True)
class WarningRecurred(_OfHazard):
    alert_id: int
