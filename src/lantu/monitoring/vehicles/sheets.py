"""Lists of trucks as spreadsheets: a template, and rows read back with the place of every mistake."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from lantu.core.refusals import Unacceptable
from lantu.projects.sheets.opening import opened_sheets

MOST_ROWS = 2000
HEADINGS_WITHIN = 10


@dataclass(frozen=True)
class Heading:
    """A column: its field, what stands above it, other words for it, an example."""

    key: str
    words: tuple[str, ...]
    required: bool
    example: str


HEADINGS = (
    Heading("plate", ("车牌号", "车牌", "号牌号码"), True, "鲁N12345"),
    Heading("plate_colour", ("车牌颜色", "号牌颜色"), False, "黄"),
    Heading("terminal_phone", ("终端手机号", "SIM卡号", "手机号", "终端号码"), True, "13912345678"),
    Heading("company", ("运输企业", "所属企业", "公司"), True, "德州顺达渣土运输有限公司"),
    Heading("serves", ("服务项目代码", "服务项目", "项目代码"), True, "2601-371402-04-01-100001"),
    Heading("maker_id", ("终端制造商编码", "制造商编码", "制造商ID"), False, "70123"),
    Heading("terminal_id", ("终端编号", "终端ID"), False, "T000001"),
    Heading("has_load_sensor", ("有载重传感器", "载重传感器"), False, "是"),
    Heading("permit_no", ("准运证号", "准运证"), False, "德渣运〔2026〕101"),
    Heading("permit_first_on", ("准运证起",), False, "2026-01-01"),
    Heading("permit_last_on", ("准运证止", "准运证有效期至"), False, "2026-12-31"),
    Heading("night_permit_no", ("夜间运输许可号", "夜间许可"), False, ""),
    Heading("night_first_on", ("夜间许可起",), False, ""),
    Heading("night_last_on", ("夜间许可止",), False, ""),
)  # fmt: skip
_BY_WORD = {word: heading for heading in HEADINGS for word in heading.words}
COLOURS = {"蓝": 1, "黄": 2, "黑": 3, "白": 4, "绿": 5, "黄绿": 6, "其他": 9}
YES = ("是", "有", "1", "true", "yes", "y")
NO = ("否", "无", "0", "false", "no", "n")


@dataclass(frozen=True)
class SheetRow:
    """A row as read: its number in the sheet, values by key, and what could not be read (column, why)."""

    number: int
    values: Mapping[str, Any]
    problems: tuple[tuple[str, str], ...] = ()


def template() -> bytes:
    """A workbook with the headings and one example row."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "渣土车清单"
    sheet.append([heading.words[0] for heading in HEADINGS])
    sheet.append([heading.example for heading in HEADINGS])
    for number, heading in enumerate(HEADINGS, start=1):
        cell = sheet.cell(1, number)
        cell.font = Font(color="FFFFFF", bold=True)
        cell.fill = PatternFill("solid", fgColor="A35A00" if heading.required else "0F4C9C")
        sheet.column_dimensions[get_column_letter(number)].width = 20
    sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_rows(file: IO[bytes], name: str) -> list[SheetRow]:
    """The rows of the first sheet that has the headings. Raises Unacceptable when none has, or for too many rows."""
    with opened_sheets(file, name) as sheets:
        for sheet in sheets:
            found = _read(sheet.rows)
            if found is not None:
                return found
    raise Unacceptable(
        "monitoring.sheet_headings",
        _("没有找到列标题“车牌号、终端手机号、运输企业、服务项目代码”。"),
        remedy=_("请下载模板，在模板里填写。"),
        field="file",
    )


def _read(rows: Any) -> list[SheetRow] | None:
    columns: dict[int, Heading] = {}
    found: list[SheetRow] = []
    for number, row in enumerate(rows, start=1):
        if not columns:
            columns = {
                index: _BY_WORD[word]
                for index, cell in enumerate(row)
                if (word := str(cell or "").strip().rstrip("*")) in _BY_WORD
            }
            if not {heading.key for heading in columns.values()} >= {h.key for h in HEADINGS if h.required}:
                columns = {}
                if number >= HEADINGS_WITHIN:
                    return None
            continue
        if any(cell not in (None, "") for cell in row):
            found.append(_row(number, row, columns))
        if len(found) > MOST_ROWS:
            raise Unacceptable(
                "monitoring.sheet_rows",
                _("一次最多导入 %(most)s 辆。") % {"most": MOST_ROWS},
                remedy=_("请分批导入。"),
                field="file",
            )
    return found if columns else None


def _row(number: int, row: tuple[Any, ...], columns: Mapping[int, Heading]) -> SheetRow:
    values: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    for index, heading in columns.items():
        cell = row[index] if index < len(row) else None
        if cell is None or str(cell).strip() == "":
            if heading.required:
                problems.append((heading.words[0], _("必填，不能空。")))
            continue
        try:
            values[heading.key] = _value(heading.key, cell)
        except ValueError as error:
            problems.append((heading.words[0], str(error)))
    return SheetRow(number, values, tuple(problems))


def _value(key: str, cell: Any) -> Any:
    """A cell's value. Raises ValueError with a sentence for people."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    if key.endswith("_on"):
        if isinstance(cell, datetime):
            return cell.date()
        try:
            return date.fromisoformat(text.replace("/", "-").replace(".", "-")[:10])
        except ValueError:
            raise ValueError(_("“%(value)s”不是日期，请填成 2026-03-01。") % {"value": text[:30]}) from None
    if key == "plate_colour":
        if text.removesuffix("色") not in COLOURS:
            raise ValueError(
                _("不认识“%(value)s”，可填：%(words)s。") % {"value": text[:30], "words": "、".join(COLOURS)}
            )
        return COLOURS[text.removesuffix("色")]
    if key == "has_load_sensor":
        if text.lower() not in (*YES, *NO):
            raise ValueError(_("“%(value)s”请填是或否。") % {"value": text[:30]})
        return text.lower() in YES
    return text
