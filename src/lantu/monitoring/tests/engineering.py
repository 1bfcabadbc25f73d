"""A site with instruments of the national pack, and readings put straight into the store or through the worker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from lantu.core.services.keep_evidence import keep_evidence
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.load_types import load_types
from lantu.monitoring.devices.services.register import register_device
from lantu.monitoring.ingest.worker import Worker
from lantu.monitoring.rules.services.load_rules import load_rules
from lantu.monitoring.telemetry.quality import Quality
from lantu.monitoring.telemetry.store import Rows, local_days, make_partitions, store_rows
from lantu.monitoring.tests.conftest import MS, NOW, delivery
from lantu.packs.load import national


def load_pack_rules(*families: str, now: datetime = NOW - timedelta(days=30)) -> None:
    """Device types and the rules of these families."""
    load_types(national().type_rows())
    load_rules([row for row in national().rule_rows() if row["family"] in families], now=now)


def put_device(cast: SimpleNamespace, project: Any, code: str, kind: str, **more: Any) -> Device:
    """A device of the contractor, registered ten days ago."""
    return register_device(
        code=code, project=project, type_code=kind, name=f"{kind} {code}", now=NOW - timedelta(days=10),
        actor=cast.officer, owner_org=cast.contractor.organisation, lon=116.3, lat=37.45, **more,
    )  # fmt: skip


def store(
    device: Device,
    key: str,
    points: Iterable[tuple[float, float]],
    *,
    delay_s: float = 1.0,
    mark: Quality = Quality.NORMAL,
) -> None:
    """Readings of one channel: (seconds after NOW, value), all with the same mark."""
    pairs = list(points)
    ranks = dict(device.channels.values_list("key", "rank"))
    ts = np.array([MS + int(seconds * 1000) for seconds, _value in pairs], np.int64)
    v = np.full((len(pairs), len(ranks)), np.nan)
    v[:, ranks[key] - 1] = [value for _seconds, value in pairs]
    width = np.full(len(pairs), len(ranks))
    make_partitions(local_days(ts, ZoneInfo("Asia/Shanghai")), "Asia/Shanghai")
    q = np.where(np.isfinite(v), int(mark), 0).astype(np.int16) if mark else None
    rows = Rows(np.full(len(pairs), device.pk, np.int32), ts, ts + int(delay_s * 1000), width, v, q)
    store_rows(rows, suspect=np.ones(len(pairs), bool))


def send(worker: Worker, project: Any, messages: Sequence[tuple[str, Mapping[str, float], float]]) -> Any:
    """Messages through the worker: (device, values, seconds after NOW), in order."""
    first = worker.position.seq + 1
    batch = [
        delivery(first + n, project.code, device, dict(values), MS + int(seconds * 1000))
        for n, (device, values, seconds) in enumerate(messages)
    ]
    return worker.process_or_isolate(
        batch, now=NOW + timedelta(seconds=max(message[2] for message in messages)), flush=True
    )


def document(cast: SimpleNamespace, project: Any) -> Any:
    """A design document as evidence."""
    return keep_evidence(
        file=b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", name="design.pdf", project_id=project.pk,
        uploaded_by=cast.owner, supports_type="monitoring.project_rule_override", supports_id=0, now=NOW,
    )  # fmt: skip
