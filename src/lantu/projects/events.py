"""What happens to a project."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from lantu.core.events import event


@event("projects.project_registered")
@dataclass(frozen=True, kw_only=True)
class ProjectRegistered:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "projects.project"
    project_id: int
    subject_id: int
    code: str
    name: str


@event("projects.project_changed")
@dataclass(frozen=True, kw_only=True)
class ProjectChanged:
    """``changes`` maps field → [before, after]."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "projects.project"
    project_id: int
    subject_id: int
    changes: dict[str, list[Any]]


@event("projects.code_replaced")
@dataclass(frozen=True, kw_only=True)
class CodeReplaced:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "projects.project"
    project_id: int
    subject_id: int
    old_code: str
    new_code: str


@event("projects.month_reported")
@dataclass(frozen=True, kw_only=True)
class MonthReported:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "projects.project"
    project_id: int
    subject_id: int
    month: str
    figures: dict[str, str | None]


@event("projects.year_plan_set")
@dataclass(frozen=True, kw_only=True)
class YearPlanSet:
    """``before_months`` and ``after_months``: the twelve cumulative amounts, so that every plan there was can be read again."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "projects.project"
    project_id: int
    subject_id: int
    year: int
    before_yuan: str | None
    after_yuan: str
    before_months: list[str] = field(default_factory=list)
    after_months: list[str] = field(default_factory=list)


@event("projects.party_set")
@dataclass(frozen=True, kw_only=True)
class PartySet:
    """``before`` and ``after``: unit and responsible person in words; ``before`` empty for a new party."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "projects.project"
    project_id: int
    subject_id: int
    role: str
    organisation_id: int
    contact_id: int
    before: str
    after: str


@event("projects.geometry_set")
@dataclass(frozen=True, kw_only=True)
class GeometrySet:
    """``digest``: SHA-256 of the stored WKB, so that a moved outline shows in the chain."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "projects.project"
    project_id: int
    subject_id: int
    geometry_type: str
    lon: float
    lat: float
    source_crs: str
    digest: str


@event("projects.lamp_changed")
@dataclass(frozen=True, kw_only=True)
class LampChanged:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "projects.project"
    project_id: int
    subject_id: int
    before: str
    after: str
    rule: str
    why: str


@event("projects.projects_imported")
@dataclass(frozen=True, kw_only=True)
class ProjectsImported:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "projects.import_run"
    project_id: None = None
    subject_id: int
    file_name: str
    new: int
    changed: int
