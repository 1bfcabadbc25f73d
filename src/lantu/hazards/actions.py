"""What a person may do with a hazard now. Screens offer these and nothing else; services check again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Refused
from lantu.hazards import actions_beside as beside
from lantu.hazards import four_eyes
from lantu.hazards.grave.standing import listing_in_force, stop_in_force
from lantu.hazards.models import Hazard
from lantu.hazards.offers import Action, Offer, offer, way
from lantu.hazards.parties import rectifying_person
from lantu.hazards.states import TRANSITIONS, HazardState, Verb

__all__ = ["Action", "actions_for"]


def _issuer(hazard: Hazard, by: User) -> None:
    rectifier = rectifying_person(hazard.project)
    four_eyes.must_differ(by, rectifier, _("整改责任人"), _("签发人"))


def _second_person(hazard: Hazard, by: User) -> None:
    four_eyes.must_differ(by, hazard.false_proposed_by, _("误报提出人"), _("复核人"))


def _voider(hazard: Hazard, by: User) -> None:
    four_eyes.may_void(hazard, by)


def _reply_due(hazard: Hazard) -> bool:
    waiting = {HazardState.RECTIFYING, HazardState.RETURNED}
    if not hazard.is_major:
        waiting.add(HazardState.ACCEPTED)
    return hazard.state in waiting and hazard.false_proposed_by_id is None


def _claim_open(hazard: Hazard) -> bool:
    return hazard.is_open and hazard.false_proposed_by_id is not None


def _voidable(hazard: Hazard) -> bool:
    return (hazard.state, Verb.VOID) in TRANSITIONS


def _recheckable(hazard: Hazard) -> bool:
    return way(Verb.RECHECK)(hazard) and stop_in_force(hazard) is None and listing_in_force(hazard) is None


def _rechecker(hazard: Hazard, by: User) -> None:
    four_eyes.must_be_independent(hazard, by)
    if hazard.is_major:
        require(by, "hazards.recheck_major", hazard.project)


ORDINARY = (
    offer("confirm", _("核实为隐患"), "confirm", way(Verb.CONFIRM), icon="circle-check", main=True),
    offer("issue_order", _("下发整改通知单"), "issue_order", way(Verb.ISSUE), _issuer, icon="send", main=True),
    offer(
        "accept_order", _("签收"), "accept_order", way(Verb.ACCEPT),
        four_eyes.must_be_of_rectifying_unit, icon="check", main=True,
    ),
    offer(
        "submit_reply", _("提交整改回复"), "submit_reply", _reply_due,
        four_eyes.must_be_of_rectifying_unit, icon="camera", main=True,
    ),
    offer(
        "supervisor_confirm", _("确认已整改"), "supervisor_confirm", way(Verb.SV_CONFIRM),
        four_eyes.must_be_of_supervising_unit, icon="user-check", main=True,
    ),
    offer(
        "supervisor_return", _("退回重改"), "supervisor_return", way(Verb.SV_RETURN),
        four_eyes.must_be_of_supervising_unit, icon="arrow-back-up", danger=True,
    ),
    offer(
        "recheck_close", _("复查通过，销号"), "recheck_close", _recheckable, _rechecker, icon="shield-check", main=True,
    ),
    offer(
        "recheck_return", _("复查不合格，退回"), "recheck_return", way(Verb.RECHECK_RETURN),
        four_eyes.must_be_independent, icon="arrow-back-up", danger=True,
    ),
    offer(
        "mark_false_positive", _("同意认定为误报"), "decide_false", _claim_open, _second_person, icon="circle-check", main=True
    ),
    offer("decline_false_positive", _("驳回误报申请"), "decide_false", _claim_open, _second_person, icon="arrow-back-up"),
    offer("propose_false", _("申请认定为误报"), "propose_false", way(Verb.FALSE), icon="help-circle"),
    offer("merge", _("并入另一条隐患"), "merge", way(Verb.MERGE), four_eyes.may_merge, icon="arrows-join"),
    offer("void", _("作废"), "void", _voidable, _voider, icon="trash", danger=True),
)  # fmt: skip


# More time is asked for while there is some.
BEFORE_EXPIRY = frozenset({"ask_extension"})


def actions_for(reader: Any, hazard: Hazard, *, now: datetime | None = None) -> list[Action]:
    """What this person may do, the main step first; with ``now``, without what comes too late."""
    offers = (*ORDINARY, *beside.OFFERS) if hazard.is_open else beside.OFFERS
    late = now is not None and hazard.duty is not None and hazard.duty.due_at <= now
    return [
        one.action
        for one in offers
        if _offered(one, reader, hazard) and not (late and one.action.verb in BEFORE_EXPIRY)
    ]


def _offered(one: Offer, reader: Any, hazard: Hazard) -> bool:
    if not one.allows(hazard) or not may(reader, one.permission, hazard.project):
        return False
    try:
        one.check(hazard, reader)
    except Refused:
        return False
    return True
