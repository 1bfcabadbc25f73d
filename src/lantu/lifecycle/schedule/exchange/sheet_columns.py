"""The sheets and columns of a schedule workbook: written in either language, read in both."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override


@dataclass(frozen=True, eq=False)
class Column:
    """``heading``: as written; ``also``: other headings understood. ``help``: for the sheet of notes."""

    key: str
    heading: Any
    also: tuple[str, ...]
    width: int
    help: Any = ""
    required: bool = False


@dataclass(frozen=True, eq=False)
class SheetShape:
    key: str
    title: Any
    also: tuple[str, ...]
    columns: tuple[Column, ...]


ACTIVITIES = SheetShape(
    "activities",
    _("任务"),
    ("任务", "作业", "activities", "tasks"),
    (
        Column("code", _("编号"), ("编号", "作业代码", "activity id", "code", "id"), 14, _("不重复"), True),
        Column(
            "name",
            _("名称"),
            ("名称", "任务名称", "作业名称", "name", "activity name", "task name"),
            40,
            "",
            True,
        ),
        Column(
            "level",
            _("层级"),
            ("层级", "大纲级别", "level", "outline level"),
            8,
            _("从 1 起；其下有更深一层的为汇总任务"),
        ),
        Column(
            "kind",
            _("类型"),
            ("类型", "type", "kind"),
            14,
            _("任务、开始里程碑、完成里程碑、伴随性任务、汇总"),
        ),
        Column("calendar", _("日历"), ("日历", "calendar"), 18, _("“日历”表里的名称；空白为默认日历")),
        Column(
            "duration", _("工期（小时）"), ("工期", "duration", "工期小时"), 12, _("工作小时；也可写“5天”")
        ),
        Column("remaining", _("剩余工期（小时）"), ("剩余工期", "remaining duration"), 14),
        Column("start", _("开始"), ("开始", "开始时间", "start"), 17, _("2026-10-09 08:00")),
        Column("finish", _("完成"), ("完成", "完成时间", "finish"), 17),
        Column("late_start", _("最迟开始"), ("最迟开始", "late start"), 17),
        Column("late_finish", _("最迟完成"), ("最迟完成", "late finish"), 17),
        Column("float", _("总时差（小时）"), ("总时差", "total float"), 12),
        Column("critical", _("关键"), ("关键", "critical"), 7, _("是或否")),
        Column("percent", _("完成 %"), ("完成%", "完成百分比", "percent complete", "%complete"), 9),
        Column("percent_kind", _("百分比种类"), ("百分比种类", "percent type"), 12, _("实物、工期、工程量")),
        Column("actual_start", _("实际开始"), ("实际开始", "actual start"), 17),
        Column("actual_finish", _("实际完成"), ("实际完成", "actual finish"), 17),
        Column("constraint", _("限制"), ("限制", "限制类型", "constraint", "constraint type"), 16),
        Column("constraint_at", _("限制日期"), ("限制日期", "constraint date"), 17),
        Column("deadline", _("最后期限"), ("最后期限", "deadline"), 17),
        Column("cost", _("预算（元）"), ("预算", "cost", "budget"), 14),
    ),
)
LINKS = SheetShape(
    "links",
    _("关系"),
    ("关系", "逻辑关系", "links", "relationships"),
    (
        Column("before", _("紧前任务"), ("紧前任务", "紧前编号", "predecessor"), 16, _("任务编号"), True),
        Column("after", _("紧后任务"), ("紧后任务", "紧后编号", "successor"), 16, _("任务编号"), True),
        Column("kind", _("类型"), ("类型", "关系类型", "type", "kind"), 8, _("FS、SS、FF、SF；空白为 FS")),
        Column("lag", _("间隔（小时）"), ("间隔", "lag"), 12, _("工作小时，可为负；也可写“2天”")),
        Column(
            "lag_calendar",
            _("间隔按"),
            ("间隔按", "lag calendar"),
            16,
            _("紧前任务、紧后任务、项目、连续时间"),
        ),
    ),
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CALENDARS = SheetShape(
    "calendars",
    _("日历"),
    ("日历", "calendars"),
    (
        Column("name", _("日历"), ("日历", "名称", "calendar", "name"), 22, "", True),
        Column("default", _("默认"), ("默认", "default"), 8, _("是或否；只有一个")),
        Column("hours", _("每日工时"), ("每日工时", "hours per day"), 10),
        Column(
            "mon", _("星期一"), ("星期一", "周一", "monday"), 24, _("08:00-12:00 13:00-17:00；空白为休息")
        ),
        Column("tue", _("星期二"), ("星期二", "周二", "tuesday"), 24),
        Column("wed", _("星期三"), ("星期三", "周三", "wednesday"), 24),
        Column("thu", _("星期四"), ("星期四", "周四", "thursday"), 24),
        Column("fri", _("星期五"), ("星期五", "周五", "friday"), 24),
        Column("sat", _("星期六"), ("星期六", "周六", "saturday"), 24),
        Column("sun", _("星期日"), ("星期日", "周日", "sunday"), 24),
    ),
)
EXCEPTIONS = SheetShape(
    "exceptions",
    _("日历例外"),
    ("日历例外", "例外", "exceptions", "calendar exceptions"),
    (
        Column("calendar", _("日历"), ("日历", "calendar"), 22, "", True),
        Column("day", _("日期"), ("日期", "date", "day"), 14, "", True),
        Column("times", _("工作时间"), ("工作时间", "working time", "times"), 26, _("空白为休息")),
    ),
)
SHEETS = (ACTIVITIES, LINKS, CALENDARS, EXCEPTIONS)


def plain(value: object) -> str:
    """A heading or choice without spaces, case, brackets and units."""
    words = unicodedata.normalize("NFKC", str(value or "")).lower()
    return re.sub(r"\(.*?\)|[\s*:_-]", "", words)


def in_both(label: Any) -> frozenset[str]:
    """A label in Chinese and in English, plain: a workbook exported in one language is read in the other."""
    found: set[str] = set()
    for language in ("zh-hans", "en"):
        with override(language):
            found.add(plain(label))
    return frozenset(found)


@lru_cache(maxsize=256)
def _names(shape: Column | SheetShape) -> frozenset[str]:
    own = in_both(shape.heading if isinstance(shape, Column) else shape.title)
    return own | {plain(name) for name in shape.also}


def matches(shape: Column | SheetShape, heading: object) -> bool:
    """Whether a heading or sheet title means this one, in either language."""
    return plain(heading) in _names(shape)
