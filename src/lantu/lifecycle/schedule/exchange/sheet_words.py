"""Choices of the schedule workbook: what stands in a cell, in Chinese and English, and what it means."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lantu.lifecycle.schedule.exchange.neutral import Constraint, Kind, LagCalendar
from lantu.lifecycle.schedule.exchange.sheet_columns import in_both, plain

KINDS: dict[Kind, tuple[Any, tuple[str, ...]]] = {
    Kind.TASK: (_("任务"), ("任务", "task", "")),
    Kind.START_MILESTONE: (_("开始里程碑"), ("开始里程碑", "start milestone")),
    Kind.FINISH_MILESTONE: (_("完成里程碑"), ("完成里程碑", "里程碑", "finish milestone", "milestone")),
    Kind.LOE: (_("伴随性任务"), ("伴随性任务", "level of effort", "loe")),
    Kind.SUMMARY: (_("汇总"), ("汇总", "summary", "wbs")),
}
CONSTRAINTS: dict[Constraint, tuple[Any, tuple[str, ...]]] = {
    Constraint.NONE: ("", ("", "越早越好", "尽早开始", "as soon as possible")),
    Constraint.ALAP: (_("尽晚开始"), ("尽晚开始", "越晚越好", "as late as possible")),
    Constraint.SNET: (_("不早于…开始"), ("不早于…开始", "start no earlier than", "start on or after")),
    Constraint.SNLT: (_("不晚于…开始"), ("不晚于…开始", "start no later than", "start on or before")),
    Constraint.FNET: (_("不早于…完成"), ("不早于…完成", "finish no earlier than", "finish on or after")),
    Constraint.FNLT: (_("不晚于…完成"), ("不晚于…完成", "finish no later than", "finish on or before")),
    Constraint.MSO: (_("开始于"), ("开始于", "start on")),
    Constraint.MFO: (_("完成于"), ("完成于", "finish on")),
    Constraint.MANDATORY_START: (
        _("强制开始"),
        ("强制开始", "必须开始于", "must start on", "mandatory start"),
    ),
    Constraint.MANDATORY_FINISH: (
        _("强制完成"),
        ("强制完成", "必须完成于", "must finish on", "mandatory finish"),
    ),
}
PERCENTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "physical": (_("实物"), ("实物", "形象进度", "physical", "")),
    "duration": (_("工期"), ("工期", "duration")),
    "units": (_("工程量"), ("工程量", "units")),
}
LAG_CALENDARS: dict[LagCalendar, tuple[Any, tuple[str, ...]]] = {
    LagCalendar.PREDECESSOR: (_("紧前任务"), ("紧前任务", "predecessor", "")),
    LagCalendar.SUCCESSOR: (_("紧后任务"), ("紧后任务", "successor")),
    LagCalendar.PROJECT: (_("项目"), ("项目", "project")),
    LagCalendar.ELAPSED: (_("连续时间"), ("连续时间", "elapsed", "24 hours")),
}
YES = ("是", "yes", "y", "true", "1", "√")
NO = ("", "否", "no", "n", "false", "0")


def meaning(choices: dict[Any, tuple[Any, tuple[str, ...]]], value: object) -> Any:
    """The choice that a cell means, in either language. Raises KeyError for none of them."""
    wanted = plain(value)
    for choice, (label, names) in choices.items():
        if wanted in {plain(name) for name in names} or (wanted and wanted in in_both(label)):
            return choice
    raise KeyError(wanted)


def labels(choices: dict[Any, tuple[Any, tuple[str, ...]]]) -> str:
    """The choices as a list for a sentence."""
    return "、".join(str(label) for label, _names in choices.values() if str(label))
