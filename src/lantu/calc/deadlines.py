"""Terms, slips and the escalation ladder that every open duty shares.

The three-colour slip 三色督办单 and the ladder L0 to L5 are the house's own choice, described in
``docs/algorithms/deadlines.md``: blue when at most 20 % of the time or at most two working days are
left, yellow when the work is behind schedule or poor, red when overdue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lantu.calc.workdays import (
    WorkCalendar,
    add_hours,
    add_months,
    add_natural_days,
    add_working_days,
    working_seconds_between,
)


class Unit(StrEnum):
    """How a term is counted."""

    HOURS = "hours"
    NATURAL_DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


class Slip(StrEnum):
    """The colour of a duty's slip; ``NONE`` while there is time."""

    NONE = "none"
    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True)
class Term:
    """A length of time with its way of counting, e.g. ``Term(72, Unit.HOURS)``."""

    amount: float
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse a negative length and parts of a day or month; hours may be broken, 0.25 h is 15 min."""
        if self.amount < 0:
            raise ValueError("a term cannot be negative")
        if self.unit is not Unit.HOURS and self.amount != int(self.amount):
            raise ValueError("a term in days or months is a whole number")

    def due_at(self, start: datetime, calendar: WorkCalendar) -> datetime:
        """The moment at which the term that begins at ``start`` ends."""
        match self.unit:
            case Unit.HOURS:
                return add_hours(start, self.amount)
            case Unit.NATURAL_DAYS:
                return add_natural_days(start, int(self.amount), calendar)
            case Unit.WORKING_DAYS:
                return add_working_days(start, int(self.amount), calendar)
            case Unit.MONTHS:
                return add_months(start, int(self.amount), calendar)


_SHORT = {"h": Unit.HOURS, "d": Unit.NATURAL_DAYS, "wd": Unit.WORKING_DAYS, "m": Unit.MONTHS}
_TERM = re.compile(r"(\d+(?:\.\d+)?)(h|d|wd|m)")


def parse_term(text: str) -> Term:
    """A term as packs write it: ``4h``, ``3d`` natural days, ``2wd`` working days, ``1m``.

    Raises ``ValueError`` for anything else.
    """
    match = _TERM.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"“{text}” is not a term: write 4h, 3d, 2wd or 1m")
    return Term(float(match[1]), _SHORT[match[2]])


@dataclass(frozen=True)
class SlipPolicy:
    """When a slip turns blue and how the ladder climbs after red."""

    near_share: float = 0.20
    near_working_days: int = 2
    leader_list_working_days: int = 5
    meeting_working_days: int = 10


DEFAULT_POLICY = SlipPolicy()


def blue_from(
    opened_at: datetime, due_at: datetime, calendar: WorkCalendar, policy: SlipPolicy = DEFAULT_POLICY
) -> datetime:
    """When the slip turns blue: 20 % of the time left or two working days left, whichever is earlier.

    The rule of working days holds only for terms longer than twice that; otherwise a duty of a few
    hours would be born blue.
    """
    total = due_at - opened_at
    by_share = due_at - total * policy.near_share
    near = policy.near_working_days * 86_400
    if working_seconds_between(opened_at, due_at, calendar) <= 2 * near:
        return by_share
    by_days = due_at
    while working_seconds_between(by_days, due_at, calendar) < near:
        by_days -= timedelta(days=1)
    return min(by_share, by_days)


def slip_of(
    now: datetime,
    *,
    opened_at: datetime,
    due_at: datetime,
    calendar: WorkCalendar,
    behind: bool = False,
    policy: SlipPolicy = DEFAULT_POLICY,
) -> Slip:
    """Colour of the slip at ``now``; ``behind`` says that the work is late or poor against its plan."""
    if now > due_at:
        return Slip.RED
    if behind:
        return Slip.YELLOW
    if now >= blue_from(opened_at, due_at, calendar, policy):
        return Slip.BLUE
    return Slip.NONE


def ladder_level(
    now: datetime,
    *,
    opened_at: datetime,
    due_at: datetime,
    calendar: WorkCalendar,
    behind: bool = False,
    policy: SlipPolicy = DEFAULT_POLICY,
) -> int:
    """Rung of the escalation ladder at ``now``: 0 holder, 1 the holder's head, 2 bureau leader,
    3 supervision office, 4 deputy mayor's list, 5 next joint meeting.

    Rung 1 one working day after blue (at once when less is left), 2 at yellow, 3 at red, 4 after
    five working days of red, 5 after ten.
    """
    overdue = working_seconds_between(due_at, now, calendar)
    if now > due_at:
        if overdue >= policy.meeting_working_days * 86_400:
            return 5
        return 4 if overdue >= policy.leader_list_working_days * 86_400 else 3
    if behind:
        return 2
    blue = blue_from(opened_at, due_at, calendar, policy)
    waited = working_seconds_between(blue, now, calendar)
    return 1 if now >= blue and waited >= 86_400 else 0


@dataclass(frozen=True)
class Hold:
    """A party held an object during ``[start, end)``."""

    party: str
    start: datetime
    end: datetime


def time_bill(
    holds: Sequence[Hold], stops: Sequence[tuple[datetime, datetime]], calendar: WorkCalendar
) -> Mapping[str, int]:
    """Working seconds that each party held an object, without the approved stops of the clock.

    Holds follow one another without overlap; stops do not overlap each other. The sum over the
    parties equals the elapsed working time minus the stopped working time.
    """
    bill: dict[str, int] = {}
    for hold in holds:
        seconds = working_seconds_between(hold.start, hold.end, calendar)
        for stop_start, stop_end in stops:
            start, end = max(hold.start, stop_start), min(hold.end, stop_end)
            if start < end:
                seconds -= working_seconds_between(start, end, calendar)
        bill[hold.party] = bill.get(hold.party, 0) + seconds
    return bill
