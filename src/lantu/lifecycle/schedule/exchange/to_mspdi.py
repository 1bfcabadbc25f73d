"""A neutral schedule as Microsoft Project XML (mspdi_pj12.xsd, elements in the order of the schema).

What the format cannot say: lags on the predecessor's calendar (written as plain working lags), levels of effort
(written as tasks), P6's mandatory dates and the plain ones alike become “must”.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from xml.sax.saxutils import escape

from lantu.lifecycle.schedule.exchange.neutral import (
    DAY_MIN,
    Activity,
    Calendar,
    Constraint,
    Day,
    Kind,
    LagCalendar,
    Link,
    NeutralSchedule,
)

NAMESPACE = "http://schemas.microsoft.com/project"
# Text1 of tasks; its title is one that our reader and people take for the activity's code.
CODE_FIELD = "188743731"
CODE_TITLE = "Activity ID"
KINDS = {"FF": 0, "FS": 1, "SF": 2, "SS": 3}
CONSTRAINTS = {
    Constraint.NONE: 0,
    Constraint.ALAP: 1,
    Constraint.MSO: 2,
    Constraint.MANDATORY_START: 2,
    Constraint.MFO: 3,
    Constraint.MANDATORY_FINISH: 3,
    Constraint.SNET: 4,
    Constraint.SNLT: 5,
    Constraint.FNET: 6,
    Constraint.FNLT: 7,
}
WORKING_DAYS, ELAPSED_DAYS = 7, 8
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_mspdi(project: NeutralSchedule) -> bytes:
    """The whole file, UTF-8."""
    return "".join(_parts(project)).encode()


def _parts(project: NeutralSchedule) -> Iterator[str]:
    calendars = {calendar.uid: number for number, calendar in enumerate(project.calendars, start=1)}
    own = calendars.get(project.calendar_uid, 1)
    default = next((c for c in project.calendars if c.uid == project.calendar_uid), None)
    hours = default.hours_per_day if default else 8.0
    yield f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Project xmlns="{NAMESPACE}">'
    yield _element("SaveVersion", 14) + _element("Name", project.name) + _element("Title", project.name)
    yield (
        _element("ScheduleFromStart", 1)
        + _stamp("StartDate", project.start_at)
        + _stamp("FinishDate", project.finish_at)
    )
    yield _element("CriticalSlackLimit", round(project.critical_float_min / 60 / (hours or 8)))
    yield _element("CurrencyDigits", 2) + _element("CurrencySymbol", "¥") + _element("CalendarUID", own)
    yield _element("MinutesPerDay", round(hours * 60)) + _element("HonorConstraints", 1)
    yield _stamp("StatusDate", project.data_date)
    yield "<ExtendedAttributes><ExtendedAttribute>" + _element("FieldID", CODE_FIELD)
    yield (
        _element("FieldName", "Text1")
        + _element("Alias", CODE_TITLE)
        + "</ExtendedAttribute></ExtendedAttributes>"
    )
    yield "<Calendars>"
    for calendar in project.calendars:
        yield from _calendar(calendar, calendars[calendar.uid])
    yield "</Calendars><Tasks>"
    yield from _tasks(project, calendars)
    yield "</Tasks><Resources/><Assignments/></Project>\n"


def _element(name: str, value: object) -> str:
    return f"<{name}>{escape(_CONTROL.sub('', str(value)))}</{name}>"


def _stamp(name: str, moment: datetime | None) -> str:
    return f"<{name}>{moment:%Y-%m-%dT%H:%M:%S}</{name}>" if moment else ""


def _length(name: str, minutes: int | None) -> str:
    return "" if minutes is None else f"<{name}>PT{minutes // 60}H{minutes % 60}M0S</{name}>"


def _times(day: Day) -> str:
    if not day:
        return ""
    spans = "".join(
        f"<WorkingTime><FromTime>{_clock(first)}</FromTime><ToTime>{_clock(last)}</ToTime></WorkingTime>"
        for first, last in day
    )
    return f"<WorkingTimes>{spans}</WorkingTimes>"


def _clock(minute: int) -> str:
    minute %= DAY_MIN
    return f"{minute // 60:02d}:{minute % 60:02d}:00"


def _calendar(calendar: Calendar, uid: int) -> Iterator[str]:
    yield f"<Calendar><UID>{uid}</UID>" + _element("Name", calendar.name)
    yield "<IsBaseCalendar>1</IsBaseCalendar><BaseCalendarUID>-1</BaseCalendarUID><WeekDays>"
    for kind in range(1, 8):
        day = calendar.week[(kind + 5) % 7]
        yield f"<WeekDay><DayType>{kind}</DayType><DayWorking>{int(bool(day))}</DayWorking>{_times(day)}</WeekDay>"
    yield "</WeekDays>"
    if calendar.exceptions:
        yield "<Exceptions>"
        for day_on, spans in sorted(calendar.exceptions.items()):
            yield _exception(day_on, spans)
        yield "</Exceptions>"
    yield "</Calendar>"


def _exception(day: date, spans: Day) -> str:
    period = f"<TimePeriod><FromDate>{day}T00:00:00</FromDate><ToDate>{day}T23:59:00</ToDate></TimePeriod>"
    return (
        f"<Exception><EnteredByOccurrences>0</EnteredByOccurrences>{period}<Occurrences>1</Occurrences>"
        f"<Type>1</Type><DayWorking>{int(bool(spans))}</DayWorking>{_times(spans)}</Exception>"
    )


def _tasks(project: NeutralSchedule, calendars: dict[str, int]) -> Iterator[str]:
    uids = {activity.uid: number for number, activity in enumerate(project.activities, start=1)}
    before: dict[str, list[Link]] = defaultdict(list)
    for link in project.links:
        if link.predecessor_uid in uids:
            before[link.successor_uid].append(link)
    outline: dict[str, str] = {}
    counters: Counter[str] = Counter()
    for activity in project.activities:
        counters[activity.parent_uid] += 1
        above = outline.get(activity.parent_uid, "")
        number = str(counters[activity.parent_uid])
        outline[activity.uid] = f"{above}.{number}" if above else number
        yield _task(activity, uids, outline[activity.uid], calendars.get(activity.calendar_uid, -1))
        for link in before.get(activity.uid, ()):
            yield _link(link, uids[link.predecessor_uid])
        yield f"<ExtendedAttribute><FieldID>{CODE_FIELD}</FieldID>{_element('Value', activity.code)}</ExtendedAttribute>"
        for span in activity.baselines:
            yield f"<Baseline><Number>{span.number}</Number>" + _stamp("Start", span.start_at)
            yield _stamp("Finish", span.finish_at) + _length("Duration", span.duration_min) + "</Baseline>"
        yield "</Task>"


def _task(activity: Activity, uids: dict[str, int], outline: str, calendar: int) -> str:
    uid = uids[activity.uid]
    milestone = activity.kind in (Kind.START_MILESTONE, Kind.FINISH_MILESTONE)
    done = round(activity.percent or 0)
    constraint = CONSTRAINTS[activity.constraint]
    return "".join(
        (
            f"<Task><UID>{uid}</UID><ID>{uid}</ID>",
            _element("Name", activity.name),
            "<Active>1</Active><Manual>0</Manual><Type>0</Type><IsNull>0</IsNull>",
            f"<WBS>{outline}</WBS><OutlineNumber>{outline}</OutlineNumber><OutlineLevel>{outline.count('.') + 1}</OutlineLevel>",
            _stamp("Start", activity.start_at),
            _stamp("Finish", activity.finish_at),
            _length("Duration", activity.duration_min or 0),
            f"<DurationFormat>{WORKING_DAYS}</DurationFormat><Estimated>0</Estimated>",
            f"<Milestone>{int(milestone)}</Milestone><Summary>{int(activity.kind is Kind.SUMMARY)}</Summary>",
            f"<Critical>{int(bool(activity.is_critical))}</Critical>",
            _stamp("EarlyStart", activity.early_start_at),
            _stamp("EarlyFinish", activity.early_finish_at),
            _stamp("LateStart", activity.late_start_at),
            _stamp("LateFinish", activity.late_finish_at),
            "" if activity.free_float_min is None else _element("FreeSlack", activity.free_float_min * 10),
            "" if activity.total_float_min is None else _element("TotalSlack", activity.total_float_min * 10),
            f"<PercentComplete>{done}</PercentComplete>",
            _element("Cost", round((activity.cost or 0) * 100)),
            _stamp("ActualStart", activity.actual_start_at),
            _stamp("ActualFinish", activity.actual_finish_at),
            _length("RemainingDuration", activity.remaining_min),
            f"<ConstraintType>{constraint}</ConstraintType><CalendarUID>{calendar}</CalendarUID>",
            _stamp("ConstraintDate", activity.constraint_at if constraint else None),
            _stamp("Deadline", activity.deadline_at),
            f"<PhysicalPercentComplete>{done}</PhysicalPercentComplete>" if activity.percent_kind == "physical" else "",
        )
    )  # fmt: skip


def _link(link: Link, uid: int) -> str:
    lag_format = ELAPSED_DAYS if link.lag_calendar is LagCalendar.ELAPSED else WORKING_DAYS
    return (
        f"<PredecessorLink><PredecessorUID>{uid}</PredecessorUID><Type>{KINDS[link.kind]}</Type><CrossProject>0</CrossProject>"
        f"<LinkLag>{link.lag_min * 10}</LinkLag><LagFormat>{lag_format}</LagFormat></PredecessorLink>"
    )
