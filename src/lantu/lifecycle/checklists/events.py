"""What happens to checklists. ``before`` and ``after`` are states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event
from lantu.lifecycle.checklists.appraisal import events  # noqa: F401  registered by being imported


@dataclass(frozen=True, kw_only=True)
class _OfChecklist:
    # Set by the decorator.
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.checklist"
    project_id: int
    subject_id: int
    before: str
    after: str


@event("checklists.checklist_drafted")
@dataclass(frozen=True, kw_only=True)
class ChecklistDrafted(_OfChecklist):
    year: int
    version: int
    replaces_id: int | None


@event("checklists.items_put")
@dataclass(frozen=True, kw_only=True)
class ItemsPut(_OfChecklist):
    leaves: int
    weight: float
    source: str


@event("checklists.item_changed")
@dataclass(frozen=True, kw_only=True)
class ItemChanged(_OfChecklist):
    code: str
    changes: dict[str, list[str]]


@event("checklists.checklist_submitted")
@dataclass(frozen=True, kw_only=True)
class ChecklistSubmitted(_OfChecklist):
    unit_ids: list[int]


@event("checklists.checklist_signed")
@dataclass(frozen=True, kw_only=True)
class ChecklistSigned(_OfChecklist):
    unit_id: int
    agreed: bool


@event("checklists.checklist_sent_back")
@dataclass(frozen=True, kw_only=True)
class ChecklistSentBack(_OfChecklist):
    pass


@event("checklists.checklist_issued")
@dataclass(frozen=True, kw_only=True)
class ChecklistIssued(_OfChecklist):
    version: int
    replaces_id: int | None


@event("checklists.checklist_withdrawn")
@dataclass(frozen=True, kw_only=True)
class ChecklistWithdrawn(_OfChecklist):
    pass
