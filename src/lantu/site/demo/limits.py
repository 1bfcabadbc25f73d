"""A project whose designer set tighter limits than the standard's table: registered with its document."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from lantu.core.services.keep_evidence import keep_evidence
from lantu.core.subscriptions import inline_delivery
from lantu.monitoring.devices.models import Device
from lantu.monitoring.rules.overrides.services.set_limit import set_limit
from lantu.site.demo.history import World
from lantu.site.demo.photos import draw_site_photo

SHARE = 0.8
DAYS_AGO = 20


def put_limits(world: World, *, now: datetime) -> int:
    """Register design limits of the first pit with a known depth; returns how many."""
    pit = (
        Device.objects.filter(project__is_demo=True, type__code="pit", facts__has_key="pit_depth_m")
        .select_related("project")
        .order_by("code")
        .first()
    )
    if pit is None:
        return 0
    at, officer = now - timedelta(days=DAYS_AGO), world.people["officer"]
    with transaction.atomic(), inline_delivery():
        sheet = keep_evidence(
            file=draw_site_photo(
                seed=pit.pk, after=True, taken_at=at, lon=pit.lon, lat=pit.lat, caption="DEMO  JK-SJ-2026-03"
            ),
            name="基坑监测方案-预警值表（演示）.jpg",
            project_id=pit.project_id,
            uploaded_by=officer,
            supports_type="monitoring.project_rule_override",
            supports_id=0,
            now=at,
        )
        depth_mm = float(pit.facts["pit_depth_m"]) * 1000
        for item, share, rate in (("pit.top_h", 0.0016, 1.6), ("pit.top_v", 0.0012, 1.6)):
            set_limit(
                project=pit.project,
                item=item,
                limits={"cumulative": round(SHARE * depth_mm * share, 1), "rate": rate},
                evidence=sheet,
                document_no="JK-SJ-2026-03（演示）",
                clause="预警值表 第 2 页",
                reason="邻近既有管线，设计单位收紧预警值",
                now=at,
                actor=officer,
            )
    return 2
