"""What happens to schedule files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event


@event("lifecycle.schedule_imported")
@dataclass(frozen=True, kw_only=True)
class ScheduleImported:
    """A file became the mirror. ``replaces_id``: the mirror before it; ``moved``: activities whose dates differ from it."""

    project_id: int | None
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.schedule"
    subject_id: int
    file_name: str
    file_format: str
    sha256: str
    activities: int
    links: int
    replaces_id: int | None = None
    moved: int = 0
