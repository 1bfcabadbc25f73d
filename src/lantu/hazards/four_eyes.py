"""Doer, confirmer and re-checker are three people of three units; who orders does not rectify."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.hazards.models import Hazard
from lantu.hazards.parties import supervising_unit_id


def must_be_of_rectifying_unit(hazard: Hazard, by: User) -> None:
    """Only the unit that the order is addressed to accepts it and replies; never who issued it."""
    if by.organisation_id != hazard.rectifier_unit_id:
        raise Refused(
            "hazards.not_addressee",
            _("整改通知单是发给“%(unit)s”的。") % {"unit": hazard.rectifier_unit},
            remedy=_("请由该单位的人员签收和回复；单位有误的，请联系签发人。"),
            status=403,
        )
    must_differ(by, hazard.issuer, _("签发人"), _("整改责任人"))


def must_be_of_supervising_unit(hazard: Hazard, by: User) -> None:
    """Replies are confirmed by the supervising unit of this project, and not by the rectifier."""
    must_differ(by, hazard.rectifier, _("整改责任人"), _("确认人"))
    if by.organisation_id != supervising_unit_id(hazard.project, rectifier=hazard.rectifier):
        raise Refused(
            "hazards.not_supervisor",
            _("这个项目的整改回复由监理单位确认，您不在该监理单位。"),
            remedy=_("请由项目登记的监理单位人员确认。"),
            status=403,
        )


def must_be_independent(hazard: Hazard, by: User) -> None:
    """The re-checker belongs neither to the rectifying nor to the supervising unit."""
    must_differ(by, hazard.rectifier, _("整改责任人"), _("复查人"))
    must_differ(by, hazard.supervisor, _("确认监理"), _("复查人"))
    if by.organisation_id == hazard.rectifier_unit_id:
        raise _same_unit(_("整改单位"), _("复查人"))


def must_differ(by: User, other: Any, others_part: str | Promise, own_part: str | Promise) -> None:
    """Two parts of one hazard need two people of two units. Raises Refused with what to do instead."""
    if other is None:
        return
    if by.pk == other.pk:
        raise Refused(
            "hazards.same_person",
            _("%(other)s不能同时是%(own)s：同一个人不能既做又查。") % {"other": others_part, "own": own_part},
            remedy=_("请由另一单位的人员办理这一步。"),
        )
    if by.organisation_id is not None and by.organisation_id == other.organisation_id:
        raise _same_unit(others_part, own_part)


def _same_unit(others_part: str | Promise, own_part: str | Promise) -> Refused:
    return Refused(
        "hazards.same_unit",
        _("%(other)s与%(own)s是同一单位，不能互相核查。") % {"other": others_part, "own": own_part},
        remedy=_("请由另一单位的人员办理这一步。"),
    )


def may_void(hazard: Hazard, by: User) -> None:
    """Who recorded it does not void it alone, nor does anybody of the rectifying unit."""
    if hazard.reporter_id == by.pk:
        must_differ(by, hazard.reporter, _("登记人"), _("作废人"))
    must_differ(by, hazard.rectifier, _("整改责任人"), _("作废人"))


def may_merge(hazard: Hazard, by: User) -> None:
    """Nobody of the unit that an order is addressed to makes it go away."""
    must_differ(by, hazard.rectifier, _("整改责任人"), _("合并人"))


def may_judge_plan(hazard: Hazard, by: User) -> None:
    """A major hazard's plan is judged by the inspector or the bureau, an orange one's by the supervising engineer."""
    must_differ(by, hazard.rectifier, _("方案编制人"), _("方案审定人"))
    if not hazard.is_major:
        must_be_of_supervising_unit(hazard, by)
        return
    if by.organisation_id == supervising_unit_id(hazard.project, rectifier=hazard.rectifier):
        raise Refused(
            "hazards.not_inspector",
            _("重大隐患的整改方案由质安监督机构或重点局审定。"),
            remedy=_("请由监督人员办理这一步。"),
            status=403,
        )


def may_arbitrate(hazard: Hazard, disputer: User, by: User) -> None:
    """Neither the unit that disputes nor the person who issued the order decides on the dispute."""
    must_differ(by, disputer, _("异议提出人"), _("裁定人"))
    if hazard.issuer_id == by.pk:
        raise Refused(
            "hazards.same_person",
            _("签发人不能裁定对自己签发的通知单的异议。"),
            remedy=_("请由局里另一位人员裁定。"),
        )
