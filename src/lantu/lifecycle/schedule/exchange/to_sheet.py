"""A neutral schedule as a workbook that people edit and that comes back in through ``sheet_in``."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from lantu.lifecycle.schedule.exchange.coding import codes_of
from lantu.lifecycle.schedule.exchange.neutral import Activity, Day, NeutralSchedule
from lantu.lifecycle.schedule.exchange.sheet_columns import (
    ACTIVITIES,
    CALENDARS,
    EXCEPTIONS,
    LINKS,
    SHEETS,
    SheetShape,
)
from lantu.lifecycle.schedule.exchange.sheet_words import CONSTRAINTS, KINDS, LAG_CALENDARS, PERCENTS

STAMP = "yyyy-mm-dd hh:mm"
FORMULA = ("=", "+", "-", "@")


def write_workbook(project: NeutralSchedule) -> bytes:
    """Sheets of activities, links, calendars, their exceptions, and notes."""
    book = Workbook(write_only=True)
    calendars = {calendar.uid: calendar.name for calendar in project.calendars}
    codes = codes_of(project)
    _sheet(
        book,
        ACTIVITIES,
        (_activity(activity, codes[activity.uid], calendars) for activity in project.activities),
    )
    links = (
        [
            codes[link.predecessor_uid],
            codes[link.successor_uid],
            link.kind.value,
            _hours(link.lag_min),
            str(LAG_CALENDARS[link.lag_calendar][0]),
        ]
        for link in project.links
        if link.predecessor_uid in codes and link.successor_uid in codes
    )
    _sheet(book, LINKS, links)
    weeks = (
        [
            calendar.name,
            _("是") if calendar.uid == project.calendar_uid else "",
            calendar.hours_per_day,
            *(times(day) for day in calendar.week),
        ]
        for calendar in project.calendars
    )
    _sheet(book, CALENDARS, weeks)
    exceptions = (
        [calendar.name, day, times(spans)]
        for calendar in project.calendars
        for day, spans in sorted(calendar.exceptions.items())
    )
    _sheet(book, EXCEPTIONS, exceptions)
    _notes(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def times(day: Day) -> str:
    """``08:00-12:00 13:00-17:00``; "" for a day off."""
    return " ".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in day)


def _hours(minutes: int | None) -> float | None:
    return None if minutes is None else round(minutes / 60, 4)


def _activity(activity: Activity, code: str, calendars: dict[str, str]) -> list[Any]:
    return [
        code,
        activity.name,
        activity.level + 1,
        str(KINDS[activity.kind][0]),
        calendars.get(activity.calendar_uid, ""),
        _hours(activity.duration_min),
        _hours(activity.remaining_min),
        activity.start_at,
        activity.finish_at,
        activity.late_start_at,
        activity.late_finish_at,
        _hours(activity.total_float_min),
        _("是") if activity.is_critical else "",
        activity.percent,
        str(PERCENTS[activity.percent_kind][0]) if activity.percent_kind in PERCENTS else "",
        activity.actual_start_at,
        activity.actual_finish_at,
        str(CONSTRAINTS[activity.constraint][0]),
        activity.constraint_at,
        activity.deadline_at,
        activity.cost or None,
    ]


def _sheet(book: Any, shape: SheetShape, rows: Iterable[list[Any]]) -> None:
    sheet = book.create_sheet(str(shape.title))
    sheet.freeze_panes = "C2" if shape is ACTIVITIES else "A2"
    for place, column in enumerate(shape.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.append(list(_heading(sheet, shape)))
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _heading(sheet: Any, shape: SheetShape) -> Iterator[Any]:
    for column in shape.columns:
        cell = WriteOnlyCell(sheet, value=str(column.heading))
        cell.font = Font(bold=True, color="FFFFFFFF")
        cell.fill = PatternFill("solid", fgColor="FFA35A00" if column.required else "FF0F4C9C")
        yield cell


def _cell(sheet: Any, value: Any) -> Any:
    if value is None or value == "":
        return None
    if hasattr(value, "strftime"):
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = STAMP if hasattr(value, "hour") else "yyyy-mm-dd"
        return cell
    if isinstance(value, str):
        clean = "".join(char for char in value if char >= " " or char in "\n\t")[:32_000]
        if clean.startswith(FORMULA):
            # A name that begins like a formula stays a text.
            cell = WriteOnlyCell(sheet, value=clean)
            cell.data_type = "s"
            return cell
        return clean
    return value


def _notes(book: Any) -> None:
    sheet = book.create_sheet(_("说明"))
    (
        sheet.column_dimensions["A"].width,
        sheet.column_dimensions["B"].width,
        sheet.column_dimensions["C"].width,
    ) = 14, 20, 60
    sheet.append([_("表"), _("列"), _("填法")])
    for shape in SHEETS:
        for column in shape.columns:
            if column.help or column.required:
                words = [_("必填") if column.required else "", str(column.help)]
                sheet.append(
                    [str(shape.title), str(column.heading), "；".join(word for word in words if word)]
                )
