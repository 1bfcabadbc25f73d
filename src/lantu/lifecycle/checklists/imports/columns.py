"""Which heading means which column of a checklist."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from lantu.projects.sheets.columns import plain_heading

MONTHS = 12
_MONTH = re.compile(
    r"^(?:20\d\d年?)?(1[0-2]|0?[1-9])月(?:份|底|末)?(?:计划|目标|进度|计划进度|累计|累计计划)?%?$"
)


@dataclass(frozen=True)
class Field:
    """``fills_down``: a merged block of rows means the same value in each of them."""

    key: str
    label: object
    aliases: tuple[str, ...]
    required: bool = False
    fills_down: bool = False


FIELDS: tuple[Field, ...] = (
    Field("code", _("编号"), ("编号", "序号", "任务编号", "子任务编号")),
    Field("group", _("一级任务"), ("一级任务", "类别", "任务类别", "板块", "分项", "一级", "项目类别"), fills_down=True),
    Field("title", _("子任务"), ("子任务", "任务", "任务名称", "工作任务", "工作内容", "具体任务", "二级任务", "子任务名称"), True),
    Field("definition_of_done", _("完成标准"), ("完成标准", "验收标准", "目标要求", "完成标志", "考核标准")),
    Field("unit", _("责任单位"), ("责任单位", "牵头单位", "承办单位", "主办单位"), fills_down=True),
    Field("owner", _("责任人"), ("责任人", "承办人", "负责人", "经办人"), True, fills_down=True),
    Field("verifier", _("核验人"), ("核验人", "复核人", "验收人", "审核人", "监督人"), True, fills_down=True),
    Field("weight", _("权重"), ("权重", "分值", "权重分", "标准分", "考核权重"), True),
    Field("start_on", _("开始"), ("开始", "开始时间", "起始时间", "开始日期", "计划开始"), True),
    Field("due_on", _("完成时限"), ("完成时限", "完成时间", "时限", "截止时间", "完成日期", "计划完成"), True),
    Field("evidence_type", _("佐证类型"), ("佐证类型", "佐证材料", "佐证", "证明材料")),
    Field("budget_yuan", _("投资（万元）"), ("投资", "年度投资", "计划投资", "投资额")),
)  # fmt: skip
BY_KEY = {field.key: field for field in FIELDS}
_KNOWN = {plain_heading(alias): field.key for field in FIELDS for alias in field.aliases}


def key_of(heading: object) -> str:
    """The column's key, ``m5`` for the plan of May, or empty."""
    plain = plain_heading(heading)
    if found := _MONTH.match(plain):
        return f"m{int(found.group(1))}"
    return _KNOWN.get(plain, "")


def all_keys() -> list[tuple[str, str]]:
    """What a column may be set to in the preview."""
    months = [(f"m{n}", str(_("%(n)d 月计划 %%")) % {"n": n}) for n in range(1, MONTHS + 1)]
    return [("", "—"), *((field.key, str(field.label)) for field in FIELDS), *months]


def signature_of(headings: Sequence[str]) -> str:
    """The same headings have the same fingerprint, whatever their spaces and units."""
    return hashlib.sha256("|".join(plain_heading(text) for text in headings).encode()).hexdigest()
