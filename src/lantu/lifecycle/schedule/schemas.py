"""Shapes of the schedule API."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from ninja import Field, Schema


class ScheduleQuery(Schema):
    project: str = Field("", max_length=24)
    status: str = Field("", max_length=12)
    kind: str = Field("", max_length=8)
    cursor: str | None = None
    limit: int = 50


class ScheduleOut(Schema):
    id: int
    project: str
    name: str
    kind: str
    status: str
    revision: int
    start_at: datetime
    data_date: datetime
    must_finish_at: datetime | None
    finish_at: datetime | None
    computed_at: datetime | None
    activity_count: int
    critical_count: int
    dangling_count: int
    edited_no: int
    computed_no: int
    source: str
    url: str


class DutyBrief(Schema):
    id: int
    holder: str
    due_at: datetime


class BaselineOut(Schema):
    id: int
    number: int
    name: str
    frozen_at: datetime
    frozen_by: str
    approved_by: str | None
    document: str | None
    document_no: str
    is_imported: bool
    finish_at: datetime | None
    budget_yuan: Decimal
    content_hash: str


class ScheduleDetail(ScheduleOut):
    critical_rule: str
    critical_float_min: int
    progress_rule: str
    created_by: str
    edited_by: str | None
    proposed_by: str | None
    approved_by: str | None
    return_reason: str
    replaces: int | None
    duty: DutyBrief | None
    may_edit: bool
    baselines: list[BaselineOut]


class CalendarIn(Schema):
    code: str = Field(max_length=60)
    name: str = Field(max_length=120)
    week: list[list[tuple[int, int]]]
    exceptions: dict[str, list[tuple[int, int]]] = {}
    hours_per_day: float = 8.0
    is_default: bool = False


class ActivityIn(Schema):
    code: str = Field(max_length=60)
    name: str = Field(max_length=300)
    kind: str = "task"
    parent_code: str = ""
    wbs_path: str = Field("", max_length=200)
    milestone_side: str = Field("", max_length=6)
    calendar_code: str = ""
    duration_min: int = 0
    constraint_kind: str = ""
    constraint_at: datetime | None = None
    constraint2_kind: str = ""
    constraint2_at: datetime | None = None
    deadline_at: datetime | None = None
    expected_finish_at: datetime | None = None
    weight: float = Field(0.0, ge=0, le=1e12)
    budget_yuan: Decimal = Field(Decimal(0), ge=0, max_digits=18, decimal_places=2)
    quantity: float | None = Field(None, ge=0, le=1e15)
    quantity_unit: str = Field("", max_length=20)


class LinkIn(Schema):
    predecessor_code: str
    successor_code: str
    kind: str = "FS"
    lag_min: int = 0
    lag_calendar: str = "predecessor"


class ScheduleIn(Schema):
    """Without calendars, those of the national pack are used."""

    project: str = Field(max_length=24)
    name: str = Field(max_length=160)
    kind: Literal["master", "section"] = "master"
    start_at: datetime
    must_finish_at: datetime | None = None
    calendars: list[CalendarIn] = []
    activities: list[ActivityIn]
    links: list[LinkIn] = []


class ChangeIn(Schema):
    op: Literal["set", "add", "remove", "link", "unlink", "calendar", "drop_calendar", "plan"]
    code: str = Field("", max_length=60)
    values: dict[str, Any] = {}


class EditIn(Schema):
    """``edited_no``: the number of the version that was read; a stale one is refused with the difference (409)."""

    edited_no: int
    changes: list[ChangeIn]


class RecalculateIn(Schema):
    data_date: datetime | None = None


class ProposeIn(Schema):
    approver: str = Field(max_length=150)
    edited_no: int


class ReasonIn(Schema):
    reason: str = Field(max_length=300)


class AnswerIn(Schema):
    answer: str = Field(max_length=500)


class ProgressRowIn(Schema):
    code: str = Field(max_length=60)
    percent: float | None = None
    grade: Literal["A", "B", "C", "D"] = "D"
    remaining_min: int | None = Field(None, ge=0, le=2_000_000_000)
    actual_start_at: datetime | None = None
    actual_finish_at: datetime | None = None
    actual_yuan: Decimal | None = Field(None, ge=0, max_digits=18, decimal_places=2)
    note: str = Field("", max_length=300)


class ProgressIn(Schema):
    """Reports; files come as parts named by the activity's code, in the same multipart request."""

    as_of: datetime
    edited_no: int | None = None
    rows: list[ProgressRowIn]


class WhatIfOut(Schema):
    schedule_id: int
    activity_code: str
    activity_name: str
    days: float
    finish_before: datetime
    finish_after: datetime
    days_late: int
    activities_moved: int
    critical: bool
    float_days: float


class ClaimQuery(Schema):
    days: float = Field(gt=0, le=36_600)
    planned_days: float = Field(gt=0, le=36_600)
    as_of: datetime | None = None
    baseline: int | None = None
