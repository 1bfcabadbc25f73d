"""What happens to inspections. ``before`` and ``after`` are states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class _OfInspection:
    # Set by the decorator.
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "hazards.inspection"
    project_id: int
    subject_id: int
    before: str
    after: str


@event("inspections.inspection_planned")
@dataclass(frozen=True, kw_only=True)
class InspectionPlanned(_OfInspection):
    what: str
    inspector_id: int
    second_id: int
    planned_on: str
    draw_id: int | None


@event("inspections.inspection_started")
@dataclass(frozen=True, kw_only=True)
class InspectionStarted(_OfInspection):
    items: int


@event("inspections.table_filled")
@dataclass(frozen=True, kw_only=True)
class TableFilled(_OfInspection):
    table: str
    items: int
    findings: int


@event("inspections.inspection_finished")
@dataclass(frozen=True, kw_only=True)
class InspectionFinished(_OfInspection):
    total: float | None
    result: str
    sheet_hash: str
    hazard_ids: list[int]


@event("inspections.inspection_signed")
@dataclass(frozen=True, kw_only=True)
class InspectionSigned(_OfInspection):
    sheet_hash: str


@event("inspections.inspection_sent_back")
@dataclass(frozen=True, kw_only=True)
class InspectionSentBack(_OfInspection):
    sheet_hash: str


@event("inspections.inspection_voided")
@dataclass(frozen=True, kw_only=True)
class InspectionVoided(_OfInspection):
    pass


@event("inspections.draw_made")
@dataclass(frozen=True, kw_only=True)
class DrawMade:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "hazards.draw"
    project_id: None
    subject_id: int
    seed: str
    projects: int
    inspectors: int
    drawn_projects: list[str]
    drawn_inspectors: list[str]
