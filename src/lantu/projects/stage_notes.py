"""Where higher floors tell how each of a project's six stages stands: shown in the stage line of the project page.

Register in an app's ``hooks.py``: ``stage_notes.add(StageNoteSource(key="gates", read=..., order=10))``;
``read(project, reader, now) → {stage: StageNote}``. Of several sources the first that answers for a stage is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lantu.core.registry import Store
from lantu.projects.models import Project


@dataclass(frozen=True, kw_only=True)
class StageNote:
    """State in words with its tone (ok, warn, bad, info or empty), who holds the ball since when, what is missing."""

    label: str
    tone: str
    lines: tuple[str, ...]
    url: str
    alarm: str = ""


@dataclass(frozen=True, kw_only=True)
class StageNoteSource:
    """A source of notes."""

    key: str
    read: Callable[[Project, Any, datetime], Mapping[str, StageNote]]
    order: int


stage_notes: Store[StageNoteSource] = Store("stage_notes")


def notes_of(project: Project, reader: Any, now: datetime) -> dict[str, StageNote]:
    """Notes by stage."""
    found: dict[str, StageNote] = {}
    for source in stage_notes:
        for stage, note in source.read(project, reader, now).items():
            found.setdefault(stage, note)
    return found
