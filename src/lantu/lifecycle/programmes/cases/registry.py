"""The parts of a template. Rooms of this floor and of higher ones offer theirs: gates, checklist, schedule, risk points…"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lantu.accounts.models import User
from lantu.core.registry import Store
from lantu.duties.deadlines import work_calendar
from lantu.projects.models import Party, Project

Content = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Target:
    """The project that a template is put to work for, from a day on."""

    project: Project
    starts_on: date
    by: User
    now: datetime

    def day(self, offset: int) -> date:
        """The ``offset``-th working day after the start; the start itself (or the next working day) for 0."""
        return shifted(self.starts_on, offset)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that would be made: what, its day counted from the start, and the day itself."""

    what: str
    offset: int | None = None
    on: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """``problem`` says why this part cannot be made for that project; empty if it can."""

    lines: list[Line]
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class CasePart:
    """``take``: the content of a finished project, or None; days as working days from the project's start. ``foresee``:
    what it would make. ``make``: makes it through the room's services and says what. ``make`` None: for reading only."""

    key: str
    label: Any
    order: int
    take: Callable[[Project, date], Content | None]
    foresee: Callable[[Content, Target], Foreseen]
    make: Callable[[Content, Target], str] | None = None


parts: Store[CasePart] = Store("case_parts")


def offset_of(start: date, day: date) -> int:
    """Working days from ``start`` to ``day``; 0 for earlier days."""
    return int(work_calendar().working_days_between(start, day))


def shifted(start: date, offset: int) -> date:
    """The working day that lies ``offset`` working days after ``start``."""
    calendar = work_calendar()
    day = calendar.next_working_day(start)
    for _step in range(offset):
        day = calendar.next_working_day(date.fromordinal(day.toordinal() + 1))
    return day


def people_by_role(project: Project) -> dict[str, User]:
    """Party role → the person who answers for it."""
    rows = Party.objects.filter(project=project).select_related("contact__organisation")
    return {str(row.role): row.contact for row in rows}


def role_of(project: Project, person: User | None) -> str:
    """The part that a person, or the person's unit, has in a project; empty if none."""
    if person is None:
        return ""
    rows = list(Party.objects.filter(project=project))
    mine = [row.role for row in rows if row.contact_id == person.pk]
    units = [row.role for row in rows if row.organisation_id == person.organisation_id]
    return str((mine or units or [""])[0])
