"""What a person may do with a hazard now. Screens offer these and nothing else; services check again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.core.refusals import Refused
from lantu.hazards import four_eyes
from lantu.hazards.models import Hazard
from lantu.hazards.parties import rectifying_person
from lantu.hazards.states import TRANSITIONS, HazardState, Verb

Check = Callable[[Hazard, User], None]


@dataclass(frozen=True, kw_only=True)
class Action:
    """One verb offered to one person. ``main``: the step that the hazard waits for; others are ways out of it."""

    verb: str
    label: str | Promise
    icon: str
    main: bool = False
    danger: bool = False

    @property
    def template(self) -> str:
        """The form of this verb."""
        return f"hazards/actions/_{self.verb}.html"


@dataclass(frozen=True, kw_only=True)
class _Offer:
    action: Action
    permission: str
    allows: Callable[[Hazard], bool]
    check: Check


def _anybody(hazard: Hazard, by: User) -> None:
    """No rule about units for this verb."""


def _issuer(hazard: Hazard, by: User) -> None:
    rectifier = rectifying_person(hazard.project)
    four_eyes.must_differ(by, rectifier, _("整改责任人"), _("签发人"))


def _second_person(hazard: Hazard, by: User) -> None:
    four_eyes.must_differ(by, hazard.false_proposed_by, _("误报提出人"), _("复核人"))


def _voider(hazard: Hazard, by: User) -> None:
    four_eyes.may_void(hazard, by)


def _way(verb: Verb) -> Callable[[Hazard], bool]:
    def allows(hazard: Hazard) -> bool:
        return hazard.false_proposed_by_id is None and (hazard.state, verb) in TRANSITIONS

    return allows


def _reply_due(hazard: Hazard) -> bool:
    waiting = hazard.state in {HazardState.RECTIFYING, HazardState.RETURNED}
    return waiting and hazard.false_proposed_by_id is None


def _claim_open(hazard: Hazard) -> bool:
    return hazard.is_open and hazard.false_proposed_by_id is not None


def _voidable(hazard: Hazard) -> bool:
    return (hazard.state, Verb.VOID) in TRANSITIONS


def _offer(
    verb: str,
    label: str | Promise,
    permission: str,
    allows: Callable[[Hazard], bool],
    check: Check = _anybody,
    *,
    icon: str,
    main: bool = False,
    danger: bool = False,
) -> _Offer:
    action = Action(verb=verb, label=label, icon=icon, main=main, danger=danger)
    return _Offer(action=action, permission=f"hazards.{permission}", allows=allows, check=check)


_OFFERS = (
    _offer("confirm", _("核实为隐患"), "confirm", _way(Verb.CONFIRM), icon="circle-check", main=True),
    _offer("issue_order", _("下发整改通知单"), "issue_order", _way(Verb.ISSUE), _issuer, icon="send", main=True),
    _offer(
        "accept_order", _("签收"), "accept_order", _way(Verb.ACCEPT),
        four_eyes.must_be_of_rectifying_unit, icon="check", main=True,
    ),
    _offer(
        "submit_reply", _("提交整改回复"), "submit_reply", _reply_due,
        four_eyes.must_be_of_rectifying_unit, icon="camera", main=True,
    ),
    _offer(
        "supervisor_confirm", _("确认已整改"), "supervisor_confirm", _way(Verb.SV_CONFIRM),
        four_eyes.must_be_of_supervising_unit, icon="user-check", main=True,
    ),
    _offer(
        "supervisor_return", _("退回重改"), "supervisor_return", _way(Verb.SV_RETURN),
        four_eyes.must_be_of_supervising_unit, icon="arrow-back-up", danger=True,
    ),
    _offer(
        "recheck_close", _("复查通过，销号"), "recheck_close", _way(Verb.RECHECK),
        four_eyes.must_be_independent, icon="shield-check", main=True,
    ),
    _offer(
        "recheck_return", _("复查不合格，退回"), "recheck_return", _way(Verb.RECHECK_RETURN),
        four_eyes.must_be_independent, icon="arrow-back-up", danger=True,
    ),
    _offer(
        "mark_false_positive", _("同意认定为误报"), "decide_false", _claim_open, _second_person, icon="circle-check", main=True
    ),
    _offer("decline_false_positive", _("驳回误报申请"), "decide_false", _claim_open, _second_person, icon="arrow-back-up"),
    _offer("propose_false", _("申请认定为误报"), "propose_false", _way(Verb.FALSE), icon="help-circle"),
    _offer("merge", _("并入另一条隐患"), "merge", _way(Verb.MERGE), icon="arrows-join"),
    _offer("void", _("作废"), "void", _voidable, _voider, icon="trash", danger=True),
)  # fmt: skip


def actions_for(reader: Any, hazard: Hazard) -> list[Action]:
    """What this person may do now, the main step first."""
    if not hazard.is_open:
        return []
    return [offer.action for offer in _OFFERS if _offered(offer, reader, hazard)]


def _offered(offer: _Offer, reader: Any, hazard: Hazard) -> bool:
    if not offer.allows(hazard) or not may(reader, offer.permission, hazard.project):
        return False
    try:
        offer.check(hazard, reader)
    except Refused:
        return False
    return True
