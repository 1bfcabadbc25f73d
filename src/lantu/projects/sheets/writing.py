"""Write spreadsheets of projects row by row: memory does not grow with their number."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from lantu.projects.areas import area_names
from lantu.projects.models import Project
from lantu.projects.sheets.columns import COLUMNS, EXTRA, Column
from lantu.projects.sheets.plainxlsx import CELL_CHARS, write_sheet
from lantu.projects.sheets.reading import column_letter

HEAD_FILL = PatternFill("solid", fgColor="0F4C9C")
REQUIRED_FILL = PatternFill("solid", fgColor="A35A00")
BAD_FILL = PatternFill("solid", fgColor="FBD9D9")
HEAD_FONT = Font(color="FFFFFF", bold=True)
WAN = Decimal(10_000)
VALIDATED_ROWS = 5000
SHEET = "项目清单"


def _text_cell(sheet: Any, value: Any) -> Any:
    """Text stays text: a name that begins with “=” must not become a formula."""
    if isinstance(value, str) and value:
        cell = WriteOnlyCell(sheet, value="".join(c for c in value[:CELL_CHARS] if c >= " " or c in "\n\t"))
        cell.data_type = "s"
        return cell
    return value


def _head(sheet: Any, columns: Iterable[Column]) -> list[Any]:
    cells = []
    for column in columns:
        cell = WriteOnlyCell(sheet, value=column.heading)
        cell.font, cell.fill = HEAD_FONT, REQUIRED_FILL if column.required else HEAD_FILL
        cells.append(cell)
    return cells


def _set_widths(sheet: Any) -> None:
    for index, column in enumerate(COLUMNS):
        sheet.column_dimensions[column_letter(index)].width = column.width
    sheet.freeze_panes = "C2"


def _wan(yuan: Decimal | None) -> Decimal | None:
    return None if yuan is None else (yuan / WAN).normalize() + 0


def _words(field: str) -> dict[str, str]:
    return {str(key): str(label) for key, label in Project._meta.get_field(field).flatchoices}  # type: ignore[union-attr]


def _cells(projects: Iterable[Project]) -> Iterator[list[Any]]:
    """Each project's values in the order of COLUMNS, then EXTRA; words are looked up once, not once a project."""
    areas = area_names()
    words = {column.key: _words(column.key) for column in COLUMNS if column.kind == "choice"}
    lamps = _words("lamp")
    for project in projects:
        line: list[Any] = []
        for column in COLUMNS:
            value = getattr(project, column.key)
            if column.kind == "unit":
                value = value.name if value else None
            elif column.kind == "choice":
                value = words[column.key].get(value, value)
            elif column.kind == "area":
                value = areas.get(value, value)
            elif column.kind == "money":
                value = _wan(value)
            elif column.kind == "tags":
                value = "、".join(value)
            line.append(value)
        month = f"{project.latest_month:%Y-%m}" if project.latest_month else None
        line += [lamps[project.lamp], project.lamp_words, month, project.planned_pct, project.physical_pct]
        line += [_wan(project.invested_yuan), _wan(project.paid_yuan)]
        yield line


def export_projects(projects: Iterable[Project]) -> IO[bytes]:
    """An open temporary .xlsx of these projects; importing it back changes nothing."""
    headings = [(column.heading, column.width, column.required) for column in COLUMNS]
    headings += [(text, 14, False) for text in EXTRA]
    return write_sheet(SHEET, headings, _cells(projects))


def template() -> IO[bytes]:
    """An empty .xlsx with the headings, drop-down lists, and a page that explains each column."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    _set_widths(sheet)
    for index, column in enumerate(COLUMNS):
        options = column.choices or (tuple(area_names().values()) if column.kind == "area" else ())
        if options and sum(map(len, options)) + len(options) < 250:
            rule = DataValidation(type="list", formula1='"' + ",".join(options) + '"', allow_blank=True)
            rule.add(f"{column_letter(index)}2:{column_letter(index)}{VALIDATED_ROWS}")
            sheet.data_validations.append(rule)
    sheet.append(_head(sheet, COLUMNS))
    notes = book.create_sheet("说明")
    for letter, width in zip("ABCDE", (22, 8, 44, 50, 44), strict=True):
        notes.column_dimensions[letter].width = width
    notes.append([_("列标题"), _("必填"), _("填写要求"), _("可填"), _("也认识的标题")])
    for column in COLUMNS:
        options = column.choices or (tuple(area_names().values()) if column.kind == "area" else ())
        required = _("是") if column.required else ""
        notes.append([column.heading, required, column.help, "、".join(options), "、".join(column.aliases)])
    return _saved(book)


def marked_copy(
    title_rows: Iterable[tuple[Any, ...]], rows: Iterable[tuple[tuple[Any, ...], dict[int, str], str]]
) -> IO[bytes]:
    """The sent sheet with a first column that says what is wrong in each row, and red cells where it is.

    ``rows``: cells, problems by column index, the sentences of the row.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.column_dimensions["A"].width = 60
    for number, cells in enumerate(title_rows):
        first = WriteOnlyCell(sheet, value=_("问题") if number == 0 else None)
        first.font = Font(bold=True)
        sheet.append([first, *(_text_cell(sheet, value) for value in cells)])
    for cells, problems, sentences in rows:
        first = WriteOnlyCell(sheet, value=sentences or None)
        first.alignment = Alignment(wrap_text=True, vertical="top")
        line: list[Any] = [first]
        for index in range(max(len(cells), max(problems, default=-1) + 1)):
            value = cells[index] if index < len(cells) else None
            cell = WriteOnlyCell(sheet, value=value)
            if isinstance(value, str):
                cell.data_type = "s"
            if index in problems:
                cell.fill = BAD_FILL
            line.append(cell)
        sheet.append(line)
    return _saved(book)


def _saved(book: Workbook) -> IO[bytes]:
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  handed to the response, which closes it
    book.save(file)
    file.seek(0)
    return file
