"""Send a duty back: once, early, with a reason and a named target. The second time the bureau decides."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import User
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.core.sentences import as_stored
from lantu.core.services.emit import emit
from lantu.duties import wording
from lantu.duties.abilities import MAX_BOUNCES
from lantu.duties.deadlines import DAY_SECONDS, after_working_seconds
from lantu.duties.events import DutyArbitrated, DutyBounced
from lantu.duties.models import Duty
from lantu.duties.selectors import arbiter_for, is_about_duties
from lantu.duties.services.about import about
from lantu.duties.services.hand_over import pass_on, require_fit
from lantu.duties.services.lock import locked_open


class BounceReason(models.TextChoices):
    NOT_OURS = "not_ours", _("非本单位职责（附依据）")
    WRONG_AREA = "wrong_area", _("属地不符")
    TOO_LITTLE = "too_little", _("信息不足")
    DUPLICATE = "duplicate", _("重复")


@transaction.atomic
def bounce(duty: Duty, *, code: str, to: User, reason: str, now: datetime, actor: User) -> Duty:
    """The holder sends it to the proposed person ``to``; a second bounce goes to the bureau's officer.

    Allowed within one working day of having received it. Raises Refused with the rule that forbids it.
    """
    duty = locked_open(duty.pk)
    _require_allowed(duty, code=code, reason=reason, now=now, actor=actor)
    if to.pk == actor.pk:
        raise Refused("duties.same_holder", gettext("建议承办人不能是您自己。"), field="to")
    require_fit(duty, to)
    duty.bounces += 1
    second = duty.bounces == MAX_BOUNCES
    told = {"why": as_stored(BounceReason(code).label), "to": to}
    receiver = arbiter_for(duty, not_user=actor, now=now) if second else to
    duty.arbitrating = second
    why = (wording.BOUNCED_TWICE if second else wording.BOUNCED) % told
    real = pass_on(duty, to=receiver, now=now, actor=actor, why=why)
    emit(
        DutyBounced(
            **about(duty),
            from_id=actor.pk,
            to_id=real.pk,
            proposed_id=to.pk,
            code=code,
        ),
        actor=actor,
        at=now,
        reason=reason,
    )
    return duty


@transaction.atomic
def arbitrate(duty: Duty, *, to: User, reason: str, now: datetime, actor: User) -> Duty:
    """The arbiter names who takes it. The decision binds: it cannot be bounced again."""
    duty = locked_open(duty.pk)
    if not duty.arbitrating:
        raise Refused("duties.nothing_to_arbitrate", gettext("这项责任没有等待裁定。"))
    if actor.pk != duty.holder_id:
        raise Denied("duties.not_arbiter", gettext("只有受理退回的局经办可以裁定。"))
    if not reason.strip():
        raise Unacceptable("duties.reason_missing", gettext("请写明裁定理由。"), field="reason")
    require_fit(duty, to)
    duty.arbitrating = False
    receiver = pass_on(duty, to=to, now=now, actor=actor, why=wording.ARBITRATED % {"reason": reason})
    emit(
        DutyArbitrated(
            **about(duty),
            arbiter_id=actor.pk,
            to_id=receiver.pk,
        ),
        actor=actor,
        at=now,
        reason=reason,
    )
    return duty


def _require_allowed(duty: Duty, *, code: str, reason: str, now: datetime, actor: User) -> None:
    if actor.pk != duty.holder_id:
        raise Denied("duties.not_yours", gettext("只有责任人可以退回。"))
    if code not in BounceReason.values:
        raise Unacceptable("duties.bounce_code", gettext("退回须选择规定的理由。"), field="code")
    if code == BounceReason.NOT_OURS and not reason.strip():
        raise Unacceptable(
            "duties.basis_missing", gettext("以“非本单位职责”退回须写明依据。"), field="reason"
        )
    if is_about_duties(duty) or duty.arbitrating:
        raise Refused(
            "duties.cannot_bounce",
            gettext("审批和裁定事项不能退回。"),
            remedy=gettext("如不便处理，请移交他人。"),
        )
    if duty.bounces >= MAX_BOUNCES:
        raise Refused(
            "duties.decided",
            gettext("这项责任已由局经办裁定，不能再退回。"),
            remedy=gettext("如确有困难，请申请延期或停钟。"),
        )
    current = duty.holdings.get(ended_at=None)
    if now > after_working_seconds(current.started_at, DAY_SECONDS):
        raise Refused(
            "duties.bounce_too_late",
            gettext("收到已超过 1 个工作日，不能再退回。"),
            remedy=gettext("请办理，或由本单位负责人移交，或申请延期。"),
        )
