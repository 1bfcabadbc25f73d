"""What the pack says of checklists and their monthly appraisal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lantu.calc.appraisal import Rubric
from lantu.calc.deadlines import Term


@dataclass(frozen=True)
class Worded:
    """A code with its words; ``value``: full marks, least score or points, where it has one."""

    key: str
    name: str
    name_en: str
    value: float = 0.0


@dataclass(frozen=True, kw_only=True)
class PeerGroup:
    """A project belongs to the first group whose sectors name its own, or that takes lines and it is one; a group without
    sectors takes everybody."""

    key: str
    name: str
    name_en: str
    sectors: tuple[str, ...]
    lines: bool


@dataclass(frozen=True, kw_only=True)
class MonthCalendar:
    """Days of the month itself (``prefill_day``, ``correct_by_day``) and of the following one; terms for single steps."""

    prefill_day: int
    correct_by_day: int
    review_by_day: int
    freeze_day: int
    score_day: int
    appeal_by_day: int
    publish_day: int
    appeal_term: Term
    decide_term: Term
    question_term: Term
    verify_term: Term
    sign_term: Term
    draft_term: Term


@dataclass(frozen=True, kw_only=True)
class AppraisalRules:
    """One rubric with its calendar, peers and guards. Mark and basis are printed with every result."""

    basis: str
    mark: str
    calendar: MonthCalendar
    method: str
    rubric: Rubric
    parts: Mapping[str, Worded]
    grades: tuple[Worded, ...]
    deductions: Mapping[str, Worded]
    veto: Worded
    exclusions: Mapping[str, Worded]
    safety_subjects: tuple[str, ...]
    ranking: Mapping[str, float]
    peer_groups: Mapping[str, PeerGroup]
    sample_share: float
    guards: Mapping[str, float]
    burden: Mapping[str, float]
    evidence_types: Mapping[str, Worded]
