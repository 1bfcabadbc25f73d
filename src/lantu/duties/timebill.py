"""The responsibility time bill: working days that each party held each object.

Time on the bill is counted in working days of 24 hours (calc.workdays), so that shares add up whichever way a
span is cut. Approved stops of the clock are taken out and shown on their own:
sum over the parties = elapsed − stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from lantu.calc.deadlines import Hold, time_bill
from lantu.calc.workdays import working_seconds_between
from lantu.duties.deadlines import DAY_SECONDS, work_calendar
from lantu.duties.models import ClockStop, Holding
from lantu.projects.models import Project

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class BillRow:
    """What one party held. Seconds of working time, without the stops."""

    key: str
    label: str
    unit: str
    seconds: int
    objects: int

    @property
    def days(self) -> float:
        """Working days, to two decimals: about a quarter of an hour."""
        return round(self.seconds / DAY_SECONDS, 2)


@dataclass(frozen=True)
class Bill:
    """The bill of one object or of one project; the longest holder first."""

    rows: list[BillRow]
    elapsed_seconds: int
    stopped_seconds: int
    objects: int
    by: str

    @property
    def elapsed_days(self) -> float:
        return round(self.elapsed_seconds / DAY_SECONDS, 2)

    @property
    def stopped_days(self) -> float:
        return round(self.stopped_seconds / DAY_SECONDS, 2)


def bill_of_subject(subject_type: str, subject_id: int, *, now: datetime, by: str = "person") -> Bill:
    """The bill of one object over all its steps. ``by``: person | unit."""
    return _bill(
        Holding.objects.filter(duty__subject_type=subject_type, duty__subject_id=subject_id),
        ClockStop.objects.filter(duty__subject_type=subject_type, duty__subject_id=subject_id),
        now=now,
        by=by,
    )


def bill_of_project(project: Project, *, now: datetime, by: str = "unit") -> Bill:
    """The bills of all objects of a project, added up. ``by``: person | unit."""
    return _bill(
        Holding.objects.filter(duty__project=project),
        ClockStop.objects.filter(duty__project=project),
        now=now,
        by=by,
    )


def _bill(holdings: QuerySet[Holding], stops: QuerySet[ClockStop], *, now: datetime, by: str) -> Bill:
    """Bill each object by itself, because spans of different objects overlap, and add up."""
    calendar = work_calendar()
    holds, labels = _holds_by_object(holdings, now=now, by=by)
    pauses = _stops_by_object(stops, now=now)
    seconds: dict[str, int] = {}
    objects: dict[str, int] = {}
    elapsed = 0
    for subject, spans in holds.items():
        elapsed += sum(working_seconds_between(span.start, span.end, calendar) for span in spans)
        bill = time_bill(spans, pauses.get(subject, []), calendar)
        for party, held in bill.items():
            seconds[party] = seconds.get(party, 0) + held
            objects[party] = objects.get(party, 0) + 1
    stopped = elapsed - sum(seconds.values())
    rows = [
        BillRow(
            key=party, label=labels[party][0], unit=labels[party][1], seconds=held, objects=objects[party]
        )
        for party, held in seconds.items()
    ]
    rows.sort(key=lambda row: (-row.seconds, row.label))
    return Bill(rows=rows, elapsed_seconds=elapsed, stopped_seconds=stopped, objects=len(holds), by=by)


def _holds_by_object(
    holdings: QuerySet[Holding], *, now: datetime, by: str
) -> tuple[dict[tuple[str, int], list[Hold]], dict[str, tuple[str, str]]]:
    holds: dict[tuple[str, int], list[Hold]] = {}
    labels: dict[str, tuple[str, str]] = {}
    for row in holdings.select_related("duty", "holder", "unit"):
        party = f"unit:{row.unit_id}" if by == "unit" else f"person:{row.holder_id}"
        labels[party] = (row.unit.name, "") if by == "unit" else (str(row.holder), str(row.unit))
        end = max(row.ended_at or now, row.started_at)
        subject = (row.duty.subject_type, row.duty.subject_id)
        holds.setdefault(subject, []).append(Hold(party, row.started_at, end))
    return holds, labels


def _stops_by_object(stops: QuerySet[ClockStop], *, now: datetime) -> dict[tuple[str, int], list[Span]]:
    pauses: dict[tuple[str, int], list[Span]] = {}
    for stop in stops.select_related("duty").filter(approved_at__isnull=False):
        subject = (stop.duty.subject_type, stop.duty.subject_id)
        end = stop.resumed_at or now
        if end > stop.asked_at:
            pauses.setdefault(subject, []).append((stop.asked_at, end))
    return pauses
