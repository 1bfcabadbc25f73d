"""What happens to templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class _OfTemplate:
    # Set by the decorator.
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.casetemplate"
    project_id: int | None = None
    subject_id: int
    before: str
    after: str


@event("cases.template_drafted")
@dataclass(frozen=True, kw_only=True)
class TemplateDrafted(_OfTemplate):
    name: str
    parts: list[str]
    removed: dict[str, int]
    sha256: str


@event("cases.template_edited")
@dataclass(frozen=True, kw_only=True)
class TemplateEdited(_OfTemplate):
    parts: list[str]
    sha256: str


@event("cases.template_submitted")
@dataclass(frozen=True, kw_only=True)
class TemplateSubmitted(_OfTemplate):
    sha256: str


@event("cases.template_approved")
@dataclass(frozen=True, kw_only=True)
class TemplateApproved(_OfTemplate):
    sha256: str


@event("cases.template_sent_back")
@dataclass(frozen=True, kw_only=True)
class TemplateSentBack(_OfTemplate):
    pass


@event("cases.template_superseded")
@dataclass(frozen=True, kw_only=True)
class TemplateSuperseded(_OfTemplate):
    by_id: int


@event("cases.template_voided")
@dataclass(frozen=True, kw_only=True)
class TemplateVoided(_OfTemplate):
    pass


@event("cases.template_used")
@dataclass(frozen=True, kw_only=True)
class TemplateUsed:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.caseuse"
    project_id: int
    subject_id: int
    template_id: int
    starts_on: str
    made: dict[str, str]
