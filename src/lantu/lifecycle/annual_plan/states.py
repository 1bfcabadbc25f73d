"""Lives of the annual plan and of a proposal in it."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.refusals import Refused


class ProposalState(models.TextChoices):
    """From idea to year-end. From 平衡 on the plan itself carries the proposal, and its duty is the plan's."""

    IDEA = "idea", gettext_lazy("谋划")
    RESERVE = "reserve", gettext_lazy("入库储备")
    PROPOSED = "proposed", gettext_lazy("申报待初审")
    CHECKED = "checked", gettext_lazy("初审通过")
    ELEMENT_REVIEW = "element_review", gettext_lazy("要素会审")
    EXPERT_REVIEW = "expert_review", gettext_lazy("专家论证")
    BALANCED = "balanced", gettext_lazy("综合平衡")
    CONSULTED = "consulted", gettext_lazy("征求意见")
    SUBMITTED = "submitted", gettext_lazy("送审")
    ISSUED = "issued", gettext_lazy("已下达")
    ADJUSTED = "adjusted", gettext_lazy("年中已调整")
    APPRAISED = "appraised", gettext_lazy("已考核")
    CARRIED = "carried", gettext_lazy("结转")
    DONE = "done", gettext_lazy("竣工")
    EXITED = "exited", gettext_lazy("退出")
    RETURNED = "returned", gettext_lazy("已退回")


class PlanState(models.TextChoices):
    COLLECTING = "collecting", gettext_lazy("征集申报")
    BALANCING = "balancing", gettext_lazy("综合平衡")
    CONSULTING = "consulting", gettext_lazy("征求意见")
    SUBMITTED = "submitted", gettext_lazy("送审")
    ISSUED = "issued", gettext_lazy("已下达")
    APPRAISED = "appraised", gettext_lazy("已考核")


class VersionKind(models.TextChoices):
    BALANCED = "balanced", gettext_lazy("平衡稿")
    CONSULTED = "consulted", gettext_lazy("征求意见稿")
    SUBMITTED = "submitted", gettext_lazy("送审稿")
    ISSUED = "issued", gettext_lazy("下达")
    ADJUSTED = "adjusted", gettext_lazy("年中调整")
    APPRAISED = "appraised", gettext_lazy("年终考核")


class Entry(models.TextChoices):
    """As what the rows of a spreadsheet come into the plan: as what they truly are."""

    RESERVE = "reserve", gettext_lazy("入库储备：还没有申报")
    PROPOSED = "proposed", gettext_lazy("申报待初审：还要经过初审和会审")
    BALANCED = "balanced", gettext_lazy("综合平衡：初审会审已在线下完成")
    ISSUED = "issued", gettext_lazy("已下达：文件已印发，凭文件补录")


class Verdict(models.TextChoices):
    PENDING = "pending", gettext_lazy("待会审")
    MET = "met", gettext_lazy("已落实")
    CONDITIONAL = "conditional", gettext_lazy("可落实")
    UNMET = "unmet", gettext_lazy("不落实")


class Outcome(models.TextChoices):
    """How a project leaves the year."""

    CARRIED = "carried", gettext_lazy("结转下年")
    DONE = "done", gettext_lazy("竣工")
    EXITED = "exited", gettext_lazy("退出")


class Verb(StrEnum):
    SHELVE = "shelve"
    PROPOSE = "propose"
    CHECK = "check"
    TO_ELEMENTS = "to_elements"
    TO_EXPERT = "to_expert"
    RECOMMEND = "recommend"
    RETURN = "return"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"


class PlanVerb(StrEnum):
    BALANCE = "balance"
    CONSULT = "consult"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    ISSUE = "issue"
    ADJUST = "adjust"
    APPRAISE = "appraise"
    RECORD = "record"


S, P = ProposalState, PlanState
TRANSITIONS: dict[tuple[str, Verb], str] = {
    (S.IDEA, Verb.SHELVE): S.RESERVE,
    (S.IDEA, Verb.PROPOSE): S.PROPOSED,
    (S.RESERVE, Verb.PROPOSE): S.PROPOSED,
    (S.PROPOSED, Verb.CHECK): S.CHECKED,
    (S.CHECKED, Verb.TO_ELEMENTS): S.ELEMENT_REVIEW,
    (S.ELEMENT_REVIEW, Verb.TO_EXPERT): S.EXPERT_REVIEW,
    (S.EXPERT_REVIEW, Verb.RECOMMEND): S.BALANCED,
    (S.RETURNED, Verb.RESUBMIT): S.PROPOSED,
    **{
        (state, Verb.RETURN): S.RETURNED
        for state in (
            S.PROPOSED, S.CHECKED, S.ELEMENT_REVIEW, S.EXPERT_REVIEW, S.BALANCED, S.CONSULTED, S.SUBMITTED,
        )
    },
    **{
        (state, Verb.WITHDRAW): S.EXITED
        for state in (
            S.IDEA, S.RESERVE, S.PROPOSED, S.CHECKED, S.ELEMENT_REVIEW, S.EXPERT_REVIEW, S.BALANCED, S.RETURNED,
        )
    },
}  # fmt: skip
PLAN_TRANSITIONS: dict[tuple[str, PlanVerb], str] = {
    (P.COLLECTING, PlanVerb.BALANCE): P.BALANCING,
    (P.BALANCING, PlanVerb.BALANCE): P.BALANCING,
    (P.BALANCING, PlanVerb.CONSULT): P.CONSULTING,
    (P.CONSULTING, PlanVerb.SUBMIT): P.SUBMITTED,
    (P.CONSULTING, PlanVerb.SEND_BACK): P.BALANCING,
    (P.SUBMITTED, PlanVerb.SEND_BACK): P.BALANCING,
    (P.SUBMITTED, PlanVerb.ISSUE): P.ISSUED,
    # A plan that was issued elsewhere is recorded as such, with its document.
    (P.COLLECTING, PlanVerb.RECORD): P.ISSUED,
    (P.BALANCING, PlanVerb.RECORD): P.ISSUED,
    (P.ISSUED, PlanVerb.ADJUST): P.ISSUED,
    (P.ISSUED, PlanVerb.APPRAISE): P.APPRAISED,
}
CLOSED_STATES: tuple[str, ...] = (S.APPRAISED, S.CARRIED, S.DONE, S.EXITED)
# In these the ball lies with the plan: one duty for the whole plan, not hundreds of the same.
CARRIED_STATES: tuple[str, ...] = (S.BALANCED, S.CONSULTED, S.SUBMITTED, S.ISSUED, S.ADJUSTED)
EDITABLE_STATES: tuple[str, ...] = (S.IDEA, S.RESERVE, S.PROPOSED, S.RETURNED)
# The bureau may still correct figures while it balances.
BUREAU_EDITABLE: tuple[str, ...] = (
    *EDITABLE_STATES,
    S.CHECKED,
    S.ELEMENT_REVIEW,
    S.EXPERT_REVIEW,
    S.BALANCED,
)
IN_FORCE_STATES: tuple[str, ...] = (S.ISSUED, S.ADJUSTED)
# What the state of the plan makes of the proposals that are in it.
STATE_WITH_PLAN = {P.CONSULTING: S.CONSULTED, P.SUBMITTED: S.SUBMITTED, P.BALANCING: S.BALANCED}
CLOSED_PLAN_STATES: tuple[str, ...] = (P.APPRAISED,)

_FIRST = {
    S.IDEA: gettext_lazy("请先申报。"),
    S.RESERVE: gettext_lazy("请先申报。"),
    S.PROPOSED: gettext_lazy("请先由重点局初审。"),
    S.CHECKED: gettext_lazy("请先送要素会审。"),
    S.ELEMENT_REVIEW: gettext_lazy("请先由各部门完成要素会审。"),
    S.EXPERT_REVIEW: gettext_lazy("请先由专家完成论证。"),
    S.BALANCED: gettext_lazy("请在计划的平衡工作台办理。"),
    S.RETURNED: gettext_lazy("请补正后重新申报。"),
}
_PLAN_FIRST = {
    P.COLLECTING: gettext_lazy("请先进行综合平衡。"),
    P.BALANCING: gettext_lazy("请先定稿平衡方案并征求意见。"),
    P.CONSULTING: gettext_lazy("请先送审。"),
    P.SUBMITTED: gettext_lazy("请先下达。"),
    P.ISSUED: gettext_lazy("已下达的计划只能通过年中调整变更。"),
    P.APPRAISED: gettext_lazy("年度已考核，计划不再变化。"),
}


def next_state(current: str, verb: Verb) -> str:
    """The state of a proposal after ``verb``. Raises Refused, saying what comes first."""
    try:
        return str(TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "plans.wrong_order",
            _("这项申报当前为“%(state)s”，不能执行这一步。") % {"state": ProposalState(current).label},
            remedy=str(_FIRST.get(ProposalState(current), _("请到年度计划页面办理。"))),
        ) from None


def next_plan_state(current: str, verb: PlanVerb) -> str:
    """The state of the plan after ``verb``. Raises Refused, saying what comes first."""
    try:
        return str(PLAN_TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "plans.wrong_order",
            _("计划当前为“%(state)s”，不能执行这一步。") % {"state": PlanState(current).label},
            remedy=str(_PLAN_FIRST[PlanState(current)]),
        ) from None
