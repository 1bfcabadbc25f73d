"""Try all quarantined packets of a station again, once its settings are mended."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.monitoring.gateway.hj212.models import Hj212Station
from lantu.monitoring.ingest.decode import GATEWAY
from lantu.monitoring.ingest.services import replay
from lantu.monitoring.telemetry.models import Quarantine

AT_ONCE = 1_000


def waiting_packets(station: Hj212Station) -> QuerySet[Quarantine]:
    """Packets that came from the station, or that claimed its MN before it was known."""
    source = Quarantine.Source.HJ212
    return Quarantine.objects.filter(
        Q(device_id=station.pk) | Q(device_guess=f"?{station.mn}"),
        source=source,
        subject=f"lantu.{GATEWAY}.{source}.telemetry",
        replayed_at=None,
    ).order_by("pk")


def replay_waiting(station: Hj212Station, *, now: datetime, actor: User) -> tuple[int, int]:
    """(taken, still refused) of the oldest AT_ONCE packets. Those that are refused stay in quarantine as they were.

    Raises Refused when the stream does not answer.
    """
    taken = refused = 0
    for entry in waiting_packets(station)[:AT_ONCE]:
        try:
            with transaction.atomic():
                replay(entry, subject=entry.subject, now=now, actor=actor)
            taken += 1
        except Refused as refusal:
            if refusal.status == 503:
                raise
            refused += 1
    return taken, refused
