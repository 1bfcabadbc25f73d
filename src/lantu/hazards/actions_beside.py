"""The actions beside the ordinary path: plans, stops, listings, disputes, more time, opening again."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import User
from lantu.core.refusals import Denied, Refused
from lantu.duties.services.decision import require_may_decide
from lantu.hazards import four_eyes
from lantu.hazards.grave.standing import listing_in_force, stop_in_force
from lantu.hazards.models import ExtensionConsent, Hazard
from lantu.hazards.offers import offer, way
from lantu.hazards.services.extension import MOST_EXTENSIONS, pending_extension
from lantu.hazards.states import Grade, HazardState, Verb


def _not_rectifier(hazard: Hazard, by: User) -> None:
    four_eyes.must_differ(by, hazard.rectifier, _("整改责任人"), _("签发人"))


def _stoppable(hazard: Hazard) -> bool:
    return way(Verb.STOP)(hazard) and stop_in_force(hazard) is None


def _resume_wanted(hazard: Hazard) -> bool:
    stop = stop_in_force(hazard) if way(Verb.ASK_RESUME)(hazard) else None
    return stop is not None and stop.resume_asked_by_id is None


def _resume_asked(hazard: Hazard) -> bool:
    stop = stop_in_force(hazard) if way(Verb.ORDER_RESUME)(hazard) else None
    return stop is not None and stop.resume_asked_by_id is not None


def _resumer(hazard: Hazard, by: User) -> None:
    four_eyes.must_be_independent(hazard, by)
    stop = stop_in_force(hazard)
    four_eyes.must_differ(by, stop.resume_asked_by if stop else None, _("复工申请人"), _("复工签发人"))


def _listable(hazard: Hazard) -> bool:
    return way(Verb.LIST)(hazard) and hazard.is_major and listing_in_force(hazard) is None


def _delistable(hazard: Hazard) -> bool:
    return way(Verb.DELIST)(hazard) and listing_in_force(hazard) is not None and stop_in_force(hazard) is None


def _disputer(hazard: Hazard, by: User) -> None:
    four_eyes.must_be_of_rectifying_unit(hazard, by)
    if hazard.disputes.filter(unit_id=by.organisation_id).exists():
        raise Refused("hazards.disputed_before", str(_("本单位对这条隐患的异议已经裁定，不能再提。")))


def _in_dispute(hazard: Hazard) -> bool:
    return hazard.state == HazardState.DISPUTED and hazard.false_proposed_by_id is None


def _arbiter(hazard: Hazard, by: User) -> None:
    row = hazard.disputes.select_related("by__organisation").filter(decided_at=None).first()
    if row is not None:
        four_eyes.may_arbitrate(hazard, row.by, by)


def _transferable(hazard: Hazard) -> bool:
    return hazard.state != HazardState.DISPUTED and way(Verb.TRANSFER)(hazard)


def _extendable(hazard: Hazard) -> bool:
    room = hazard.extensions < MOST_EXTENSIONS
    return room and way(Verb.EXTEND)(hazard) and pending_extension(hazard) is None


def _asker(hazard: Hazard, by: User) -> None:
    duty = hazard.duty
    if duty is None or by.pk not in {duty.holder_id, duty.unit.head_id}:
        raise Denied("duties.not_yours", str(_("只有责任人或本单位负责人可以申请延期。")))


def _asked(hazard: Hazard) -> bool:
    return way(Verb.EXTEND)(hazard) and pending_extension(hazard) is not None


def _consented(hazard: Hazard) -> bool:
    extension = pending_extension(hazard)
    return extension is not None and ExtensionConsent.objects.filter(extension=extension).exists()


def _consent_wanted(hazard: Hazard) -> bool:
    return hazard.grade == Grade.RED and _asked(hazard) and not _consented(hazard)


def _grantable(hazard: Hazard) -> bool:
    return _asked(hazard) and (hazard.grade != Grade.RED or _consented(hazard))


def _decider(hazard: Hazard, by: User) -> None:
    four_eyes.must_differ(by, hazard.rectifier, _("整改责任人"), _("延期审批人"))
    extension = pending_extension(hazard)
    if extension is not None and hazard.duty is not None:
        require_may_decide(hazard.duty, extension, actor=by, rung=extension.rung)


OFFERS = (
    offer(
        "submit_plan", _("提交整改方案"), "submit_plan", way(Verb.SUBMIT_PLAN),
        four_eyes.must_be_of_rectifying_unit, icon="checklist", main=True,
    ),
    offer(
        "approve_plan", _("批准整改方案"), "approve_plan", way(Verb.APPROVE_PLAN),
        four_eyes.may_judge_plan, icon="circle-check", main=True,
    ),
    offer(
        "return_plan", _("退回整改方案"), "return_plan", way(Verb.RETURN_PLAN),
        four_eyes.may_judge_plan, icon="arrow-back-up", danger=True,
    ),
    offer(
        "ask_resume", _("申请复工"), "ask_resume", _resume_wanted,
        four_eyes.must_be_of_rectifying_unit, icon="camera", main=True,
    ),
    offer("order_resume", _("签发复工令"), "order_resume", _resume_asked, _resumer, icon="circle-check", main=True),
    offer("delist", _("验收摘牌"), "delist", _delistable, _not_rectifier, icon="circle-check", main=True),
    offer("decide_dispute", _("裁定异议"), "decide_dispute", _in_dispute, _arbiter, icon="gavel", main=True),
    offer(
        "consent_extension", _("同意延期（监督机构）"), "consent_extension", _consent_wanted, _not_rectifier,
        icon="user-check", main=True,
    ),
    offer("grant_extension", _("批准延期"), "decide_extension", _grantable, _decider, icon="circle-check", main=True),
    offer("refuse_extension", _("不批准延期"), "decide_extension", _asked, _decider, icon="arrow-back-up", danger=True),
    offer("ask_extension", _("申请延期"), "ask_extension", _extendable, _asker, icon="clock"),
    offer("dispute", _("对整改通知提出异议"), "dispute", way(Verb.DISPUTE), _disputer, icon="help-circle"),
    offer("transfer", _("改派整改单位"), "transfer", _transferable, _not_rectifier, icon="arrows-join"),
    offer("regrade", _("调整等级"), "regrade", way(Verb.REGRADE), _not_rectifier, icon="gauge"),
    offer("order_stop", _("下达停工令"), "order_stop", _stoppable, _not_rectifier, icon="hand-stop", danger=True),
    offer("list_hazard", _("挂牌督办"), "list_hazard", _listable, icon="alert-octagon", danger=True),
    offer("reopen", _("重新打开"), "reopen", way(Verb.REOPEN), _not_rectifier, icon="arrow-back-up", danger=True),
)  # fmt: skip
