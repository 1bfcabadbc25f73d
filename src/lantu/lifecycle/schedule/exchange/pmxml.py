"""Primavera P6 XML (``APIBusinessObjects``), P6 Professional and EPPM alike."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from lantu.lifecycle.schedule.exchange import p6_words, xml_names
from lantu.lifecycle.schedule.exchange.hygiene import finish_project, tell_unreadable
from lantu.lifecycle.schedule.exchange.neutral import (
    DAY_MIN,
    Activity,
    Assignment,
    Calendar,
    Constraint,
    Day,
    Finding,
    Interval,
    Kind,
    LagCalendar,
    Link,
    LinkKind,
    NeutralSchedule,
    Reading,
    Resource,
    Span,
    tidy_day,
)
from lantu.lifecycle.schedule.exchange.texts import clock, minutes, number, refuse, stamp, unreadable
from lantu.lifecycle.schedule.exchange.xml_tools import XmlText, each, fields, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

WEEKDAYS = {
    name: place
    for place, name in enumerate(
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    )
}
PROJECTS = ("Project", "BaselineProject")
HOURS = ("PlannedDuration", "RemainingDuration", "TotalFloat", "FreeFloat")


def read_pmxml(content: bytes, *, encoding: str = "") -> Reading:
    """Read a whole file. Raises Unacceptable naming line and column for broken XML, or when it is something else."""
    xml = XmlText(content, encoding=encoding, wanted=xml_names.P6)
    root = xml.root
    if root.tag != "APIBusinessObjects":
        raise refuse(
            "not_pmxml",
            _("这不是 P6 XML（根元素是 %(tag)s）。") % {"tag": root.tag},
            _("请在 P6 里选择“导出 → Primavera P6 XML”。"),
        )
    reading = Reading(
        file_format="p6xml",
        application="Primavera P6",
        version=_version(content),
        encoding=xml.encoding,
        encoding_why=xml.why,
        rows=sum(1 for name in ("Activity", "Relationship", "WBS", "Calendar") for _found in root.iter(name)),
    )
    if xml.dropped:
        reading.findings.append(Finding(code="bytes_replaced", level="warn", params={"count": xml.dropped}))
    calendars = [_calendar(element, reading.findings) for element in each(root, "Calendar")]
    resources = [_resource(element) for element in each(root, "Resource")]
    baselines: dict[str, list[NeutralSchedule]] = defaultdict(list)
    for element in root:
        if element.tag not in PROJECTS:
            continue
        project = _project(element, calendars, resources)
        if element.tag == "BaselineProject":
            baselines[text_of(element, "OriginalProjectObjectId")].append(project)
        else:
            reading.projects.append(project)
    for project in reading.projects:
        for place, baseline in enumerate(baselines.get(project.uid, ())[:11]):
            _take_baseline(project, baseline, place)
        finish_project(project)
    kept = [project for project in reading.projects if project.leaves]
    reading.projects = kept or reading.projects
    if not reading.projects:
        raise refuse("no_project", _("文件里没有项目（Project）。"), _("导出时请选择要交付的项目。"))
    return reading


def _version(content: bytes) -> str:
    head = content[:2000].decode("latin-1")
    for part in head.split("/"):
        if part[:1] == "V" and part[1:2].isdigit():
            return part[1:]
    return ""


def _inclusive(text: str) -> int | None:
    """End of working time: P6 writes the last minute that is worked, 15:59 for 16:00; other writers the end itself."""
    value = clock(text)
    if value is None:
        return None
    return value + 1 if value % 5 == 4 else value or DAY_MIN


def _hours(element: Element) -> Day:
    found: list[Interval] = []
    for times in each(element, "WorkTime"):
        first, last = clock(text_of(times, "Start")), _inclusive(text_of(times, "Finish"))
        if first is not None and last is not None and first < last:
            found.append((first, last))
    return tidy_day(found)


def _calendar(element: Element, findings: list[Finding]) -> Calendar:
    words = fields(element)
    calendar = Calendar(
        uid=words.get("ObjectId", ""),
        name=words.get("Name", words.get("ObjectId", "")),
        hours_per_day=number(words.get("HoursPerDay")) or 8.0,
        is_default=words.get("IsDefault") == "1",
    )
    week: list[Day] = [()] * 7
    for day in each(element, "StandardWorkWeek", "StandardWorkHours"):
        place = WEEKDAYS.get(text_of(day, "DayOfWeek").capitalize())
        if place is not None:
            week[place] = _hours(day)
    if any(week):
        calendar.week = tuple(week)  # type: ignore[assignment]
    else:
        calendar.origin = "substituted"
        params = {"calendar": calendar.name, "reason": "no_working_day", "place": 0}
        findings.append(Finding(code="calendar_substituted", level="bad", params=params))
    skipped = 0
    for exception in each(element, "HolidayOrExceptions", "HolidayOrException"):
        moment = stamp(text_of(exception, "Date"))
        if moment is None:
            skipped += 1
            continue
        calendar.exceptions[moment.date()] = _hours(exception)
    if skipped:
        params = {"calendar": calendar.name, "count": skipped}
        findings.append(Finding(code="calendar_parts_skipped", level="warn", params=params))
    return calendar


def _resource(element: Element) -> Resource:
    words = fields(element)
    return Resource(
        uid=words.get("ObjectId", ""),
        code=words.get("Id", ""),
        name=words.get("Name", words.get("Id", "")),
        kind=p6_words.RESOURCE_KINDS.get(words.get("ResourceType", ""), "labour"),
        calendar_uid=words.get("CalendarObjectId", ""),
    )


def _project(element: Element, calendars: list[Calendar], resources: list[Resource]) -> NeutralSchedule:
    words = fields(element)
    project = NeutralSchedule(
        uid=words.get("ObjectId", ""),
        code=words.get("Id", ""),
        name=words.get("Name") or words.get("Id", ""),
        data_date=stamp(words.get("DataDate")),
        start_at=stamp(words.get("PlannedStartDate")),
        finish_at=stamp(words.get("ScheduledFinishDate")),
        must_finish_at=stamp(words.get("MustFinishByDate")),
        calendar_uid=words.get("ActivityDefaultCalendarObjectId", ""),
        critical_float_min=minutes(words.get("CriticalActivityFloatThreshold")) or 0,
        resources=list(resources),
    )
    if words.get("OutOfSequenceScheduleType") == "Progress Override":
        project.progress_rule = "override"
    # Older exports write the option on the project itself.
    options = [words, *(fields(one) for one in each(element, "ScheduleOptions"))]
    project.uses_expected_finish = any(one.get("UseExpectedFinishDates") in {"1", "true"} for one in options)
    lag_calendar = p6_words.LAG_CALENDARS.get(
        words.get("RelationshipLagCalendar", ""), LagCalendar.PREDECESSOR
    )
    project.calendars = list(calendars) + [
        _calendar(own, project.findings) for own in each(element, "Calendar")
    ]
    rows = [fields(each_one) for each_one in each(element, "Activity")]
    project.activities = [_activity(row) for row in rows]
    odd = [
        value
        for row in rows
        for value in unreadable((row[name] for name in row if name.endswith("Date")), stamp)
    ]
    tell_unreadable(project, odd, "dates")
    odd = [value for row in rows for value in unreadable((row.get(name, "") for name in HOURS), minutes)]
    tell_unreadable(project, odd, "numbers")
    nodes = sorted(each(element, "WBS"), key=lambda node: number(text_of(node, "SequenceNumber")) or 0.0)
    project.activities += [_node(fields(node)) for node in nodes]
    project.links = [_link(fields(one), lag_calendar, project) for one in each(element, "Relationship")]
    project.assignments = [_assignment(fields(one)) for one in each(element, "ResourceAssignment")]
    return project


def _node(words: dict[str, str]) -> Activity:
    parent = words.get("ParentObjectId", "")
    return Activity(
        uid=f"wbs:{words.get('ObjectId', '')}",
        code=words.get("Code", ""),
        name=words.get("Name") or words.get("Code", ""),
        kind=Kind.SUMMARY,
        parent_uid=f"wbs:{parent}" if parent else "",
    )


def _activity(words: dict[str, str]) -> Activity:
    percent_kind = p6_words.PERCENT_KINDS.get(words.get("PercentCompleteType", ""), "duration")
    wbs = words.get("WBSObjectId", "")
    duration = minutes(words.get("PlannedDuration"))
    early = stamp(words.get("RemainingEarlyStartDate")) or stamp(words.get("EarlyStartDate"))
    finish = stamp(words.get("RemainingEarlyFinishDate")) or stamp(words.get("EarlyFinishDate"))
    late = stamp(words.get("RemainingLateStartDate")) or stamp(words.get("LateStartDate"))
    late_finish = stamp(words.get("RemainingLateFinishDate")) or stamp(words.get("LateFinishDate"))
    actual_start, actual_finish = stamp(words.get("ActualStartDate")), stamp(words.get("ActualFinishDate"))
    planned_start, planned_finish = (
        stamp(words.get("PlannedStartDate")),
        stamp(words.get("PlannedFinishDate")),
    )
    critical = {"1": True, "0": False, "true": True, "false": False}
    return Activity(
        uid=words.get("ObjectId", ""),
        code=words.get("Id", ""),
        name=words.get("Name", ""),
        kind=p6_words.TASK_TYPES.get(words.get("Type", ""), Kind.TASK),
        follows_resource=words.get("Type") == "Resource Dependent",
        parent_uid=f"wbs:{wbs}" if wbs else "",
        calendar_uid=words.get("CalendarObjectId", ""),
        duration_min=duration,
        remaining_min=minutes(words.get("RemainingDuration")),
        start_at=stamp(words.get("StartDate")) or actual_start or early or planned_start,
        finish_at=stamp(words.get("FinishDate")) or actual_finish or finish or planned_finish,
        early_start_at=early,
        early_finish_at=finish,
        late_start_at=late,
        late_finish_at=late_finish,
        planned_start_at=planned_start,
        planned_finish_at=planned_finish,
        actual_start_at=actual_start,
        actual_finish_at=actual_finish,
        total_float_min=minutes(words.get("TotalFloat")),
        free_float_min=minutes(words.get("FreeFloat")),
        is_critical=critical.get(words.get("IsCritical", "")),
        is_on_longest_path=critical.get(words.get("IsLongestPath", "")),
        percent=_percent(words, percent_kind),
        percent_kind=percent_kind,
        constraint=p6_words.CONSTRAINTS.get(words.get("PrimaryConstraintType", ""), Constraint.NONE),
        constraint_at=stamp(words.get("PrimaryConstraintDate")),
        constraint2=p6_words.CONSTRAINTS.get(words.get("SecondaryConstraintType", ""), Constraint.NONE),
        constraint2_at=stamp(words.get("SecondaryConstraintDate")),
        expected_finish_at=stamp(words.get("ExpectedFinishDate")),
    )


def _percent(words: dict[str, str], kind: str) -> float | None:
    """0..1 in the file; the kind of the activity says which of the three is meant."""
    if words.get("Status") == "Completed" or words.get("ActualFinishDate"):
        return 100.0
    name = {"physical": "PhysicalPercentComplete", "units": "UnitsPercentComplete"}.get(
        kind, "DurationPercentComplete"
    )
    share = number(words.get("PercentComplete"))
    if share is None:
        share = number(words.get(name))
    return None if share is None else round(min(max(share, 0.0), 1.0) * 100, 4)


def _link(words: dict[str, str], lag_calendar: LagCalendar, project: NeutralSchedule) -> Link:
    kind = p6_words.LINK_KINDS.get(words.get("Type", ""))
    if kind is None:
        params = {"kind": words.get("Type", "")}
        project.findings.append(Finding(code="link_kind_unknown", level="warn", params=params))
    return Link(
        predecessor_uid=words.get("PredecessorActivityObjectId", ""),
        successor_uid=words.get("SuccessorActivityObjectId", ""),
        kind=kind or LinkKind.FS,
        lag_min=minutes(words.get("Lag")) or 0,
        lag_calendar=lag_calendar,
    )


def _assignment(words: dict[str, str]) -> Assignment:
    return Assignment(
        activity_uid=words.get("ActivityObjectId", ""),
        resource_uid=words.get("ResourceObjectId", ""),
        quantity=number(words.get("PlannedUnits")),
        cost=number(words.get("PlannedCost")),
    )


def _take_baseline(project: NeutralSchedule, baseline: NeutralSchedule, place: int) -> None:
    by_code = {activity.code: activity for activity in baseline.leaves}
    for activity in project.leaves:
        if found := by_code.get(activity.code):
            activity.baselines.append(
                Span(
                    number=place,
                    start_at=found.start_at,
                    finish_at=found.finish_at,
                    duration_min=found.duration_min,
                )
            )
