"""The cold store: rows of reading_day written and read, and what it knows already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

import numpy as np
from django.db import connection
from django.utils import timezone

from lantu.monitoring.telemetry import rows
from lantu.monitoring.telemetry.packing import Day, Packed, pack, unpack

COLUMNS = ("channel_id", "day", "n", "step_ms", "scale", "base", "dev", "off", "small", "v", "q")
READ_SQL = """
    SELECT channel_id, day, n, step_ms, scale, (extract(epoch FROM base) * 1000)::bigint, dev, off, small, v, q
    FROM reading_day WHERE channel_id = ANY(%s) AND day >= %s AND day <= %s ORDER BY channel_id, day
"""
CLOSING_SQL = """
    SELECT k.n, r.v
    FROM unnest(%s::int[], %s::bigint[]) WITH ORDINALITY AS k(device_id, ms, n)
    JOIN reading_closing r ON r.device_id = k.device_id AND r.ts = to_timestamp(k.ms / 1000.0)::timestamptz(3)
"""


class SealedRow(NamedTuple):
    """A channel's sealed day."""

    channel_id: int
    day: date
    readings: Day


def day_start_ms(day: date, zone: tzinfo | None = None) -> int:
    """Unix ms of the local midnight with which the day begins."""
    start = datetime.combine(day, time(), zone or timezone.get_default_timezone())
    return round(start.timestamp() * 1000)


def local_day(ms: int, zone: tzinfo | None = None) -> date:
    """The local day of a moment."""
    return datetime.fromtimestamp(ms / 1000, zone or timezone.get_default_timezone()).date()


def read_days(channel_ids: Sequence[int], first: date, last: date) -> list[SealedRow]:
    """Sealed rows of these channels from ``first`` to ``last``, both included, by channel and day."""
    with rows.binary_cursor() as cursor:
        cursor.execute(READ_SQL, [list(channel_ids), first, last])
        return [SealedRow(row[0], row[1], unpack(Packed(*row[2:]))) for row in cursor]


def encode_day(channel_id: int, day: date, readings: Day) -> bytes:
    """A row for COPY into reading_day, columns as COLUMNS."""
    packed = pack(readings)
    return rows.encode(
        rows.int8(channel_id), rows.day(day), rows.int4(packed.n), rows.int4(packed.step_ms), rows.int4(packed.scale),
        rows.moment(packed.base_ms), rows.array(packed.dev), rows.array(packed.off), rows.array(packed.small),
        rows.array(packed.v), rows.array(packed.q),
    )  # fmt: skip


def sealed_places(device_id: np.ndarray, ts_ms: np.ndarray, width: int) -> np.ndarray | None:
    """(n, width): whether the value at that place and time is sealed, or on its way there. None: nothing is.

    One small question when no day of these is sealed; else the sealed days of these devices are read.
    """
    days = {local_day(int(hour) * 3_600_000) for hour in np.unique(ts_ms // 3_600_000)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT day FROM monitoring_sealedday WHERE day = ANY(%s)", [sorted(days)])
        sealed = {day for (day,) in cursor.fetchall()}
    if not sealed:
        return None
    known = np.zeros((len(ts_ms), width), bool)
    _mark_closing(known, device_id, ts_ms)
    wanted: dict[tuple[int, date], list[int]] = defaultdict(list)
    for index, ms in enumerate(ts_ms.tolist()):
        day = local_day(ms)
        if day in sealed:
            wanted[int(device_id[index]), day].append(index)
    ranks = ranks_of({device for device, _day in wanted})
    for (device, day), indices in wanted.items():
        of_device = ranks.get(device, {})
        times = ts_ms[indices]
        for row in read_days(list(of_device), day, day):
            place = of_device[row.channel_id] - 1
            if place < width:
                known[indices, place] |= np.isin(times, row.readings.ts_ms)
    return known


def _mark_closing(known: np.ndarray, device_id: np.ndarray, ts_ms: np.ndarray) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CLOSING_SQL, [device_id.tolist(), ts_ms.tolist()])
        for number, vector in cursor.fetchall():
            there = ~np.isnan(np.array(vector, np.float64))[: known.shape[1]]
            known[number - 1, : len(there)] |= there


def ranks_of(device_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """Per device: channel → place in its vector, from 1."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT device_id, id, rank FROM monitoring_channel WHERE device_id = ANY(%s)", [list(device_ids)]
        )
        for device, channel, rank in cursor.fetchall():
            found[device][channel] = rank
    return found
