"""The value is back to normal, or the device sends again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from lantu.core.services.emit import emit, hold_chain
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.close_alert import close_alert
from lantu.monitoring.alerts.states import AlertKind
from lantu.monitoring.events import AlertCleared


@transaction.atomic
def clear_alert(alert: Alert, *, value: float | None, at: datetime, now: datetime) -> Alert:
    """Note the return to normal. A technical alert closes with it; a risk stays with its holder."""
    hold_chain(alert.project_id)
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
    if alert.closed_at is not None or alert.cleared_at is not None:
        return alert
    alert.cleared_at = at
    if value is not None:
        alert.last_value, alert.last_at = value, at
    alert.save(update_fields=["cleared_at", "last_value", "last_at"])
    emit(
        AlertCleared(
            project_id=alert.project_id, subject_id=alert.pk, value=value, cleared_at=at.isoformat()
        ),
        actor=None,
        at=now,
    )
    if alert.kind == AlertKind.TECHNICAL:
        return close_alert(alert, now=now, actor=None, outcome=gettext_noop("数据恢复"))
    return alert
