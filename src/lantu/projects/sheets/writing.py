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
from lantu.projects.sheets.reading import column_letter

HEAD_FILL = PatternFill("solid", fgColor="0F4C9C")
REQUIRED_FILL = PatternFill("solid", fgColor="A35A00")
BAD_FILL = PatternFill("solid", fgColor="FBD9D9")
HEAD_FONT = Font(color="FFFFFF", bold=True)
WAN = Decimal(10_000)
VALIDATED_ROWS = 5000
CELL_CHARS = 32_000
SHEET = "项目清单"


def _text_cell(sheet: Any, value: Any) -> Any:
    """Text stays text: a name that begins with “=” must not become a formula."""
    if isinstance(value, str) and value:
        cell = WriteOnlyCell(sheet, value="".join(c for c in value[:CELL_CHARS] if c >= " " or c in "\n\t"))
        cell.data_type = "s"
        return cell
    return value


def _head(sheet: Any, columns: Iterable[Column], extra: Iterable[str] = ()) -> list[Any]:
    cells = []
    for column in columns:
        cell = WriteOnlyCell(sheet, value=column.heading)
        cell.font, cell.fill = HEAD_FONT, REQUIRED_FILL if column.required else HEAD_FILL
        cells.append(cell)
    for text in extra:
        cell = WriteOnlyCell(sheet, value=text)
        cell.font, cell.fill = HEAD_FONT, HEAD_FILL
        cells.append(cell)
    return cells


def _set_widths(sheet: Any, extra: int = 0) -> None:
    for index, column in enumerate(COLUMNS):
        sheet.column_dimensions[column_letter(index)].width = column.width
    for index in range(len(COLUMNS), len(COLUMNS) + extra):
        sheet.column_dimensions[column_letter(index)].width = 14
    sheet.freeze_panes = "C2"


def _wan(yuan: Decimal | None) -> float | None:
    return None if yuan is None else float(yuan / WAN)


def project_cells(project: Project, areas: dict[str, str]) -> Iterator[Any]:
    """The values of a project in the order of COLUMNS, then EXTRA."""
    for column in COLUMNS:
        if column.key in ("owner_org", "lead_unit"):
            unit = getattr(project, column.key)
            yield unit.name if unit else None
        elif column.kind == "choice":
            yield getattr(project, f"get_{column.key}_display")()
        elif column.kind == "area":
            yield areas.get(project.area_code, project.area_code)
        elif column.kind == "money":
            yield _wan(getattr(project, column.key))
        elif column.kind == "tags":
            yield "、".join(project.tags)
        else:
            yield getattr(project, column.key)
    yield project.get_lamp_display()
    yield project.lamp_words
    yield f"{project.latest_month:%Y-%m}" if project.latest_month else None
    yield None if project.planned_pct is None else float(project.planned_pct)
    yield None if project.physical_pct is None else float(project.physical_pct)
    yield _wan(project.invested_yuan)
    yield _wan(project.paid_yuan)


def export_projects(projects: Iterable[Project]) -> IO[bytes]:
    """An open temporary .xlsx of these projects; importing it back changes nothing."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    _set_widths(sheet, len(EXTRA))
    sheet.append(_head(sheet, COLUMNS, EXTRA))
    areas = area_names()
    for project in projects:
        sheet.append([_text_cell(sheet, value) for value in project_cells(project, areas)])
    return _saved(book)


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


def marked_copy(title_rows: Iterable[tuple[Any, ...]], rows: Iterable[tuple[tuple[Any, ...], dict[int, str], str]]) -> IO[bytes]:
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
