"""Fills a throw-away database with readings for the storage benchmark: COPY as ingest does, sealed by the job's own code."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

DEVICES, KEYS, DAYS = 48, 4, 367
PER_DAY = 1440
GAPS, JITTER_MS = 0.01, 300
HOT_DAYS = 3
NARROW_DAYS = 30
LAST = date(2026, 6, 30)
CITY_DEVICES = 1016
SECRET = "bench-" + "0" * 50


@dataclass
class Filled:
    """What the filling did."""

    readings: int
    copy_s: float
    seal_s: float
    hot_bytes: float
    narrow_bytes: float
    narrow_rate: float


def setup(url: str) -> None:
    os.environ |= {
        "LANTU_DATABASE_URL": url, "LANTU_SECRET_KEY": SECRET, "LANTU_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "lantu.site.settings",
    }  # fmt: skip
    os.environ.pop("LANTU_TESTING", None)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def say(text: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def register() -> list[Any]:
    """Devices of four channels, straight into the tables; returns the channels."""
    from django.utils import timezone

    from lantu.accounts.models import Organisation
    from lantu.monitoring.devices.models import Channel, Device, DeviceType
    from lantu.projects.models import Project

    now = timezone.now()
    unit = Organisation.objects.create(name="测速建设单位", kind="owner")
    project = Project.objects.create(
        code="bench-000", name="测速工程", area_code="371402", owner_org=unit, is_demo=True, category="government",
        plan_class="continuing", sector="industry", stage="construction", total_investment_yuan=1, created_at=now,
        updated_at=now,
    )  # fmt: skip
    kind = DeviceType.objects.create(code="bench", label="测速设备", channels=[])
    devices = [
        Device(code=f"S{number:04d}", project=project, type=kind, name="测速", registered_at=now)
        for number in range(CITY_DEVICES)
    ]
    Device.objects.bulk_create(devices)
    Channel.objects.bulk_create(
        Channel(
            device=device, key=f"c{rank}", label="测速", unit="µg/m³", range_low=0, range_high=1000, period_s=60, rank=rank
        )
        for device in devices for rank in range(1, KEYS + 1)
    )  # fmt: skip
    return list(
        Channel.objects.select_related("device")
        .filter(device__in=devices[:DEVICES])
        .order_by("device_id", "rank")
    )


def day_rows(day: date, device_ids: Any, seed: int) -> tuple[Any, Any, Any]:
    """(device, ts, v) of a day: a random walk on a daily wave in steps of 0.1, jittered clocks, one reading in 100 missing."""
    import numpy as np

    from lantu.monitoring.telemetry.cold import day_start_ms

    chance = np.random.default_rng(seed)
    count = len(device_ids)
    minute = np.arange(PER_DAY)
    ts = (
        day_start_ms(day)
        + 300
        + minute * 60_000
        + chance.integers(-JITTER_MS, JITTER_MS + 1, (count, PER_DAY))
    )
    wave = 12 * np.sin(2 * np.pi * minute / PER_DAY)
    walk = np.cumsum(chance.standard_normal((count, KEYS, PER_DAY)) * 0.35, axis=2)
    v = np.round(np.abs(45 + wave + walk), 1).transpose(0, 2, 1)
    there = chance.random((count, PER_DAY)) >= GAPS
    device = np.repeat(np.asarray(device_ids, np.int32), PER_DAY).reshape(count, PER_DAY)
    # As they arrive: minute by minute, all devices of a minute together.
    order = np.argsort(ts[there], kind="stable")
    return device[there][order], ts[there][order], v[there][order]


def copy_hot(day: date, rows: tuple[Any, Any, Any]) -> None:
    import numpy as np
    from django.conf import settings
    from django.db import transaction

    from lantu.monitoring.telemetry.store import Rows, make_partitions, store_rows

    device, ts, v = rows
    with transaction.atomic():
        make_partitions({day}, settings.TIME_ZONE)
    for start in range(0, len(ts), 20_000):
        part = slice(start, start + 20_000)
        n = len(ts[part])
        with transaction.atomic():
            store_rows(
                Rows(device[part], ts[part], ts[part], np.full(n, KEYS, np.int64), v[part]),
                suspect=np.zeros(n, bool),
            )


def fill(channels: list[Any]) -> Filled:
    """Every day: COPY into the hot store as ingest does, later sealed by the job itself."""
    from lantu.monitoring.telemetry.seal import seal_due

    ids = sorted({channel.device_id for channel in channels})
    readings, copy_s, seal_s = 0, 0.0, 0.0
    narrow_s, narrow_readings = 0.0, 0
    _narrow_table()
    for index in range(DAYS):
        day = LAST - timedelta(days=DAYS - 1 - index)
        rows = day_rows(day, ids, seed=index)
        began = time.monotonic()
        copy_hot(day, rows)
        copy_s += time.monotonic() - began
        readings += rows[2].size
        if index >= DAYS - NARROW_DAYS:
            narrow_readings += rows[2].size
            narrow_s += _copy_narrow(rows)
        if index % 30 == 29 or index == DAYS - 1:
            now = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
            began = time.monotonic()
            seal_due(now=now, keep_hot=HOT_DAYS)
            seal_s += time.monotonic() - began
            say(f"{readings:,} readings; COPY {readings / copy_s:,.0f}/s, sealed {readings / seal_s:,.0f}/s")
    hot = scalar(
        "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'reading_wide'::regclass"
    )
    in_hot = scalar("SELECT sum(cardinality(array_remove(v, 'NaN'::real))) FROM reading_wide")
    run("VACUUM ANALYZE")
    narrow = scalar("SELECT pg_total_relation_size('bench_narrow')")
    return Filled(
        readings, copy_s, seal_s, hot / in_hot, narrow / narrow_readings, narrow_readings / narrow_s
    )


def _narrow_table() -> None:
    run("CREATE TABLE bench_narrow (channel integer, ts timestamptz, v real, PRIMARY KEY (channel, ts))")


def _copy_narrow(rows: tuple[Any, Any, Any]) -> float:
    """The same readings, a row each; seconds it took. Channel numbers are device × 10 + place."""
    import numpy as np

    from lantu.monitoring.telemetry import rows as wire
    from lantu.monitoring.telemetry.copying import POSTGRES_EPOCH_MS

    device, ts, v = rows
    kind = np.dtype(
        [("f", ">i2"), ("a", ">i4"), ("c", ">i4"), ("b", ">i4"), ("t", ">i8"), ("d", ">i4"), ("v", ">f4")]
    )
    out = np.empty((len(ts), KEYS), kind)
    out["f"], out["a"], out["b"], out["d"] = 3, 4, 8, 4
    out["c"] = device[:, None] * 10 + np.arange(KEYS)
    out["t"] = ((ts - POSTGRES_EPOCH_MS) * 1000)[:, None]
    out["v"] = v
    began = time.monotonic()
    for start in range(0, len(ts), 5_000):
        wire.copy_in("bench_narrow", ("channel", "ts", "v"), [out[start : start + 5_000].tobytes()])
    return time.monotonic() - began


def scalar(sql: str) -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return float(cursor.fetchone()[0] or 0)


def run(sql: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
