"""Microsoft Project XML (MSPDI, ``<Project>``), of Project 2003 to 365 and of the many programs that write it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from lantu.lifecycle.schedule.exchange import xml_names
from lantu.lifecycle.schedule.exchange.hygiene import finish_project, tell_unreadable
from lantu.lifecycle.schedule.exchange.mspdi_calendar import read_calendars
from lantu.lifecycle.schedule.exchange.neutral import (
    DAY_MIN,
    Activity,
    Assignment,
    Calendar,
    Constraint,
    Finding,
    Kind,
    LagCalendar,
    Link,
    LinkKind,
    NeutralSchedule,
    Reading,
    Resource,
    Span,
)
from lantu.lifecycle.schedule.exchange.texts import number, refuse, stamp, unreadable
from lantu.lifecycle.schedule.exchange.xml_tools import XmlText, each, fields, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SPAN = re.compile(
    r"(-?)P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
LINK_KINDS = {"0": LinkKind.FF, "1": LinkKind.FS, "2": LinkKind.SF, "3": LinkKind.SS}
# Hard dates override links as long as the file says that its dates are honoured (the default).
HARD = {
    "2": Constraint.MANDATORY_START,
    "3": Constraint.MANDATORY_FINISH,
}
CONSTRAINTS = {
    "1": Constraint.ALAP,
    "2": Constraint.MSO,
    "3": Constraint.MFO,
    "4": Constraint.SNET,
    "5": Constraint.SNLT,
    "6": Constraint.FNET,
    "7": Constraint.FNLT,
}
RESOURCE_KINDS = {"0": "material", "1": "labour", "2": "equipment"}
# Even formats count elapsed time, 19 and 20 a share of the predecessor's duration; +32 only marks an estimate.
ESTIMATE = 32
PERCENT_FORMATS = (19, 20)
ELAPSED_FORMATS = (4, 6, 8, 10, 12, 20)
ELAPSED_UID = "elapsed"
# Names under which programs carry an activity's own code in a text field.
CODE_NAMES = frozenset(
    ("activity id", "activity code", "activityid", "编号", "作业代码", "任务编号", "作业编号")
)
LARGEST_MIN = 120_000_000
DATES = (
    "Start", "Finish", "EarlyStart", "EarlyFinish", "LateStart", "LateFinish", "ActualStart", "ActualFinish", "ConstraintDate",
    "Deadline",
)  # fmt: skip
LENGTHS = ("Duration", "RemainingDuration")


def read_mspdi(content: bytes, *, encoding: str = "") -> Reading:
    """Read a whole file. Raises Unacceptable naming line and column for broken XML, or when it is something else."""
    xml = XmlText(content, encoding=encoding, wanted=xml_names.MSPDI)
    root = xml.root
    if root.tag != "Project":
        raise refuse(
            "not_mspdi",
            _("这不是 Microsoft Project XML（根元素是 %(tag)s）。") % {"tag": root.tag},
            _("请在 Project 里“另存为 XML”。"),
        )
    words = fields(root)
    reading = Reading(
        file_format="mspdi",
        application="Microsoft Project",
        version=words.get("SaveVersion", ""),
        encoding=xml.encoding,
        encoding_why=xml.why,
    )
    if xml.dropped:
        reading.findings.append(Finding(code="bytes_replaced", level="warn", params={"count": xml.dropped}))
    project = _Reader(root, words).made()
    reading.rows = len(project.activities) + len(project.links) + len(project.calendars)
    reading.projects = [project]
    return reading


def duration(text: str | None) -> int | None:
    """``PT8H0M0S`` → 480 minutes; None when unreadable."""
    found = _SPAN.fullmatch(text.strip()) if text else None
    if found is None or text is None or text.strip() in ("P", "PT", "-P", "-PT"):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups()[1:])
    total = round(days * DAY_MIN + hours * 60 + minutes + seconds / 60)
    return None if total > LARGEST_MIN else -total if found.group(1) else total


def tenths(text: str | None) -> int | None:
    """Tenths of a minute, as slacks and lags are written."""
    value = number(text)
    return None if value is None or abs(value) > LARGEST_MIN * 10 else round(value / 10)


@dataclass
class _Waiting:
    """A link whose lag may be a share of a duration that is not read yet."""

    link: Link
    percent: float | None


class _Reader:
    def __init__(self, root: Element, words: dict[str, str]) -> None:
        self.root, self.words = root, words
        per_day = number(words.get("MinutesPerDay"))
        self.hours_per_day = per_day / 60 if per_day else 8.0
        self.project = NeutralSchedule(
            uid=words.get("UID") or words.get("GUID") or "1",
            code=words.get("Name", ""),
            name=words.get("Title") or words.get("Name") or "",
            data_date=stamp(words.get("StatusDate")),
            start_at=stamp(words.get("StartDate")),
            finish_at=stamp(words.get("FinishDate")),
            calendar_uid=words.get("CalendarUID", ""),
            critical_float_min=round(
                (number(words.get("CriticalSlackLimit")) or 0) * self.hours_per_day * 60
            ),
        )
        self.hard = HARD if words.get("HonorConstraints", "1") != "0" else {}
        self.code_field = _code_field(root)
        self.waiting: list[_Waiting] = []
        self.inactive: set[str] = set()

    def made(self) -> NeutralSchedule:
        """The project, read in one pass over the file."""
        project = self.project
        project.calendars = read_calendars(self.root, self.hours_per_day, project.findings)
        elements = list(each(self.root, "Tasks", "Task"))
        rows = [self._read(element) for element in elements]
        kept = [row for row in rows if row is not None]
        odd = [
            value
            for _a, words in kept
            for value in unreadable((words.get(name, "") for name in DATES), stamp)
        ]
        tell_unreadable(project, odd, "dates")
        odd = [
            value
            for _a, words in kept
            for value in unreadable((words.get(name, "") for name in LENGTHS), duration)
        ]
        tell_unreadable(project, odd, "numbers")
        _parents(kept)
        _codes(kept, project)
        project.activities = [activity for activity, _words in kept]
        self._lags()
        if any(activity.calendar_uid == ELAPSED_UID for activity in project.activities):
            whole = ((0, DAY_MIN),)
            project.calendars.append(
                Calendar(uid=ELAPSED_UID, name="24×7", week=(whole,) * 7, hours_per_day=24.0)
            )
        for calendar in project.calendars:
            calendar.is_default = calendar.uid == project.calendar_uid
        self._resources()
        finish_project(project)
        return project

    def _read(self, element: Element) -> tuple[Activity, dict[str, str]] | None:
        words = fields(element)
        project = self.project
        uid = words.get("UID", "")
        if words.get("IsNull") == "1":
            project.findings.append(Finding(code="row_blank", params={"row": words.get("ID", uid)}))
            return None
        if not uid or words.get("ExternalTask") == "1":
            params = {"row": words.get("ID", uid), "name": words.get("Name", "")}
            project.findings.append(
                Finding(code="row_external" if uid else "activity_without_id", level="warn", params=params)
            )
            return None
        activity = self._activity(uid, words)
        if self.code_field:
            activity.code = _attribute(element, self.code_field)
        for baseline in each(element, "Baseline"):
            activity.baselines.append(_baseline(baseline))
        if words.get("Active") == "0":
            self.inactive.add(uid)
            params = {"code": words.get("ID", uid), "name": activity.name}
            project.findings.append(Finding(code="activity_inactive", level="warn", params=params))
        for predecessor in each(element, "PredecessorLink"):
            self._link(uid, fields(predecessor))
        return activity, words

    def _activity(self, uid: str, words: dict[str, str]) -> Activity:
        format_no = words.get("DurationFormat", "")
        elapsed = format_no.isdigit() and int(format_no) % ESTIMATE in ELAPSED_FORMATS
        own = words.get("CalendarUID", "-1")
        milestone = words.get("Milestone") == "1"
        length = duration(words.get("Duration"))
        start, finish = stamp(words.get("Start")), stamp(words.get("Finish"))
        kind = words.get("ConstraintType", "0")
        cost = number(words.get("Cost"))
        return Activity(
            uid=uid,
            code="",
            name=words.get("Name", ""),
            kind=Kind.FINISH_MILESTONE if milestone and not length else Kind.TASK,
            level=int(words["OutlineLevel"]) if words.get("OutlineLevel", "").isdigit() else 1,
            calendar_uid=ELAPSED_UID if elapsed else "" if own == "-1" else own,
            duration_min=length,
            remaining_min=duration(words.get("RemainingDuration")),
            start_at=start,
            finish_at=finish,
            early_start_at=stamp(words.get("EarlyStart")),
            early_finish_at=stamp(words.get("EarlyFinish")),
            late_start_at=stamp(words.get("LateStart")),
            late_finish_at=stamp(words.get("LateFinish")),
            actual_start_at=stamp(words.get("ActualStart")),
            actual_finish_at=stamp(words.get("ActualFinish")),
            total_float_min=tenths(words.get("TotalSlack")),
            free_float_min=tenths(words.get("FreeSlack")),
            is_critical={"1": True, "0": False}.get(words.get("Critical", "")),
            percent=_share(words.get("PercentComplete")),
            percent_kind="duration",
            constraint=self.hard.get(kind) or CONSTRAINTS.get(kind, Constraint.NONE),
            constraint_at=stamp(words.get("ConstraintDate")),
            deadline_at=stamp(words.get("Deadline")),
            is_manual=words.get("Manual") == "1",
            # Money is written in hundredths.
            cost=None if cost is None else cost / 100,
        )

    def _link(self, uid: str, words: dict[str, str]) -> None:
        before = words.get("PredecessorUID", "")
        if words.get("CrossProject") == "1":
            params = {"uid": words.get("CrossProjectName", before)}
            self.project.findings.append(Finding(code="link_other_project", level="warn", params=params))
            return
        format_no = int(words["LagFormat"]) if words.get("LagFormat", "").isdigit() else 7
        percent = number(words.get("LinkLag")) if format_no % ESTIMATE in PERCENT_FORMATS else None
        elapsed = format_no % ESTIMATE in ELAPSED_FORMATS
        link = Link(
            predecessor_uid=before,
            successor_uid=uid,
            kind=LINK_KINDS.get(words.get("Type", "1"), LinkKind.FS),
            lag_min=0 if percent is not None else tenths(words.get("LinkLag")) or 0,
            lag_calendar=LagCalendar.ELAPSED if elapsed else LagCalendar.SUCCESSOR,
        )
        self.waiting.append(_Waiting(link, percent))

    def _lags(self) -> None:
        by_uid = {activity.uid: activity for activity in self.project.activities}
        for waiting in self.waiting:
            link = waiting.link
            if link.predecessor_uid in self.inactive or link.successor_uid in self.inactive:
                self.project.findings.append(
                    Finding(code="link_inactive", level="warn", params={"uid": link.predecessor_uid})
                )
                continue
            before = by_uid.get(link.predecessor_uid)
            if waiting.percent is not None and before is not None:
                link.lag_min = round((before.duration_min or 0) * waiting.percent / 100)
            self.project.links.append(link)

    def _resources(self) -> None:
        for element in each(self.root, "Resources", "Resource"):
            words = fields(element)
            if words.get("IsNull") == "1" or not words.get("UID"):
                continue
            name = words.get("Name", "")
            # Resource 0 stands for “unassigned” and has no name.
            if words["UID"] == "0" and not name:
                continue
            self.project.resources.append(
                Resource(
                    uid=words["UID"],
                    code=words.get("Code") or words.get("Initials", ""),
                    name=name,
                    kind=RESOURCE_KINDS.get(words.get("Type", "1"), "labour"),
                )
            )
        known = {resource.uid for resource in self.project.resources}
        for element in each(self.root, "Assignments", "Assignment"):
            words = fields(element)
            if words.get("ResourceUID") not in known:
                continue
            work = duration(words.get("Work"))
            cost = number(words.get("Cost"))
            self.project.assignments.append(
                Assignment(
                    activity_uid=words.get("TaskUID", ""),
                    resource_uid=words["ResourceUID"],
                    quantity=None if work is None else work / 60,
                    cost=None if cost is None else cost / 100,
                )
            )


def _share(text: str | None) -> float | None:
    value = number(text)
    return None if value is None else min(max(value, 0.0), 100.0)


def _baseline(element: Element) -> Span:
    words = fields(element)
    place, cost = words.get("Number", "0"), number(words.get("Cost"))
    return Span(
        number=int(place) if place.isdigit() else 0,
        start_at=stamp(words.get("Start")),
        finish_at=stamp(words.get("Finish")),
        duration_min=duration(words.get("Duration")),
        cost=None if cost is None else cost / 100,
    )


def _code_field(root: Element) -> str:
    """FieldID of the text field that its title calls an activity code, or ""."""
    for element in each(root, "ExtendedAttributes", "ExtendedAttribute"):
        if text_of(element, "Alias").lower() in CODE_NAMES:
            return text_of(element, "FieldID")
    return ""


def _attribute(element: Element, field_id: str) -> str:
    for attribute in each(element, "ExtendedAttribute"):
        if text_of(attribute, "FieldID") == field_id:
            return text_of(attribute, "Value")
    return ""


def _parents(rows: list[tuple[Activity, dict[str, str]]]) -> None:
    """Depths become parents: what is followed by something deeper is a summary."""
    above: list[Activity] = []
    for activity, _words in rows:
        while above and above[-1].level >= activity.level:
            above.pop()
        if above:
            above[-1].kind = Kind.SUMMARY
            activity.parent_uid = above[-1].uid
        above.append(activity)


def _codes(rows: list[tuple[Activity, dict[str, str]]], project: NeutralSchedule) -> None:
    """The file's own code field, else its WBS where that tells activities apart, else the row number people see."""
    leaves = [(activity, words) for activity, words in rows if activity.kind is not Kind.SUMMARY]
    own = Counter(activity.code for activity, _words in leaves)
    if leaves and "" not in own and max(own.values()) == 1:
        source = "own"
    else:
        wbs = Counter(words.get("WBS", "") for _activity, words in leaves)
        source = "wbs" if leaves and "" not in wbs and max(wbs.values()) == 1 else "row"
    for activity, words in rows:
        row = words.get("ID") or activity.uid
        if source == "own" and activity.code:
            continue
        activity.code = (words.get("WBS") or row) if source == "wbs" or activity.kind is Kind.SUMMARY else row
    if source != "own":
        project.findings.append(Finding(code="codes_from", params={"source": source}))
