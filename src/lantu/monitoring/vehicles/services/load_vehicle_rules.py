"""Take the rules for trucks over from a pack: a changed wording becomes a new version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from lantu.core.services.emit import emit
from lantu.monitoring.vehicles.events import VehicleRuleLoaded
from lantu.monitoring.vehicles.models import VehicleRuleVersion

WORDING = (
    "name", "kind", "severity", "params", "unit", "basis", "clause", "mark", "note", "effective_from", "effective_to"
)  # fmt: skip


@transaction.atomic
def load_vehicle_rules(rows: Iterable[Mapping[str, Any]], *, now: datetime) -> int:
    """Write rules {code, name, kind, severity, params, basis, …}; returns how many got a new version.

    Versions are never changed: findings point at the one that judged them.
    """
    new = 0
    for row in rows:
        wording = {name: row[name] for name in WORDING}
        last = VehicleRuleVersion.objects.filter(code=row["code"]).order_by("-version").first()
        if last is not None and all(getattr(last, name) == value for name, value in wording.items()):
            continue
        version = VehicleRuleVersion.objects.create(
            code=row["code"], version=last.version + 1 if last else 1, loaded_at=now, **wording
        )
        new += 1
        emit(
            VehicleRuleLoaded(subject_id=version.pk, rule=version.code, version=version.version),
            actor=None,
            at=now,
        )
    return new
