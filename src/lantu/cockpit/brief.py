"""The one page before a meeting: what is red, what blocks, what was promised and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from lantu.duties.models import Duty
from lantu.duties.selectors import by_consequence, overdue, visible_duties
from lantu.projects.models import Lamp, Project
from lantu.projects.selectors import UNDER_CONSTRUCTION, visible_projects

LOOK_BACK = timedelta(days=7)
RED_ROWS = 6
BLOCKER_ROWS = 8
PROMISE_ROWS = 6
PEOPLE = ("project", "holder", "unit")


@dataclass(frozen=True)
class Promises:
    """What fell due in the last week: kept in time, done late, still owed; and the rows still owed."""

    due: int
    kept: int
    late: int
    owed: int
    rows: list[Duty]


def red_projects(reader: Any, *, limit: int = RED_ROWS) -> list[Project]:
    """Projects under construction with a red lamp, the largest money first."""
    rows = visible_projects(reader).filter(UNDER_CONSTRUCTION, lamp=Lamp.RED).select_related("owner_org")
    return list(rows.order_by("-total_investment_yuan", "pk")[:limit])


def _of_business(reader: Any) -> QuerySet[Duty]:
    """Duties about the city's projects; decisions about other duties are not for this page."""
    return visible_duties(reader).exclude(subject_type__startswith="duties.").select_related(*PEOPLE)


def blockers(reader: Any, *, now: datetime, limit: int = BLOCKER_ROWS) -> list[Duty]:
    """Red or overdue duties in order of consequence: each names who has to act."""
    rows = (
        _of_business(reader)
        .filter(closed_at=None)
        .filter(Q(severity=4) | Q(pk__in=overdue(Duty.objects.all(), now).values("pk")))
    )
    return list(by_consequence(rows, now)[:limit])


def promises(reader: Any, *, now: datetime, limit: int = PROMISE_ROWS) -> Promises:
    """The duties whose time ran out in the last seven days, and what became of them.

    Measured at the time first promised: an extension granted later does not make a promise kept.
    """
    rows = _of_business(reader).filter(original_due_at__gt=now - LOOK_BACK, original_due_at__lte=now)
    counts = rows.aggregate(
        due=Count("pk"),
        kept=Count("pk", filter=Q(closed_at__lte=F("original_due_at"))),
        late=Count("pk", filter=Q(closed_at__gt=F("original_due_at"))),
        owed=Count("pk", filter=Q(closed_at=None)),
    )
    unkept = rows.filter(Q(closed_at=None) | Q(closed_at__gt=F("original_due_at")))
    owed_first = Case(When(closed_at=None, then=Value(0)), default=Value(1), output_field=IntegerField())
    return Promises(
        **counts, rows=list(unkept.order_by(owed_first, "-severity", "original_due_at", "pk")[:limit])
    )
