"""The national list of what makes a hazard a major one, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class MajorClause:
    """One clause of the list; ``mark`` says how sure we are of its wording."""

    code: str
    chapter: str
    chapter_en: str
    text: str
    mark: str


@dataclass(frozen=True, kw_only=True)
class MajorList:
    """The national list of what makes a hazard a major one, with its document and number."""

    document: str = ""
    number: str = ""
    mark: str = "U"
    clauses: Mapping[str, MajorClause] = field(default_factory=dict)
