"""Projects stand one floor higher; here they are numbers. A higher floor teaches how to name and find them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class ProjectNames:
    """``find``: code → id or None; ``names``: ids → {id: (code, name)}."""

    find: Callable[[str], int | None]
    names: Callable[[Iterable[int]], dict[int, tuple[str, str]]]


_taught: list[ProjectNames] = []


def teach_project_names(names: ProjectNames) -> None:
    _taught[:] = [names]


def project_by_code(code: str) -> int | None:
    """The id of the project with this code, or None."""
    return _taught[0].find(code) if _taught else None


def project_names(ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Code and name of each project; unknown ids are left out."""
    wanted = set(ids)
    return _taught[0].names(wanted) if _taught and wanted else {}
