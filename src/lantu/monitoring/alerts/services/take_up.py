"""Somebody answers for the alert elsewhere: a hazard has been opened for it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.services.emit import emit, hold_chain
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.close_alert import finish_duty
from lantu.monitoring.alerts.states import AlertState, next_status
from lantu.monitoring.events import AlertTakenUp


@transaction.atomic
def take_up(alert: Alert, *, now: datetime, actor: User | None, hazard_ref: str) -> Alert:
    """Hand the alert over to ``hazard_ref`` (“app.model:id”) and close its own duty: the ball has one place.

    Doing it twice for the same object changes nothing. Raises Refused when the alert is closed.
    """
    hold_chain(alert.project_id)
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
    if alert.state == AlertState.TAKEN_UP and alert.taken_up_ref == hazard_ref:
        return alert
    alert.state = next_status(alert.state, "take_up")
    alert.taken_up_ref = hazard_ref
    alert.save(update_fields=["state", "taken_up_ref"])
    finish_duty(alert, now=now, actor=actor, outcome=gettext_noop("已转隐患"))
    emit(
        AlertTakenUp(project_id=alert.project_id, subject_id=alert.pk, taken_up_ref=hazard_ref),
        actor=actor,
        at=now,
    )
    return alert
