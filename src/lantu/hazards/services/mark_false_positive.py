"""Two people say that there is no hazard: one claims it with a reason, another of a different unit decides."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.sentences import sentence
from lantu.core.services.emit import emit
from lantu.hazards.events import FalsePositiveDeclined, FalsePositiveProposed, HazardMarkedFalse
from lantu.hazards.four_eyes import must_differ
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import advance, finish, hand_on, lock, reason_of
from lantu.hazards.states import Verb, next_state
from lantu.monitoring.alerts.services.mark_false_positive import mark_false_positive as mark_alert_false
from lantu.monitoring.models import Alert
from lantu.monitoring.vehicles.events import VehicleFindingRaised
from lantu.monitoring.vehicles.models import VehicleFinding
from lantu.monitoring.vehicles.services.mark_finding_false import mark_finding_false

FOUND_FALSE = sentence(gettext_noop("隐患核实为误报：%(reason)s"))


@transaction.atomic
def mark_false_positive(
    hazard: Hazard, *, by: User, now: datetime, reason: str = "", version: int | None = None
) -> Hazard:
    """First call: claim, with a reason; the ball goes to somebody who decides. Second call, by that other person:
    agree, and hazard and warning end as false. The order's deadline does not move meanwhile.

    Raises Refused for a missing reason, the same person or unit twice, or out of order; Denied without the right.
    """
    hazard = lock(hazard, version=version)
    if hazard.false_proposed_by is None:
        return _claim(hazard, by=by, now=now, reason=reason)
    require(by, "hazards.decide_false", hazard.project)
    must_differ(by, hazard.false_proposed_by, _("误报提出人"), _("复核人"))
    claimant = hazard.false_proposed_by
    before, after = advance(hazard, Verb.FALSE)
    finish(hazard, now=now, actor=by, outcome=gettext_noop("误报"))
    emit(
        HazardMarkedFalse(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before=before,
            after=after,
            proposed_by_id=claimant.pk,
        ),
        actor=by,
        at=now,
        reason=reason.strip() or hazard.end_reason,
    )
    _mark_alert(hazard, claimant=claimant, by=by, now=now)
    return hazard


def _claim(hazard: Hazard, *, by: User, now: datetime, reason: str) -> Hazard:
    require(by, "hazards.propose_false", hazard.project)
    next_state(hazard.state, Verb.FALSE)
    hazard.end_reason = reason_of(reason)
    hazard.false_proposed_by = by
    hazard.false_proposed_at = now
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("提出误报，待复核"))
    emit(
        FalsePositiveProposed(
            project_id=hazard.project_id, subject_id=hazard.pk, before=hazard.state, after=hazard.state
        ),
        actor=by,
        at=now,
        reason=hazard.end_reason,
    )
    return hazard


def _mark_alert(hazard: Hazard, *, claimant: User, by: User, now: datetime) -> None:
    """The warning or the truck's finding ends the same way, so that it counts against its rule's precision."""
    if hazard.alert_id is None:
        _mark_finding(hazard, claimant=claimant, by=by, now=now)
        return
    alert = Alert.objects.get(pk=hazard.alert_id)
    if alert.closed_at is not None:
        return
    if alert.proposed_by_id is None:
        why = FOUND_FALSE % {"reason": hazard.end_reason}
        alert = mark_alert_false(alert, reason=why, now=now, actor=claimant)
    decider = by if alert.proposed_by_id != by.pk else claimant
    mark_alert_false(alert, reason=hazard.end_reason, now=now, actor=decider)


def _mark_finding(hazard: Hazard, *, claimant: User, by: User, now: datetime) -> None:
    kind, _colon, number = hazard.source_ref.partition(":")
    if kind != VehicleFindingRaised.subject_type or not number.isdecimal():
        return
    finding = VehicleFinding.objects.filter(pk=int(number), false_at=None).first()
    if finding is None:
        return
    if finding.false_proposed_by is None:
        why = FOUND_FALSE % {"reason": hazard.end_reason}
        finding = mark_finding_false(finding, reason=why, now=now, actor=claimant)
    other = finding.false_proposed_by
    decider = by if other is None or by.organisation_id != other.organisation_id else claimant
    mark_finding_false(finding, reason=hazard.end_reason, now=now, actor=decider)


@transaction.atomic
def decline_false_positive(
    hazard: Hazard, *, by: User, now: datetime, reason: str, version: int | None = None
) -> Hazard:
    """The second person does not agree: the hazard goes on where it stood. Raises Refused when there is no claim."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.decide_false", hazard.project)
    if hazard.false_proposed_by is None:
        raise Refused("hazards.no_claim", _("没有待复核的误报申请。"), remedy=_("请刷新页面查看最新状态。"))
    must_differ(by, hazard.false_proposed_by, _("误报提出人"), _("复核人"))
    why = reason_of(reason)
    hazard.false_proposed_by = None
    hazard.false_proposed_at = None
    hazard.end_reason = ""
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("误报申请被驳回"))
    emit(
        FalsePositiveDeclined(
            project_id=hazard.project_id, subject_id=hazard.pk, before=hazard.state, after=hazard.state
        ),
        actor=by,
        at=now,
        reason=why,
    )
    return hazard
