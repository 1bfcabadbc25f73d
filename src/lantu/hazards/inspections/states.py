"""Life of an inspection: planned, filled in, finished and frozen, signed by a second person."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.refusals import Refused


class InspectionKind(models.TextChoices):
    SAFETY = "safety", gettext_lazy("安全（JGJ 59 评分）")
    QUALITY = "quality", gettext_lazy("质量（检验批）")
    ENVIRONMENT = "environment", gettext_lazy("环保（六个百分之百）")


class InspectionState(models.TextChoices):
    PLANNED = "planned", gettext_lazy("待检查")
    IN_PROGRESS = "in_progress", gettext_lazy("检查中")
    FINISHED = "finished", gettext_lazy("待复核签字")
    SIGNED = "signed", gettext_lazy("已签字")
    VOID = "void", gettext_lazy("已取消")


class Result(models.TextChoices):
    """What a sheet concludes. The first three are the grades of JGJ 59."""

    EXCELLENT = "excellent", gettext_lazy("优良")
    ACCEPTABLE = "acceptable", gettext_lazy("合格")
    FAILED = "failed", gettext_lazy("不合格")
    NONE = "", gettext_lazy("未评定")


class Verb(StrEnum):
    START = "start"
    FILL = "fill"
    FINISH = "finish"
    SIGN = "sign"
    SEND_BACK = "send_back"
    VOID = "void"


S = InspectionState
TRANSITIONS: dict[tuple[str, Verb], str] = {
    (S.PLANNED, Verb.START): S.IN_PROGRESS,
    (S.PLANNED, Verb.VOID): S.VOID,
    (S.IN_PROGRESS, Verb.FILL): S.IN_PROGRESS,
    (S.IN_PROGRESS, Verb.FINISH): S.FINISHED,
    (S.FINISHED, Verb.SIGN): S.SIGNED,
    (S.FINISHED, Verb.SEND_BACK): S.IN_PROGRESS,
}
CLOSED_STATES: tuple[str, ...] = (S.SIGNED, S.VOID)
FROZEN_STATES: tuple[str, ...] = (S.FINISHED, S.SIGNED)

_FIRST = {
    S.PLANNED: gettext_lazy("请先由检查人开始检查。"),
    S.IN_PROGRESS: gettext_lazy("请先逐项检查并完成评分。"),
    S.FINISHED: gettext_lazy("检查表已冻结，请由复核人签字；确有错误的，由复核人退回。"),
}


def next_state(current: str, verb: Verb) -> str:
    """The state after ``verb``. Raises Refused, saying what comes first, where the table has no way."""
    try:
        return str(TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "inspections.wrong_order",
            _("检查当前为“%(state)s”，不能执行这一步。") % {"state": InspectionState(current).label},
            remedy=str(_FIRST.get(InspectionState(current), _("这次检查已经结束，请刷新页面。"))),
        ) from None
