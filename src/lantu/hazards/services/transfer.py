"""Another unit of the project becomes the addressee of the order. The deadline does not move."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.duties.models import Duty
from lantu.hazards.events import OrderTransferred
from lantu.hazards.four_eyes import must_differ
from lantu.hazards.models import Hazard
from lantu.hazards.parties import addressees, supervising_person
from lantu.hazards.services.passing import advance, hand_on, lock, reason_of, save, tell
from lantu.hazards.states import Verb
from lantu.hazards.steps import ADDRESSEE_STEPS


@transaction.atomic
def transfer(
    hazard: Hazard, *, to: User | None, by: User, now: datetime, reason: str, version: int | None = None
) -> Hazard:
    """Address the order to ``to``, the accountable person of another party, who accepts it anew.

    Raises Refused for somebody who is no party, who has it already, or who would leave nobody to confirm.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.transfer", hazard.project)
    must_differ(by, hazard.rectifier, _("整改责任人"), _("签发人"))
    readdress(hazard, to=to, by=by, now=now, reason=reason_of(reason))
    return hazard


def readdress(hazard: Hazard, *, to: User | None, by: User, now: datetime, reason: str) -> None:
    """Change the addressee of a locked hazard, hand the duty over and tell it."""
    before, _after = advance(hazard, Verb.TRANSFER)
    known = {person.pk for person in addressees(hazard.project)}
    if to is None or to.pk not in known or to.organisation is None:
        raise Refused(
            "hazards.not_a_party",
            _("请选择本项目参建单位的责任人。"),
            remedy=_("名单里没有的，请先在项目的“参建单位”里登记。"),
            field="to",
            status=422,
        )
    if to.organisation_id == hazard.rectifier_unit_id:
        raise Refused(
            "hazards.same_addressee",
            _("整改通知单已经发给这个单位。"),
            remedy=_("单位内部换人，请在“责任与催办”里移交。"),
            field="to",
            status=422,
        )
    must_differ(to, hazard.issuer, _("签发人"), _("整改责任人"))
    supervising_person(hazard.project, rectifier=to)
    from_unit = hazard.rectifier_unit_id
    hazard.rectifier, hazard.rectifier_unit = to, to.organisation
    hazard.accepted_at = None
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("改派其他单位"))
    tell(OrderTransferred, hazard, before=before, at=now, actor=by, reason=reason, from_unit_id=from_unit or 0,
         to_unit_id=to.organisation_id or 0, rectifier_id=to.pk)  # fmt: skip


@transaction.atomic
def follow_duty(hazard: Hazard, *, now: datetime, reason: str, cause_id: int | None = None) -> bool:
    """The duty of this hazard went to somebody else (bounced, handed over, decided): the order follows it.

    Only while the ball lies with the addressee, and never to whoever issued the order. True when it changed.
    """
    hazard = lock(hazard)
    duty: Duty | None = hazard.duty
    if duty is None or duty.closed_at is not None or duty.arbitrating or duty.step not in ADDRESSEE_STEPS:
        return False
    holder = duty.holder
    issuer = hazard.issuer
    mine = issuer is not None and holder.organisation_id == issuer.organisation_id
    if holder.pk == hazard.rectifier_id or holder.organisation is None or mine:
        return False
    from_unit = hazard.rectifier_unit_id
    hazard.rectifier, hazard.rectifier_unit = holder, holder.organisation
    save(hazard)
    tell(OrderTransferred, hazard, before=hazard.state, at=now, actor=None, reason=reason, cause_id=cause_id,
         from_unit_id=from_unit or 0, to_unit_id=holder.organisation_id or 0, rectifier_id=holder.pk)  # fmt: skip
    return True
