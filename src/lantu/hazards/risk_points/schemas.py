"""Shapes of the API of risk points and patrols."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema


class PointQuery(Schema):
    """``set``: open, week, mine, overdue, unknown, closed; ``week``: 2026-W47 or a day of it; ``level``: 0, 1, 2."""

    q: str = ""
    grade: int | None = None
    level: int | None = None
    state: str = ""
    category: str = ""
    project: str = ""
    area: str = ""
    set: str = ""
    week: str = ""
    cursor: str | None = None
    limit: int = 50


class PointOut(Schema):
    """A risk point in lists. ``level``: 0 ordinary, 1 危大, 2 超规模, null while a parameter is missing; ``grade``: 4 red … 1 blue."""

    id: int
    code: str
    project: str
    project_name: str
    name: str
    place: str
    kind: str
    kind_name: str
    level: int | None
    at_least: int
    level_label: str
    missing: list[str]
    clause: str
    grade: int
    d: float
    control_level: str
    responsible: str
    work_from: date
    work_to: date
    lon: float | None
    lat: float | None
    state: str
    state_label: str
    due_at: datetime | None
    holder: str | None
    reassess_due_at: datetime | None
    version: int
    url: str


class PointDetail(PointOut):
    """One risk point with everything; ``gaps``: what still stands against taking it into control; ``may``: verbs."""

    parameters: dict[str, Any]
    reasons: list[str]
    likelihood: float
    exposure: float
    consequence: float
    controls: list[str]
    pin: dict[str, Any]
    scheme_sections: list[str]
    scheme_approved_on: date | None
    experts: list[str]
    expert_result: str
    expert_reviewed_on: date | None
    gaps: list[str]
    weather: str
    may: list[str]


class PointPin(Schema):
    """A place on a drawing: shares from 0 to 1."""

    drawing: str
    x: float
    y: float


class PointIn(Schema):
    """``kind``: a code of GET /risk-points/kinds; what is not given, the kind of work proposes. ``responsible``: a user name."""

    project: str
    name: str
    place: str
    kind: str
    work_from: date
    work_to: date
    parameters: dict[str, float | bool | None] = {}
    likelihood: float | None = None
    exposure: float | None = None
    consequence: float | None = None
    control_level: str | None = None
    responsible: str | None = None
    controls: list[str] | None = None
    lon: float | None = None
    lat: float | None = None
    pin: PointPin | None = None


class PointPatch(Schema):
    """Only what is given changes."""

    name: str | None = None
    place: str | None = None
    kind: str | None = None
    work_from: date | None = None
    work_to: date | None = None
    parameters: dict[str, float | bool | None] | None = None
    likelihood: float | None = None
    exposure: float | None = None
    consequence: float | None = None
    control_level: str | None = None
    responsible: str | None = None
    controls: list[str] | None = None
    lon: float | None = None
    lat: float | None = None
    pin: PointPin | None = None
    version: int | None = None


class PointStepIn(Schema):
    """``version`` as last read: a newer one on the server refuses the step (409)."""

    note: str = ""
    version: int | None = None


class PointWhyIn(Schema):
    reason: str
    version: int | None = None


class PointReassessIn(Schema):
    note: str
    likelihood: float | None = None
    exposure: float | None = None
    consequence: float | None = None
    parameters: dict[str, float | bool | None] | None = None
    work_to: date | None = None
    version: int | None = None


class PointSchemeIn(Schema):
    """``sections``: codes of the nine; ``expert_result``: passed, passed_after_changes, failed."""

    sections: list[str]
    approved_on: date | None = None
    approved_by: str = ""
    experts: list[str] = []
    expert_result: str = ""
    expert_reviewed_on: date | None = None
    version: int | None = None


class WorkKindOut(Schema):
    """A kind of work, what is asked about it, and where its assessment begins."""

    code: str
    name: str
    category: str
    parameters: list[dict[str, str]]
    lec: list[float]
    controls: list[str]
    wind_limit_ms: float | None


class PatrolCheckIn(Schema):
    """``failed_controls``: numbers from 1; with one of them or a ``grade`` it is a finding and becomes a hazard."""

    failed_controls: list[int] = []
    note: str = ""
    grade: int | None = None
    token: str = ""
    lon: float | None = None
    lat: float | None = None


class PatrolCheckOut(Schema):
    id: int
    point: int
    round: int | None
    all_right: bool
    scanned: bool
    hazard: int | None
    at: datetime


class PatrolPlanIn(Schema):
    """``points``: ids in the order of walking; ``patroller``: a user name, default the caller."""

    project: str
    name: str
    period_days: int = 1
    due_hour: int = 18
    first_on: date | None = None
    patroller: str | None = None
    points: list[int]


class PatrolPlanOut(Schema):
    id: int
    project: str
    name: str
    period_days: int
    due_hour: int
    patroller: str
    next_on: date
    stopped_at: datetime | None
    points: list[int]


class PatrolRoundOut(Schema):
    id: int
    plan: int
    name: str
    project: str
    patroller: str
    state: str
    due_at: datetime
    missed_periods: int
    closed_at: datetime | None
