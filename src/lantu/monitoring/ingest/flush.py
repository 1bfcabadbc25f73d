"""Every few seconds: latest values, last contact, and what open alerts have seen go from memory to the database."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from django.db import connection

from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.clear_alert import Calm, clear_many
from lantu.monitoring.ingest.memory import Memory, from_ms, to_ms

# A value must stay calm this long before “back to normal” is announced.
CALM_MS = 30_000
CLEARS_AT_ONCE = 200
# A live flush writes a slice, so that a new alert never waits behind thousands of latest values.
SLICE_LEAST = 256
SLICES = 16

LATEST_SQL = """
    INSERT INTO monitoring_latest (channel_id, at, value, received_at)
    SELECT c, to_timestamp(t / 1000.0), v, to_timestamp(r / 1000.0)
    FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::bigint[]) AS x(c, t, v, r)
    ON CONFLICT (channel_id) DO UPDATE SET at = excluded.at, value = excluded.value, received_at = excluded.received_at
    WHERE monitoring_latest.at <= excluded.at
"""
SEEN_SQL = """
    UPDATE monitoring_device d SET last_seen_at = to_timestamp(x.ms / 1000.0)
    FROM unnest(%s::bigint[], %s::bigint[]) AS x(id, ms)
    WHERE d.id = x.id AND (d.last_seen_at IS NULL OR d.last_seen_at < to_timestamp(x.ms / 1000.0))
"""
ALERTS_SQL = """
    UPDATE monitoring_alert a
    SET last_value = x.last, last_at = to_timestamp(x.last_ms / 1000.0), hits = a.hits + x.hits,
        peak_value = CASE WHEN x.peak_ms > 0 THEN x.peak ELSE a.peak_value END,
        peak_at = CASE WHEN x.peak_ms > 0 THEN to_timestamp(x.peak_ms / 1000.0) ELSE a.peak_at END
    FROM unnest(%s::bigint[], %s::float8[], %s::bigint[], %s::float8[], %s::bigint[], %s::int[])
         AS x(id, last, last_ms, peak, peak_ms, hits)
    WHERE a.id = x.id AND a.closed_at IS NULL
"""


def flush_memory(memory: Memory, *, now: datetime, caught_up: bool = True) -> None:
    """Write all that has changed since the last flush. Runs in the caller's transaction.

    ``caught_up``: nothing older waits in the stream, so the clock on the wall may say how long a value has been calm.
    """
    _flush_latest(memory, np.flatnonzero(memory.dirty))
    flush_alerts(memory)
    announce_calm(memory, now=now, caught_up=caught_up)


def flush_slice(memory: Memory) -> None:
    """A share of the latest values, for the time between two batches."""
    changed = np.flatnonzero(memory.dirty)
    size = max(SLICE_LEAST, len(changed) // SLICES)
    if len(changed) > size:
        # Each slice begins where the last one ended, so that no channel waits for ever.
        changed = np.roll(changed, -int(np.searchsorted(changed, memory.flush_at)))[:size]
        memory.flush_at = int(changed[-1]) + 1
    _flush_latest(memory, changed)


def flush_alerts(memory: Memory) -> None:
    """What open alerts have seen since the last time, and which of them people have closed."""
    _write_seen(memory)
    _forget_closed(memory)


def _flush_latest(memory: Memory, changed: np.ndarray) -> None:
    if not len(changed):
        return
    registry = memory.registry
    devices = np.unique(registry.device_at[changed])
    with connection.cursor() as cursor:
        cursor.execute(
            LATEST_SQL,
            [
                registry.channel_id[changed].tolist(), memory.latest_ms[changed].tolist(),
                memory.latest_value[changed].tolist(), memory.latest_received_ms[changed].tolist(),
            ],
        )  # fmt: skip
        cursor.execute(SEEN_SQL, [registry.device_id[devices].tolist(), memory.seen_ms[devices].tolist()])
    memory.dirty[changed] = False


def _write_seen(memory: Memory) -> None:
    alerts, book = memory.alerts, memory.rules.book
    slots = np.flatnonzero((alerts.hits > 0) & (alerts.id > 0))
    if not len(slots):
        return
    # Back from the axis of danger to the quantity itself (a peak of an absolute value keeps its size).
    peak = np.where(np.isfinite(alerts.peak[slots]), alerts.peak[slots] * book.sign[slots], 0.0)
    with connection.cursor() as cursor:
        cursor.execute(
            ALERTS_SQL,
            [
                alerts.id[slots].tolist(), alerts.last[slots].tolist(), alerts.last_ms[slots].tolist(),
                peak.tolist(), alerts.peak_ms[slots].tolist(), alerts.hits[slots].tolist(),
            ],
        )  # fmt: skip
    alerts.hits[slots] = 0
    alerts.peak_ms[slots] = 0


def _forget_closed(memory: Memory) -> None:
    """Alerts that people have closed in the meantime: a further excess raises a new one."""
    alerts = memory.alerts
    slots = np.flatnonzero(alerts.id > 0)
    if not len(slots):
        return
    closed = set(
        Alert.objects.filter(pk__in=alerts.id[slots].tolist(), closed_at__isnull=False).values_list(
            "pk", flat=True
        )
    )
    for slot in slots.tolist():
        if int(alerts.id[slot]) in closed:
            alerts.id[slot] = alerts.severity[slot] = alerts.calm_since_ms[slot] = 0
            alerts.cleared[slot] = False
            alerts.peak[slot] = -np.inf


def announce_calm(memory: Memory, *, now: datetime, caught_up: bool, at_once: int = CLEARS_AT_ONCE) -> int:
    """Alerts whose value has stayed below the clearing limit for a while; returns how many were announced.

    In a backlog the readings' own time decides: a value that swung for an hour must not write an event per swing
    because that hour is read within a second.
    """
    due = _calm_enough(memory, now=now, caught_up=caught_up)[:at_once]
    alerts = memory.alerts
    if not len(due):
        return 0
    calms = [
        Calm(
            int(alerts.id[slot]),
            None if np.isnan(alerts.last[slot]) else float(alerts.last[slot]),
            from_ms(int(alerts.calm_since_ms[slot])),
        )
        for slot in due.tolist()
    ]
    clear_many(calms, now=now)
    alerts.cleared[due] = True
    return len(due)


def _calm_enough(memory: Memory, *, now: datetime, caught_up: bool) -> np.ndarray:
    alerts = memory.alerts
    calm = np.flatnonzero(
        (alerts.id > 0) & ~alerts.cleared & (alerts.calm_since_ms > 0) & (memory.state.core["level"] == 0)
    )
    if not len(calm):
        return calm
    seen_ms = memory.latest_ms[np.array([memory.rules.book.slots[slot].channel for slot in calm.tolist()])]
    until_ms = np.maximum(seen_ms, to_ms(now)) if caught_up else seen_ms
    return calm[alerts.calm_since_ms[calm] <= until_ms - CALM_MS]
