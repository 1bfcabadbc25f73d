"""Messages of a device beyond its fair share: one quarantine row per device and minute, not one per message.

The row keeps the first records of that minute as one JSON list, so that it can be replayed like any other message.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings

from lantu.monitoring.ingest.checks import Problem
from lantu.monitoring.ingest.fairness import UNKNOWN, Fairness, Limits
from lantu.monitoring.telemetry.models import Quarantine, Reason

if TYPE_CHECKING:
    from lantu.monitoring.ingest.contract import Rejected
    from lantu.monitoring.ingest.deliveries import Deliveries, Delivery
    from lantu.monitoring.ingest.registry import KnownDevice, Registry

WINDOW_MS = 60_000
RAW_LIMIT = 64 * 1024
REPLAY = b"replay"

_buckets: list[Fairness] = []


def limits() -> Limits:
    """As this installation sets them."""
    return Limits(settings.DEVICE_RATE_FACTOR, settings.DEVICE_RATE_FLOOR)


def buckets_of(registry: Registry) -> Fairness:
    """The registry's buckets; a new registry takes over what its predecessor's devices had left."""
    if registry.fairness is None:
        made = Fairness(registry.device_id.astype(np.int64), periods_of(registry), limits())
        if _buckets:
            made.adopt(_buckets[0])
        _buckets[:] = [made]
        registry.fairness = made
    return registry.fairness


def periods_of(registry: Registry) -> np.ndarray:
    """Shortest reporting period of each device in seconds, float64[devices]; a minute where it has no channel."""
    periods = np.full(len(registry.devices), np.inf)
    channel_s = np.array(
        [channel.period_s if channel else np.inf for channel in registry.channels], np.float64
    )
    np.minimum.at(periods, registry.device_at, channel_s)
    return np.where(np.isfinite(periods), periods, 60.0)


def hold_back(
    registry: Registry, deliveries: Deliveries, place: np.ndarray
) -> tuple[np.ndarray | None, list[tuple[KnownDevice, Delivery, Problem]]]:
    """Which messages are beyond their device's share (bool[n], None for none), and for each such device a bundle of them.

    place int64[n]: of each message's device in the registry. Messages that people replay are not counted. The bundle's
    payload is a list of records; the detail of its problem is “messages/per minute”.
    """
    if limits().off or not len(deliveries):
        return None, []
    replayed = {block for block in set(deliveries.headers) if block is not None and REPLAY in block}
    if replayed:
        place = np.where([block in replayed for block in deliveries.headers], UNKNOWN, place)
    size = np.fromiter(map(len, deliveries.payloads), np.int64, len(deliveries))
    buckets = buckets_of(registry)
    held = buckets.over(place, deliveries.received_ms, size)
    if held is None:
        return None, []
    bundles = []
    for one in np.unique(place[held]).tolist():
        mine = [deliveries.at(number) for number in np.flatnonzero(held & (place == one)).tolist()]
        payload = as_list((item.payload for item in mine), RAW_LIMIT)
        per_minute = round(60_000 * float(buckets.rate[one]))
        problem = Problem(Reason.RATE_LIMITED, f"{len(mine)}/{per_minute}")
        bundles.append((registry.devices[one], mine[0]._replace(payload=payload), problem))
    return held, bundles


def as_list(payloads: Iterable[bytes], limit: int) -> bytes:
    """Records of several messages as one JSON list of at most ``limit`` bytes; what is no JSON object or list is left
    out."""
    parts: list[bytes] = []
    length = 2
    for payload in payloads:
        text = payload.strip()
        if text.startswith(b"[") and text.endswith(b"]"):
            text = text[1:-1].strip()
        elif not (text.startswith(b"{") and text.endswith(b"}")):
            continue
        if not text or length + len(text) + 1 > limit:
            continue
        parts.append(text)
        length += len(text) + 1
    return b"[" + b",".join(parts) + b"]"


def keep_held_back(rejected: list[Rejected]) -> list[Rejected]:
    """Store what was held back, in the transaction of the batch; returns the rest, for a row each."""
    rest = []
    for item in rejected:
        if item.device is None or item.problems[0].reason != Reason.RATE_LIMITED:
            rest.append(item)
            continue
        window = datetime.fromtimestamp(item.delivery.received_ms // WINDOW_MS * WINDOW_MS / 1000, UTC)
        count, _slash, allowed = item.problems[0].detail.partition("/")
        row = Quarantine.objects.filter(
            device_id=item.device.row.id, reason=Reason.RATE_LIMITED, received_at=window, replayed_at=None
        ).first()
        if row is None:
            row = Quarantine(
                source=item.source if item.source in Quarantine.Source.values else Quarantine.Source.MQTT,
                subject=item.delivery.subject.decode(errors="replace")[:200],
                device_guess=item.device.row.code,
                device_id=item.device.row.id,
                project_id=item.device.row.project_id,
                raw=b"[]",
                reason=Reason.RATE_LIMITED,
                problems=[{"record": -1, "channel": "", "reason": str(Reason.RATE_LIMITED), "messages": 0}],
                stream_seq=item.delivery.seq,
                received_at=window,
            )
        total = int(row.problems[0]["messages"]) + int(count)
        row.raw = as_list([bytes(row.raw), item.delivery.payload], RAW_LIMIT)
        row.detail = f"{total} messages of one minute held back, {allowed} a minute allowed"
        row.problems = [{**row.problems[0], "messages": total, "detail": row.detail}]
        row.save()
    return rest


def held_by_device(devices: Iterable[int], *, since: datetime) -> dict[int, int]:
    """Messages of each device that were held back since then; devices without any are left out. Queries: one."""
    found: dict[int, int] = {}
    rows = Quarantine.objects.filter(
        device_id__in=list(devices), reason=Reason.RATE_LIMITED, received_at__gte=since - timedelta(minutes=1)
    )
    for device_id, problems in rows.values_list("device_id", "problems"):
        if device_id is not None and problems:
            found[device_id] = found.get(device_id, 0) + int(problems[0].get("messages", 0))
    return found
