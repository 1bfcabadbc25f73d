"""Shapes of the API of inspections."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema


class InspectionQuery(Schema):
    """``set``: mine, open, signed, failed; ``kind``: safety, quality, environment."""

    q: str = ""
    kind: str = ""
    state: str = ""
    result: str = ""
    project: str = ""
    draw: int | None = None
    set: str = ""
    cursor: str | None = None
    limit: int = 50


class InspectionOut(Schema):
    """``total``: of 100; ``result``: excellent, acceptable, failed or empty."""

    id: int
    project: str
    kind: str
    title: str
    place: str
    tables: list[str]
    planned_on: date
    inspector: str
    second: str
    state: str
    total: float | None
    result: str
    draw: int | None
    finished_at: datetime | None
    closed_at: datetime | None
    version: int
    url: str


class EntryOut(Schema):
    id: int
    table: str
    item: str
    name: str
    full: float
    main: bool
    applies: bool
    checked: bool
    deducted: float
    points: int
    conforming: int
    grave: bool
    finding: str
    grade: int | None
    place: str
    pin: dict[str, Any]
    remedied: bool
    hazard: int | None


class InspectionDetail(InspectionOut):
    """``score``: as it stands while the sheet is open, as frozen afterwards; ``sheet_hash``: SHA-256 of the frozen sheet."""

    entries: list[EntryOut]
    score: dict[str, Any]
    sheet_hash: str
    pack_version: str


class InspectionIn(Schema):
    """``tables``: B.1 … B.19 (default all), or one sub-item of the quality tree; ``inspector``, ``second``: user names."""

    project: str
    kind: str
    tables: list[str] = []
    inspector: str
    second: str
    planned_on: date
    title: str = ""
    place: str = ""


class DrawIn(Schema):
    """``projects``: codes, by default every project under construction that the caller sees; ``inspectors``: user names."""

    kind: str
    tables: list[str] = []
    projects: list[str] = []
    inspectors: list[str]
    count: int
    planned_on: date


class DrawOut(Schema):
    """``repeats``: the stored seed over the stored names gives the stored result."""

    id: int
    seed: str
    made_by: str
    made_at: datetime
    kind: str
    projects: list[str]
    inspectors: list[str]
    drawn_projects: list[str]
    drawn_inspectors: list[list[str]]
    repeats: bool
    inspections: list[int]


class EntryPin(Schema):
    drawing: str
    x: float
    y: float


class EntryIn(Schema):
    """One item. Safety: ``deducted``; quality and environment: ``points``, ``conforming``, ``grave``."""

    applies: bool = True
    deducted: float = 0
    points: int = 0
    conforming: int = 0
    grave: bool = False
    finding: str = ""
    grade: int | None = None
    place: str = ""
    pin: EntryPin | None = None
    remedied: bool = False


class InspectionTableIn(Schema):
    """``rows``: by the item's code; items not named stay as they are."""

    rows: dict[str, EntryIn]
    version: int | None = None


class InspectionStepIn(Schema):
    note: str = ""
    version: int | None = None


class InspectionWhyIn(Schema):
    reason: str
    version: int | None = None
