"""What happens to annual plans. ``before`` and ``after`` are states; money in yuan as decimal strings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class _OfPlan:
    # Set by the decorator.
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.annualplan"
    subject_id: int
    year: int
    project_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class _OfProposal:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.planproposal"
    project_id: int | None
    subject_id: int
    year: int
    code: str


@event("plans.plan_opened")
@dataclass(frozen=True, kw_only=True)
class PlanOpened(_OfPlan):
    title: str


@event("plans.limits_set")
@dataclass(frozen=True, kw_only=True)
class LimitsSet(_OfPlan):
    before: dict[str, Any]
    after: dict[str, Any]
    edited_no: int


@event("plans.version_made")
@dataclass(frozen=True, kw_only=True)
class VersionMade(_OfPlan):
    number: int
    what: str
    before: str
    after: str
    fingerprint: str
    projects: int
    annual_yuan: str
    moves: int


@event("plans.sent_back")
@dataclass(frozen=True, kw_only=True)
class PlanSentBack(_OfPlan):
    before: str
    after: str


@event("plans.rows_imported")
@dataclass(frozen=True, kw_only=True)
class RowsImported(_OfPlan):
    import_id: int
    made: int
    changed: int


@event("plans.record_asked")
@dataclass(frozen=True, kw_only=True)
class RecordAsked(_OfPlan):
    """Somebody else is asked to compare the rows with the document of a plan that was issued elsewhere."""

    import_id: int
    document_no: str
    issued_on: str
    rows: int


@event("plans.record_returned")
@dataclass(frozen=True, kw_only=True)
class RecordReturned(_OfPlan):
    import_id: int


@event("plans.proposal_made")
@dataclass(frozen=True, kw_only=True)
class ProposalMade(_OfProposal):
    state: str
    annual_yuan: str


@event("plans.proposal_changed")
@dataclass(frozen=True, kw_only=True)
class ProposalChanged(_OfProposal):
    changes: dict[str, Any]


@event("plans.proposal_moved")
@dataclass(frozen=True, kw_only=True)
class ProposalMoved(_OfProposal):
    verb: str
    before: str
    after: str
    reason_code: str = ""


@event("plans.element_ticked")
@dataclass(frozen=True, kw_only=True)
class ElementTicked(_OfProposal):
    element: str
    verdict: str
    unit_id: int


@event("plans.project_planned")
@dataclass(frozen=True, kw_only=True)
class ProjectPlanned(_OfProposal):
    """The issued or adjusted plan holds for this project: checklists follow from here."""

    version: int
    what: str
    plan_class: str
    annual_yuan: str
    monthly_yuan: list[str]
    goal: str
    document_no: str


@event("plans.project_appraised")
@dataclass(frozen=True, kw_only=True)
class ProjectAppraised(_OfProposal):
    issued_yuan: str
    adjusted_yuan: str
    done_yuan: str
    outcome: str
