"""What monitoring tells us. Every handler may be called twice for the same event and changes things once."""

from __future__ import annotations

from datetime import datetime

from lantu.core.models import Event
from lantu.core.subscriptions import subscribe
from lantu.hazards.models import Hazard
from lantu.hazards.services.follow_warning import follow_false_alert, note_cleared, note_recurred, raise_grade
from lantu.hazards.services.open_hazard import open_hazard
from lantu.monitoring.alerts.states import AlertKind
from lantu.monitoring.models import Alert


def _hazard_of(event: Event) -> Hazard | None:
    return Hazard.objects.filter(alert_id=event.subject_id).first()


@subscribe("monitoring.alert_raised")
def open_for_alert(event: Event) -> None:
    """A risk warning becomes a hazard. People may have closed the warning before this job ran: then it stays so."""
    if event.payload["alert_kind"] != AlertKind.RISK:
        return
    alert = Alert.objects.get(pk=event.subject_id)
    if alert.closed_at is None:
        open_hazard(alert, now=event.at, cause_id=event.pk)


@subscribe("monitoring.alert_escalated")
def follow_escalation(event: Event) -> None:
    hazard = _hazard_of(event)
    if hazard is not None:
        raise_grade(hazard, grade=int(event.payload["severity"]), now=event.at, cause_id=event.pk)


@subscribe("monitoring.alert_cleared")
def follow_clearing(event: Event) -> None:
    hazard = _hazard_of(event)
    if hazard is not None:
        cleared_at = datetime.fromisoformat(event.payload["cleared_at"])
        note_cleared(hazard, cleared_at=cleared_at, now=event.at, cause_id=event.pk)


@subscribe("monitoring.alert_recurred")
def follow_recurrence(event: Event) -> None:
    hazard = _hazard_of(event)
    if hazard is not None:
        note_recurred(hazard, now=event.at, cause_id=event.pk)


@subscribe("monitoring.alert_marked_false")
def follow_false(event: Event) -> None:
    hazard = _hazard_of(event)
    if hazard is not None:
        follow_false_alert(hazard, reason=event.reason, now=event.at, cause_id=event.pk)
