"""Write and read how the gateway processes stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import QuerySet

from lantu.monitoring.gateway.models import GatewayStatus

FORGOTTEN_AFTER = timedelta(days=7)


def save_status(
    name: str, counters: Mapping[str, Mapping[str, int]], ports: Mapping[str, int], *, now: datetime
) -> None:
    """The row of this process; rows of processes that have long gone are taken out."""
    told = {"at": now, "counters": counters, "ports": dict(ports)}
    GatewayStatus.objects.update_or_create(
        name=name, defaults=told, create_defaults=told | {"started_at": now}
    )
    GatewayStatus.objects.filter(at__lt=now - FORGOTTEN_AFTER).delete()


def gateways(*, now: datetime) -> QuerySet[GatewayStatus]:
    """The processes heard of within the last week."""
    return GatewayStatus.objects.filter(at__gte=now - FORGOTTEN_AFTER)
