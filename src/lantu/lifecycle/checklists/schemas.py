"""Shapes of the API of checklists and the monthly appraisal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema


class ChecklistQuery(Schema):
    """``state``: draft, adjusting, signing, in_force, superseded, withdrawn."""

    project: str = ""
    year: int | None = None
    state: str = ""
    cursor: str | None = None
    limit: int = 50


class ChecklistOut(Schema):
    id: int
    project: str
    year: int
    version: int
    name: str
    state: str
    edited_no: int
    issued_at: datetime | None
    url: str


class ChecklistItemOut(Schema):
    """``months``: twelve objects with ``month``, ``planned`` and, where known, ``actual`` and ``state``; percent cumulative."""

    id: int
    code: str
    title: str
    parent: str
    is_group: bool
    definition_of_done: str
    owner: str
    unit: str
    verifier: str
    weight: float
    start_on: date | None
    due_on: date | None
    evidence_type: str
    source: str
    source_ref: str
    months: list[dict[str, Any]]


class ChecklistDetail(ChecklistOut):
    items: list[ChecklistItemOut]


class ChecklistItemIn(Schema):
    """``owner`` and ``verifier``: user names; ``targets``: month (YYYY-MM) → cumulative percent, nothing: in proportion to time."""

    code: str
    title: str
    parent: str = ""
    is_group: bool = False
    definition_of_done: str = ""
    owner: str = ""
    verifier: str = ""
    weight: float = 0
    start_on: date | None = None
    due_on: date | None = None
    evidence_type: str = "document"
    source: str = ""
    source_ref: str = ""
    budget_yuan: float = 0
    targets: dict[str, float] = {}


class ChecklistIn(Schema):
    project: str
    year: int
    name: str = ""
    items: list[ChecklistItemIn]


class ChecklistItemsIn(Schema):
    """``edited_no``: of the edit that the writer saw; a stale one is refused with 409."""

    edited_no: int
    items: list[ChecklistItemIn]


class ChecklistActIn(Schema):
    """``verb``: submit, sign, object, send_back, issue, adjust, withdraw."""

    verb: str
    reason: str = ""
    edited_no: int | None = None


class ChecklistDifferenceOut(Schema):
    """``fields``: name, before, after."""

    code: str
    title: str
    kind: str
    fields: list[list[str]]


class ChecklistImportOut(Schema):
    """``errors``: place, what, remedy."""

    id: int
    state: str
    file_name: str
    headings: list[str]
    mapping: dict[str, str]
    remembered: bool
    errors: list[list[str]]
    rows: int
    checklist: int | None


class ChecklistMappingIn(Schema):
    """Column number (as text) → code, group, title, owner, verifier, weight, start_on, due_on, m1 … m12 …"""

    mapping: dict[str, str]


class ChecklistFactOut(Schema):
    id: int
    month: str
    checklist: int
    code: str
    title: str
    state: str
    planned: float
    before: float
    source: float | None
    source_text: str
    pct: float
    final: float | None
    grade: str
    corrected: bool
    excluded: bool
    reporter: str
    verifier: str
    score: float | None


class ChecklistSheetOut(Schema):
    """``kind``: report, verify, settle or visit; ``facts``: what waits in it."""

    id: int
    month: str
    kind: str
    project: str
    due_at: datetime | None
    facts: list[ChecklistFactOut]


class ChecklistChangeIn(Schema):
    pct: float | None = None
    done_yuan: float | None = None
    paid_yuan: float | None = None
    done_on: date | None = None
    note: str = ""


class ChecklistReportIn(Schema):
    """Only lines that differ, by number of the fact; an empty object confirms everything."""

    changes: dict[int, ChecklistChangeIn] = {}


class ChecklistDecisionIn(Schema):
    verb: str = "verify"
    pct: float | None = None
    note: str = ""


class ChecklistVerifyIn(Schema):
    decisions: dict[int, ChecklistDecisionIn]


class ChecklistPassOnIn(Schema):
    """``verb``: hand_over or bounce (then with ``code``); ``to``: user name."""

    verb: str
    to: str
    reason: str
    code: str = ""


class ChecklistCorrectionIn(Schema):
    pct: float
    reason: str


class AppraisalOut(Schema):
    month: str
    state: str
    seed: str
    sample: list[str]
    frozen_at: datetime | None
    scored_at: datetime | None
    published_at: datetime | None
    burden: dict[str, Any]
    url: str


class AppraisalScoreOut(Schema):
    """``lines``: part, full, numerator, denominator, value, points, rows; ``facts_hash``: SHA-256 of the frozen facts."""

    id: int
    month: str
    project: str
    peer_group: str
    revision: int
    total: float
    base: float
    tasks_mean: float | None
    grade: str
    rank: int | None
    talk: str
    lines: list[dict[str, Any]]
    adjustments: list[dict[str, Any]]
    facts_hash: str


class AppraisalDetail(AppraisalOut):
    scores: list[AppraisalScoreOut]


class AppraisalStepIn(Schema):
    """``verb``: review, freeze, score or publish."""

    verb: str


class AppraisalAppealIn(Schema):
    fact: int
    wanted_pct: float
    reason: str


class AppraisalDecisionIn(Schema):
    """``outcome``: upheld, partly (with ``pct``) or rejected."""

    outcome: str
    pct: float | None = None
    reason: str


class AppraisalAppealOut(Schema):
    id: int
    fact: int
    code: str
    wanted_pct: float
    reason: str
    outcome: str
    decided_pct: float | None
    decision: str


class AppraisalAdjustmentIn(Schema):
    """``kind``: exclusion (with ``item``), bonus (with ``points``), deduction or veto; ``code``: of the pack."""

    checklist: int
    kind: str
    code: str
    item: str = ""
    points: float = 0
    reason: str
    document_no: str


class AppraisalAgreeIn(Schema):
    agreed: bool
    note: str = ""


class AppraisalAdjustmentOut(Schema):
    id: int
    kind: str
    code: str
    points: float
    reason: str
    document_no: str
    proposed_by: str
    decided_by: str
    agreed: bool | None


class ChecklistAnswerIn(Schema):
    answer: str


class ChecklistQuestionOut(Schema):
    id: int
    fact: int
    guard: str
    text: str
    person: str
    answer: str
