"""One shape for every schedule file: what the file says, nothing computed, nothing corrected in silence.

Times are naive and local, as the files have them; durations, lags and floats are minutes; percents are 0..100.
A week starts on Monday. A working interval is (first minute, last minute) of a day, 0..1440.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

Interval = tuple[int, int]
Day = tuple[Interval, ...]
Week = tuple[Day, Day, Day, Day, Day, Day, Day]
DAY_MIN = 1440
# Of a project's uid, as far as it is kept.
UID_LENGTH = 60
EIGHT_HOURS: Day = ((8 * 60, 12 * 60), (13 * 60, 17 * 60))
FIVE_DAYS: Week = (EIGHT_HOURS, EIGHT_HOURS, EIGHT_HOURS, EIGHT_HOURS, EIGHT_HOURS, (), ())


class Kind(StrEnum):
    """What an activity is. ``LOE``: level of effort, hangs between others and drives nothing."""

    TASK = "task"
    START_MILESTONE = "start_milestone"
    FINISH_MILESTONE = "finish_milestone"
    LOE = "loe"
    SUMMARY = "summary"


class LinkKind(StrEnum):
    FS = "FS"
    SS = "SS"
    FF = "FF"
    SF = "SF"


class LagCalendar(StrEnum):
    """The calendar on which a lag is counted."""

    PREDECESSOR = "predecessor"
    SUCCESSOR = "successor"
    PROJECT = "project"
    ELAPSED = "elapsed"


class Constraint(StrEnum):
    NONE = ""
    ALAP = "ALAP"
    SNET = "SNET"
    SNLT = "SNLT"
    FNET = "FNET"
    FNLT = "FNLT"
    MSO = "MSO"
    MFO = "MFO"
    # Primavera's mandatory dates, which override the logic (MSO and MFO there only bound both sides).
    MANDATORY_START = "MANDATORY_START"
    MANDATORY_FINISH = "MANDATORY_FINISH"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something the reader must know. ``code`` has its sentence in ``words``; ``line`` is 0 where there is none.

    ``level``: info, warn or bad. Bad ones do not stop a preview; what cannot be read at all is refused.
    """

    code: str
    level: str = "info"
    line: int = 0
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class Calendar:
    """``origin``: ``file``, or ``substituted`` where the file's own could not be read or was missing."""

    uid: str
    name: str
    week: Week = FIVE_DAYS
    exceptions: dict[date, Day] = field(default_factory=dict)
    hours_per_day: float = 8.0
    is_default: bool = False
    origin: str = "file"


@dataclass(kw_only=True)
class Span:
    """One baseline of one activity: ``number`` 0..10."""

    number: int
    start_at: datetime | None
    finish_at: datetime | None
    duration_min: int | None = None
    cost: float | None = None


@dataclass(kw_only=True)
class Activity:
    """``start_at``/``finish_at``: the dates that the file shows to its reader (actual, else remaining, else planned).

    ``parent_uid``: of the summary above, or "". ``line``: where it stands in the file, or 0.
    """

    uid: str
    code: str
    name: str
    kind: Kind = Kind.TASK
    parent_uid: str = ""
    level: int = 0
    calendar_uid: str = ""
    duration_min: int | None = None
    remaining_min: int | None = None
    start_at: datetime | None = None
    finish_at: datetime | None = None
    early_start_at: datetime | None = None
    early_finish_at: datetime | None = None
    late_start_at: datetime | None = None
    late_finish_at: datetime | None = None
    planned_start_at: datetime | None = None
    planned_finish_at: datetime | None = None
    actual_start_at: datetime | None = None
    actual_finish_at: datetime | None = None
    total_float_min: int | None = None
    free_float_min: int | None = None
    is_critical: bool | None = None
    is_on_longest_path: bool | None = None
    percent: float | None = None
    percent_kind: str = ""
    constraint: Constraint = Constraint.NONE
    constraint_at: datetime | None = None
    constraint2: Constraint = Constraint.NONE
    constraint2_at: datetime | None = None
    expected_finish_at: datetime | None = None
    deadline_at: datetime | None = None
    is_manual: bool = False
    # P6's “resource dependent”: work goes on when its resource works.
    follows_resource: bool = False
    cost: float | None = None
    baselines: list[Span] = field(default_factory=list)
    line: int = 0


@dataclass(kw_only=True)
class Link:
    predecessor_uid: str
    successor_uid: str
    kind: LinkKind = LinkKind.FS
    lag_min: int = 0
    lag_calendar: LagCalendar = LagCalendar.PREDECESSOR
    line: int = 0


@dataclass(kw_only=True)
class Resource:
    """``kind``: labour, equipment or material."""

    uid: str
    code: str
    name: str
    kind: str = "labour"
    calendar_uid: str = ""


@dataclass(kw_only=True)
class Assignment:
    """``quantity``: hours of labour or equipment, or units of material."""

    activity_uid: str
    resource_uid: str
    quantity: float | None = None
    cost: float | None = None


@dataclass(kw_only=True)
class NeutralSchedule:
    """One project of a file. ``activities`` hold the summaries too, parents before children.

    ``critical_float_min``: at or below which the file calls an activity critical.
    """

    uid: str
    code: str
    name: str
    data_date: datetime | None = None
    start_at: datetime | None = None
    finish_at: datetime | None = None
    must_finish_at: datetime | None = None
    calendar_uid: str = ""
    critical_float_min: int = 0
    progress_rule: str = "retained_logic"
    # The file's program let expected finishes decide what is left.
    uses_expected_finish: bool = False
    calendars: list[Calendar] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def leaves(self) -> list[Activity]:
        """Activities that are no summaries."""
        return [activity for activity in self.activities if activity.kind is not Kind.SUMMARY]


@dataclass(kw_only=True)
class Reading:
    """A whole file. ``encoding``: as decided; ``encoding_why``: a code of ``words``."""

    file_format: str
    application: str = ""
    version: str = ""
    encoding: str = ""
    encoding_why: str = ""
    rows: int = 0
    projects: list[NeutralSchedule] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def project(self, uid: str = "") -> NeutralSchedule:
        """The project of that uid, or the only one. Raises LookupError where a choice is needed."""
        if uid:
            for project in self.projects:
                if project.uid[:UID_LENGTH] == uid[:UID_LENGTH]:
                    return project
        if not uid and len(self.projects) == 1:
            return self.projects[0]
        raise LookupError(uid)


def tidy_day(intervals: Iterable[Interval]) -> Day:
    """Intervals sorted, joined where they touch or overlap, empty ones gone."""
    merged: list[Interval] = []
    for first, last in sorted(pair for pair in intervals if pair[0] < pair[1]):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((max(first, 0), min(last, DAY_MIN)))
    return tuple(merged)


def day_minutes(day: Day) -> int:
    """Working minutes of a day."""
    return sum(last - first for first, last in day)
