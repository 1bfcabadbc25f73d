"""Who may see what core keeps for others. Projects, one floor up, teach core the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_project_readable: list[Callable[[Any, int], bool]] = []


def teach_project_access(check: Callable[[Any, int], bool]) -> None:
    """Called once by projects: ``check(user, project_id) -> bool``."""
    _project_readable[:] = [check]


def may_read_project(user: Any, project_id: int | None) -> bool:
    """City-wide rows (no project) are for every signed-in person."""
    if not getattr(user, "is_authenticated", False):
        return False
    if project_id is None:
        return True
    return bool(_project_readable and _project_readable[0](user, project_id))


def may_read_evidence(user: Any, evidence: Any) -> bool:
    return evidence.uploaded_by_id == user.pk or may_read_project(user, evidence.project_id)
