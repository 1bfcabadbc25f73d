"""Shapes of annual plans over HTTP; money in yuan."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Schema


class PlanOut(Schema):
    year: int
    title: str
    state: str
    state_label: str
    edited_no: int
    document_no: str
    issued_at: datetime | None
    keeper: str
    approver: str
    limits: dict[str, int]
    area_least: dict[str, int]
    chosen: list[int]
    holder: str | None
    due_at: datetime | None


class PlanIn(Schema):
    year: int
    approver: str
    title: str = ""


class ProposalIn(Schema):
    """Only ``project`` is needed for a project of the register: the rest is taken from there."""

    project: str = ""
    state: str = "proposed"
    code: str | None = None
    name: str | None = None
    category: str | None = None
    plan_class: str | None = None
    sector: str | None = None
    industry_code: str | None = None
    area_code: str | None = None
    owner_org: str | None = None
    summary: str | None = None
    content_scale: list[dict[str, Any]] | None = None
    total_yuan: Decimal | None = None
    works_yuan: Decimal | None = None
    land_yuan: Decimal | None = None
    other_yuan: Decimal | None = None
    funds: list[dict[str, Any]] | None = None
    annual_yuan: Decimal | None = None
    monthly_yuan: list[Decimal] | None = None
    annual_goal: str | None = None
    starts_on: date | None = None
    finishes_on: date | None = None
    approvals: list[dict[str, Any]] | None = None
    land_mu: int | None = None
    energy_tce: int | None = None
    lead_unit: str | None = None
    leader: str | None = None
    targets: list[dict[str, Any]] | None = None
    public_summary: str | None = None
    must: bool | None = None
    group: str | None = None


class ProposalPatch(ProposalIn):
    version: int
    reason: str = ""


class ProposalOut(Schema):
    id: int
    year: int
    state: str
    state_label: str
    code: str
    name: str
    project: str | None
    category: str
    plan_class: str
    sector: str
    area_code: str
    owner_org: str
    total_yuan: Decimal
    annual_yuan: Decimal
    monthly_yuan: list[Decimal]
    funds: list[dict[str, Any]]
    annual_goal: str
    land_mu: int
    energy_tce: int
    must: bool
    group: str
    score: Decimal
    score_lines: list[dict[str, Any]]
    return_code: str
    return_reason: str
    version: int
    holder: str | None
    due_at: datetime | None


class ProposalQuery(Schema):
    state: str = ""
    area: str = ""
    cursor: str | None = None
    limit: int = 50


class AdjustIn(Schema):
    """``changes``: JSON list of {proposal, kind: in|out|change, reason, annual_yuan?, plan_class?}."""

    edited_no: int
    document_no: str
    reason: str
    changes: str


class StepIn(Schema):
    """``version``: the one that was seen. Which of the others is needed depends on the verb."""

    version: int | None = None
    reason: str = ""
    code: str = ""
    expert: str = ""
    economic: float | None = None
    social: float | None = None
    ecological: float | None = None


class TickIn(Schema):
    verdict: str
    note: str = ""


class LimitsIn(Schema):
    edited_no: int
    limits: dict[str, int | None]
    reason: str
    area_least: dict[str, int] | None = None


class TryIn(Schema):
    """A set and limits to try; what is left out stays as the plan has it."""

    chosen: list[int] | None = None
    limits: dict[str, int | None] = {}


class BarOut(Schema):
    key: str
    label: str
    unit: str
    used: int
    wanted: int
    most: int | None
    over: int


class TriedOut(Schema):
    feasible: bool
    problems: list[str]
    bars: list[BarOut]


class SolvedOut(Schema):
    feasible: bool
    proven: bool
    gap: float
    chosen: list[int]
    worth: int
    greedy_worth: int | None
    reasons: dict[int, str]
    relaxation: list[str]
    trade_offs: list[dict[str, Any]]


class BalanceIn(Schema):
    edited_no: int
    chosen: list[int]
    reason: str
    reasons: dict[int, str] = {}


class PlanStepIn(Schema):
    reason: str = ""
    meeting: str = ""
    document_no: str = ""


class VersionOut(Schema):
    year: int
    number: int
    kind: str
    made_by: str
    made_at: datetime
    reason: str
    document_no: str
    totals: dict[str, Any]
    moves: list[dict[str, Any]]
    fingerprint: str


class ItemOut(Schema):
    code: str
    name: str
    area_code: str
    category: str
    plan_class: str
    chosen: bool
    total_yuan: Decimal
    annual_yuan: Decimal
    monthly_yuan: list[Decimal]
    annual_goal: str
    score: Decimal
    reason: str
    issued_yuan: Decimal | None
    done_yuan: Decimal | None
    outcome: str


class VersionDetail(VersionOut):
    items: list[ItemOut]


class PublicPlan(Schema):
    year: int
    title: str
    document_no: str
    projects: list[dict[str, Any]]
