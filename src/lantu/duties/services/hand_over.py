"""Pass a duty to another person; both spans stay on the bill."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.core.refusals import Denied, Refused
from lantu.core.services.emit import emit
from lantu.duties.events import DutyHandedOver
from lantu.duties.models import Duty, Holding, Notice
from lantu.duties.services.about import about
from lantu.duties.services.lock import locked_open
from lantu.duties.services.notify import tell
from lantu.duties.services.receiver import receiver_of
from lantu.projects.selectors import visible_projects


@transaction.atomic
def hand_over(duty: Duty, *, to: User, reason: str, now: datetime, actor: User) -> Duty:
    """The holder or the unit's head passes it on within the unit; the bureau passes it to anybody.

    Time already spent stays with the earlier holder, and the due time does not move.
    Raises Refused or Denied with the rule that forbids it.
    """
    duty = locked_open(duty.pk)
    _require_right(duty, to, actor)
    if duty.arbitrating:
        raise Refused(
            "duties.must_arbitrate", _("这项责任正等待裁定，不能移交。"), remedy=_("请作出裁定，指定承办人。")
        )
    require_fit(duty, to)
    return _hand_over(duty, to=to, reason=reason, now=now, actor=actor)


@transaction.atomic
def hand_over_by_rule(duty: Duty, *, to: User, reason: str, now: datetime) -> Duty:
    """The house itself passes it on, because its holder is away or has left. Nobody has to agree."""
    return _hand_over(locked_open(duty.pk), to=to, reason=reason, now=now, actor=None)


def _hand_over(duty: Duty, *, to: User, reason: str, now: datetime, actor: User | None) -> Duty:
    before = duty.holder_id
    receiver = pass_on(duty, to=to, now=now, actor=actor, why=reason)
    emit(
        DutyHandedOver(
            **about(duty),
            from_id=before,
            to_id=receiver.pk,
        ),
        actor=actor,
        at=now,
        reason=reason,
    )
    return duty


def pass_on(duty: Duty, *, to: User, now: datetime, actor: User | None, why: str) -> User:
    """End the current holding, begin the next and tell the receiver. ``duty`` is locked by the caller.

    Returns who really received it: a person who is away is replaced by the deputy.
    """
    receiver, instead = receiver_of(to, now)
    if receiver.pk == duty.holder_id:
        raise Refused(
            "duties.same_holder",
            _("%(receiver)s 已经是责任人。") % {"receiver": receiver},
            remedy=_("请选择另一位承办人。"),
            field="to",
        )
    current = Holding.objects.get(duty=duty, ended_at=None)
    moment = max(now, current.started_at)
    current.ended_at = moment
    current.save(update_fields=["ended_at"])
    duty.holder = receiver
    duty.unit_id = int(receiver.organisation_id or 0)
    duty.handed_by = actor
    duty.seen_at = None
    duty.save(update_fields=["holder", "unit", "handed_by", "seen_at", "bounces", "arbitrating"])
    Holding.objects.create(
        duty=duty,
        holder=receiver,
        unit_id=duty.unit_id,
        started_at=moment,
        reason="；".join(part for part in (why, instead) if part)[:200],
    )
    tell([receiver], duty=duty, kind=Notice.Kind.GIVEN, text=duty.title, now=now)
    return receiver


def require_fit(duty: Duty, to: User) -> None:
    """A receiver who may not open the project could not do what is owed."""
    if duty.project_id is not None and not visible_projects(to).filter(pk=duty.project_id).exists():
        raise Refused(
            "duties.cannot_see",
            _("%(to)s 无权查看该项目，接手后无法办理。") % {"to": to},
            remedy=_("请选择参建单位或管辖范围内的人员，或先为其申请授权。"),
            field="to",
        )


def _require_right(duty: Duty, to: User, actor: User) -> None:
    if may(actor, "duties.dispatch", duty.project):
        return
    if actor.pk not in {duty.holder_id, duty.unit.head_id}:
        raise Denied("duties.not_yours", _("只有责任人、本单位负责人或局经办可以移交这项责任。"))
    if to.organisation_id != duty.unit_id:
        raise Refused(
            "duties.other_unit",
            _("%(to)s 不在本单位，不能直接移交。") % {"to": to},
            remedy=_("跨单位请使用“退回”，写明理由并提出建议承办人。"),
            field="to",
        )
