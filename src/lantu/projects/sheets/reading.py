"""Rows of projects out of a sheet: find the headings wherever they stand, then read line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, Any

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.projects.facts import Problem, Unfit
from lantu.projects.sheets.cells import column_unit, read_cell, tidy
from lantu.projects.sheets.columns import COLUMNS, Column, column_of, is_ignored, unit_of
from lantu.projects.sheets.opening import Sheet, opened_sheets

HEADING_ROWS = 20
MIN_HEADINGS = 4
BLANK_ROWS_AT_END = 500
MAX_ROWS = 20_000
TOTALS = ("合计", "总计", "小计", "累计")
NOTES = ("填表说明", "填报说明", "说明：", "注：", "注:")


@dataclass(frozen=True)
class Heading:
    """One recognised column of this file: where it stands and in which unit its money is."""

    column: Column
    index: int
    letter: str
    text: str
    unit: str


@dataclass(frozen=True)
class Headings:
    """The heading row(s): number of the last one, the recognised columns, and headings nobody knows."""

    row: int
    known: tuple[Heading, ...]
    unknown: tuple[str, ...]


@dataclass
class SheetRow:
    """A line of the file: its number as people see it, values by field, problems with their columns."""

    number: int
    cells: tuple[Any, ...]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[Heading | None, Problem]] = field(default_factory=list)


def column_letter(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A → 0, AA → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


@dataclass(frozen=True)
class OpenedTable:
    """``rows`` streams; it can be walked once, while the file is open."""

    sheet: str
    headings: Headings
    title_rows: tuple[tuple[Any, ...], ...]
    rows: Iterator[SheetRow]


def walk_table(file: IO[bytes], name: str) -> Iterator[OpenedTable]:
    """Yield the one table of projects in the file (a generator so that the file closes after use).

    The first sheet whose headings are recognised is taken. Raises Unacceptable naming what is missing.
    """
    with opened_sheets(file, name) as sheets:
        seen: list[str] = []
        closest: list[Column] = []
        for sheet in sheets:
            seen.append(sheet.title)
            top: list[tuple[Any, ...]] = []
            for cells in sheet.rows:
                top.append(cells)
                if len(top) >= HEADING_ROWS:
                    break
            headings = find_headings(top)
            missing = _missing(headings) if headings else []
            if headings is None or missing:
                closest = missing or closest
                continue
            rest = chain(top[headings.row :], sheet.rows)
            hidden = _hidden_by_merging(sheet, headings)
            yield OpenedTable(
                sheet.title, headings, tuple(top[: headings.row]), _rows(rest, headings, hidden)
            )
            return
        raise _no_table(seen, closest)


def _hidden_by_merging(sheet: Sheet, headings: Headings) -> dict[tuple[int, int], int]:
    """(row, column index) of cells that a merged block hides → the row where its value stands."""
    hidden: dict[tuple[int, int], int] = {}
    known = {heading.index for heading in headings.known}
    for top, first, bottom, last in sheet.merged:
        columns = known & set(range(column_index(first), column_index(last) + 1))
        if top <= headings.row or bottom == top or not columns:
            continue
        for row in range(top + 1, min(bottom, top + MAX_ROWS) + 1):
            hidden.update({(row, column): top for column in columns})
    return hidden


def _no_table(sheets: list[str], missing: list[Column]) -> Unacceptable:
    if missing:
        names = "、".join(f"“{column.heading}”" for column in missing)
        return Unacceptable(
            "projects.sheet_columns_missing",
            _("缺少必需的列：%(names)s。") % {"names": names},
            remedy=_("请补上这些列标题（同义的标题也可，见模板的“说明”页）。"),
            field="file",
        )
    return Unacceptable(
        "projects.sheet_no_headings",
        _("工作表 %(sheets)s 的前 %(n)s 行里没有找到项目清单的列标题。")
        % {"sheets": "、".join(sheets) or "—", "n": HEADING_ROWS},
        remedy=_("请对照模板核对列标题。"),
        field="file",
    )


def _missing(headings: Headings) -> list[Column]:
    present = {heading.column.key for heading in headings.known}
    return [column for column in COLUMNS if column.required and column.key not in present]


def find_headings(top: list[tuple[Any, ...]]) -> Headings | None:
    """The best heading row among the first rows; a second, lower row of a merged heading is joined to it."""
    stated = next((unit for row in top for cell in row if (unit := _stated_unit(cell))), None)
    best: Headings | None = None
    for number, upper in enumerate(top):
        for lower in (None, *top[number + 1 : number + 2]):
            found = _read_headings(upper, lower, number + (1 if lower is None else 2), stated)
            if found and (best is None or len(found.known) > len(best.known)):
                best = found
    return best


def _stated_unit(cell: Any) -> str | None:
    """``（单位：亿元）`` of a title row."""
    text = tidy(cell)
    return unit_of(text.partition("单位")[2]) if "单位：" in text or "单位:" in text else None


def _read_headings(
    upper: tuple[Any, ...], lower: tuple[Any, ...] | None, row: int, stated: str | None
) -> Headings | None:
    known: dict[str, Heading] = {}
    unknown = []
    group = ""
    for index in range(max(len(upper), len(lower or ()))):
        above = tidy(upper[index]) if index < len(upper) else ""
        below = tidy(lower[index]) if lower is not None and index < len(lower) else ""
        group = above or group
        text = below or above
        if not text:
            continue
        column = column_of(text) or (column_of(above) if above else None)
        if column is None:
            if not is_ignored(text):
                unknown.append(text[:40])
            continue
        unit = column_unit(
            column, unit_of(text) or unit_of(above) or (unit_of(group) if below else None) or stated
        )
        known.setdefault(column.key, Heading(column, index, column_letter(index), text, unit))
    if lower is not None and _is_data(lower, known):
        return None
    return Headings(row, tuple(known.values()), tuple(unknown)) if len(known) >= MIN_HEADINGS else None


def _is_data(lower: tuple[Any, ...], known: dict[str, Heading]) -> bool:
    """A lower heading row holds no numbers and names at least one column itself."""
    words = [tidy(cell) for cell in lower if tidy(cell)]
    return (
        not words
        or any(not isinstance(c, str) for c in lower if c is not None)
        or not any(map(column_of, words))
    )


def _rows(
    rest: Iterator[tuple[Any, ...]], headings: Headings, hidden: dict[tuple[int, int], int]
) -> Iterator[SheetRow]:
    blanks = count = 0
    for number, cells in enumerate(rest, start=headings.row + 1):
        words = [tidy(cell) for cell in cells if cell is not None and tidy(cell)]
        if not words:
            blanks += 1
            if blanks >= BLANK_ROWS_AT_END:
                return
            continue
        blanks = 0
        if words[0].replace(" ", "").startswith(TOTALS) or (len(words) <= 2 and words[0].startswith(NOTES)):
            continue
        count += 1
        if count > MAX_ROWS:
            raise Unacceptable(
                "projects.sheet_too_many_rows",
                _("超过 %(most)s 行。") % {"most": MAX_ROWS},
                remedy=_("请分成几个文件导入。"),
                field="file",
            )
        yield _read_row(number, cells, headings, hidden)


def _read_row(
    number: int, cells: tuple[Any, ...], headings: Headings, hidden: dict[tuple[int, int], int]
) -> SheetRow:
    row = SheetRow(number=number, cells=cells)
    for heading in headings.known:
        if (number, heading.index) in hidden:
            detail = _("与第 %(row)s 行的单元格合并，读不到值。") % {"row": hidden[number, heading.index]}
            remedy = _("请取消合并，并在每一行填写。")
            row.problems.append((heading, Problem(heading.column.key, detail, remedy)))
            continue
        value = cells[heading.index] if heading.index < len(cells) else None
        try:
            read = read_cell(heading.column, value, heading.unit)
        except Unfit as unfit:
            row.problems.append((heading, Problem(heading.column.key, unfit.detail, unfit.remedy)))
            continue
        if read is not None:
            row.values[heading.column.key] = read
    return row
