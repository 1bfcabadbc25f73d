"""Lives of a programme and of its milestones."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.refusals import Refused


class ProgrammeState(models.TextChoices):
    DRAFT = "draft", gettext_lazy("编制中")
    SUBMITTED = "submitted", gettext_lazy("待批准")
    IN_FORCE = "in_force", gettext_lazy("执行中")
    FINISHED = "finished", gettext_lazy("已完成")
    VOID = "void", gettext_lazy("已取消")


class MilestoneState(models.TextChoices):
    PENDING = "pending", gettext_lazy("未到达")
    REPORTED = "reported", gettext_lazy("待确认")
    DONE = "done", gettext_lazy("已完成")
    DROPPED = "dropped", gettext_lazy("已取消")


class Verb(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    CHECK = "check"
    FINISH = "finish"
    VOID = "void"


class MilestoneVerb(StrEnum):
    MOVE = "move"
    REPORT = "report"
    CONFIRM = "confirm"
    SEND_BACK = "send_back"
    DROP = "drop"


P, M = ProgrammeState, MilestoneState
TRANSITIONS: dict[tuple[str, str], str] = {
    (P.DRAFT, Verb.EDIT): P.DRAFT,
    (P.DRAFT, Verb.SUBMIT): P.SUBMITTED,
    (P.DRAFT, Verb.VOID): P.VOID,
    (P.SUBMITTED, Verb.APPROVE): P.IN_FORCE,
    (P.SUBMITTED, Verb.SEND_BACK): P.DRAFT,
    (P.IN_FORCE, Verb.EDIT): P.IN_FORCE,
    (P.IN_FORCE, Verb.CHECK): P.IN_FORCE,
    (P.IN_FORCE, Verb.FINISH): P.FINISHED,
    (P.IN_FORCE, Verb.VOID): P.VOID,
}
MILESTONE_TRANSITIONS: dict[tuple[str, str], str] = {
    (M.PENDING, MilestoneVerb.MOVE): M.PENDING,
    (M.PENDING, MilestoneVerb.REPORT): M.REPORTED,
    (M.PENDING, MilestoneVerb.DROP): M.DROPPED,
    (M.REPORTED, MilestoneVerb.CONFIRM): M.DONE,
    (M.REPORTED, MilestoneVerb.SEND_BACK): M.PENDING,
}
CLOSED_STATES: tuple[str, ...] = (P.FINISHED, P.VOID)
CLOSED_MILESTONES: tuple[str, ...] = (M.DONE, M.DROPPED)


def next_state(current: str, verb: Verb) -> str:
    """The programme's state after ``verb``. Raises Refused where the table has no way."""
    try:
        return str(TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "programmes.wrong_order",
            _("行动计划当前为“%(state)s”，不能执行这一步。") % {"state": ProgrammeState(current).label},
            remedy=_("请刷新页面，按当前状态办理。"),
        ) from None


def next_milestone_state(current: str, verb: MilestoneVerb) -> str:
    """The milestone's state after ``verb``. Raises Refused where the table has no way."""
    try:
        return str(MILESTONE_TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "programmes.milestone_wrong_order",
            _("节点当前为“%(state)s”，不能执行这一步。") % {"state": MilestoneState(current).label},
            remedy=_("请刷新页面，按当前状态办理。"),
        ) from None
