"""Stored readings that the rules look back at: hot, on their way to the cold store, or sealed; normal ones only.

Read at a worker's start and when an alert is raised, never per message. A device that has been silent for longer than
the hot store reaches still gets its last window back.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from django.db import connection
from django.db.models import Max

from lantu.monitoring.devices.models import Channel
from lantu.monitoring.telemetry.cold import local_day, read_days
from lantu.monitoring.telemetry.models import SealedDay
from lantu.monitoring.telemetry.seal import closing_days
from lantu.monitoring.telemetry.selectors import raw_blocks

NORMAL = 0
ONE_DAY = timedelta(days=1)
HOT, CLOSING = "reading_wide", "reading_closing"
ROWS_SQL = """
    SELECT d.n - 1, (extract(epoch FROM r.ts) * 1000)::bigint, r.v, r.q
    FROM unnest(%s::int[], %s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS d(id, since, until, n)
    CROSS JOIN LATERAL (
        SELECT ts, v, q FROM {table} WHERE device_id = d.id AND ts >= d.since AND ts <= d.until
        ORDER BY ts DESC LIMIT %s
    ) r
"""
LAST_SQL = """
    SELECT k.n - 1, (extract(epoch FROM r.ts) * 1000)::bigint, r.value
    FROM unnest(%s::int[], %s::int[], %s::timestamptz[]) WITH ORDINALITY AS k(device_id, rank, until, n)
    CROSS JOIN LATERAL (
        SELECT ts, v[k.rank] AS value FROM reading_wide
        WHERE device_id = k.device_id AND ts <= k.until AND v[k.rank] <> 'NaN'::real
            AND coalesce(q[k.rank], 0::smallint) = 0
        ORDER BY ts DESC LIMIT %s
    ) r
"""


class Wanted(NamedTuple):
    """The readings of a device from ``since`` to ``until``, both included, of some ``channels`` (id, rank).

    ``base``: flat index of its first channel.
    """

    device_id: int
    base: int
    since: datetime
    until: datetime
    channels: Sequence[tuple[int, int]]


def stored_readings(
    wanted: Sequence[Wanted], *, most: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flat channel index, unix ms and value of all normal readings, in order of time.

    ``most``: the newest so many rows of each device that are not sealed yet; None: all.
    """
    at: list[int] = []
    ts: list[int] = []
    value: list[float] = []

    def take(flat: int, ms: int, number: float) -> None:
        at.append(flat)
        ts.append(ms)
        value.append(number)

    ends = unhot_until()
    old = [one for one in wanted if ends is not None and local_day(_ms(one.since)) <= ends]
    for table, rows in ((HOT, wanted), (CLOSING, old)):
        for one, ms, v, q in _rows(table, rows, most):
            for _channel, rank in one.channels:
                marked = q is not None and rank <= len(q) and q[rank - 1] != NORMAL
                if rank <= len(v) and not marked and not math.isnan(v[rank - 1]):
                    take(one.base + rank - 1, ms, v[rank - 1])
    for one, rank, ms, number in _sealed(old, ends):
        take(one.base + rank - 1, ms, number)
    # While a day is being sealed a reading may be met twice; judging it twice would count it twice.
    found = sorted(set(zip(ts, at, value, strict=True)))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    times, places, numbers = zip(*found, strict=True)
    return np.array(places, np.int64), np.array(times, np.int64), np.array(numbers)


def last_values(device_id: int, channel: Channel, *, until: datetime, most: int) -> list[list[float]]:
    """The newest ``most`` normal readings [unix ms, value] up to and with ``until``, oldest first."""
    return last_values_of([(device_id, channel, until)], most=most)[0]


def last_values_of(wanted: Sequence[tuple[int, Channel, datetime]], *, most: int) -> list[list[list[float]]]:
    """:func:`last_values` of many (device, channel, until), in one question while the hot store has them all."""
    found: list[dict[int, float]] = [{} for _ in wanted]
    with connection.cursor() as cursor:
        cursor.execute(
            LAST_SQL,
            [
                [device_id for device_id, _channel, _until in wanted],
                [channel.rank for _device_id, channel, _until in wanted],
                [until for _device_id, _channel, until in wanted],
                most,
            ],
        )
        for n, ms, value in cursor.fetchall():
            found[n][int(ms)] = float(value)
    ends = unhot_until() if any(len(mine) < most for mine in found) else None
    for (_device_id, channel, until), mine in zip(wanted, found, strict=True):
        if ends is not None and len(mine) < most and local_day(min(mine, default=_ms(until)) - 1) <= ends:
            mine.update(_older_values(channel, until=until, most=most))
    return [[[ms, mine[ms]] for ms in sorted(mine)[-most:]] for mine in found]


def _older_values(channel: Channel, *, until: datetime, most: int) -> dict[int, float]:
    """Normal readings wherever they lie, as far back as ``most`` of them may reach."""
    found: dict[int, float] = {}
    reach = max(ONE_DAY, timedelta(seconds=2 * most * channel.period_s))
    for block in raw_blocks(channel, since=until - reach, until=until + timedelta(milliseconds=1)):
        normal = block.q == NORMAL
        found |= dict(zip(block.ts_ms[normal].tolist(), block.v[normal].astype(float).tolist(), strict=True))
    return found


def unhot_until() -> date | None:
    """The last day of which readings lie outside the hot store; None while all are hot."""
    sealed = SealedDay.objects.aggregate(day=Max("day"))["day"]
    return max((day for day in [sealed, *closing_days()] if day is not None), default=None)


def _rows(
    table: str, wanted: Sequence[Wanted], most: int | None
) -> list[tuple[Wanted, int, list[float], list[int] | None]]:
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            ROWS_SQL.format(table=table),
            [
                [one.device_id for one in wanted],
                [one.since for one in wanted],
                [one.until for one in wanted],
                most,
            ],
        )
        return [(wanted[n], ms, v, q) for n, ms, v, q in cursor.fetchall()]


def _sealed(wanted: Sequence[Wanted], ends: date | None) -> list[tuple[Wanted, int, int, float]]:
    """(device, rank, unix ms, value) from the cold store; devices of the same days are read together."""
    found: list[tuple[Wanted, int, int, float]] = []
    by_days: dict[tuple[date, date], list[Wanted]] = defaultdict(list)
    for one in wanted:
        first, last = local_day(_ms(one.since)), local_day(_ms(one.until))
        by_days[first, min(last, ends or last)].append(one)
    for (first, last), group in by_days.items():
        owner = {channel: (one, rank) for one in group for channel, rank in one.channels}
        for row in read_days(list(owner), first, last):
            one, rank = owner[row.channel_id]
            kept = (row.readings.q == NORMAL) & (row.readings.ts_ms >= _ms(one.since))
            kept &= row.readings.ts_ms <= _ms(one.until)
            pairs = zip(row.readings.ts_ms[kept].tolist(), row.readings.v[kept].tolist(), strict=True)
            found += [(one, rank, ms, number) for ms, number in pairs]
    return found


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)
