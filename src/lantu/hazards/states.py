"""Life of a hazard 隐患: from the finding to the cancelled number."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.refusals import Refused


class HazardState(models.TextChoices):
    DETECTED = "detected", gettext_lazy("待核实")
    CONFIRMED = "confirmed", gettext_lazy("待派单")
    ORDERED = "ordered", gettext_lazy("待签收")
    ACCEPTED = "accepted", gettext_lazy("已签收")
    DISPUTED = "disputed", gettext_lazy("有异议，待裁定")
    PLAN_SUBMITTED = "plan_submitted", gettext_lazy("整改方案待审")
    PLAN_APPROVED = "plan_approved", gettext_lazy("整改方案已批")
    RECTIFYING = "rectifying", gettext_lazy("整改中")
    SUBMITTED = "submitted", gettext_lazy("待监理确认")
    SV_CONFIRMED = "sv_confirmed", gettext_lazy("待复查")
    RECHECKED = "rechecked", gettext_lazy("已复查")
    RETURNED = "returned", gettext_lazy("已退回，重新整改")
    CLOSED = "closed", gettext_lazy("已销号")
    FALSE_POSITIVE = "false_positive", gettext_lazy("误报")
    MERGED = "merged", gettext_lazy("已合并")
    VOID = "void", gettext_lazy("已作废")


class Verb(StrEnum):
    """What people do to a hazard. Some steps are two verbs at once: a re-check that passes also closes."""

    CONFIRM = "confirm"
    ISSUE = "issue_order"
    ACCEPT = "accept_order"
    START = "start"
    SUBMIT = "submit_reply"
    SV_CONFIRM = "supervisor_confirm"
    SV_RETURN = "supervisor_return"
    RECHECK = "recheck"
    RECHECK_RETURN = "recheck_return"
    RESUME = "resume"
    CLOSE = "close"
    SUBMIT_PLAN = "submit_plan"
    APPROVE_PLAN = "approve_plan"
    RETURN_PLAN = "return_plan"
    DISPUTE = "dispute"
    UPHOLD = "uphold"
    TRANSFER = "transfer"
    REOPEN = "reopen"
    DEMAND_PLAN = "demand_plan"
    # Marks: they change what is true of a hazard beside its state.
    REGRADE = "regrade"
    STOP = "order_stop"
    ASK_RESUME = "ask_resume"
    ORDER_RESUME = "order_resume"
    LIST = "list_hazard"
    DELIST = "delist"
    EXTEND = "extend"
    FALSE = "mark_false_positive"
    MERGE = "merge"
    VOID = "void"


class Grade(models.IntegerChoices):
    """Four colours; the figure is the severity that alerts and duties use."""

    BLUE = 1, gettext_lazy("低（蓝）")
    YELLOW = 2, gettext_lazy("一般（黄）")
    ORANGE = 3, gettext_lazy("较大（橙）")
    RED = 4, gettext_lazy("重大（红）")


class Source(models.TextChoices):
    WARNING = "warning", gettext_lazy("监测预警")
    INSPECTION = "inspection", gettext_lazy("检查发现")
    CITIZEN = "citizen", gettext_lazy("群众反映")
    MANUAL = "manual", gettext_lazy("人工登记")
    PATROL = "patrol", gettext_lazy("风险点巡查")
    VEHICLE = "vehicle", gettext_lazy("车辆监管")
    CAMERA = "camera", gettext_lazy("智能识别")


class Field(models.TextChoices):
    """What a hazard endangers: the three elements that the platform watches over."""

    SAFETY = "safety", gettext_lazy("安全")
    QUALITY = "quality", gettext_lazy("质量")
    ENVIRONMENT = "environment", gettext_lazy("环保")


class OrderType(models.TextChoices):
    """What the order asks for."""

    AT_ONCE = "at_once", gettext_lazy("责令立即改正")
    IN_TIME = "in_time", gettext_lazy("责令限期整改")
    REWORK = "rework", gettext_lazy("拆除返工")
    STOP_PART = "stop_part", gettext_lazy("局部停工整改")
    STOP_ALL = "stop_all", gettext_lazy("全部停工整改")
    PENALTY = "penalty", gettext_lazy("整改并移交处罚")


S = HazardState
# The path of an ordinary hazard.
PATH: dict[tuple[str, Verb], str] = {
    (S.DETECTED, Verb.CONFIRM): S.CONFIRMED,
    (S.CONFIRMED, Verb.ISSUE): S.ORDERED,
    (S.ORDERED, Verb.ACCEPT): S.ACCEPTED,
    (S.ACCEPTED, Verb.START): S.RECTIFYING,
    (S.RECTIFYING, Verb.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, Verb.SV_CONFIRM): S.SV_CONFIRMED,
    (S.SUBMITTED, Verb.SV_RETURN): S.RETURNED,
    (S.SV_CONFIRMED, Verb.RECHECK): S.RECHECKED,
    (S.SV_CONFIRMED, Verb.RECHECK_RETURN): S.RETURNED,
    (S.RETURNED, Verb.RESUME): S.RECTIFYING,
    (S.RECHECKED, Verb.CLOSE): S.CLOSED,
}
# Grave hazards: a plan (red always; orange unless the reply comes within the plan's own time).
PLANS: dict[tuple[str, Verb], str] = {
    (S.ACCEPTED, Verb.SUBMIT_PLAN): S.PLAN_SUBMITTED,
    (S.PLAN_SUBMITTED, Verb.APPROVE_PLAN): S.PLAN_APPROVED,
    (S.PLAN_SUBMITTED, Verb.RETURN_PLAN): S.ACCEPTED,
    (S.PLAN_APPROVED, Verb.START): S.RECTIFYING,
    # Judged major when work had begun without a plan.
    (S.RECTIFYING, Verb.DEMAND_PLAN): S.ACCEPTED,
    (S.RETURNED, Verb.DEMAND_PLAN): S.ACCEPTED,
}
# The addressee disputes the order, or it goes to another unit; whoever has it then accepts it anew.
_ADDRESSED = (S.ORDERED, S.ACCEPTED, S.RECTIFYING)
ADDRESSEE: dict[tuple[str, Verb], str] = {
    **{(state, Verb.DISPUTE): S.DISPUTED for state in _ADDRESSED},
    (S.DISPUTED, Verb.UPHOLD): S.ORDERED,
    **{(state, Verb.TRANSFER): S.ORDERED for state in (*_ADDRESSED, S.DISPUTED)},
}
# The look-back failed, or it came back: the same object, not a new one.
AGAIN: dict[tuple[str, Verb], str] = {(S.CLOSED, Verb.REOPEN): S.RETURNED}
# Ways out of the count. Each needs a reason and a second person; none of them deletes a row.
_WORKING = (S.ACCEPTED, S.PLAN_SUBMITTED, S.RECTIFYING, S.RETURNED)
_UNTIL_REPLY = (S.DETECTED, S.CONFIRMED, S.ORDERED, S.DISPUTED, *_WORKING)
_ANY_OPEN = (*_UNTIL_REPLY, S.SUBMITTED, S.SV_CONFIRMED)
EXCLUSIONS: dict[tuple[str, Verb], str] = {
    **{(state, Verb.FALSE): S.FALSE_POSITIVE for state in _UNTIL_REPLY},
    **{
        (state, Verb.MERGE): S.MERGED
        for state in (S.DETECTED, S.CONFIRMED, S.ORDERED, S.ACCEPTED, S.RECTIFYING)
    },
    **{(state, Verb.VOID): S.VOID for state in _ANY_OPEN},
}
_AFTER_ORDER = (S.ORDERED, S.DISPUTED, *_WORKING, S.SUBMITTED, S.SV_CONFIRMED)
_MARKED: dict[Verb, tuple[HazardState, ...]] = {
    Verb.REGRADE: (S.CONFIRMED, S.ORDERED, S.DISPUTED, *_WORKING),
    Verb.STOP: _AFTER_ORDER,
    Verb.ASK_RESUME: (S.SV_CONFIRMED,),
    Verb.ORDER_RESUME: (S.SV_CONFIRMED,),
    Verb.LIST: _AFTER_ORDER,
    Verb.DELIST: (S.SV_CONFIRMED,),
    Verb.EXTEND: (S.RECTIFYING, S.RETURNED),
}
MARKS: dict[tuple[str, Verb], str] = {
    (state, verb): state for verb, states in _MARKED.items() for state in states
}
TRANSITIONS: dict[tuple[str, Verb], str] = {**PATH, **PLANS, **ADDRESSEE, **AGAIN, **EXCLUSIONS, **MARKS}

CLOSED_STATES: tuple[str, ...] = (S.CLOSED, S.FALSE_POSITIVE, S.MERGED, S.VOID)
# Hazards in these states count neither as confirmed nor as closed.
EXCLUDED_STATES: tuple[str, ...] = (S.FALSE_POSITIVE, S.MERGED, S.VOID)
OPEN_STATES: tuple[str, ...] = tuple(str(state) for state in S if state not in CLOSED_STATES)

_WHAT_NEXT = {
    S.DETECTED: gettext_lazy("请先核实并确认隐患。"),
    S.CONFIRMED: gettext_lazy("请先下发整改通知单。"),
    S.ORDERED: gettext_lazy("请先由施工单位签收整改通知单。"),
    S.ACCEPTED: gettext_lazy("请先由整改单位提交整改方案或整改回复。"),
    S.DISPUTED: gettext_lazy("请先由局裁定整改单位的异议。"),
    S.PLAN_SUBMITTED: gettext_lazy("请先审定整改方案。"),
    S.RECTIFYING: gettext_lazy("请等施工单位提交整改回复。"),
    S.RETURNED: gettext_lazy("请等施工单位重新提交整改回复。"),
    S.SUBMITTED: gettext_lazy("请先由监理确认整改回复。"),
    S.SV_CONFIRMED: gettext_lazy("请等复查人复查。"),
}


def next_state(current: str, verb: Verb) -> str:
    """The state after ``verb``. Raises Refused, saying what comes first, where the table has no way."""
    try:
        return str(TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "hazards.wrong_order",
            _("隐患当前为“%(state)s”，不能执行这一步。") % {"state": HazardState(current).label},
            remedy=str(_WHAT_NEXT.get(HazardState(current), _("这条隐患已经结束，请刷新页面查看结果。"))),
        ) from None


def walk(current: str, *verbs: Verb) -> str:
    """The state after several verbs in a row."""
    for verb in verbs:
        current = next_state(current, verb)
    return current
