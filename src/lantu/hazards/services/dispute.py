"""The addressee disputes the order 异议; the bureau decides once, and its decision binds."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.hazards.events import DisputeDecided, OrderDisputed
from lantu.hazards.four_eyes import may_arbitrate, must_be_of_rectifying_unit
from lantu.hazards.models import Dispute, Hazard
from lantu.hazards.services.passing import advance, finish, hand_on, lock, reason_of, tell, unit_of
from lantu.hazards.services.settle_alert import settle_alert
from lantu.hazards.services.transfer import readdress
from lantu.hazards.states import Verb

Outcome = Dispute.Outcome


@transaction.atomic
def dispute(
    hazard: Hazard, *, by: User, now: datetime, ground: str, reason: str, version: int | None = None
) -> Dispute:
    """Say why the order is wrong. The deadline runs on: a dispute gains no time.

    Raises Refused for a unit that has been answered before, without a ground or a reason, or out of order.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.dispute", hazard.project)
    must_be_of_rectifying_unit(hazard, by)
    before, _after = advance(hazard, Verb.DISPUTE)
    if ground not in Dispute.Ground.values:
        raise Refused(
            "hazards.bad_ground",
            _("请选择异议类型。"),
            remedy=_("可选：非本单位责任、事实不符、条款或等级不当、重复。"),
            field="ground",
            status=422,
        )
    if hazard.disputes.filter(unit_id=unit_of(by)).exists():
        raise Refused(
            "hazards.disputed_before",
            _("本单位对这条隐患的异议已经裁定，不能再提。"),
            remedy=_("请按裁定办理；确需更长时间的，请在到期前申请延期。"),
        )
    why = reason_of(reason)
    row = Dispute.objects.create(hazard=hazard, ground=ground, reason=why, by=by, unit_id=unit_of(by), at=now)
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("提出异议"))
    tell(OrderDisputed, hazard, before=before, at=now, actor=by, reason=why, dispute_id=row.pk, ground=ground)
    return row


@transaction.atomic
def decide_dispute(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    outcome: str,
    reason: str,
    to: User | None = None,
    version: int | None = None,
) -> Dispute:
    """Uphold the order, address it to another unit (``to``), or withdraw it (the hazard is voided).

    Raises Refused for the disputing unit and for whoever issued the order, without reason, or when nothing is disputed.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.decide_dispute", hazard.project)
    row = hazard.disputes.select_related("by__organisation").filter(decided_at=None).first()
    if row is None:
        raise Refused("hazards.not_disputed", _("没有待裁定的异议。"), remedy=_("请刷新页面查看最新状态。"))
    may_arbitrate(hazard, row.by, by)
    if outcome not in Outcome.values:
        raise Refused(
            "hazards.bad_outcome",
            _("请选择裁定结果。"),
            remedy=_("可选：维持、改由其他单位整改、撤销。"),
            field="outcome",
            status=422,
        )
    why = reason_of(reason)
    row.outcome, row.decided_by, row.decided_at, row.note = outcome, by, now, why
    row.save(update_fields=["outcome", "decided_by", "decided_at", "note"])
    before = hazard.state
    if outcome == Outcome.WITHDRAWN:
        advance(hazard, Verb.VOID)
        hazard.end_reason = why
        finish(hazard, now=now, actor=by, outcome=gettext_noop("异议成立，已撤销"))
    elif outcome == Outcome.REDIRECTED:
        readdress(hazard, to=to, by=by, now=now, reason=why)
        before = hazard.state
    else:
        advance(hazard, Verb.UPHOLD)
        hand_on(hazard, now=now, actor=by, outcome=gettext_noop("维持整改通知"))
    tell(
        DisputeDecided,
        hazard,
        before=before,
        at=now,
        actor=by,
        reason=why,
        dispute_id=row.pk,
        outcome=outcome,
    )
    if outcome == Outcome.WITHDRAWN:
        settle_alert(hazard, now=now, actor=by, outcome=gettext_noop("隐患已作废"))
    return row
