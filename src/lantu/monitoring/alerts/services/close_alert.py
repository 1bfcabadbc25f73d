"""Close an alert whose matter is settled."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lantu.accounts.models import User
from lantu.core.services.emit import emit, hold_chain
from lantu.duties.models import Duty
from lantu.duties.services.close import close_duty
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.states import next_status
from lantu.monitoring.events import AlertClosed


@transaction.atomic
def close_alert(alert: Alert, *, now: datetime, actor: User | None, outcome: str) -> Alert:
    """Close it; ``outcome`` says why in one phrase. Raises Refused when it is closed already."""
    hold_chain(alert.project_id)
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
    alert.state = next_status(alert.state, "close")
    alert.closed_at = now
    alert.save(update_fields=["state", "closed_at"])
    finish_duty(alert, now=now, actor=actor, outcome=outcome)
    emit(AlertClosed(project_id=alert.project_id, subject_id=alert.pk, outcome=outcome), actor=actor, at=now)
    return alert


def finish_duty(alert: Alert, *, now: datetime, actor: User | None, outcome: str) -> None:
    """Close the alert's own duty if it is still open."""
    duty = Duty.objects.filter(pk=alert.duty_id or 0, closed_at=None).first()
    if duty is not None:
        close_duty(duty, now=now, actor=actor, outcome=outcome)
