"""A schedule before it is one: plain rows, as a form, a file or a template gives them.

Rows name each other by code. Durations, lags and floats are working minutes, dates are aware moments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lantu.calc.work_time import chinese
from lantu.packs.load import national

Spans = Sequence[Sequence[int]]


@dataclass(frozen=True, kw_only=True)
class CalendarRow:
    """``week``: seven lists, Monday first; ``exceptions``: ISO day → spans (none: a day off)."""

    code: str
    name: str
    week: Sequence[Spans]
    exceptions: Mapping[str, Spans] = field(default_factory=dict)
    hours_per_day: float = 8.0
    is_default: bool = False


@dataclass(frozen=True, kw_only=True)
class Stated:
    """Dates and floats that a file computed itself: a mirror shows them as they are."""

    early_start_at: datetime | None = None
    early_finish_at: datetime | None = None
    late_start_at: datetime | None = None
    late_finish_at: datetime | None = None
    total_float_min: int | None = None
    free_float_min: int | None = None
    is_critical: bool = False
    is_on_longest_path: bool = False


@dataclass(frozen=True, kw_only=True)
class ActivityRow:
    code: str
    name: str
    kind: str = "task"
    parent_code: str = ""
    wbs_path: str = ""
    milestone_side: str = ""
    calendar_code: str = ""
    duration_min: int = 0
    remaining_min: int | None = None
    constraint_kind: str = ""
    constraint_at: datetime | None = None
    constraint2_kind: str = ""
    constraint2_at: datetime | None = None
    deadline_at: datetime | None = None
    expected_finish_at: datetime | None = None
    percent: float = 0.0
    percent_kind: str = "physical"
    evidence_grade: str = ""
    actual_start_at: datetime | None = None
    actual_finish_at: datetime | None = None
    weight: float = 0.0
    budget_yuan: Decimal = Decimal(0)
    actual_yuan: Decimal = Decimal(0)
    quantity: float | None = None
    quantity_unit: str = ""
    owner_id: int | None = None
    responsible_id: int | None = None
    source_uid: str = ""
    source_row: Mapping[str, Any] = field(default_factory=dict)
    stated: Stated | None = None


@dataclass(frozen=True, kw_only=True)
class LinkRow:
    predecessor_code: str
    successor_code: str
    kind: str = "FS"
    lag_min: int = 0
    lag_calendar: str = "predecessor"


@dataclass(frozen=True, kw_only=True)
class BaselineRows:
    """A baseline that a file states: code → (start, finish, duration in minutes, budget)."""

    name: str
    rows: Sequence[tuple[str, datetime | None, datetime | None, int, Decimal]]


@dataclass(frozen=True, kw_only=True)
class ScheduleDraft:
    name: str
    kind: str
    start_at: datetime
    data_date: datetime
    calendars: Sequence[CalendarRow]
    activities: Sequence[ActivityRow]
    links: Sequence[LinkRow] = ()
    source: str = "own"
    source_name: str = ""
    source_facts: Mapping[str, Any] = field(default_factory=dict)
    must_finish_at: datetime | None = None
    critical_rule: str = "longest_path"
    critical_float_min: int = 0
    progress_rule: str = "retained_logic"
    baselines: Sequence[BaselineRows] = ()


def pack_calendars(default: str = "") -> list[CalendarRow]:
    """The calendars that the pack offers, as rows; the Chinese one with the holidays that are published."""
    rules, found = national().schedules, []
    chosen = default or rules.default_calendar
    for template in rules.calendars:
        exceptions: dict[str, Spans] = {}
        if template.days == "national":
            work = chinese(national().calendar, template.spans)
            week: Sequence[Spans] = work.week
            exceptions = {day.isoformat(): spans for day, spans in sorted(work.exceptions.items())}
        else:
            week = (template.spans,) * 7
        found.append(
            CalendarRow(
                code=template.code,
                name=template.name,
                week=week,
                exceptions=exceptions,
                hours_per_day=template.hours_per_day,
                is_default=template.code == chosen,
            )
        )
    return found


def assumed_years(start: date, finish: date) -> list[int]:
    """Years of a plan whose holidays are not published: counted with plain weekends, and said so."""
    known = national().calendar.years
    last = max(finish, start + timedelta(days=1)).year
    return [year for year in range(start.year, last + 1) if year not in known]
