"""Tell the floors above that an observation is true."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.monitoring.events_desk import ObservationMade
from lantu.monitoring.observations.models import Observation
from lantu.packs.load import national


def announce(made: Observation, *, now: datetime, actor: User | None) -> None:
    """Emit it in the transaction of the confirmation."""
    kind = national().observations[made.type]
    emit(
        ObservationMade(
            project_id=made.project_id,
            subject_id=made.pk,
            observation=made.type,
            title=kind.label,
            description=_("%(device)s 识别到%(label)s，置信度 %(percent)d %%。")
            % {"device": made.device.name, "label": kind.label, "percent": round(100 * made.confidence)},
            field=kind.field,
            severity=made.severity,
            confidence=made.confidence,
            place=made.place,
            lon=made.lon,
            lat=made.lat,
            device_id=made.device_id,
            evidence_id=made.evidence_id,
            observed_at=made.observed_at.isoformat(),
            automatic=made.automatic,
        ),
        actor=actor,
        at=now,
        reason=made.note,
    )
