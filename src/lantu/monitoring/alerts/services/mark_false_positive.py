"""Say that an alert was false. Two people: one gives the reason, another agrees."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit, hold_chain
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.close_alert import finish_duty
from lantu.monitoring.alerts.states import next_status
from lantu.monitoring.events import AlertMarkedFalse, FalsePositiveProposed

SHORTEST_REASON = 6


@transaction.atomic
def mark_false_positive(alert: Alert, *, reason: str, now: datetime, actor: User) -> Alert:
    """First call: propose, with a reason. Second call, by another person: agree, and the alert closes.

    Raises Refused for a missing reason, for the same person twice, and for an alert that is closed.
    """
    hold_chain(alert.project_id)
    alert = (
        Alert.objects.select_for_update(of=("self",)).select_related("rule_version__rule").get(pk=alert.pk)
    )
    after = next_status(alert.state, "mark_false_positive")
    if alert.proposed_by_id is None:
        return _propose(alert, reason=reason, now=now, actor=actor)
    if alert.proposed_by_id == actor.pk:
        raise Refused(
            "monitoring.same_person",
            _("误报须由另一人复核，提出人不能自己确认。"),
            remedy=_("请由监理、监督或局经办中的另一人确认。"),
        )
    alert.state = after
    alert.closed_at = now
    alert.save(update_fields=["state", "closed_at"])
    finish_duty(alert, now=now, actor=actor, outcome=gettext_noop("误报"))
    emit(
        AlertMarkedFalse(
            project_id=alert.project_id,
            subject_id=alert.pk,
            rule=alert.rule_version.rule.code,
            rule_version=alert.rule_version.version,
        ),
        actor=actor,
        at=now,
        reason=reason or alert.false_reason,
    )
    return alert


def _propose(alert: Alert, *, reason: str, now: datetime, actor: User) -> Alert:
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Refused(
            "monitoring.reason_missing",
            _("请说明为何是误报。"),
            remedy=_("写明核实方式和结果，例如“便携仪现场复测 96 µg/m³”。"),
            field="reason",
            status=422,
        )
    alert.proposed_by, alert.proposed_at, alert.false_reason = actor, now, reason[:300]
    alert.save(update_fields=["proposed_by", "proposed_at", "false_reason"])
    emit(
        FalsePositiveProposed(project_id=alert.project_id, subject_id=alert.pk),
        actor=actor,
        at=now,
        reason=alert.false_reason,
    )
    return alert
