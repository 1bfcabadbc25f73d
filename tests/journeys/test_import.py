"""An officer brings a spreadsheet: first with mistakes, told cell by cell; then in order, taken over whole."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from tests.journeys.conftest import City

pytestmark = pytest.mark.browser
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _filled(template: bytes, total: object, *, code: str) -> bytes:
    """The product's own template with one project, its total investment as given."""
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    header = next(
        row for row in sheet.iter_rows() if any("项目代码" in str(cell.value or "") for cell in row)
    )
    by_name = {re.sub(r"[\s*（(].*$", "", str(cell.value or "")): cell.column for cell in header}
    values: dict[str, object] = {
        "项目代码": code, "项目名称": "导入故事里的项目", "投资类别": "政府投资", "计划类别": "新开工", "领域": "市政", "阶段": "施工",
        "县市区": "德城区", "总投资": total, "建设单位": "德州城市建设投资有限公司",
    }  # fmt: skip
    row = header[0].row + 1
    while sheet.max_row >= row:
        sheet.delete_rows(row)
    for name, value in values.items():
        sheet.cell(row=row, column=by_name[name], value=value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _upload(page: Any, content: bytes, name: str) -> None:
    page.goto("/projects/import/")
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": MIME, "buffer": content}
    )
    page.locator("form:has(input[type=file]) button[type=submit]").first.click()
    page.wait_for_url("**/projects/import/*/")


def test_import_with_mistakes_then_in_order(city: City, sign_in: Callable[..., Any]) -> None:
    page = sign_in("officer")
    template = page.request.get("/projects/import/template.xlsx").body()
    units = city.api("/organisations?kind=owner&limit=1", token=city.token("officer"))["items"]
    code = "2611-371402-04-01-900001"

    wrong = _filled(template, "约3亿", code=code)
    _upload(page, wrong, "wrong.xlsx")
    page.get_by_text("约3亿").first.wait_for(timeout=60_000)
    assert "不是数字" in page.content()

    right = _with_owner(_filled(template, 30000, code=code), units[0]["name"])
    _upload(page, right, "right.xlsx")
    take_over = page.locator("form[action$='/apply/'] button[type=submit]")
    take_over.first.wait_for(timeout=60_000)
    take_over.first.click()
    page.wait_for_load_state()
    page.goto("/projects/?q=" + code)
    page.get_by_text("导入故事里的项目").first.wait_for(timeout=60_000)


def _with_owner(content: bytes, owner: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == "德州城市建设投资有限公司":
                cell.value = owner
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
