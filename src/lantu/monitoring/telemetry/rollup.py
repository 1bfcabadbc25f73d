"""Sums of readings by minute, hour and day: made when a day is sealed, made again when late readings join it.

Only readings of normal quality count. A day that has readings outside the cold store (today, or a sealed day with late
arrivals) is not answered from here: see selectors.py. So no roll-up is ever stale to a reader.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
from django.db import connection

from lantu.monitoring.telemetry import rows
from lantu.monitoring.telemetry.cold import day_start_ms
from lantu.monitoring.telemetry.packing import Day
from lantu.monitoring.telemetry.quality import Quality

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
# Below two readings a minute a sum per minute would be larger than the readings, and no faster.
MINUTES_FROM = 2 * 1440
COLUMNS = (
    "channel_id", "day", "n", "total", "low", "high", "last", "h_n", "h_total", "h_low", "h_high", "h_last", "m_n",
    "m_total", "m_low", "m_high", "m_last",
)  # fmt: skip
MONTH_SQL = """
    INSERT INTO reading_month (channel_id, month, d, n, total, low, high, last)
    SELECT channel_id, %(month)s, array_agg(extract(day FROM day)::smallint ORDER BY day), array_agg(n ORDER BY day),
           array_agg(total ORDER BY day), array_agg(low ORDER BY day), array_agg(high ORDER BY day),
           array_agg(last ORDER BY day)
    FROM reading_rollup
    WHERE channel_id = ANY(%(channels)s) AND day >= %(month)s AND day < (%(month)s + interval '1 month')::date AND n > 0
    GROUP BY channel_id
    ON CONFLICT (channel_id, month) DO UPDATE SET d = excluded.d, n = excluded.n, total = excluded.total,
        low = excluded.low, high = excluded.high, last = excluded.last
"""


class Sums(NamedTuple):
    """Stretches of time, oldest first: start (unix ms, int64), readings (int64), sum (float64), least, greatest, last."""

    at_ms: np.ndarray
    n: np.ndarray
    total: np.ndarray
    low: np.ndarray
    high: np.ndarray
    last: np.ndarray

    @property
    def size(self) -> int:
        return len(self.at_ms)


def single(readings: Day) -> Sums:
    """Each normal reading as a stretch of its own."""
    normal = readings.q == Quality.NORMAL
    v = readings.v[normal].astype(np.float64)
    return Sums(readings.ts_ms[normal], np.ones(len(v), np.int64), v, v, v, v)


def joined(parts: list[Sums]) -> Sums:
    """Stretches of several sources in the order of time; they must not overlap."""
    if not parts:
        return single(Day(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.int8)))
    whole = Sums(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    order = np.argsort(whole.at_ms, kind="stable")
    return Sums(*(column[order] for column in whole))


def summed(sums: Sums, *, origin_ms: int, step_ms: int) -> Sums:
    """Stretches (ordered by time) put together in equal steps that begin at the origin or before or after it."""
    if not sums.size:
        return sums
    step = (sums.at_ms - origin_ms) // step_ms
    first = np.flatnonzero(np.r_[True, np.diff(step) != 0])
    last = np.r_[first[1:], len(step)] - 1
    return Sums(
        origin_ms + step[first] * step_ms,
        np.add.reduceat(sums.n, first),
        np.add.reduceat(sums.total, first),
        np.minimum.reduceat(sums.low, first),
        np.maximum.reduceat(sums.high, first),
        sums.last[last],
    )


def encode_rollup(channel_id: int, day: date, readings: Day) -> bytes:
    """A row for COPY into reading_rollup, columns as COLUMNS."""
    start = day_start_ms(day)
    each = single(readings)
    hours = summed(each, origin_ms=start, step_ms=HOUR_MS)
    whole = summed(hours, origin_ms=start, step_ms=2 * DAY_MS)
    fields = [rows.int8(channel_id), rows.day(day), rows.int4(each.size)]
    if whole.size:
        fields += [
            rows.double(whole.total[0]),
            *(rows.real(x[0]) for x in (whole.low, whole.high, whole.last)),
        ]
    else:
        fields += [rows.double(0.0), rows.NULL, rows.NULL, rows.NULL]
    fields += _dense(hours, start, HOUR_MS)
    if each.size > MINUTES_FROM:
        fields += _dense(summed(each, origin_ms=start, step_ms=MINUTE_MS), start, MINUTE_MS)
    else:
        fields += [rows.NULL] * 5
    return rows.encode(*fields)


def _dense(sums: Sums, start_ms: int, unit_ms: int) -> list[bytes]:
    place = (sums.at_ms - start_ms) // unit_ms
    slots = max(DAY_MS // unit_ms, int(place[-1]) + 1 if len(place) else 0)
    kinds = ((sums.n, np.int32), (sums.total, np.float64), (sums.low, np.float32), (sums.high, np.float32), (sums.last, np.float32))  # fmt: skip
    out = []
    for values, kind in kinds:
        spread = np.zeros(slots, kind)
        spread[place] = values
        out.append(rows.array(spread))
    return out


def refresh_months(channel_ids: list[int], day: date) -> None:
    """Put together the month of this day anew from its days, for channels whose roll-up has just been written."""
    with connection.cursor() as cursor:
        cursor.execute(MONTH_SQL, {"channels": channel_ids, "month": day.replace(day=1)})


def read_sums(channel_id: int, first: date, last: date, unit_ms: int) -> tuple[Sums, set[date]]:
    """Sums of a channel by ``unit_ms`` (a minute, an hour or a day) of the sealed days from ``first`` to ``last``.

    Also the days that are sealed but keep no sums of this unit: their readings have to be asked.
    """
    if unit_ms == DAY_MS:
        return _read_days(channel_id, first, last), set()
    letter = "h" if unit_ms == HOUR_MS else "m"
    names = ", ".join(f"{letter}_{name}" for name in ("n", "total", "low", "high", "last"))
    parts, without = [], set()
    with rows.binary_cursor() as cursor:
        cursor.execute(
            f"SELECT day, {names} FROM reading_rollup WHERE channel_id = %s AND day >= %s AND day <= %s ORDER BY day",  # noqa: S608 - our own column names
            [channel_id, first, last],
        )
        for day, n, *sums in cursor:
            if n is None:
                without.add(day)
                continue
            there = np.flatnonzero(n)
            at = day_start_ms(day) + there * unit_ms
            parts.append(
                Sums(at, n[there].astype(np.int64), *(values[there].astype(np.float64) for values in sums))
            )
    return joined(parts), without


def _read_days(channel_id: int, first: date, last: date) -> Sums:
    parts = []
    with rows.binary_cursor() as cursor:
        cursor.execute(
            "SELECT month, d, n, total, low, high, last FROM reading_month"
            " WHERE channel_id = %s AND month >= %s AND month <= %s ORDER BY month",
            [channel_id, first.replace(day=1), last],
        )
        for month, d, n, *sums in cursor:
            at = np.array([day_start_ms(month.replace(day=int(day))) for day in d], np.int64)
            there = np.array([first <= month.replace(day=int(day)) <= last for day in d], bool)
            parts.append(
                Sums(
                    at[there],
                    n[there].astype(np.int64),
                    *(values[there].astype(np.float64) for values in sums),
                )
            )
    return joined(parts)
