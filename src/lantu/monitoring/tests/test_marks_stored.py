"""The mark of a value goes from the message into the store, and comes out again."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from lantu.monitoring.devices.models import Channel
from lantu.monitoring.ingest.deliveries import Delivery
from lantu.monitoring.telemetry.quality import Quality
from lantu.monitoring.telemetry.selectors import raw_series
from lantu.monitoring.tests.conftest import MS, NOW

pytestmark = pytest.mark.django_db


def test_marks_of_a_message_are_stored(feed: Any, equipment: SimpleNamespace) -> None:
    body = {"ts": MS, "values": {"pm10": 900, "noise": 61}, "flags": {"pm10": "C"}}
    subject = f"lantu.{equipment.project.code}.D1.telemetry".encode()
    plain = {"ts": MS + 60_000, "values": {"pm10": 81, "noise": 62}}
    batch = [
        Delivery(seq, MS + seq, subject, None, json.dumps(one).encode())
        for seq, one in enumerate((body, plain), 1)
    ]
    feed.worker.process(batch, now=NOW)

    def stored(key: str) -> list[tuple[float, int]]:
        channel = Channel.objects.select_related("device").get(device=equipment.dust, key=key)
        found = raw_series(channel, since=NOW, until=NOW + timedelta(hours=1))
        return [(point.value, point.quality) for point in found]

    assert stored("pm10") == [(900.0, Quality.CALIBRATION), (81.0, Quality.NORMAL)]
    assert stored("noise") == [(61.0, Quality.NORMAL), (62.0, Quality.NORMAL)]
