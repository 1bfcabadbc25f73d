"""One warning is always open for the visitor: when the last one is closed, the site's dust monitor speaks up again."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import datetime, timedelta

import structlog

from lantu.hazards.models import Hazard
from lantu.hazards.states import OPEN_STATES
from lantu.monitoring.models import Device
from lantu.monitoring.simulate.cast import demo_token
from lantu.monitoring.simulate.mqtt import Publisher, text
from lantu.site.demo.crowd import visitors_project_ids

log = structlog.get_logger(__name__)
REST = timedelta(minutes=3)
DUSTY_UG_M3 = 338.0


def device_for_trouble(*, now: datetime) -> Device | None:
    """A dust monitor of the visitor's site, when nothing has been open there for a little while."""
    sites = visitors_project_ids()
    hazards = Hazard.objects.filter(project_id__in=sites)
    if hazards.filter(state__in=OPEN_STATES).exists() or hazards.filter(closed_at__gt=now - REST).exists():
        return None
    return (
        Device.objects.select_related("project")
        .filter(project_id__in=sites, channels__key="pm10", status="in_service", token_issued_at=None)
        .order_by("code")
        .first()
    )


async def _publish(device: Device, body: bytes) -> None:
    host, port = (
        os.environ.get("LANTU_MQTT_HOST") or "127.0.0.1",
        int(os.environ.get("LANTU_MQTT_PORT") or 1883),
    )
    publisher = await Publisher.open(
        host, port, client_id=f"{device.code}-again", user=device.code, password=demo_token(device.code)
    )
    publisher.send(text(f"lantu/{device.project.code}/{device.code}/telemetry"), body)
    for _ in range(50):
        if publisher.acked:
            break
        await asyncio.sleep(0.1)
    publisher.close()
    if not publisher.acked:
        raise TimeoutError("the broker did not acknowledge the reading")


def make_trouble(*, now: datetime) -> bool:
    """Publish one dusty reading over MQTT when the visitor's site has nothing open. True when it was sent."""
    device = device_for_trouble(now=now)
    if device is None:
        return False
    body = json.dumps({"ts": int(now.timestamp() * 1000), "values": {"pm10": DUSTY_UG_M3}}).encode()
    try:
        asyncio.run(_publish(device, body))
    except (OSError, TimeoutError) as error:
        log.info("demo_trouble_not_sent", why=str(error) or repr(error))
        return False
    log.info("demo_trouble_sent", device=device.code)
    return True
