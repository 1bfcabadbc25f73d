"""The columns of the project spreadsheet: the same for template, import and export."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from lantu.projects.models import Category, PlanClass, Sector, Stage, Status


@dataclass(frozen=True)
class Column:
    """``kind``: text, choice, area, unit, money, date, percent, number, tags. ``aliases``: other headings in use."""

    key: str
    heading: str
    kind: str
    width: int
    help: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[str, ...] = ()


def _labels(choices: type) -> tuple[str, ...]:
    return tuple(str(member.label) for member in choices)  # type: ignore[attr-defined]


COLUMNS: tuple[Column, ...] = (
    Column("code", "项目代码", "text", 27, "24 位，形如 2603-371402-04-01-123456", ("统一代码", "投资项目代码", "全国投资项目代码", "项目编码", "赋码"), True),
    Column("name", "项目名称", "text", 36, "与批复文件一致", ("名称", "工程名称", "项目全称"), True),
    Column("category", "投资类别", "choice", 12, "", ("项目类别", "投资类型", "资金类别"), True, _labels(Category)),
    Column("plan_class", "计划类别", "choice", 10, "", ("建设性质", "计划类型", "开竣工类别"), True, _labels(PlanClass)),
    Column("sector", "领域", "choice", 14, "", ("行业领域", "所属领域", "行业类别"), True, _labels(Sector)),
    Column("stage", "阶段", "choice", 8, "", ("建设阶段", "项目阶段", "当前阶段"), True, _labels(Stage)),
    Column("status", "状态", "choice", 12, "空白为正常推进", ("项目状态",), False, _labels(Status)),
    Column("area_code", "县市区", "area", 16, "县市区或功能区名称，或 6 位代码", ("所属县区", "属地", "县区", "建设区域", "行政区划", "所在县市区"), True),
    Column("address", "建设地点", "text", 28, "", ("建设地址", "地址", "项目地点")),
    Column("owner_org", "建设单位", "unit", 26, "单位全称、简称或统一社会信用代码", ("项目单位", "业主单位", "项目业主", "建设单位名称", "法人单位"), True),
    Column("lead_unit", "责任部门", "unit", 22, "", ("责任单位", "市直责任部门", "牵头部门")),
    Column("total_investment_yuan", "总投资（万元）", "money", 14, "只填数字", ("总投资", "计划总投资", "投资总额", "总投资额", "项目总投资"), True),
    Column("works_yuan", "其中工程费（万元）", "money", 14, "", ("工程费", "工程费用", "建安费")),
    Column("land_yuan", "其中征迁费（万元）", "money", 14, "", ("征迁费", "征地拆迁费", "征迁费用")),
    Column("other_yuan", "其中其他费（万元）", "money", 14, "", ("其他费", "其他费用")),
    Column("planned_start_on", "计划开工", "date", 12, "2026-03-01", ("计划开工日期", "计划开工时间", "开工时间", "开工日期")),
    Column("planned_finish_on", "计划竣工", "date", 12, "2027-12-31", ("计划竣工日期", "计划竣工时间", "竣工时间", "竣工日期", "计划完工")),
    Column("actual_start_on", "实际开工", "date", 12, "", ("实际开工日期", "实际开工时间")),
    Column("actual_finish_on", "实际竣工", "date", 12, "", ("实际竣工日期", "实际竣工时间")),
    Column("industry_code", "行业代码", "text", 10, "GB/T 4754", ("国民经济行业代码", "行业（GB/T 4754）")),
    Column("local_no", "市级编号", "text", 12, "", ("编号", "市编号", "项目编号")),
    Column("annual_goal", "年度目标", "text", 30, "", ("年度建设目标", "本年目标", "年度建设内容")),
    Column("summary", "建设内容及规模", "text", 40, "", ("建设内容", "主要建设内容", "建设规模及内容", "建设规模", "项目简介")),
    Column("tags", "标签", "tags", 16, "用顿号分开", ("项目标签", "备注标签")),
    Column("lon", "经度", "number", 12, "CGCS2000，度", ("坐标经度", "X")),
    Column("lat", "纬度", "number", 12, "CGCS2000，度", ("坐标纬度", "Y")),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}
# Computed columns that an export adds; an import reads past them.
EXTRA = ("灯色", "灯色原因", "最近月份", "序时进度（%）", "形象进度（%）", "完成投资（万元）", "支付（万元）")
# Headings that people keep in their sheets and that mean nothing to the register.
IGNORED = frozenset({"序号", "备注", "联系人", "联系电话", "问题", *EXTRA})

UNITS = {
    "亿元": 100_000_000,
    "亿": 100_000_000,
    "百万元": 1_000_000,
    "万元": 10_000,
    "万": 10_000,
    "千元": 1_000,
    "元": 1,
}
LONG_UNITS = {"亿": "亿元", "万": "万元"}
DEFAULT_UNIT = "万元"
_UNIT = re.compile("|".join(UNITS))


def plain_heading(text: object) -> str:
    """A heading without spaces, brackets, units, asterisks and the word 其中."""
    words = unicodedata.normalize("NFKC", str(text or ""))
    words = re.sub(r"\s|[*:：]", "", words)
    words = re.sub(r"[(（\[【][^)）\]】]*[)）\]】]", "", words)
    return words.removeprefix("其中").removeprefix(":").strip()


_KNOWN: dict[str, Column] = {}
for _column in COLUMNS:
    for _name in (_column.heading, *_column.aliases):
        _KNOWN.setdefault(plain_heading(_name), _column)
_IGNORED_PLAIN = frozenset(plain_heading(name) for name in IGNORED)


def column_of(heading: object) -> Column | None:
    """The column that a heading means, or None."""
    text = str(heading or "")
    if "4754" in text:
        return BY_KEY["industry_code"]
    return _KNOWN.get(plain_heading(text))


def is_ignored(heading: object) -> bool:
    return plain_heading(heading) in _IGNORED_PLAIN


def unit_of(heading: object) -> str | None:
    """The unit of money that a heading states, e.g. ``亿元``; None when it states none."""
    found = _UNIT.search(unicodedata.normalize("NFKC", str(heading or "")))
    if found is None:
        return None
    return LONG_UNITS.get(found.group(), found.group())
