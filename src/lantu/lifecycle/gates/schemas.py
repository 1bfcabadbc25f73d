"""Shapes of gates over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Field, Schema

Stage = Literal["initiation", "design", "tender", "construction", "acceptance", "operation"]
GateVerb = Literal[
    "start", "submit", "check", "return", "approve", "approve_conditionally", "hold", "release", "reject", "replan",
    "reopen",
]  # fmt: skip
StepVerb = Literal["apply", "confirm", "return", "waive"]
StopVerb = Literal["suspend", "resume", "cancel"]


class GateQuery(Schema):
    """Which gates."""

    project: str = Field("", max_length=24)
    stage: Literal["", "initiation", "design", "tender", "construction", "acceptance", "operation"] = ""
    state: str = Field("", max_length=12)
    lamp: Literal["", "red", "yellow", "green", "grey"] = ""
    cursor: str = ""
    limit: int = Field(50, ge=1, le=200)


class GateOut(Schema):
    id: int
    project: str
    stage: str
    state: str
    state_label: str
    lamp: str
    lamp_reasons: list[str]
    lamp_rule: str
    responsible: str
    keeper: str
    lead_unit: str
    due_on: date
    original_due_on: date
    passed_on: date | None
    hard_missing: int
    soft_missing: int
    holder: str
    since: datetime | None
    due_at: datetime | None
    version: int
    url: str


class StepOut(Schema):
    id: int
    code: str
    label: str
    lane: str
    stage: str
    hard: bool
    may_wait: bool
    state: str
    unit: str
    holder: str
    term: str
    basis: str
    due_on: date
    evidence_on: date | None
    took_days: float | None
    blockers: list[str]
    forecast: dict[str, float] | None
    version: int
    url: str


class ConditionOut(Schema):
    id: int
    gate: int
    text: str
    state: str
    holder: str
    due_on: date


class GateDetail(GateOut):
    steps: list[StepOut]
    conditions: list[ConditionOut]


class WaitingOut(Schema):
    step: str
    label: str
    unit: str
    rules: list[str]
    held_up: list[str]
    cost_per_day_yuan: float | None
    late_days: float | None


class BoardOut(Schema):
    """The gates of one project."""

    project: str
    template: str
    template_version: str
    gates: list[GateOut]
    steps: list[StepOut]
    conditions: list[ConditionOut]
    waiting: list[WaitingOut]


class OpenIn(Schema):
    """``template``: a code, or empty for the one that fits the project."""

    template: str = Field("", max_length=20)


class ConditionIn(Schema):
    step: int | None = None
    text: str = Field("", max_length=200)
    due_on: date


class GateStepIn(Schema):
    """What a verb of a gate may say."""

    text: str = Field("", max_length=300)
    day: date | None = None
    passed_on: date | None = None
    document_no: str = Field("", max_length=80)
    change_pct: float = Field(0.0, ge=-1000, le=100_000)
    conditions: list[ConditionIn] = Field(default_factory=list, max_length=40)
    version: int | None = None


class PaperIn(Schema):
    number: str = Field("", max_length=80)
    issuer: str = Field("", max_length=120)
    issued_on: date
    valid_until: date | None = None


class DocumentStepIn(Schema):
    """What a verb of a document may say; files go through the page."""

    text: str = Field("", max_length=300)
    papers: list[PaperIn] = Field(default_factory=list, max_length=9)
    version: int | None = None


class StopIn(Schema):
    document_no: str = Field(max_length=80)
    reason: str = Field(max_length=300)


class TenderIn(Schema):
    """Days by field name (ISO), amounts in yuan, explanations by rule. Absent fields stay as they are."""

    name: str | None = Field(None, max_length=120)
    kind: Literal["works", "goods", "services"] | None = None
    method: Literal["open", "invited", "direct"] | None = None
    winner: str | None = Field(None, max_length=120)
    dates: dict[str, str | None] = Field(default_factory=dict)
    amounts: dict[str, int | None] = Field(default_factory=dict)
    explanations: dict[str, str] = Field(default_factory=dict)
    version: int | None = None


class TenderFinding(Schema):
    code: str
    name: str
    standing: str
    limit_on: date | None
    value: float | None
    basis: str


class TenderOut(Schema):
    id: int
    project: str
    name: str
    kind: str
    method: str
    winner: str
    dates: dict[str, Any]
    amounts: dict[str, Any]
    explanations: dict[str, Any]
    rule_version: str
    version: int
    findings: list[TenderFinding]


class TemplateOut(Schema):
    code: str
    label: str
    version: str
    gates: list[dict[str, Any]]
    links: list[dict[str, Any]]
