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
# Ways out of the count. Each needs a reason and a second person; none of them deletes a row.
_UNTIL_REPLY = (S.DETECTED, S.CONFIRMED, S.ORDERED, S.ACCEPTED, S.RECTIFYING, S.RETURNED)
_ANY_OPEN = (*_UNTIL_REPLY, S.SUBMITTED, S.SV_CONFIRMED)
EXCLUSIONS: dict[tuple[str, Verb], str] = {
    **{(state, Verb.FALSE): S.FALSE_POSITIVE for state in _UNTIL_REPLY},
    **{(state, Verb.MERGE): S.MERGED for state in (S.DETECTED, S.CONFIRMED)},
    **{(state, Verb.VOID): S.VOID for state in _ANY_OPEN},
}
TRANSITIONS: dict[tuple[str, Verb], str] = {**PATH, **EXCLUSIONS}

CLOSED_STATES: tuple[str, ...] = (S.CLOSED, S.FALSE_POSITIVE, S.MERGED, S.VOID)
# Hazards in these states count neither as confirmed nor as closed.
EXCLUDED_STATES: tuple[str, ...] = (S.FALSE_POSITIVE, S.MERGED, S.VOID)
OPEN_STATES: tuple[str, ...] = tuple(str(state) for state in S if state not in CLOSED_STATES)

_WHAT_NEXT = {
    S.DETECTED: gettext_lazy("请先核实并确认隐患。"),
    S.CONFIRMED: gettext_lazy("请先下发整改通知单。"),
    S.ORDERED: gettext_lazy("请先由施工单位签收整改通知单。"),
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
