"""Checklists out of Excel and Word: previewed, mapped, remembered; what cannot be read is named with place and remedy."""

from __future__ import annotations

import io

import pytest
from docx import Document
from openpyxl import Workbook

from lantu.core.refusals import Refused, Unacceptable
from lantu.lifecycle.checklists.imports.services import apply_import, change_mapping, preview_import
from lantu.lifecycle.checklists.models import ChecklistImport
from lantu.lifecycle.checklists.tests.stories import ISSUED, YEAR

pytestmark = pytest.mark.django_db

HEAD = [
    "序号",
    "类别",
    "子任务名称",
    "完成标准",
    "责任单位",
    "责任人",
    "核验人",
    "权重（%）",
    "开始时间",
    "完成时限",
    "3月计划",
    "6月",
]
ROWS = [
    [1, "平台", "软件开发", "通过测试", "", "尹业主", "欧经办", 40, "2026-01-01", "2026年6月", 0.5, 1.0],
    [2, None, "机房建设", "验收", "", "尹业主", "欧经办", 25, "2026/2/1", "2026-12-31", 30, 60],
    [3, "土建", "基坑支护", "验收合格", "", "单安全", "谭总监", 35, "2026-03-01", "2026-09-30", None, None],
]  # fmt: skip


def excel(head=HEAD, rows=ROWS, merge=("B3:B4",), title="2026年智慧停车项目任务清单"):
    book = Workbook()
    sheet = book.active
    sheet.append([title])
    sheet.append(head)
    for row in rows:
        sheet.append(row)
    sheet.append(["合计", None, None, None, None, None, None, 100])
    for block in merge:
        sheet.merge_cells(block)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def word(rows=ROWS):
    document = Document()
    document.add_paragraph("任务清单")
    table = document.add_table(rows=0, cols=len(HEAD))
    for row in [HEAD, *rows]:
        cells = table.add_row().cells
        for cell, value in zip(cells, row, strict=True):
            cell.text = "" if value is None else str(value)
    table.cell(1, 1).merge(table.cell(2, 1))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def preview(cast, project, content, name="清单.xlsx"):
    return preview_import(project=project, year=YEAR, content=content, name=name, by=cast.officer, now=ISSUED)


def test_excel_comes_in_with_groups_months_and_people(cast, site_project):
    run = preview(cast, site_project, excel())
    assert (run.state, run.errors) == (ChecklistImport.State.READY, [])
    made = apply_import(run, by=cast.officer, now=ISSUED)
    items = {item.title: item for item in made.items.select_related("parent", "owner")}
    assert items["机房建设"].parent.title == "平台", "a merged first-level task holds for all its rows"
    assert items["基坑支护"].owner == cast.contractor
    assert items["软件开发"].due_on.isoformat() == "2026-06-30"
    months = {t.month.month: float(t.planned_pct) for t in items["软件开发"].targets.all()}
    assert (months[1], months[3], months[5], months[6], months[12]) == (0, 50, 50, 100, 100)
    assert float(items["平台"].weight) == 65


def test_word_comes_in_too(cast, site_project):
    run = preview(cast, site_project, word(), "清单.docx")
    assert (run.state, run.errors) == (ChecklistImport.State.READY, [])
    made = apply_import(run, by=cast.officer, now=ISSUED)
    assert made.items.filter(is_group=False).count() == 3
    with pytest.raises(Refused, match="已经导入"):
        apply_import(run, by=cast.officer, now=ISSUED)


def test_the_mapping_is_remembered_for_the_unit(cast, site_project):
    strange = [text if text != "权重（%）" else "占比系数" for text in HEAD]
    run = preview(cast, site_project, excel(strange))
    assert run.state == ChecklistImport.State.REJECTED
    assert "缺少必需的列：权重" in run.errors[0][1]
    with pytest.raises(Refused):
        apply_import(run, by=cast.officer, now=ISSUED)
    run = change_mapping(run, mapping={**run.mapping, "7": "weight"}, by=cast.officer)
    assert run.errors == []
    apply_import(run, by=cast.officer, now=ISSUED)
    again = preview(cast, site_project, excel(strange))
    assert (again.remembered, again.mapping["7"], again.state) == (True, "weight", "ready")


def test_errors_name_row_and_column(cast, site_project):
    rows = [list(row) for row in ROWS]
    rows[0][7], rows[1][5], rows[2][9] = "四十", "查无此人", "2026-02-30"
    run = preview(cast, site_project, excel(rows=rows))
    said = {place: detail for place, detail, _remedy in run.errors}
    assert "不是数字" in said["第 3 行 H 列"]
    assert "没有名为“查无此人”" in said["第 4 行 F 列"]
    assert "不存在" in said["第 5 行 J 列"]


def test_weights_that_do_not_make_100_are_refused(cast, site_project):
    rows = [list(row) for row in ROWS]
    rows[0][7] = 30
    run = preview(cast, site_project, excel(rows=rows))
    assert ["权重列", "3 项权重合计为 90，应为 100。", "请调整使合计为 100（差 +10）。"] in run.errors


def test_a_verifier_who_is_the_doer_is_refused(cast, site_project):
    rows = [list(row) for row in ROWS]
    rows[2][6] = "单安全"
    run = preview(cast, site_project, excel(rows=rows))
    assert any("核验人与责任人都是单安全" in detail for _place, detail, _remedy in run.errors)


def test_thirty_merged_headers_are_refused_with_place_and_remedy(cast, site_project):
    book = Workbook()
    sheet = book.active
    for block in range(30):
        column = block * 2 + 1
        sheet.cell(1, column, f"第{block + 1}组")
        sheet.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column + 1)
    sheet.cell(3, 1, "数据")
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Unacceptable, match="30 处合并单元格（A1:B2、C1:D2") as caught:
        preview(cast, site_project, out.getvalue())
    assert "取消这些合并" in caught.value.remedy


def test_merged_weights_are_refused_with_their_place(cast, site_project):
    run = preview(cast, site_project, excel(merge=("B3:B4", "H3:H4")))
    assert ["H3:H4", "“权重”列有合并单元格，分不清属于哪一行。", "请取消合并，每行填一个值。"] in run.errors


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.xlsx", "空的"),
        (b"hello", "a.docx", "另存为 .docx"),
        (b"PK\x03\x04broken", "a.docx", "损坏"),
        (b"\xd0\xcf\x11\xe0old", "a.xls", "另存为 .xlsx"),
        (excel(head=["甲", "乙"] * 6, merge=()), "a.xlsx", "没有找到清单的列标题"),
    ],
)
def test_bad_files_are_refused_with_a_remedy(cast, site_project, content, name, said):
    with pytest.raises(Unacceptable) as caught:
        preview(cast, site_project, content, name)
    assert said in str(caught.value)
