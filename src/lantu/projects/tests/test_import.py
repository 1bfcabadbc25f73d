"""Spreadsheets in and out: tolerant of form, strict about content, all or nothing."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from openpyxl import Workbook, load_workbook
from tests.cast import NOW

from lantu.accounts.models import Organisation
from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.projects.facts import Unfit
from lantu.projects.models import ImportRun, Project, ProjectCode
from lantu.projects.selectors import ProjectFilter, rows_for_export
from lantu.projects.services.apply_import import apply_import, ask_to_apply
from lantu.projects.services.change_project import change_project
from lantu.projects.services.check_import import check_import
from lantu.projects.services.mark_import import mark_import
from lantu.projects.services.start_import import start_import
from lantu.projects.sheets.cells import read_cell
from lantu.projects.sheets.columns import BY_KEY, COLUMNS, column_of, unit_of
from lantu.projects.sheets.reading import column_index, column_letter, find_headings
from lantu.projects.sheets.writing import export_projects, template

HEAD = [
    "项目代码",
    "项目名称",
    "投资类别",
    "计划类别",
    "领域",
    "阶段",
    "县市区",
    "建设单位",
    "总投资（万元）",
    "计划开工",
    "计划竣工",
]


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def code(n: int) -> str:
    return f"2603-371402-04-01-{n:06d}"


def line(n: int, **more: Any) -> list[Any]:
    row = {
        "项目代码": code(n), "项目名称": f"示例道路工程{n}", "投资类别": "政府投资", "计划类别": "新开工", "领域": "交通",
        "阶段": "设计", "县市区": "德城区", "建设单位": "德州城建投资集团", "总投资（万元）": 30000, "计划开工": "2026-03", "计划竣工": "2027年12月",
    } | more  # fmt: skip
    return list(row.values())


def sheet(*rows: list[Any], head: list[str] | None = None, before: int = 0) -> bytes:
    book = Workbook()
    page = book.active
    for _ in range(before):
        page.append(["德州市 2026 年重点工程项目清单"])
    page.append(head or HEAD)
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def start(cast: Any, content: bytes, name: str = "项目.xlsx", **more: Any) -> ImportRun:
    run = start_import(file=ContentFile(content, name), name=name, actor=cast.officer, now=NOW, **more)
    return check_import(run_id=run.pk, now=NOW)


def finish(cast: Any, run: ImportRun) -> ImportRun:
    ask_to_apply(run=run, actor=cast.officer, now=NOW)
    return apply_import(run_id=run.pk, actor_id=cast.officer.pk, now=NOW)


def sentences(run: ImportRun) -> str:
    return "\n".join(error["sentence"] for error in run.errors)


def test_a_sheet_goes_in_whole_with_events_and_history(cast: Any) -> None:
    run = start(
        cast, sheet(line(1), [], line(2), ["合计", None, None, None, None, None, None, None, 60000], before=2)
    )
    assert (run.state, run.new_count, run.rows_total) == ("ready", 2, 2)
    assert not Project.objects.exists()
    run = finish(cast, run)
    assert run.state == "applied"
    project = Project.objects.get(code=code(1))
    assert project.total_investment_yuan == Decimal(300_000_000)
    assert (project.planned_start_on, project.planned_finish_on) == (date(2026, 3, 1), date(2027, 12, 31))
    assert ProjectCode.objects.filter(code=code(2), valid_to=None).exists()
    kinds = list(Event.objects.values_list("kind", flat=True))
    assert kinds.count("projects.project_registered") == 2
    assert kinds.count("projects.projects_imported") == 1


def test_errors_name_row_column_and_remedy_and_nothing_is_stored(cast: Any) -> None:
    rows = [line(n) for n in range(1, 12)]
    rows[10][8] = "约3亿"
    rows.append(line(12, 县市区="天上", 建设单位="没有这家公司", 计划竣工="2025-01-01"))
    rows.append(line(1))
    run = start(cast, sheet(*rows))
    assert run.state == "rejected"
    text = sentences(run)
    assert "第 12 行 I 列“总投资”：“约3亿”不是数字。请填 30000（万元），或把列标题的单位改为亿元。" in text
    assert "第 13 行 G 列“县市区”：没有“天上”这个县市区或功能区。" in text
    assert "第 13 行 H 列“建设单位”：没有登记“没有这家公司”这个单位。" in text
    assert "第 14 行 A 列“项目代码”：项目代码与第 2 行重复。" in text
    assert not Project.objects.exists()
    with pytest.raises(Refused, match="有错误"):
        ask_to_apply(run=run, actor=cast.officer, now=NOW)
    marked = load_workbook(mark_import(run)).active
    assert "约3亿" in marked["A12"].value
    assert marked["J12"].fill.fgColor.rgb == "00FBD9D9"


def test_headings_in_any_order_with_synonyms_units_and_two_rows(cast: Any) -> None:
    book = Workbook()
    page = book.active
    page.append(["2026年重点工程（单位：亿元）"])
    page.append(
        [
            "序号",
            "项目名称",
            "投资",
            None,
            "统一代码",
            "业主单位",
            "属地",
            "建设阶段",
            "所属领域",
            "建设性质",
            "项目类别",
        ]
    )
    page.append([None, None, "总投资", "其中：工程费（万元）"])
    page.append(
        [1, "示例桥梁", 1.5, 9000, code(5), "德州城建投资集团", "德城", "施工", "交通", "续建", "专项债"]
    )
    out = io.BytesIO()
    book.save(out)
    run = start(cast, out.getvalue())
    assert run.state == "ready", sentences(run)
    finish(cast, run)
    project = Project.objects.get(code=code(5))
    assert (project.total_investment_yuan, project.works_yuan) == (Decimal(150_000_000), Decimal(90_000_000))


def test_missing_columns_are_named(cast: Any) -> None:
    run = start(cast, sheet(["x"] * 4, head=["项目代码", "项目名称", "阶段", "领域"]))
    assert run.state == "rejected"
    assert "缺少必需的列" in sentences(run)
    assert "“总投资（万元）”" in sentences(run)
    assert "没有找到项目清单的列标题" in sentences(start(cast, sheet(["1", "2"], head=["甲", "乙"])))
    assert "没有数据行" in sentences(start(cast, sheet()))


def test_an_import_changes_only_what_differs_and_shows_it_first(cast: Any, site_project: Project) -> None:
    head = [*HEAD, "备注"]
    same = line(
        0, 项目代码=site_project.code, 项目名称="生物医药产业园一期（改）", 计划类别="续建", 领域="产业", 阶段="施工",
        总投资=None, 计划开工=None, 计划竣工=None,
    )  # fmt: skip
    same[8], same[9], same[10] = 12000, None, None
    run = start(cast, sheet(same[:11], head=head))
    assert (run.state, run.new_count, run.changed_count) == ("ready", 0, 1)
    assert run.preview[0]["changes"] == [["项目名称", "生物医药产业园一期", "生物医药产业园一期（改）"]]
    finish(cast, run)
    site_project.refresh_from_db()
    assert (site_project.name, site_project.version) == ("生物医药产业园一期（改）", 2)
    assert site_project.lon == 116.30


def test_the_register_moving_between_check_and_import_stops_it(cast: Any, site_project: Project) -> None:
    row = line(0, 项目代码=site_project.code, 项目名称="新名", 计划类别="续建", 领域="产业", 阶段="施工")
    row[8], row[9], row[10] = 12000, None, None
    run = start(cast, sheet(row))
    change_project(project=site_project, values={"name": "新名"}, version=1, actor=cast.officer, now=NOW)
    run = finish(cast, run)
    assert run.state == "failed"
    assert "已不准确" in sentences(run)


def test_new_units_only_on_request(cast: Any) -> None:
    content = sheet(line(1, 建设单位="德州新设建设公司"), line(2, 建设单位="德州新设建设公司"))
    assert "自动登记新的建设单位" in sentences(start(cast, content))
    run = start(cast, content, may_add_units=True)
    assert (run.state, run.new_units) == ("ready", [["德州新设建设公司", 2]])
    finish(cast, run)
    assert Organisation.objects.get(name="德州新设建设公司").owned_projects.count() == 2


def test_export_and_import_again_changes_nothing(
    cast: Any, site_project: Project, other_project: Project
) -> None:
    site_project.name, site_project.tags = "=1+1 园区", ["省重大", "观摩"]
    site_project.total_investment_yuan = Decimal("123456.78")
    site_project.planned_start_on = date(2026, 1, 5)
    site_project.save()
    content = export_projects(rows_for_export(cast.officer, ProjectFilter())).read()
    cell = load_workbook(io.BytesIO(content)).active
    assert "=1+1 园区" in [c.value for c in cell["B"]]
    assert all(c.data_type != "f" for c in cell["B"])
    run = start(cast, content)
    assert (run.state, run.unchanged_count, run.changed_count, run.new_count) == ("ready", 2, 0, 0), (
        sentences(run),
        run.preview,
    )


def test_the_template_is_understood(cast: Any) -> None:
    page = load_workbook(template())
    headings = find_headings([tuple(c.value for c in page["项目清单"][1])])
    assert headings is not None
    assert len(headings.known) == len(COLUMNS)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "空.xlsx", "空的"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "旧.xls", "旧版"),
        (b"PK\x03\x04 broken", "坏.xlsx", "损坏"),
        (b"%PDF-1.7", "图.xlsx", "不是 Excel"),
        (b"\xff\xff\xff\xff", "表.csv", "编码"),
    ],
)
def test_files_that_are_no_spreadsheets(cast: Any, content: bytes, name: str, words: str) -> None:
    with pytest.raises(Unacceptable, match=words):
        start_import(file=ContentFile(content, name), name=name, actor=cast.officer, now=NOW)
    assert not ImportRun.objects.exists()


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


def test_bombs_and_entities_never_reach_a_parser(cast: Any) -> None:
    bomb = archive(xl__workbook=b"<workbook/>", xl__sheet=b"0" * 30_000_000)
    with pytest.raises(Unacceptable, match="压缩比异常"):
        start_import(file=ContentFile(bomb), name="a.xlsx", actor=cast.officer, now=NOW)
    laughs = archive(
        xl__workbook=b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'
    )
    with pytest.raises(Unacceptable, match="XML 声明"):
        start_import(file=ContentFile(laughs), name="a.xlsx", actor=cast.officer, now=NOW)
    with pytest.raises(Unacceptable, match="没有工作簿"):
        start_import(file=ContentFile(archive(a=b"<a/>")), name="a.xlsx", actor=cast.officer, now=NOW)


def test_only_the_bureau_imports(cast: Any) -> None:
    with pytest.raises(Denied):
        start_import(file=ContentFile(sheet(line(1))), name="a.xlsx", actor=cast.contractor, now=NOW)


def test_merged_cells_are_named_not_guessed(cast: Any) -> None:
    book = load_workbook(io.BytesIO(sheet(line(1), line(2), line(3), before=1)))
    page = book.active
    page.merge_cells("A1:K1")
    page.merge_cells("H3:H5")
    out = io.BytesIO()
    book.save(out)
    run = start(cast, out.getvalue())
    assert run.error_count == 2
    assert (
        "第 4 行 H 列“建设单位”：与第 3 行的单元格合并，读不到值。请取消合并，并在每一行填写。"
        in sentences(run)
    )


def test_csv_in_gbk(cast: Any) -> None:
    text = ",".join(HEAD) + "\r\n" + ",".join(str(cell) for cell in line(7))
    run = start(cast, text.encode("gb18030"), "项目.csv")
    assert run.state == "ready", sentences(run)


@pytest.mark.parametrize(
    ("key", "value", "unit", "expected"),
    [
        ("total_investment_yuan", "3亿元", "万元", Decimal(300_000_000)),
        ("total_investment_yuan", "１,２００", "万元", Decimal(12_000_000)),
        ("total_investment_yuan", 0.1, "万元", Decimal(1000)),
        ("total_investment_yuan", " ", "万元", None),
        ("planned_start_on", 46082, "", date(2026, 3, 1)),
        ("planned_start_on", "2026.3.1", "", date(2026, 3, 1)),
        ("planned_start_on", "20260301", "", date(2026, 3, 1)),
        ("planned_start_on", "2026年3月", "", date(2026, 3, 1)),
        ("planned_finish_on", "2026年2月", "", date(2026, 2, 28)),
        ("planned_finish_on", datetime(2026, 2, 3, 4, 5), "", date(2026, 2, 3)),
        ("tags", "省重大、观摩, 观摩", "", ["省重大", "观摩", "观摩"]),
        ("local_no", 12.0, "", "12"),
        ("lon", "116.35°", "", 116.35),
    ],
)
def test_cells_as_people_write_them(key: str, value: Any, unit: str, expected: Any) -> None:
    assert read_cell(BY_KEY[key], value, unit) == expected


@pytest.mark.parametrize(
    ("key", "value", "remedy"),
    [
        ("total_investment_yuan", "3-5亿", "30000"),
        ("total_investment_yuan", "暂定", "请只填数字"),
        ("total_investment_yuan", "#REF!", "公式"),
        ("total_investment_yuan", True, "数值"),
        ("planned_start_on", "2026-02-30", "核对"),
        ("planned_start_on", 2026, "填到日"),
        ("planned_start_on", "明年春天", "2026-03-01"),
    ],
)
def test_cells_that_cannot_be_read_say_what_to_write(key: str, value: Any, remedy: str) -> None:
    with pytest.raises(Unfit) as unfit:
        read_cell(BY_KEY[key], value, "万元")
    assert remedy in unfit.value.remedy or key == "total_investment_yuan"


def test_headings_and_letters() -> None:
    assert column_of("* 项目 名称 ").key == "name"  # type: ignore[union-attr]
    assert column_of("其中：工程费用(万元)").key == "works_yuan"  # type: ignore[union-attr]
    assert column_of("天气") is None
    assert (unit_of("总投资（亿元）"), unit_of("总投资")) == ("亿元", None)
    for index in (0, 25, 26, 701, 702):
        assert column_index(column_letter(index)) == index
