"""Life of a month, and of one item in one month."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.refusals import Refused


class RunState(models.TextChoices):
    """The month of the whole city."""

    REPORTING = "reporting", gettext_lazy("核对差异")
    REVIEW = "review", gettext_lazy("异常复核")
    FROZEN = "frozen", gettext_lazy("已冻结")
    SCORED = "scored", gettext_lazy("已评分，可申诉")
    PUBLISHED = "published", gettext_lazy("已公布")


class FactState(models.TextChoices):
    OPEN = "open", gettext_lazy("待核对")
    SELF_REPORTED = "self_reported", gettext_lazy("已自报")
    AUTO_VERIFIED = "auto_verified", gettext_lazy("系统核验")
    VERIFYING = "verifying", gettext_lazy("待核验")
    VERIFIED = "verified", gettext_lazy("已核验")
    DISPUTED = "disputed", gettext_lazy("有异议")
    RETURNED = "returned", gettext_lazy("已退回")
    FROZEN = "frozen", gettext_lazy("已冻结")
    SCORED = "scored", gettext_lazy("已评分")
    APPEALED = "appealed", gettext_lazy("申诉中")
    RE_SCORED = "re_scored", gettext_lazy("已重新评分")
    PUBLISHED = "published", gettext_lazy("已公布")


class Verb(StrEnum):
    REPORT = "report"
    AUTO = "auto"
    SEND = "send"
    VERIFY = "verify"
    DISPUTE = "dispute"
    RETURN = "return"
    FREEZE = "freeze"
    SCORE = "score"
    APPEAL = "appeal"
    RE_SCORE = "re_score"
    PUBLISH = "publish"


F = FactState
# Frozen as they stand: who did not report or verify in time is frozen with what is known.
BEFORE_FREEZE: tuple[str, ...] = (
    F.OPEN, F.SELF_REPORTED, F.AUTO_VERIFIED, F.VERIFYING, F.VERIFIED, F.DISPUTED, F.RETURNED,
)  # fmt: skip
TRANSITIONS: dict[tuple[str, Verb], str] = {
    (F.OPEN, Verb.REPORT): F.SELF_REPORTED,
    (F.RETURNED, Verb.REPORT): F.SELF_REPORTED,
    (F.SELF_REPORTED, Verb.AUTO): F.AUTO_VERIFIED,
    (F.SELF_REPORTED, Verb.SEND): F.VERIFYING,
    (F.VERIFYING, Verb.VERIFY): F.VERIFIED,
    (F.VERIFYING, Verb.DISPUTE): F.DISPUTED,
    (F.VERIFYING, Verb.RETURN): F.RETURNED,
    (F.DISPUTED, Verb.VERIFY): F.VERIFIED,
    **{(state, Verb.FREEZE): F.FROZEN for state in BEFORE_FREEZE},
    (F.FROZEN, Verb.SCORE): F.SCORED,
    (F.SCORED, Verb.APPEAL): F.APPEALED,
    (F.APPEALED, Verb.RE_SCORE): F.RE_SCORED,
    (F.SCORED, Verb.PUBLISH): F.PUBLISHED,
    (F.RE_SCORED, Verb.PUBLISH): F.PUBLISHED,
}
# In somebody's hands: these states belong to an open sheet, and the sheet has a duty.
HELD: tuple[str, ...] = (F.OPEN, F.VERIFYING, F.DISPUTED, F.RETURNED)
OWED: tuple[str, ...] = (F.OPEN, F.RETURNED)


class SheetKind(models.TextChoices):
    REPORT = "report", gettext_lazy("核对本月清单")
    VERIFY = "verify", gettext_lazy("核验本月清单")
    SETTLE = "settle", gettext_lazy("裁定本月异议")
    VISIT = "visit", gettext_lazy("现场抽查")


def next_fact_state(current: str, verb: Verb) -> str:
    """The state of an item-month after ``verb``. Raises Refused where the table has no way."""
    try:
        return str(TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "appraisal.wrong_order",
            _("这一项当前为“%(state)s”，不能执行这一步。") % {"state": FactState(current).label},
            remedy=_("请刷新页面，看过最新状态后再操作；冻结后要更正的，请提交更正。"),
        ) from None


_AFTER = {
    RunState.REPORTING: RunState.REVIEW,
    RunState.REVIEW: RunState.FROZEN,
    RunState.FROZEN: RunState.SCORED,
    RunState.SCORED: RunState.PUBLISHED,
}


def must_be(current: str, *wanted: str) -> None:
    """Raise Refused unless the month stands at one of ``wanted``."""
    if current not in wanted:
        raise Refused(
            "appraisal.wrong_step",
            _("本月考核当前为“%(state)s”，不能执行这一步。") % {"state": RunState(current).label},
            remedy=_("请按月历顺序办理：核对、复核、冻结、评分、申诉、公布。"),
        )


def run_after(current: str) -> str:
    """The next step of the month. Raises Refused at the end."""
    following = _AFTER.get(RunState(current))
    if following is None:
        raise Refused("appraisal.finished", _("本月考核已经公布。"))
    return str(following)
