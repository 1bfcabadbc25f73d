"""Reference air stations: with them PM10 of the sites is judged against the hourly mean of their county."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count

from lantu.core.subscriptions import inline_delivery
from lantu.monitoring.devices.services.register import register_device
from lantu.projects.models import Project
from lantu.site.demo.history import World

AREAS = 3
DAYS_AGO = 40


def put_county_stations(world: World, *, now: datetime) -> int:
    """One station in each of the areas with most sites, entered with the largest project there; returns how many."""
    sites = Project.objects.filter(is_demo=True, devices__type__code="dust_noise", lon__isnull=False)
    areas = sites.values("area_code").annotate(n=Count("pk", distinct=True)).order_by("-n", "area_code")
    made = 0
    for row in areas[:AREAS]:
        area = row["area_code"]
        project = sites.filter(area_code=area).order_by("-total_investment_yuan", "pk").first()
        if project is None:
            continue
        at = max(now - timedelta(days=DAYS_AGO), project.created_at + timedelta(days=1))
        with transaction.atomic(), inline_delivery():
            register_device(
                code=f"DEMO-AQ-{area}",
                project=project,
                type_code="air_station",
                name="县域空气站（参照，演示）",
                place="城区背景点",
                lon=project.lon,
                lat=project.lat,
                facts={"reference_area": area},
                now=min(at, now),
                actor=world.people["officer"],
            )
        made += 1
    return made
