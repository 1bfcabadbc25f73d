"""What the pack holds for double prevention: dangerous works, the score of JGJ 59, the tree of quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lantu.calc.dangerous_works import SubType


@dataclass(frozen=True)
class Parameter:
    """What a person enters about a piece of work; ``boolean``: yes or no, else a number of ``unit``."""

    key: str
    name: str
    name_en: str
    unit: str
    boolean: bool
    low: float
    high: float


@dataclass(frozen=True)
class WindRule:
    """Work that stops from this wind speed (m/s)."""

    limit_ms: float
    words: str
    basis: str
    mark: str


@dataclass(frozen=True, kw_only=True)
class WorkKind:
    """A kind of work. ``rule`` is ``None`` for work that no list of dangerous works names. ``lec``: where to begin."""

    code: str
    name: str
    name_en: str
    category: str
    rule: SubType | None
    dangerous_clause: str
    beyond_clause: str
    marks: tuple[str, ...]
    wind: WindRule | None
    lec: tuple[float, float, float]
    controls: tuple[str, ...]


@dataclass(frozen=True)
class Named:
    """A category of works, or a section of the special scheme 专项方案."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class DangerousWorks:
    """The two lists with what a special scheme and its expert review need."""

    basis: str
    effective_from: date
    parameters: Mapping[str, Parameter]
    categories: Mapping[str, Named]
    kinds: Mapping[str, WorkKind]
    sections: tuple[Named, ...]
    experts_least: int
    expert_results: Mapping[str, str]
    scheme_basis: str
    reassess_days: Mapping[int, int]


@dataclass(frozen=True)
class CheckItem:
    """An item of a check list. ``main``: guarantee item (safety) or main item (quality)."""

    code: str
    name: str
    full: float
    main: bool


@dataclass(frozen=True, kw_only=True)
class CheckTable:
    """A table of items; ``group``: the row of the summary that it counts in."""

    code: str
    name: str
    name_en: str
    group: str
    mark: str
    basis: str
    items: tuple[CheckItem, ...]


@dataclass(frozen=True)
class ScoreGroup:
    code: str
    name: str
    name_en: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class SafetyScore:
    """JGJ 59 as data."""

    basis: str
    clause: str
    effective_from: date
    groups: tuple[ScoreGroup, ...]
    tables: Mapping[str, CheckTable]


@dataclass(frozen=True)
class Lot:
    """A sub-item 分项 of the tree; ``path``: division and subdivision."""

    code: str
    name: str
    path: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class QualityTree:
    """Divisions 分部, subdivisions 子分部 and sub-items 分项, and the check list of each inspection lot 检验批."""

    basis: str
    clause: str
    mark: str
    effective_from: date
    general_share: float
    lots: Mapping[str, Lot]
    tables: Mapping[str, CheckTable]
    environment: CheckTable
