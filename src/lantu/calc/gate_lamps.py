"""The lamp of a stage gate: a pure function of its facts, the day and the version of the rules.

Red: overdue by more working days than the grace, a condition of a conditional pass not met in time, rejected, or under
construction without the permit. Yellow: overdue within the grace, due soon with hard evidence missing, returned, held,
forecast later than due, or conditions still open. Green: passed or on course. Grey: not started, suspended, cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lantu.calc.lamps import Lamp
from lantu.calc.workdays import WorkCalendar


class GateReason(StrEnum):
    """Why; the words stand in the application."""

    NO_PERMIT = "no_permit"
    CONDITION_OVERDUE = "condition_overdue"
    BEFORE_BLOCKED = "before_blocked"
    OVERDUE_LONG = "overdue_long"
    OVERDUE = "overdue"
    REJECTED = "rejected"
    HELD = "held"
    RETURNED = "returned"
    NEAR = "near"
    CONDITION_OPEN = "condition_open"
    REOPENED = "reopened"


@dataclass(frozen=True)
class GateLampRules:
    """Limits; the pack's own carry a version of their own."""

    near_working_days: int = 5
    grace_working_days: int = 10
    version: str = "gates-2026-2"


@dataclass(frozen=True, kw_only=True)
class GateFacts:
    """What the lamp looks at. ``state``: as in the application; ``before_overdue``: a gate that this one needs was
    passed with a condition that is overdue."""

    state: str
    due_on: date | None
    hard_missing: int = 0
    conditions_open: int = 0
    conditions_overdue: int = 0
    before_overdue: bool = False
    without_permit: bool = False


GREY_STATES = frozenset({"suspended", "cancelled"})
PASSED_STATES = frozenset({"passed", "conditional"})
_RED = {"rejected": GateReason.REJECTED}
_YELLOW = {"held": GateReason.HELD, "returned": GateReason.RETURNED, "reopened": GateReason.REOPENED}


def gate_lamp(
    facts: GateFacts, *, today: date, calendar: WorkCalendar, rules: GateLampRules
) -> tuple[Lamp, tuple[GateReason, ...]]:
    """Lamp and reasons, the gravest first. Same facts, day and rules give the same lamp."""
    if facts.state in GREY_STATES:
        return Lamp.GREY, ()
    red = _red(facts, today, calendar, rules)
    yellow = _yellow(facts, today, calendar, rules)
    if red:
        return Lamp.RED, (*red, *yellow)
    if yellow:
        return Lamp.YELLOW, tuple(yellow)
    return (Lamp.GREY if facts.state == "not_started" else Lamp.GREEN), ()


def _red(facts: GateFacts, today: date, calendar: WorkCalendar, rules: GateLampRules) -> list[GateReason]:
    found = [_RED[facts.state]] if facts.state in _RED else []
    if facts.without_permit:
        found.append(GateReason.NO_PERMIT)
    if facts.conditions_overdue:
        found.append(GateReason.CONDITION_OVERDUE)
    if facts.state not in PASSED_STATES:
        if facts.before_overdue:
            found.append(GateReason.BEFORE_BLOCKED)
        if _overdue(facts, today, calendar) > rules.grace_working_days:
            found.append(GateReason.OVERDUE_LONG)
    return found


def _yellow(facts: GateFacts, today: date, calendar: WorkCalendar, rules: GateLampRules) -> list[GateReason]:
    found = [_YELLOW[facts.state]] if facts.state in _YELLOW else []
    if facts.conditions_open > facts.conditions_overdue:
        found.append(GateReason.CONDITION_OPEN)
    if facts.state in PASSED_STATES or facts.due_on is None:
        return found
    late = _overdue(facts, today, calendar)
    if 0 < late <= rules.grace_working_days:
        found.append(GateReason.OVERDUE)
    elif not late and facts.hard_missing and facts.state != "not_started":
        left = calendar.working_days_between(today, facts.due_on)
        if left <= rules.near_working_days:
            found.append(GateReason.NEAR)
    return found


def _overdue(facts: GateFacts, today: date, calendar: WorkCalendar) -> int:
    """Working days since the due day; at least one on any day after it."""
    if facts.due_on is None or today <= facts.due_on:
        return 0
    return max(1, calendar.working_days_between(facts.due_on, today))
