"""What happens in a month. One event a sheet or a checklist, not one a row: ``rows`` names the items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class _OfMonth:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.appraisalmonth"
    project_id: int | None
    subject_id: int
    month: str


@event("appraisal.month_opened")
@dataclass(frozen=True, kw_only=True)
class MonthOpened(_OfMonth):
    checklists: int
    facts: int
    sheets: int


@event("appraisal.month_reviewed")
@dataclass(frozen=True, kw_only=True)
class MonthReviewed(_OfMonth):
    sample: list[str]
    seed: str
    questions: int


@event("appraisal.month_published")
@dataclass(frozen=True, kw_only=True)
class MonthPublished(_OfMonth):
    checklists: int
    burden_minutes: float


@event("appraisal.month_moved")
@dataclass(frozen=True, kw_only=True)
class MonthMoved(_OfMonth):
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class _OfSheet:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.checklistsheet"
    project_id: int
    subject_id: int
    month: str
    rows: list[list[Any]]


@event("appraisal.sheet_reported")
@dataclass(frozen=True, kw_only=True)
class SheetReported(_OfSheet):
    """``rows``: code, percent, corrected."""

    corrections: int


@event("appraisal.sheet_verified")
@dataclass(frozen=True, kw_only=True)
class SheetVerified(_OfSheet):
    """``rows``: code, decision, percent."""


@event("appraisal.item_passed_on")
@dataclass(frozen=True, kw_only=True)
class ItemPassedOn(_OfSheet):
    """``rows``: code, from, to, why."""


@dataclass(frozen=True, kw_only=True)
class _OfChecklist:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.checklist"
    project_id: int
    subject_id: int
    month: str


@event("appraisal.checklist_frozen")
@dataclass(frozen=True, kw_only=True)
class ChecklistFrozen(_OfChecklist):
    facts_hash: str
    unreported: list[str]


@event("appraisal.checklist_scored")
@dataclass(frozen=True, kw_only=True)
class ChecklistScored(_OfChecklist):
    total: float
    grade: str
    revision: int
    facts_hash: str


@event("appraisal.appeal_made")
@dataclass(frozen=True, kw_only=True)
class AppealMade(_OfChecklist):
    appeal_id: int
    code: str


@event("appraisal.appeal_decided")
@dataclass(frozen=True, kw_only=True)
class AppealDecided(_OfChecklist):
    appeal_id: int
    outcome: str


@event("appraisal.adjustment_proposed")
@dataclass(frozen=True, kw_only=True)
class AdjustmentProposed(_OfChecklist):
    adjustment_id: int
    what: str
    code: str


@event("appraisal.adjustment_decided")
@dataclass(frozen=True, kw_only=True)
class AdjustmentDecided(_OfChecklist):
    adjustment_id: int
    agreed: bool


@event("appraisal.questions_asked")
@dataclass(frozen=True, kw_only=True)
class QuestionsAsked(_OfChecklist):
    """``rows``: code, guard."""

    rows: list[list[Any]]


@event("appraisal.question_answered")
@dataclass(frozen=True, kw_only=True)
class QuestionAnswered(_OfChecklist):
    question_id: int
    guard: str


@event("appraisal.fact_corrected")
@dataclass(frozen=True, kw_only=True)
class FactCorrected(_OfChecklist):
    code: str
    frozen_pct: str
    right_pct: str
