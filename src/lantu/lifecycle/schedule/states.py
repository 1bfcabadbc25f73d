"""Life of a schedule, and the closed lists that its rows choose from."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lantu.core.refusals import Refused


class ScheduleKind(models.TextChoices):
    MASTER = "master", gettext_lazy("总进度计划")
    SECTION = "section", gettext_lazy("标段计划")
    MIRROR = "mirror", gettext_lazy("外部计划镜像")


class ScheduleStatus(models.TextChoices):
    DRAFT = "draft", gettext_lazy("编制中")
    PROPOSED = "proposed", gettext_lazy("待审批")
    IN_FORCE = "in_force", gettext_lazy("执行中")
    SUPERSEDED = "superseded", gettext_lazy("已被替代")
    DISCARDED = "discarded", gettext_lazy("已作废")


class Source(models.TextChoices):
    """Where a schedule came from."""

    OWN = "own", gettext_lazy("平台编制")
    TEMPLATE = "template", gettext_lazy("模板生成")
    XER = "xer", "Primavera XER"
    P6_XML = "p6xml", "Primavera P6 XML"
    MSPDI = "mspdi", "Microsoft Project XML"
    MPP = "mpp", "Microsoft Project MPP"
    SHEET = "sheet", gettext_lazy("表格导入")


class ActivityKind(models.TextChoices):
    TASK = "task", pgettext_lazy("schedule", "任务")
    MILESTONE = "milestone", gettext_lazy("里程碑")
    SUMMARY = "summary", gettext_lazy("汇总")
    LOE = "loe", gettext_lazy("伴随性任务")


class MilestoneSide(models.TextChoices):
    """Which end of the day a milestone marks; only milestones state it."""

    START = "start", gettext_lazy("开始里程碑")
    FINISH = "finish", gettext_lazy("完成里程碑")


class LinkKind(models.TextChoices):
    FS = "FS", gettext_lazy("完成—开始")
    SS = "SS", gettext_lazy("开始—开始")
    FF = "FF", gettext_lazy("完成—完成")
    SF = "SF", gettext_lazy("开始—完成")


class LagCalendar(models.TextChoices):
    """Whose working minutes a lag counts."""

    PREDECESSOR = "predecessor", gettext_lazy("紧前任务日历")
    SUCCESSOR = "successor", gettext_lazy("紧后任务日历")
    PROJECT = "project", gettext_lazy("计划默认日历")
    ELAPSED = "elapsed", gettext_lazy("连续 24 小时")


class ConstraintKind(models.TextChoices):
    """The constraints that P6 and Microsoft Project know; the values are those of ``calc.cpm.Constraint``."""

    NONE = "", gettext_lazy("尽早开始")
    ALAP = "alap", gettext_lazy("尽晚开始")
    START_ON = "start_on", gettext_lazy("开始于")
    START_AFTER = "start_after", gettext_lazy("不早于…开始")
    START_BEFORE = "start_before", gettext_lazy("不晚于…开始")
    FINISH_ON = "finish_on", gettext_lazy("完成于")
    FINISH_AFTER = "finish_after", gettext_lazy("不早于…完成")
    FINISH_BEFORE = "finish_before", gettext_lazy("不晚于…完成")
    MUST_START = "must_start", gettext_lazy("强制开始")
    MUST_FINISH = "must_finish", gettext_lazy("强制完成")


class PercentKind(models.TextChoices):
    """What a percentage was measured by."""

    PHYSICAL = "physical", gettext_lazy("形象进度")
    DURATION = "duration", gettext_lazy("工期比例")
    UNITS = "units", gettext_lazy("工程量比例")


class EvidenceGrade(models.TextChoices):
    """How sure a report is; the same letters as the monthly figures of projects."""

    NONE = "", gettext_lazy("未上报")
    A = "A", gettext_lazy("A 多方核对")
    B = "B", gettext_lazy("B 监理计量")
    C = "C", gettext_lazy("C 文件照片")
    D = "D", gettext_lazy("D 自报")


class CriticalRule(models.TextChoices):
    """What “critical” means: with several calendars the two differ (docs/algorithms/cpm.md)."""

    LONGEST_PATH = "longest_path", gettext_lazy("最长路径")
    TOTAL_FLOAT = "total_float", gettext_lazy("总时差")


class ProgressRule(models.TextChoices):
    """What happens to the rest of an activity that began out of sequence."""

    RETAINED_LOGIC = "retained_logic", gettext_lazy("保留逻辑关系")
    OVERRIDE = "override", gettext_lazy("以实际进度为准")


class LevellingState(models.TextChoices):
    ASKED = "asked", gettext_lazy("排队中")
    DONE = "done", gettext_lazy("已算完")
    FAILED = "failed", gettext_lazy("未算成")


class Verb(StrEnum):
    EDIT = "edit"
    PROPOSE = "propose"
    SEND_BACK = "send_back"
    PUT_IN_FORCE = "put_in_force"
    SUPERSEDE = "supersede"
    DISCARD = "discard"
    REPORT = "report"


S = ScheduleStatus
# Versions that only history shows.
PAST = frozenset({S.SUPERSEDED, S.DISCARDED})
TRANSITIONS: dict[tuple[str, Verb], str] = {
    (S.DRAFT, Verb.EDIT): S.DRAFT,
    (S.DRAFT, Verb.PROPOSE): S.PROPOSED,
    (S.DRAFT, Verb.DISCARD): S.DISCARDED,
    (S.PROPOSED, Verb.SEND_BACK): S.DRAFT,
    (S.PROPOSED, Verb.PUT_IN_FORCE): S.IN_FORCE,
    (S.IN_FORCE, Verb.REPORT): S.IN_FORCE,
    (S.IN_FORCE, Verb.SUPERSEDE): S.SUPERSEDED,
}

_FIRST = {
    S.DRAFT: gettext_lazy("计划还在编制，请先提交审批。"),
    S.PROPOSED: gettext_lazy("计划正在审批；需要修改的，请审批人先退回。"),
    S.IN_FORCE: gettext_lazy("执行中的计划只能填报进度；需要调整的，请另存为修订稿再报批。"),
    S.SUPERSEDED: gettext_lazy("这一版已被替代，请打开执行中的版本。"),
    S.DISCARDED: gettext_lazy("这份编制稿已作废，请打开执行中的版本，或另存修订稿。"),
}


def next_status(current: str, verb: Verb) -> str:
    """The status after ``verb``. Raises Refused, saying what comes first, where the table has no way."""
    try:
        return str(TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "schedules.wrong_order",
            _("计划当前为“%(status)s”，不能执行这一步。") % {"status": ScheduleStatus(current).label},
            remedy=str(_FIRST[ScheduleStatus(current)]),
        ) from None
