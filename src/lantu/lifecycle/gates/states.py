"""Life of a stage gate, of one of its documents and of a condition (workflows §4.1)."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.refusals import Refused


class GateState(models.TextChoices):
    NOT_STARTED = "not_started", gettext_lazy("未开始")
    PREPARING = "preparing", gettext_lazy("准备中")
    SUBMITTED = "submitted", gettext_lazy("已提交")
    REVIEWING = "reviewing", gettext_lazy("审查中")
    RETURNED = "returned", gettext_lazy("已退回")
    PASSED = "passed", gettext_lazy("已通过")
    CONDITIONAL = "conditional", gettext_lazy("容缺通过")
    HELD = "held", gettext_lazy("暂缓")
    REJECTED = "rejected", gettext_lazy("不予通过")
    SUSPENDED = "suspended", gettext_lazy("停缓建")
    CANCELLED = "cancelled", gettext_lazy("已取消")
    REOPENED = "reopened", gettext_lazy("重新打开")


class Verb(StrEnum):
    START = "start"
    PREPARE = "prepare"
    SUBMIT = "submit"
    CHECK = "check"
    RETURN = "return"
    APPROVE = "approve"
    APPROVE_CONDITIONALLY = "approve_conditionally"
    HOLD = "hold"
    RELEASE = "release"
    REJECT = "reject"
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"
    REOPEN = "reopen"


S = GateState
PASSED_STATES: tuple[str, ...] = (S.PASSED, S.CONDITIONAL)
# Nobody owes anything: not begun, through, or ended. All others have an open duty.
RESTING_STATES: tuple[str, ...] = (S.NOT_STARTED, S.PASSED, S.CONDITIONAL, S.REJECTED, S.CANCELLED)
# A day that has passed says nothing about these.
NOT_AWAITED: tuple[str, ...] = (*PASSED_STATES, S.NOT_STARTED, S.SUSPENDED, S.CANCELLED)
PREPARING_STATES: tuple[str, ...] = (S.PREPARING, S.RETURNED, S.REOPENED)
_STOPPABLE = (S.NOT_STARTED, S.PREPARING, S.SUBMITTED, S.REVIEWING, S.RETURNED, S.HELD, S.REOPENED)
TRANSITIONS: dict[tuple[str, Verb], str] = {
    (S.NOT_STARTED, Verb.START): S.PREPARING,
    (S.RETURNED, Verb.PREPARE): S.PREPARING,
    (S.REOPENED, Verb.PREPARE): S.PREPARING,
    (S.PREPARING, Verb.SUBMIT): S.SUBMITTED,
    (S.RETURNED, Verb.SUBMIT): S.SUBMITTED,
    (S.REOPENED, Verb.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, Verb.CHECK): S.REVIEWING,
    (S.SUBMITTED, Verb.RETURN): S.RETURNED,
    (S.REVIEWING, Verb.RETURN): S.RETURNED,
    (S.REVIEWING, Verb.APPROVE): S.PASSED,
    (S.REVIEWING, Verb.APPROVE_CONDITIONALLY): S.CONDITIONAL,
    (S.REVIEWING, Verb.HOLD): S.HELD,
    (S.HELD, Verb.RELEASE): S.REVIEWING,
    (S.REVIEWING, Verb.REJECT): S.REJECTED,
    (S.HELD, Verb.REJECT): S.REJECTED,
    (S.PASSED, Verb.REOPEN): S.REOPENED,
    (S.CONDITIONAL, Verb.REOPEN): S.REOPENED,
    (S.REJECTED, Verb.REOPEN): S.REOPENED,
    # A suspended gate goes back to where it stood; the table names the first of these, the service the true one.
    (S.SUSPENDED, Verb.RESUME): S.PREPARING,
    (S.SUSPENDED, Verb.CANCEL): S.CANCELLED,
    **{(state, Verb.SUSPEND): S.SUSPENDED for state in _STOPPABLE},
    **{(state, Verb.CANCEL): S.CANCELLED for state in _STOPPABLE},
}
_FIRST = {
    S.NOT_STARTED: gettext_lazy("请先启动这个关口。"),
    S.PREPARING: gettext_lazy("请先备齐要件并提交。"),
    S.RETURNED: gettext_lazy("请按退回意见补正后重新提交。"),
    S.REOPENED: gettext_lazy("请按变更后的内容补充要件并重新提交。"),
    S.SUBMITTED: gettext_lazy("请先由重点工程局核对完整性。"),
    S.REVIEWING: gettext_lazy("请由把关单位作出决定。"),
    S.HELD: gettext_lazy("请先由把关单位解除暂缓。"),
    S.SUSPENDED: gettext_lazy("项目已停缓建，请先凭复工文件恢复。"),
    S.PASSED: gettext_lazy("关口已通过；建设内容重大变化的，可凭文件重新打开。"),
    S.CONDITIONAL: gettext_lazy("关口已容缺通过，请在时限内补齐条件。"),
}


def next_state(current: str, verb: Verb) -> str:
    """The state after ``verb``. Raises Refused, saying what comes first, where the table has no way."""
    try:
        return str(TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "gates.wrong_order",
            _("关口当前为“%(state)s”，不能执行这一步。") % {"state": GateState(current).label},
            remedy=str(_FIRST.get(GateState(current), _("这个关口已经结束，请刷新页面。"))),
        ) from None


class StepState(models.TextChoices):
    """Of one document: only while the department has it in hand does it have a duty of its own."""

    MISSING = "missing", gettext_lazy("待取得")
    APPLIED = "applied", gettext_lazy("办理中")
    RETURNED = "returned", gettext_lazy("待补正")
    CONFIRMED = "confirmed", gettext_lazy("已确认")
    WAIVED = "waived", gettext_lazy("不适用")


DONE_STEPS: tuple[str, ...] = (StepState.CONFIRMED, StepState.WAIVED)


class ConditionState(models.TextChoices):
    OPEN = "open", gettext_lazy("待补齐")
    MET = "met", gettext_lazy("已补齐")
    LAPSED = "lapsed", gettext_lazy("已失效")


CLOSED_CONDITIONS: tuple[str, ...] = (ConditionState.MET, ConditionState.LAPSED)
