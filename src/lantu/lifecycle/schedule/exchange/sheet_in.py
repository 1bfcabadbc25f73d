"""A schedule workbook back in: every fault by sheet, row and column, with what to write instead."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule.exchange import sheet_words as words
from lantu.lifecycle.schedule.exchange.hygiene import finish_project
from lantu.lifecycle.schedule.exchange.neutral import (
    Activity,
    Calendar,
    Constraint,
    Day,
    Kind,
    LagCalendar,
    Link,
    LinkKind,
    NeutralSchedule,
    Reading,
    Week,
)
from lantu.lifecycle.schedule.exchange.sheet_cells import (
    UnfitCell,
    amount_of,
    choice_of,
    moment_of,
    percent_of,
    times_of,
)
from lantu.lifecycle.schedule.exchange.sheet_columns import (
    ACTIVITIES,
    CALENDARS,
    EXCEPTIONS,
    LINKS,
    SHEETS,
    WEEKDAYS,
    SheetShape,
    matches,
)
from lantu.lifecycle.schedule.exchange.texts import number, refuse
from lantu.projects.sheets.opening import opened_sheets
from lantu.projects.sheets.reading import column_letter

HEADING_ROWS = 20
MOST_ROWS = 100_000
SHOWN = 50


class SheetFaults(Unacceptable):
    """``problems``: sentences with sheet, row and column, at most 50 of them."""

    def __init__(self, problems: list[str], count: int) -> None:
        super().__init__(
            "lifecycle.schedule_sheet_faults",
            _("表里有 %(count)s 处错误，第一处：%(first)s") % {"count": count, "first": problems[0]},
            remedy=_("请按列出的行和列改正后重新上传。"),
            field="file",
        )
        self.problems = problems


@dataclass
class _Row:
    number: int
    cells: dict[str, tuple[str, Any]]

    def __getitem__(self, key: str) -> Any:
        return self.cells.get(key, ("", None))[1]

    def text(self, key: str) -> str:
        """The cell as text, whole numbers without a point."""
        value = self[key]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value).replace("\x00", "").strip()


@dataclass
class _Faults:
    sentences: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, sheet: SheetShape, row: _Row, key: str, what: str) -> None:
        self.count += 1
        if len(self.sentences) < SHOWN:
            letter = row.cells.get(key, ("", None))[0]
            heading = next((str(column.heading) for column in sheet.columns if column.key == key), key)
            place = {
                "sheet": str(sheet.title),
                "row": row.number,
                "letter": letter,
                "heading": heading,
                "what": what,
            }
            self.sentences.append(
                _("“%(sheet)s”第 %(row)s 行 %(letter)s 列（%(heading)s）：%(what)s") % place
            )


def read_sheet(content: bytes) -> Reading:
    """Read a workbook of ours. Raises SheetFaults naming each place, Unacceptable when it has no sheet of activities."""
    faults = _Faults()
    rows: dict[str, list[_Row]] = {shape.key: [] for shape in SHEETS}
    seen: list[str] = []
    with opened_sheets(io.BytesIO(content), "schedule.xlsx") as sheets:
        for sheet in sheets:
            seen.append(sheet.title)
            shape = next((each for each in SHEETS if matches(each, sheet.title) and not rows[each.key]), None)
            if shape is not None:
                rows[shape.key] = list(_rows(shape, sheet.rows))
    if not rows["activities"]:
        raise refuse(
            "sheet_missing",
            _("工作簿里没有填好的“任务”表，只有：%(names)s。") % {"names": "、".join(seen[:8]) or "—"},
            _("请下载模板，或从平台导出一份后修改。"),
        )
    project = NeutralSchedule(uid="1", code="", name="")
    _calendars(project, rows, faults)
    by_code = _activities(project, rows["activities"], faults)
    _links(project, rows["links"], by_code, faults)
    if faults.count:
        raise SheetFaults(faults.sentences, faults.count)
    starts = [activity.start_at for activity in project.activities if activity.start_at]
    project.start_at = min(starts) if starts else None
    finish_project(project)
    return Reading(
        file_format="xlsx",
        application="Excel",
        rows=sum(len(found) for found in rows.values()),
        projects=[project],
    )


def _rows(shape: SheetShape, lines: Iterator[tuple[Any, ...]]) -> Iterator[_Row]:
    places: dict[str, int] = {}
    for line_no, cells in enumerate(lines, start=1):
        if not places:
            found = _places(shape, cells)
            if all(column.key in found for column in shape.columns if column.required):
                places = found
            elif line_no >= HEADING_ROWS:
                break
            continue
        if line_no > MOST_ROWS:
            raise refuse(
                "sheet_long",
                _("“%(sheet)s”超过 %(most)s 行。") % {"sheet": shape.title, "most": MOST_ROWS},
                _("请拆成几份计划分别导入。"),
            )
        values = {
            key: (column_letter(place), cells[place] if place < len(cells) else None)
            for key, place in places.items()
        }
        if any(value not in (None, "") for _letter, value in values.values()):
            yield _Row(line_no, values)
    if not places:
        names = "、".join(f"“{column.heading}”" for column in shape.columns if column.required)
        raise refuse(
            "sheet_headings",
            _("“%(sheet)s”的前 %(n)s 行里没有列标题 %(names)s。")
            % {"sheet": shape.title, "n": HEADING_ROWS, "names": names},
            _("请保留模板的列标题。"),
        )


def _places(shape: SheetShape, cells: tuple[Any, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, heading in enumerate(cells):
        column = next(
            (c for c in shape.columns if heading and c.key not in found and matches(c, heading)), None
        )
        if column is not None:
            found[column.key] = place
    return found


def _calendars(project: NeutralSchedule, rows: dict[str, list[_Row]], faults: _Faults) -> None:
    by_name: dict[str, Calendar] = {}
    for row in rows["calendars"]:
        name = row.text("name")
        if not name or name in by_name:
            faults.add(CALENDARS, row, "name", _("名称空白或重复。"))
            continue
        week: list[Day] = []
        for key in WEEKDAYS:
            week.append(_take(faults, CALENDARS, row, key, times_of) or ())
        calendar = Calendar(
            uid=name[:60],
            name=name,
            week=cast(Week, tuple(week)),
            hours_per_day=number(row.text("hours")) or 8.0,
        )
        if not any(week):
            faults.add(CALENDARS, row, "mon", _("一周里没有工作时间。"))
        calendar.is_default = row.text("default").lower() in words.YES
        by_name[name] = calendar
    for row in rows["exceptions"]:
        owner = by_name.get(row.text("calendar"))
        day = _take(faults, EXCEPTIONS, row, "day", moment_of)
        spans = _take(faults, EXCEPTIONS, row, "times", times_of)
        if owner is None:
            faults.add(
                EXCEPTIONS, row, "calendar", _("“日历”表里没有“%(name)s”。") % {"name": row.text("calendar")}
            )
        elif day is not None:
            owner.exceptions[day.date()] = spans or ()
    project.calendars = list(by_name.values())
    default = next(
        (c for c in project.calendars if c.is_default), project.calendars[0] if project.calendars else None
    )
    project.calendar_uid = default.uid if default else ""


def _take(faults: _Faults, sheet: SheetShape, row: _Row, key: str, read: Any) -> Any:
    try:
        return read(row[key])
    except UnfitCell as problem:
        faults.add(sheet, row, key, str(problem))
        return None


def _activities(project: NeutralSchedule, rows: list[_Row], faults: _Faults) -> dict[str, Activity]:
    calendars = {calendar.name: calendar for calendar in project.calendars}
    by_code: dict[str, Activity] = {}
    above: list[Activity] = []
    for row in rows:
        code = row.text("code")
        if not code:
            faults.add(ACTIVITIES, row, "code", _("没有编号。"))
            continue
        if code in by_code:
            faults.add(
                ACTIVITIES,
                row,
                "code",
                _("编号“%(code)s”在第 %(line)s 行已经用过。") % {"code": code, "line": by_code[code].line},
            )
            continue
        activity = _activity(row, code, calendars, faults)
        level = number(row.text("level") or "1")
        if level is None or not 1 <= level <= 60:
            faults.add(ACTIVITIES, row, "level", _("层级应是 1 到 60 的整数。"))
            level = 1
        activity.level = int(level)
        while above and above[-1].level >= activity.level:
            above.pop()
        if above:
            above[-1].kind, activity.parent_uid = Kind.SUMMARY, above[-1].uid
        above.append(activity)
        by_code[code] = activity
    project.activities = list(by_code.values())
    return by_code


def _activity(row: _Row, code: str, calendars: dict[str, Calendar], faults: _Faults) -> Activity:
    def take(key: str, read: Any) -> Any:
        return _take(faults, ACTIVITIES, row, key, read)

    calendar = calendars.get(row.text("calendar"))
    if row.text("calendar") and calendar is None:
        faults.add(
            ACTIVITIES, row, "calendar", _("“日历”表里没有“%(name)s”。") % {"name": row.text("calendar")}
        )
    hours = amount_of(calendar.hours_per_day if calendar else 8.0)
    if not row.text("name"):
        faults.add(ACTIVITIES, row, "name", _("没有名称。"))
    duration, remaining = take("duration", hours), take("remaining", hours)
    if (duration or 0) < 0:
        faults.add(ACTIVITIES, row, "duration", _("工期不能是负数。"))
    began, ended = take("actual_start", moment_of), take("actual_finish", moment_of)
    if began and ended and ended < began:
        faults.add(ACTIVITIES, row, "actual_finish", _("实际完成早于实际开始。"))
    start, finish = take("start", moment_of), take("finish", moment_of)
    if start and finish and finish < start:
        faults.add(ACTIVITIES, row, "finish", _("完成早于开始。"))
    constraint, at = (
        take("constraint", choice_of(words.CONSTRAINTS)) or Constraint.NONE,
        take("constraint_at", moment_of),
    )
    if constraint not in (Constraint.NONE, Constraint.ALAP) and at is None:
        faults.add(ACTIVITIES, row, "constraint_at", _("填了限制，没有填限制日期。"))
    spare = take("float", hours)
    return Activity(
        uid=code,
        code=code,
        name=row.text("name"),
        kind=take("kind", choice_of(words.KINDS)) or Kind.TASK,
        calendar_uid=calendar.uid if calendar else "",
        duration_min=duration,
        remaining_min=remaining,
        start_at=began or start,
        finish_at=ended or finish,
        early_start_at=start,
        early_finish_at=finish,
        late_start_at=take("late_start", moment_of),
        late_finish_at=take("late_finish", moment_of),
        actual_start_at=began,
        actual_finish_at=ended,
        total_float_min=spare,
        is_critical=None
        if not row.text("critical") and spare is not None
        else row.text("critical").lower() in words.YES,
        percent=take("percent", percent_of),
        percent_kind=take("percent_kind", choice_of(words.PERCENTS)) or "physical",
        constraint=constraint,
        constraint_at=at,
        deadline_at=take("deadline", moment_of),
        cost=number(row.text("cost")),
        line=row.number,
    )


def _links(project: NeutralSchedule, rows: list[_Row], by_code: dict[str, Activity], faults: _Faults) -> None:
    kinds = {
        kind: (kind.value, (kind.value.lower(), *(("",) if kind is LinkKind.FS else ()))) for kind in LinkKind
    }
    for row in rows:
        ends = []
        for key in ("before", "after"):
            activity = by_code.get(row.text(key))
            if activity is None:
                faults.add(LINKS, row, key, _("“任务”表里没有编号“%(code)s”。") % {"code": row.text(key)})
            else:
                ends.append(activity)
        kind = _take(faults, LINKS, row, "kind", choice_of(kinds))
        lag = _take(faults, LINKS, row, "lag", amount_of(8.0))
        lag_calendar = _take(faults, LINKS, row, "lag_calendar", choice_of(words.LAG_CALENDARS))
        if len(ends) == 2 and ends[0] is ends[1]:
            faults.add(LINKS, row, "after", _("任务连到自己。"))
        elif len(ends) == 2:
            project.links.append(
                Link(
                    predecessor_uid=ends[0].uid,
                    successor_uid=ends[1].uid,
                    kind=kind or LinkKind.FS,
                    lag_min=lag or 0,
                    lag_calendar=lag_calendar or LagCalendar.PREDECESSOR,
                    line=row.number,
                )
            )
