"""The lamp of a project: a pure function of its data and of the rules' version.

Defaults follow the practice of municipal dispatch (docs/algorithms/lamps.md): behind the
time-proportional schedule by 10 to 30 points yellow, by more than 30 red; a planned start missed
yellow, for three months red; statistics not entered one month after the start yellow, two red;
funds below what is required red. A project under construction without a construction permit is red
and never hidden; an open red warning makes the project red, an open orange one yellow. A condition of a
conditional pass (容缺) that was not met in time is red, an overdue stage gate yellow (since 2026-2).
Funds are known where every source names its year: sources available by the year against the year's plan (since 2026-3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

RULES_VERSION = "2026-3"
"""Raised whenever a default or the logic changes; stored with every lamp."""


class Lamp(StrEnum):
    """Grey means: not judged (not started by plan, suspended, cancelled or without data)."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


class LampReason(StrEnum):
    """Why a lamp is not green; texts stand in the applications that show them."""

    NO_PERMIT = "no_permit"
    CONDITION_OVERDUE = "condition_overdue"
    GATE_OVERDUE = "gate_overdue"
    RED_WARNING = "red_warning"
    ORANGE_WARNING = "orange_warning"
    OVERDUE_HAZARD = "overdue_hazard"
    BEHIND = "behind"
    FAR_BEHIND = "far_behind"
    START_MISSED = "start_missed"
    START_MISSED_LONG = "start_missed_long"
    FUNDS_SHORT = "funds_short"
    STATISTICS_LATE = "statistics_late"
    STATISTICS_VERY_LATE = "statistics_very_late"
    FINISH_MISSED = "finish_missed"
    PAUSED = "paused"
    NOT_DUE = "not_due"
    NO_FIGURES = "no_figures"


@dataclass(frozen=True)
class LampRules:
    """Limits of the lamp; a city pack may give others with a version of its own."""

    behind_points: float = 10.0
    far_behind_points: float = 30.0
    start_red_months: int = 3
    statistics_yellow_months: int = 1
    statistics_red_months: int = 2
    version: str = RULES_VERSION


DEFAULT_RULES = LampRules()


@dataclass(frozen=True, kw_only=True)
class ProjectFacts:
    """What the lamp looks at. Percentages are 0 to 100; ``None`` means not known."""

    under_construction: bool
    paused: bool = False
    finished: bool = False
    planned_start_on: date | None = None
    planned_finish_on: date | None = None
    actual_start_on: date | None = None
    plan_pct: float | None = None
    physical_pct: float | None = None
    has_permit: bool | None = None
    open_red_warnings: int = 0
    open_orange_warnings: int = 0
    overdue_hazards: int = 0
    overdue_conditions: int = 0
    overdue_gates: int = 0
    funds_required_yuan: int | None = None
    funds_received_yuan: int | None = None
    entered_statistics: bool | None = None


@dataclass(frozen=True)
class LampVerdict:
    """The lamp with every reason that speaks, the gravest first, and the version of the rules."""

    lamp: Lamp
    reasons: tuple[LampReason, ...]
    version: str
    behind_points: float | None = None


def months_between(first: date, last: date) -> int:
    """Whole months from ``first`` to ``last``; 0 if ``last`` is earlier."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return max(0, months - (last.day < first.day))


def project_lamp(facts: ProjectFacts, *, today: date, rules: LampRules = DEFAULT_RULES) -> LampVerdict:
    """The lamp of a project on a day. Same facts, day and rules give the same lamp."""
    if facts.paused or facts.finished:
        reasons = (LampReason.PAUSED,) if facts.paused else ()
        return LampVerdict(Lamp.GREY, reasons, rules.version)
    behind = _points_behind(facts)
    red = _red(facts, today, rules, behind)
    yellow = _yellow(facts, today, rules, behind)
    if red:
        return LampVerdict(Lamp.RED, (*red, *yellow), rules.version, behind)
    if yellow:
        return LampVerdict(Lamp.YELLOW, tuple(yellow), rules.version, behind)
    if not facts.under_construction:
        return LampVerdict(Lamp.GREY, (LampReason.NOT_DUE,), rules.version, behind)
    if behind is None:
        return LampVerdict(Lamp.GREY, (LampReason.NO_FIGURES,), rules.version)
    return LampVerdict(Lamp.GREEN, (), rules.version, behind)


def _points_behind(facts: ProjectFacts) -> float | None:
    """Percentage points behind the time-proportional schedule 序时进度; negative when ahead."""
    if facts.plan_pct is None or facts.physical_pct is None:
        return None
    return facts.plan_pct - facts.physical_pct


def _red(facts: ProjectFacts, today: date, rules: LampRules, behind: float | None) -> list[LampReason]:
    reasons = []
    if facts.under_construction and facts.has_permit is False:
        reasons.append(LampReason.NO_PERMIT)
    if facts.overdue_conditions:
        reasons.append(LampReason.CONDITION_OVERDUE)
    if facts.open_red_warnings:
        reasons.append(LampReason.RED_WARNING)
    if behind is not None and behind > rules.far_behind_points:
        reasons.append(LampReason.FAR_BEHIND)
    if _months_since_missed_start(facts, today) >= rules.start_red_months:
        reasons.append(LampReason.START_MISSED_LONG)
    required, received = facts.funds_required_yuan, facts.funds_received_yuan
    if required is not None and received is not None and received < required:
        reasons.append(LampReason.FUNDS_SHORT)
    if _months_outside_statistics(facts, today) >= rules.statistics_red_months:
        reasons.append(LampReason.STATISTICS_VERY_LATE)
    return reasons


def _yellow(facts: ProjectFacts, today: date, rules: LampRules, behind: float | None) -> list[LampReason]:
    reasons = []
    if facts.open_orange_warnings:
        reasons.append(LampReason.ORANGE_WARNING)
    if facts.overdue_hazards:
        reasons.append(LampReason.OVERDUE_HAZARD)
    if facts.overdue_gates:
        reasons.append(LampReason.GATE_OVERDUE)
    if behind is not None and rules.behind_points <= behind <= rules.far_behind_points:
        reasons.append(LampReason.BEHIND)
    if _start_missed(facts, today) and _months_since_missed_start(facts, today) < rules.start_red_months:
        reasons.append(LampReason.START_MISSED)
    months = _months_outside_statistics(facts, today)
    if rules.statistics_yellow_months <= months < rules.statistics_red_months:
        reasons.append(LampReason.STATISTICS_LATE)
    if facts.under_construction and facts.planned_finish_on is not None and today > facts.planned_finish_on:
        reasons.append(LampReason.FINISH_MISSED)
    return reasons


def _start_missed(facts: ProjectFacts, today: date) -> bool:
    planned = facts.planned_start_on
    return planned is not None and facts.actual_start_on is None and today > planned


def _months_since_missed_start(facts: ProjectFacts, today: date) -> int:
    if facts.planned_start_on is None or facts.actual_start_on is not None:
        return 0
    return months_between(facts.planned_start_on, today)


def _months_outside_statistics(facts: ProjectFacts, today: date) -> int:
    if facts.entered_statistics is not False or facts.actual_start_on is None:
        return 0
    return months_between(facts.actual_start_on, today)
