"""The annual plan's rules as frozen values: calendar, clocks, score, hard stops, elements, shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SCORE_KINDS = ("approval", "elements", "funds_year", "funds_total", "benefit", "code")
STOPS = ("no_code", "no_funds", "negative_list", "secret")
RESOURCE_KINDS = ("annual", "funds", "field")
PLAN_CLASSES = ("new_start", "continuing", "completing", "reserve")
FULL_SCORE = 100


@dataclass(frozen=True)
class Named:
    """A key with its words in both languages."""

    key: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Season(Named):
    """A span of the plan's calendar; months count from January of the year before the plan's (13: its own January)."""

    from_month: int
    to_month: int
    basis: str
    mark: str


@dataclass(frozen=True)
class ScoreLine(Named):
    """One line of the score: its points and what fact gives them."""

    points: float
    kind: str
    words: tuple[str, ...]
    basis: str
    mark: str


@dataclass(frozen=True)
class ScoreSection(Named):
    weight: float
    lines: tuple[ScoreLine, ...]


@dataclass(frozen=True)
class HardStop(Named):
    """Why a proposal is refused without anything being stored."""

    remedy: str
    remedy_en: str
    basis: str
    mark: str


@dataclass(frozen=True)
class Element(Named):
    """A resource factor that one department ticks."""

    unit: str
    resource: str
    words: tuple[str, ...]
    basis: str
    mark: str


@dataclass(frozen=True)
class ReturnReason(Named):
    states: tuple[str, ...]


@dataclass(frozen=True)
class Resource(Named):
    """A constraint of the workbench. ``kind`` funds: sources whose name holds one of ``words``."""

    unit: str
    unit_en: str
    kind: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class PlanDocument:
    """Who sends the plan to whom, for the document."""

    sender: str
    mark: str
    addressee: str


@dataclass(frozen=True)
class AnnualPlanRules:
    """Everything about annual plans that is data."""

    calendar: tuple[Season, ...] = ()
    clocks: Mapping[str, int] = field(default_factory=dict)
    score: tuple[ScoreSection, ...] = ()
    stops: Mapping[str, HardStop] = field(default_factory=dict)
    negative_words: tuple[str, ...] = ()
    secret_words: tuple[str, ...] = ()
    elements: Mapping[str, Element] = field(default_factory=dict)
    return_reasons: tuple[ReturnReason, ...] = ()
    monthly_shape: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    resources: tuple[Resource, ...] = ()


@dataclass(frozen=True)
class CityPlanRules:
    """Where a city differs."""

    element_units: Mapping[str, str] = field(default_factory=dict)
    document: PlanDocument | None = None
