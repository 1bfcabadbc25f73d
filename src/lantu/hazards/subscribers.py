"""What monitoring tells us. Every handler may be called twice for the same event and changes things once."""

from __future__ import annotations

from datetime import datetime

from lantu.core.models import Event
from lantu.core.subscriptions import subscribe
from lantu.hazards.models import Hazard
from lantu.hazards.services.follow_warning import follow_false_alert, note_cleared, note_recurred, raise_grade
from lantu.hazards.services.open_hazard import open_hazard
from lantu.hazards.services.passing import SUBJECT
from lantu.hazards.services.record_hazard import record_hazard
from lantu.hazards.services.transfer import follow_duty
from lantu.hazards.states import Field, Grade, Source
from lantu.monitoring.alerts.states import AlertKind
from lantu.monitoring.models import Alert, VehicleFinding
from lantu.monitoring.vehicles.services.take_up_finding import take_up_finding
from lantu.projects.models import Project


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


@subscribe("duties.duty_bounced", "duties.duty_handed_over", "duties.duty_arbitrated")
def follow_the_duty(event: Event) -> None:
    """Whoever holds the duty of an order is who it is addressed to."""
    if event.payload["about_type"] != SUBJECT:
        return
    hazard = Hazard.objects.filter(pk=event.payload["about_id"]).first()
    if hazard is not None:
        follow_duty(hazard, now=event.at, reason=event.reason, cause_id=event.pk)


# What other rooms find out, and the kind of source that it is for a hazard.
VEHICLE_FINDING = "monitoring.vehicle_finding_raised"
FOUND = {
    VEHICLE_FINDING: Source.VEHICLE,
    "monitoring.observation_made": Source.CAMERA,
}


@subscribe(*FOUND)
def record_finding(event: Event) -> None:
    """A machine saw something grave enough to look into: it waits to be confirmed. Blue ones are no hazards yet."""
    told = event.payload
    project = Project.objects.filter(pk=event.project_id or 0).first()
    grade = int(told.get("severity", 0))
    if project is None or grade < Grade.YELLOW:
        return
    hazard = record_hazard(
        project=project,
        title=str(told.get("title", "")),
        grade=min(grade, Grade.RED),
        now=event.at,
        by=None,
        source=FOUND[event.kind],
        description=str(told.get("description", "")),
        found_at_place=str(told.get("place", "")),
        clause=str(told.get("clause", "")),
        field=str(told.get("field", Field.SAFETY)),
        sub_type=str(told.get("sub_type", "")),
        lon=told.get("lon"),
        lat=told.get("lat"),
        source_ref=f"{event.subject_type}:{event.subject_id}",
        inputs=dict(told.get("inputs") or {}),
        cause_id=event.pk,
    )
    if event.kind == VEHICLE_FINDING:
        finding = VehicleFinding.objects.get(pk=int(event.subject_id or 0))
        take_up_finding(finding, hazard_ref=f"{SUBJECT}:{hazard.pk}", now=event.at, actor=None)
