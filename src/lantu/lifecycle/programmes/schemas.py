"""Shapes of the API of programmes and templates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Field, Schema


class PageQuery(Schema):
    state: str = ""
    cursor: str | None = None
    limit: int = 50


class ProgrammeOut(Schema):
    id: int
    name: str
    state: str
    starts_on: date
    finishes_on: date
    county_codes: list[str]
    lead_unit: str
    steward: str
    approver: str
    lanes: list[dict[str, str]]
    edited_no: int
    url: str


class ProgressOut(Schema):
    """Σ(investment × progress) ÷ Σ investment over the members that the caller sees; ``left_out``: at work, unreported."""

    members: int
    weight_yuan: float
    physical_pct: float | None
    planned_pct: float | None
    covered_pct: float
    invested_yuan: float
    paid_yuan: float
    states: dict[str, int]
    left_out: list[str]
    as_of: datetime
    rows: str


class MemberOut(Schema):
    id: int
    project: str
    name: str
    lane: str
    joined_on: date
    join_reason: str
    left_on: date | None
    leave_reason: str


class GoalOut(Schema):
    id: int
    name: str
    lane: str
    unit: str
    target: float
    measure: str
    value: float | None
    on: date | None
    source: str


class MilestoneOut(Schema):
    id: int
    name: str
    lane: str
    done_when: str
    due_on: date
    original_due_on: date
    owner: str
    project: str | None
    state: str
    done_on: date | None
    url: str


class ProgrammeDetail(ProgrammeOut):
    summary: str
    basis: str
    geometry: dict[str, Any] | None
    progress: ProgressOut
    goals: list[GoalOut]
    members: list[MemberOut]
    milestones: list[MilestoneOut]


class ProgrammeIn(Schema):
    """``lead_unit``: number of the unit; ``steward``, ``approver``: user names; ``lanes``: those of the pack by default."""

    name: str
    starts_on: date
    finishes_on: date
    lead_unit: int
    steward: str
    approver: str
    summary: str = ""
    basis: str = ""
    county_codes: list[str] = []
    geometry: dict[str, Any] | None = Field(None, description="GeoJSON Polygon 或 MultiPolygon，CGCS2000")
    lanes: list[dict[str, str]] | None = None


class ProgrammePatch(Schema):
    edited_no: int
    reason: str
    name: str | None = None
    starts_on: date | None = None
    finishes_on: date | None = None
    summary: str | None = None
    basis: str | None = None
    county_codes: list[str] | None = None
    geometry: dict[str, Any] | None = None
    lanes: list[dict[str, str]] | None = None


class StepIn(Schema):
    edited_no: int | None = None


class WhyIn(StepIn):
    reason: str


class JoinIn(StepIn):
    projects: list[str]
    lane: str
    on: date
    reason: str


class LeaveIn(StepIn):
    on: date
    reason: str


class GoalIn(StepIn):
    name: str
    target: float
    unit: str
    measure: str = "manual"
    lane: str = ""
    reason: str = ""


class GoalValueIn(Schema):
    on: date
    value: float
    note: str


class MilestoneIn(StepIn):
    name: str
    lane: str
    done_when: str
    due_on: date
    owner: str
    project: str = ""


class MilestoneMoveIn(Schema):
    due_on: date
    reason: str


class MilestoneReportIn(Schema):
    done_on: date
    text: str


class ReasonIn(Schema):
    reason: str


class CheckIn(StepIn):
    month: date
    note: str = ""


class CheckOut(Schema):
    id: int
    month: date
    figures: dict[str, Any]
    sha256: str
    note: str
    at: datetime


class CaseOut(Schema):
    id: int
    name: str
    summary: str
    sector: str
    version: int
    state: str
    parts: list[str]
    sha256: str
    edited_no: int
    url: str


class CaseDetail(CaseOut):
    """``content``: by part, without any name, number or amount; days are working days from the start."""

    content: dict[str, Any]
    removed: dict[str, int]


class CaseIn(Schema):
    """``parts``: all by default; ``replaces``: the approved template that this is the next version of."""

    project: str
    name: str
    approver: str
    summary: str = ""
    parts: list[str] = []
    replaces: int | None = None


class CaseUseIn(Schema):
    project: str
    starts_on: date


class CaseConfirmIn(CaseUseIn):
    parts: list[str]
    preview_sha256: str


class CaseLineOut(Schema):
    what: str
    offset: int | None
    on: date | None
    note: str


class CasePartOut(Schema):
    key: str
    label: str
    makes: bool
    problem: str
    lines: list[CaseLineOut]


class CasePreviewOut(Schema):
    sha256: str
    ready: list[str]
    parts: list[CasePartOut]


class CaseUseOut(Schema):
    id: int
    template: int
    project: str
    starts_on: date
    made: dict[str, str]
