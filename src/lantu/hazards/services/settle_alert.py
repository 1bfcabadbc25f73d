"""Close the warning from which a hazard came, when the hazard is settled."""

from __future__ import annotations

from datetime import datetime

from lantu.accounts.models import User
from lantu.hazards.models import Hazard
from lantu.monitoring.alerts.services.close_alert import close_alert
from lantu.monitoring.models import Alert


def settle_alert(hazard: Hazard, *, now: datetime, actor: User | None, outcome: str) -> None:
    """Nothing to do for a hazard without a warning, or when people closed the warning themselves."""
    if hazard.alert_id is None:
        return
    alert = Alert.objects.get(pk=hazard.alert_id)
    if alert.closed_at is None:
        close_alert(alert, now=now, actor=actor, outcome=outcome)
