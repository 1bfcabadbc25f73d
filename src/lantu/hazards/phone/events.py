"""What happens to a submission that came too late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class _OfHazard:
    # Set by the decorator.
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "hazards.hazard"
    project_id: int
    subject_id: int
    kept_id: int
    verb: str


@event("hazards.submission_kept")
@dataclass(frozen=True, kw_only=True)
class SubmissionKept(_OfHazard):
    """It arrived after the hazard had moved on; ``agreed``: the same had been done already. Nothing was lost."""

    agreed: bool
    seen_state: str
    met_state: str
    evidence_ids: list[int]


@event("hazards.submission_adopted")
@dataclass(frozen=True, kw_only=True)
class SubmissionAdopted(_OfHazard):
    """Its text and photos are part of the record now."""


@event("hazards.submission_set_aside")
@dataclass(frozen=True, kw_only=True)
class SubmissionSetAside(_OfHazard):
    """It stays readable and counts for nothing; the reason says why."""
