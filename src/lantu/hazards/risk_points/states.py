"""Life of a risk point 风险点: written, reviewed by another unit, kept under control, closed when the work is over."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.refusals import Refused


class PointState(models.TextChoices):
    DRAFT = "draft", gettext_lazy("编制中")
    SUBMITTED = "submitted", gettext_lazy("待审核")
    REVIEWED = "reviewed", gettext_lazy("待落实管控")
    IN_CONTROL = "in_control", gettext_lazy("管控中")
    CLOSED = "closed", gettext_lazy("已销项")
    VOID = "void", gettext_lazy("已作废")


class Verb(StrEnum):
    CHANGE = "change"
    SUBMIT = "submit"
    REVIEW = "review"
    SEND_BACK = "send_back"
    CONTROL = "control"
    REASSESS = "reassess"
    LOWER = "lower"
    CLOSE = "close"
    VOID = "void"


class ControlLevel(models.TextChoices):
    """Who keeps the risk under control: the graver, the higher."""

    COMPANY = "company", gettext_lazy("公司级")
    PROJECT = "project", gettext_lazy("项目级")
    TEAM = "team", gettext_lazy("班组级")
    POST = "post", gettext_lazy("岗位级")


class RiskColour(models.IntegerChoices):
    BLUE = 1, gettext_lazy("低风险（蓝）")
    YELLOW = 2, gettext_lazy("一般风险（黄）")
    ORANGE = 3, gettext_lazy("较大风险（橙）")
    RED = 4, gettext_lazy("重大风险（红）")


class RoundState(models.TextChoices):
    OPEN = "open", gettext_lazy("待巡查")
    DONE = "done", gettext_lazy("已完成")
    CANCELLED = "cancelled", gettext_lazy("已取消")


S = PointState
TRANSITIONS: dict[tuple[str, Verb], str] = {
    (S.DRAFT, Verb.CHANGE): S.DRAFT,
    (S.DRAFT, Verb.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, Verb.REVIEW): S.REVIEWED,
    (S.SUBMITTED, Verb.SEND_BACK): S.DRAFT,
    (S.REVIEWED, Verb.CONTROL): S.IN_CONTROL,
    (S.REVIEWED, Verb.REASSESS): S.REVIEWED,
    (S.REVIEWED, Verb.LOWER): S.SUBMITTED,
    (S.IN_CONTROL, Verb.REASSESS): S.IN_CONTROL,
    # A lower colour is somebody's opinion until a second person shares it; the graver one stays in force.
    (S.IN_CONTROL, Verb.LOWER): S.SUBMITTED,
    (S.IN_CONTROL, Verb.CLOSE): S.CLOSED,
    **{(state, Verb.VOID): S.VOID for state in (S.DRAFT, S.SUBMITTED, S.REVIEWED)},
}
CLOSED_STATES: tuple[str, ...] = (S.CLOSED, S.VOID)
OPEN_STATES: tuple[str, ...] = tuple(str(state) for state in S if state not in CLOSED_STATES)
# What is drawn on the four-colour map: work that somebody else has looked at, or that asks for a lower colour.
MAPPED_STATES: tuple[str, ...] = (S.SUBMITTED, S.REVIEWED, S.IN_CONTROL)

_FIRST = {
    S.DRAFT: gettext_lazy("请先由编制人提交审核。"),
    S.SUBMITTED: gettext_lazy("请先由监理审核。"),
    S.REVIEWED: gettext_lazy("请先由责任人确认管控措施已落实。"),
    S.IN_CONTROL: gettext_lazy("风险点正在管控中；作业结束后可以销项。"),
}


def next_state(current: str, verb: Verb) -> str:
    """The state after ``verb``. Raises Refused, saying what comes first, where the table has no way."""
    try:
        return str(TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "risk_points.wrong_order",
            _("风险点当前为“%(state)s”，不能执行这一步。") % {"state": PointState(current).label},
            remedy=str(_FIRST.get(PointState(current), _("这个风险点已经结束，请刷新页面。"))),
        ) from None
