"""A plain .xlsx written row by row: one sheet, texts, numbers, dates, a heading row.

The general library makes an object per cell; at 20,000 projects of 33 columns that is most of the time.
Texts are inline strings, so that nothing a person typed can become a formula. Format: ECMA-376, part 1, §18.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from xml.sax.saxutils import escape

from lantu.projects.sheets.reading import column_letter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Style numbers of cellXfs below.
HEADING, HEADING_REQUIRED, DATE = 1, 2, 3
EXCEL_ZERO = date(1899, 12, 30)
ROWS_A_WRITE = 200
CELL_CHARS = 32_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

_TYPES = (
    f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    + "".join(
        f'<Override PartName="/xl/{part}.xml" '
        f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"),
            ("worksheets/sheet1", "worksheet"),
            ("styles", "styles"),
        )
    )
    + "</Types>"
)
_STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font/><font><b/><color rgb="FFFFFFFF"/></font></fonts>'
    '<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FF0F4C9C"/></patternFill></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFA35A00"/></patternFill></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4"><xf/><xf fontId="1" fillId="2" applyFont="1" applyFill="1"/>'
    '<xf fontId="1" fillId="3" applyFont="1" applyFill="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def _relations(*targets: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


def write_sheet(
    title: str, headings: Sequence[tuple[str, int, bool]], rows: Iterable[Iterable[Any]]
) -> IO[bytes]:
    """An open temporary .xlsx. ``headings``: text, column width, whether required (another colour).

    Cells may be text, numbers, dates or None; Decimal and float keep their digits.
    """
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  handed to the response, which closes it
    letters = [column_letter(index) for index in range(len(headings))]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _relations(("officeDocument", "xl/workbook.xml")))
        archive.writestr(
            "xl/workbook.xml",
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            f'<sheet name="{escape(title)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            _relations(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")),
        )
        archive.writestr("xl/styles.xml", _STYLES)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(_opening(headings, letters).encode())
            waiting = []
            for number, cells in enumerate(rows, start=2):
                waiting.append(_row(number, cells, letters))
                if len(waiting) == ROWS_A_WRITE:
                    part.write("".join(waiting).encode())
                    waiting = []
            part.write(("".join(waiting) + "</sheetData></worksheet>").encode())
    file.seek(0)
    return file


def _opening(headings: Sequence[tuple[str, int, bool]], letters: list[str]) -> str:
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, (_text, width, _required) in enumerate(headings, start=1)
    )
    cells = "".join(
        _text_cell(f"{letter}1", text, f' s="{HEADING_REQUIRED if required else HEADING}"')
        for letter, (text, _width, required) in zip(letters, headings, strict=True)
    )
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane xSplit="2" ySplit="1" topLeftCell="C2" activePane="bottomRight" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{widths}</cols><sheetData><row r="1">{cells}</row>'
    )


def _text_cell(place: str, text: str, style: str = "") -> str:
    clean = escape(_CONTROL.sub("", text[:CELL_CHARS]))
    return f'<c r="{place}" t="inlineStr"{style}><is><t xml:space="preserve">{clean}</t></is></c>'


def _row(number: int, cells: Iterable[Any], letters: list[str]) -> str:
    parts = [f'<row r="{number}">']
    for letter, value in zip(letters, cells, strict=False):
        if value is None or value == "":
            continue
        if isinstance(value, str):
            parts.append(_text_cell(f"{letter}{number}", value))
        elif isinstance(value, datetime | date):
            day = value.date() if isinstance(value, datetime) else value
            parts.append(f'<c r="{letter}{number}" s="{DATE}"><v>{(day - EXCEL_ZERO).days}</v></c>')
        elif isinstance(value, int | float | Decimal):
            parts.append(f'<c r="{letter}{number}"><v>{value}</v></c>')
        else:
            parts.append(_text_cell(f"{letter}{number}", str(value)))
    parts.append("</row>")
    return "".join(parts)
