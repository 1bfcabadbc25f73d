"""Somebody answers for a finding elsewhere: a hazard has been opened for it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.monitoring.vehicles.events import VehicleFindingTakenUp
from lantu.monitoring.vehicles.models import VehicleFinding


@transaction.atomic
def take_up_finding(
    finding: VehicleFinding, *, hazard_ref: str, now: datetime, actor: User | None
) -> VehicleFinding:
    """Note where the finding went (“app.model:id”). The first answer stays; a second call changes nothing."""
    finding = VehicleFinding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if finding.taken_up_ref:
        return finding
    finding.taken_up_ref = hazard_ref
    finding.save(update_fields=["taken_up_ref"])
    emit(
        VehicleFindingTakenUp(project_id=finding.project_id, subject_id=finding.pk, taken_up_ref=hazard_ref),
        actor=actor,
        at=now,
    )
    return finding
