"""Shapes of the levelling API, of discarded drafts and float paths."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema


class LevelIn(Schema):
    resources: list[str] = Field(description="资源代码")
    from_on: str = Field("", max_length=10, description="起算日，默认今天")


class LevellingOut(Schema):
    id: int
    state: str
    status: str
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    from_on: str
    resources: list[str]
    result: dict[str, Any]
    problem: str


class AdoptIn(Schema):
    """``draft`` with its ``edited_no``: an open revision of the plan; without it a new one is made."""

    schedule: int
    responsible: str = Field(max_length=150, description="责任人账号")
    reason: str = Field(max_length=300)
    draft: int | None = None
    edited_no: int | None = None


class UndoIn(Schema):
    reason: str = Field(max_length=300)


class AdoptionOut(Schema):
    id: int
    run: int
    schedule: int
    draft: int
    responsible: str
    reason: str
    moves: list[dict[str, Any]]
    adopted_at: datetime
    undone_at: datetime | None


class DiscardIn(Schema):
    edited_no: int
    reason: str = Field(max_length=300)


class Discarded(Schema):
    id: int
    status: str


class PathQuery(Schema):
    end: str = Field("", max_length=60, description="到达的任务编号，默认最后完工的任务")
    most: int = Field(10, ge=1, le=50)
    by: Literal["free", "total"] = "free"


class FloatPathOut(Schema):
    number: int
    activities: list[str]
    joins: str | None
    gap_days: float
    float_days: float
