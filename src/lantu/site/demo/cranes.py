"""The flagship's two cranes as a group: their circles meet, their jibs hang at different heights, nothing is violated."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from lantu.core.subscriptions import inline_delivery
from lantu.monitoring.cranes.services.set_group import set_group
from lantu.monitoring.devices.models import Device
from lantu.site.demo.history import World

DAYS_AGO = 25
APART_M = 102.0
JIB_M, COUNTER_JIB_M = 50.0, 14.0
HEIGHTS_M = (58.0, 42.0)
TOP_ABOVE_JIB_M = 7.0


def put_crane_group(flagship: str, world: World, *, now: datetime) -> int:
    """Describe the group of the flagship's first two cranes; returns how many groups there are."""
    project = world.projects[flagship]
    cranes = Device.objects.filter(project=project, type__code="tower_crane").order_by("code")[:2]
    if len(cranes) < 2:
        return 0
    with transaction.atomic(), inline_delivery():
        set_group(
            project=project,
            name="1 号群塔（演示）",
            cranes=[
                {
                    "device": crane.code,
                    "x_m": 20.0 + APART_M * number,
                    "y_m": 35.0,
                    "jib_m": JIB_M,
                    "counter_jib_m": COUNTER_JIB_M,
                    "jib_height_m": height,
                    "top_m": height + TOP_ABOVE_JIB_M,
                }
                for number, (crane, height) in enumerate(zip(cranes, HEIGHTS_M, strict=True))
            ],
            now=now - timedelta(days=DAYS_AGO),
            actor=world.people["officer"],
        )
    return 1
