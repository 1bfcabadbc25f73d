"""Take the table out of a Word or Excel file: headings, rows, and where cells are merged."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.checklists.imports.columns import FIELDS, key_of
from lantu.projects.sheets.opening import opened_sheets
from lantu.projects.sheets.reading import column_index, column_letter

HEADING_ROWS = 15
MOST_ROWS = 400
MIN_HEADINGS = 4
MERGED_SHOWN = 6
WORD_LIMIT = 10 * 1024 * 1024
UNPACKED_LIMIT = 100 * 1024 * 1024
Block = tuple[int, int, int, int]


@dataclass
class RawTable:
    """``rows``: (number as people see it, cells). ``merged``: first row, first column, last row, last column, from 1 and 0."""

    where: str
    headings: list[str]
    rows: list[tuple[int, list[Any]]] = field(default_factory=list)
    merged: list[Block] = field(default_factory=list)


def _unfit(code: str, detail: str, remedy: str) -> Unacceptable:
    return Unacceptable(f"checklists.file_{code}", detail, remedy=remedy, field="file")


def open_table(content: bytes, name: str) -> RawTable:
    """The first table that looks like a checklist. Raises Unacceptable with place and remedy for anything else."""
    if name.lower().endswith((".docx", ".doc", ".wps")):
        candidates = _word_tables(content)
    else:
        candidates = _excel_tables(content, name)
    merged: list[tuple[str, list[Block]]] = []
    for where, grid, blocks in candidates:
        found = _find(where, grid, blocks)
        if found is not None:
            return found
        merged.append((where, [block for block in blocks if block[0] <= HEADING_ROWS]))
    for where, blocks in merged:
        if len(blocks) >= MIN_HEADINGS:
            raise _too_merged(where, blocks)
    raise _unfit(
        "no_table",
        _("前 %(n)d 行里没有找到清单的列标题。") % {"n": HEADING_ROWS},
        _("至少要有：%(names)s。")
        % {"names": "、".join(str(column.label) for column in FIELDS if column.required)},
    )


def _too_merged(where: str, blocks: list[Block]) -> Unacceptable:
    places = "、".join(
        f"{column_letter(left)}{top}:{column_letter(right)}{bottom}"
        for top, left, bottom, right in blocks[:MERGED_SHOWN]
    )
    return _unfit(
        "merged",
        _("%(where)s 的表头有 %(n)d 处合并单元格（%(places)s%(more)s），认不出每一列的标题。")
        % {
            "where": where,
            "n": len(blocks),
            "places": places,
            "more": "…" if len(blocks) > MERGED_SHOWN else "",
        },
        _("请取消这些合并，只留一行列标题（最多两行），每列写一个标题，再导入。"),
    )


def _find(where: str, grid: list[list[Any]], blocks: list[Block]) -> RawTable | None:
    """The best heading row (or two rows, the lower one under a merged heading), with what follows it."""
    best: tuple[int, int, list[str]] | None = None
    for number in range(min(len(grid), HEADING_ROWS)):
        for depth in (1, 2):
            rows = grid[number : number + depth]
            if len(rows) < depth:
                continue
            headings = _headings(rows)
            known = len({key for key in map(key_of, headings) if key})
            if known >= MIN_HEADINGS and (best is None or known > best[0]):
                best = (known, number + depth, headings)
    if best is None:
        return None
    known, last, headings = best
    missing = {field.key for field in FIELDS if field.required} - set(map(key_of, headings))
    over_headings = [block for block in blocks if block[0] <= last]
    if missing and len(over_headings) > len(headings):
        raise _too_merged(where, over_headings)
    lines = [
        (n, row) for n, row in enumerate(grid[last:], start=last + 1) if any(_text(cell) for cell in row)
    ]
    if len(lines) > MOST_ROWS:
        raise _unfit(
            "long",
            _("超过 %(n)d 行。") % {"n": MOST_ROWS},
            _("清单应是一张表，请删去无关内容。"),
        )
    return RawTable(where, headings, lines, [block for block in blocks if block[2] > last])


def _headings(rows: list[list[Any]]) -> list[str]:
    upper, lower = rows[0], rows[1] if len(rows) > 1 else []
    found = []
    for index in range(max(map(len, rows))):
        above = _text(upper[index]) if index < len(upper) else ""
        below = _text(lower[index]) if index < len(lower) else ""
        found.append(below if key_of(below) or not above else above)
    return found


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _excel_tables(content: bytes, name: str) -> list[tuple[str, list[list[Any]], list[Block]]]:
    tables = []
    with opened_sheets(io.BytesIO(content), name) as sheets:
        for sheet in sheets:
            grid = []
            for cells in sheet.rows:
                grid.append([_plain(cell) for cell in cells])
                if len(grid) > MOST_ROWS + HEADING_ROWS + 1:
                    break
            blocks = [
                (top, column_index(left), bottom, column_index(right))
                for top, left, bottom, right in sheet.merged
            ]
            tables.append((_("工作表“%(name)s”") % {"name": sheet.title}, grid, sorted(blocks)))
    return tables


def _plain(cell: Any) -> Any:
    """Cells are kept as JSON: dates as text."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)


def _word_tables(content: bytes) -> list[tuple[str, list[list[Any]], list[Block]]]:
    from docx import Document  # heavy: loaded when the first Word file comes
    from docx.opc.exceptions import PackageNotFoundError

    if len(content) > WORD_LIMIT:
        raise _unfit("large", _("文件超过 10 MB。"), _("请删去图片等无关内容。"))
    if not content.startswith(b"PK"):
        raise _unfit("old", _("这不是 .docx 文件。"), _("请在 Word 或 WPS 里另存为 .docx 再导入。"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > UNPACKED_LIMIT:
                raise _unfit("bomb", _("文件解压后过大。"), _("请另存为普通的 .docx。"))
        document = Document(io.BytesIO(content))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:
        raise _unfit(
            "broken", _("文件损坏，打不开。"), _("请在 Word 或 WPS 里打开后另存为 .docx。")
        ) from error
    return [
        (_("第 %(n)d 张表") % {"n": number}, *_word_grid(table))
        for number, table in enumerate(document.tables, start=1)
    ]


def _word_grid(table: Any) -> tuple[list[list[Any]], list[Block]]:
    """Cells of a Word table; a merged one is the same element in several places and counts once."""
    grid: list[list[Any]] = []
    places: dict[int, list[tuple[int, int]]] = {}
    kept = []
    for top, row in enumerate(table.rows):
        cells = list(row.cells)
        kept.append(cells)
        line = []
        for left, cell in enumerate(cells):
            seen = places.setdefault(id(cell._tc), [])
            line.append(None if seen else cell.text.strip())
            seen.append((top, left))
        grid.append(line)
    blocks = []
    for where in places.values():
        if len(where) > 1:
            rows, columns = [top for top, _left in where], [left for _top, left in where]
            blocks.append((min(rows) + 1, min(columns), max(rows) + 1, max(columns)))
    return grid, sorted(blocks)
