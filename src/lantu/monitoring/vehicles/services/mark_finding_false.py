"""Two people say that a finding was none: one claims it with a reason, another of a different unit agrees."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit, hold_chain
from lantu.monitoring.vehicles.events import VehicleFindingFalseProposed, VehicleFindingMarkedFalse
from lantu.monitoring.vehicles.models import VehicleFinding

SHORTEST_REASON = 6
CLAIM = ["false_reason", "false_proposed_by", "false_proposed_at"]


@transaction.atomic
def mark_finding_false(finding: VehicleFinding, *, reason: str, now: datetime, actor: User) -> VehicleFinding:
    """First call: the claim, with a reason. Second call, by somebody of another unit: it counts as false from then on.

    Raises Refused for a finding that has ended as false, and for the same person or unit twice.
    """
    hold_chain(finding.project_id)
    finding = VehicleFinding.objects.select_for_update(of=("self",)).select_related("rule").get(pk=finding.pk)
    if finding.false_at is not None:
        raise Refused(
            "monitoring.finding_is_false", _("这条发现已认定为误报。"), remedy=_("请刷新页面查看。")
        )
    if finding.false_proposed_by is None:
        return _claim(finding, reason=reason.strip(), now=now, actor=actor)
    _must_be_another(finding.false_proposed_by, actor)
    finding.false_confirmed_by, finding.false_at = actor, now
    finding.save(update_fields=["false_confirmed_by", "false_at"])
    emit(
        VehicleFindingMarkedFalse(
            project_id=finding.project_id,
            subject_id=finding.pk,
            rule=finding.rule.code,
            rule_version=finding.rule.version,
        ),
        actor=actor,
        at=now,
        reason=reason.strip() or finding.false_reason,
    )
    return finding


def _claim(finding: VehicleFinding, *, reason: str, now: datetime, actor: User) -> VehicleFinding:
    if len(reason) < SHORTEST_REASON:
        raise Unacceptable(
            "monitoring.reason_missing",
            _("请说明为何是误报。"),
            remedy=_("写明核实方式和结果，至少 %(n)d 个字。") % {"n": SHORTEST_REASON},
            field="reason",
        )
    finding.false_reason = reason[:300]
    finding.false_proposed_by, finding.false_proposed_at = actor, now
    finding.save(update_fields=CLAIM)
    emit(
        VehicleFindingFalseProposed(project_id=finding.project_id, subject_id=finding.pk),
        actor=actor,
        at=now,
        reason=finding.false_reason,
    )
    return finding


def _must_be_another(claimant: User, actor: User) -> None:
    same_unit = actor.organisation_id is not None and actor.organisation_id == claimant.organisation_id
    if actor.pk == claimant.pk or same_unit:
        raise Refused(
            "monitoring.same_person",
            _("误报须由另一单位的人员确认。"),
            remedy=_("请由监理、监督或属地部门的人员确认。"),
            status=403,
        )
