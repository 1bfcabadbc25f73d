"""A dust monitor and a pit sensor on the cast's site, a few rules, and a way to feed the worker without a stream."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from lantu.monitoring.ingest.deliveries import Delivery

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
MS = int(NOW.timestamp() * 1000)

TYPES = [
    {
        "code": "dust", "label": "扬尘噪声监测仪", "channels": [
            {"key": "pm10", "label": "PM10", "unit": "µg/m³", "range_low": 0, "range_high": 2000, "period_s": 60},
            {"key": "noise", "label": "噪声", "unit": "dB(A)", "range_low": 20, "range_high": 140, "period_s": 60},
            {"key": "wind_speed", "label": "风速", "unit": "m/s", "range_low": 0, "range_high": 60, "period_s": 60},
        ],
    },
    {
        "code": "pit", "label": "基坑位移计", "channels": [
            {"key": "displacement_h_mm", "label": "水平位移", "unit": "mm", "range_low": -200, "range_high": 200, "period_s": 600},
        ],
    },
    {
        "code": "concrete", "label": "大体积混凝土测温", "channels": [
            {"key": "concrete_core_c", "label": "里部温度", "unit": "°C", "range_low": -20, "range_high": 100, "period_s": 60},
            {"key": "concrete_surface_c", "label": "表面温度", "unit": "°C", "range_low": -20, "range_high": 100, "period_s": 60},
        ],
    },
]  # fmt: skip

BASE = {"basis": "平台默认", "mark": "D", "effective_from": "2024-01-01"}
RULES = [
    {
        "code": "dust.pm10_inst", "name": "PM10 瞬时超限", "family": "dust", "param": "pm10", "kind": "threshold",
        "unit": "µg/m³", "levels": [{"severity": 2, "limit": 150, "label": "报警"}, {"severity": 4, "limit": 250, "label": "控制"}],
        **BASE,
    },
    {
        "code": "crane.wind", "name": "大风", "family": "crane", "param": "wind_speed", "kind": "threshold", "duration_s": 120,
        "unit": "m/s", "levels": [{"severity": 3, "limit": 12, "label": "报警"}], **BASE,
    },
    {
        "code": "noise.leq_night", "name": "夜间噪声", "family": "noise", "param": "noise", "kind": "threshold",
        "stat": "leq", "window_s": 1200, "start_min": 1320, "end_min": 360, "unit": "dB(A)",
        "levels": [{"severity": 2, "limit": 55, "label": "超标"}], **BASE,
    },
    {
        "code": "pit.displacement", "name": "基坑顶部水平位移", "family": "pit", "param": "displacement_h_mm", "kind": "threshold",
        "compare": "abs_ge", "unit": "mm", "fact": {"name": "pit_depth_m"},
        "levels": [{"severity": 3, "limit": 20, "percent": 0.2, "label": "预警"}], **BASE,
    },
    {
        "code": "concrete.difference", "name": "里表温差", "family": "concrete", "param": "concrete_core_c", "kind": "difference",
        "other": "concrete_surface_c", "unit": "°C", "levels": [{"severity": 3, "limit": 25, "label": "控制"}], **BASE,
    },
    {
        "code": "device.silence", "name": "设备断数", "family": "device", "kind": "silence", "samples": 3,
        "levels": [{"severity": 1, "limit": 3, "label": "断数"}], **BASE,
    },
]  # fmt: skip


@pytest.fixture
def equipment(cast: SimpleNamespace, site_project: Any) -> SimpleNamespace:
    """Devices D1 (dust), P1 (pit, 8 m deep), C1 (concrete) with the rules above loaded."""
    from lantu.monitoring.devices.services.load_types import load_types
    from lantu.monitoring.devices.services.register import register_device
    from lantu.monitoring.rules.services.load_rules import load_rules

    load_types(TYPES)
    load_rules(RULES, now=NOW - timedelta(days=30))

    def register(code: str, kind: str, **more: Any) -> Any:
        return register_device(
            code=code, project=site_project, type_code=kind, name=f"{kind} {code}", now=NOW - timedelta(days=10),
            actor=cast.officer, owner_org=cast.contractor.organisation, lon=116.3, lat=37.45, **more,
        )  # fmt: skip

    return SimpleNamespace(
        dust=register("D1", "dust"),
        pit=register("P1", "pit", facts={"pit_depth_m": 8}),
        concrete=register("C1", "concrete"),
        project=site_project,
    )


@pytest.fixture
def feed(equipment: SimpleNamespace) -> Callable[..., Any]:
    """``feed(("D1", {"pm10": 80}, 0), …)``: messages of devices, with seconds after NOW; returns the outcome."""
    from lantu.monitoring.ingest.worker import Worker

    worker = Worker(partition="t", now=NOW)
    seq = itertools.count(1)

    def send(
        *messages: tuple[str, dict[str, float], float], flush: bool = True, at: float | None = None
    ) -> Any:
        batch = [
            delivery(next(seq), equipment.project.code, device, values, MS + int(seconds * 1000))
            for device, values, seconds in messages
        ]
        moment = NOW + timedelta(seconds=at if at is not None else max((m[2] for m in messages), default=0))
        return worker.process_or_isolate(batch, now=moment, flush=flush)

    send.worker = worker  # type: ignore[attr-defined]
    send.seq = seq  # type: ignore[attr-defined]
    return send


def delivery(
    seq: int, project: str, device: str, values: dict[str, float], ts_ms: int, received_ms: int | None = None
) -> Delivery:
    """A message as the stream delivers it."""
    payload = json.dumps({"ts": ts_ms, "values": values}).encode()
    return Delivery(seq, received_ms or ts_ms, f"lantu.{project}.{device}.telemetry".encode(), None, payload)
