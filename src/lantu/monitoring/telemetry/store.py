"""Write readings: COPY for what is new, fill for what a device sent twice.

A device that saw no acknowledgement sends again: the same (device, time) is legal. The first value of a
channel stays; a later message may only fill channels that the first one left empty. Anything else is
counted as a duplicate, also when the first value has been sealed long ago (see cold.py). All functions run in the
caller's transaction.

Late rows need no mark of their own: the partition of a sealed day, made anew for them in the same transaction, says
that the day is to be sealed again, and until then readers take that device's day from the readings themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from lantu.monitoring.telemetry.cold import sealed_places
from lantu.monitoring.telemetry.copying import HEADER, TRAILER, encode_rows

# From so many rows on it is worth while to have another thread wait for the database.
BESIDE = 2_000
_copier = ThreadPoolExecutor(1, "copy")
COPY_SQL = "COPY reading_wide (device_id, ts, received_at, v, q) FROM STDIN (FORMAT BINARY)"
EXISTING_SQL = """
    SELECT k.n, r.v
    FROM unnest(%s::int[], %s::bigint[]) WITH ORDINALITY AS k(device_id, ms, n)
    JOIN reading_wide r ON r.device_id = k.device_id AND r.ts = to_timestamp(k.ms / 1000.0)::timestamptz(3)
"""
FILL_SQL = """
    UPDATE reading_wide
    SET v = reading_fill(v, %(v)s::real[]), q = reading_fill_quality(v, q, %(v)s::real[], %(q)s::smallint[])
    WHERE device_id = %(device)s AND ts = to_timestamp(%(ms)s / 1000.0)::timestamptz(3)
"""


class Rows(NamedTuple):
    """Readings as vectors: device_id int32 (n,), ts_ms/received_ms int64 (n,), v float64 (n, w), NaN = no value.

    ``width`` (n,) says how many places of each vector belong to its device; ``q`` (n, w) is the quality of each value,
    None when all are normal.
    """

    device_id: np.ndarray
    ts_ms: np.ndarray
    received_ms: np.ndarray
    width: np.ndarray
    v: np.ndarray
    q: np.ndarray | None = None


class Stored(NamedTuple):
    """What became of the rows: ``fresh`` (n, w) marks the values that are now stored by this call."""

    rows: int
    duplicates: int
    fresh: np.ndarray


def store_rows(rows: Rows, *, suspect: np.ndarray) -> Stored:
    """Store vectors. ``suspect`` (n,) marks rows whose (device, time) may already be there.

    Raises django.db.IntegrityError when an unsuspected row is there after all: run again with all suspect.
    """
    with storing(rows, suspect=suspect) as stored:
        return stored


@contextmanager
def storing(rows: Rows, *, suspect: np.ndarray) -> Iterator[Stored]:
    """:func:`store_rows`, while the block computes: what becomes of the rows is known before the database has them.

    The block must send no statement of its own: a large batch is on its way over the connection.
    """
    fresh = ~np.isnan(rows.v)
    insert = np.ones(len(rows.device_id), dtype=bool)
    duplicates = 0
    if suspect.any():
        duplicates = _settle_suspects(rows, np.flatnonzero(suspect), insert, fresh)
    index = np.flatnonzero(insert)
    stored = Stored(rows=len(index), duplicates=duplicates, fresh=fresh)
    if len(index) < BESIDE:
        if len(index):
            connection.ensure_connection()
            # COPY bypasses the wrapper that turns the driver's errors into Django's.
            with connection.wrap_database_errors:
                _copy(connection.connection, _encoded(rows, index))
        yield stored
        return
    connection.ensure_connection()
    work = _copier.submit(_copy, connection.connection, _encoded(rows, index))
    try:
        yield stored
    finally:
        wait([work])
    with connection.wrap_database_errors:
        work.result()


def _settle_suspects(rows: Rows, suspects: np.ndarray, insert: np.ndarray, fresh: np.ndarray) -> int:
    """Take rows that already exist (in the table or earlier in the batch) out of ``insert``; fill what they add."""
    held = _existing(rows, suspects)
    duplicates = _take_out_sealed(rows, suspects, held, insert, fresh)
    first_of: dict[tuple[int, int], int] = {}
    for position, index in enumerate(suspects.tolist()):
        key = (int(rows.device_id[index]), int(rows.ts_ms[index]))
        width = int(rows.width[index])
        vector = rows.v[index, :width]
        stored = held.get(position)
        if not insert[index]:
            continue
        if stored is None and key not in first_of:
            first_of[key] = index
            continue
        insert[index] = False
        if stored is not None:
            known = np.full(width, np.nan)
            known[: min(width, len(stored))] = stored[:width]
            # Later repeats in the same batch must see what this one adds.
            added = np.isnan(known) & ~np.isnan(vector)
            if added.any():
                _fill(rows, index)
                known[added] = vector[added]
                for later, other in enumerate(suspects.tolist()):
                    if later > position and (int(rows.device_id[other]), int(rows.ts_ms[other])) == key:
                        held[later] = known.tolist()
        else:
            first = rows.v[first_of[key], :width]
            added = np.isnan(first) & ~np.isnan(vector)
            # The first row has not been written yet: it simply takes the additional values along.
            first[added] = vector[added]
            if rows.q is not None:
                rows.q[first_of[key], :width][added] = rows.q[index, :width][added]
        fresh[index, :width] = added
        duplicates += not added.any()
    return duplicates


def _take_out_sealed(
    rows: Rows, suspects: np.ndarray, held: dict[int, list[float]], insert: np.ndarray, fresh: np.ndarray
) -> int:
    """Blank the values that the cold store has already; rows of nothing else are duplicates. Returns how many."""
    unknown = suspects[[position not in held for position in range(len(suspects))]]
    if not len(unknown):
        return 0
    known = sealed_places(rows.device_id[unknown], rows.ts_ms[unknown], rows.v.shape[1])
    if known is None:
        return 0
    known &= ~np.isnan(rows.v[unknown])
    rows.v[unknown] = np.where(known, np.nan, rows.v[unknown])
    fresh[unknown] &= ~known
    gone = known.any(axis=1) & np.isnan(rows.v[unknown]).all(axis=1)
    insert[unknown[gone]] = False
    return int(np.count_nonzero(gone))


def _existing(rows: Rows, suspects: np.ndarray) -> dict[int, list[float]]:
    with connection.cursor() as cursor:
        cursor.execute(EXISTING_SQL, [rows.device_id[suspects].tolist(), rows.ts_ms[suspects].tolist()])
        return {int(number) - 1: values for number, values in cursor.fetchall()}


def _fill(rows: Rows, index: int) -> None:
    width = int(rows.width[index])
    quality = None if rows.q is None else rows.q[index, :width].tolist()
    with connection.cursor() as cursor:
        cursor.execute(
            FILL_SQL,
            {
                "v": rows.v[index, :width].tolist(), "q": quality, "device": int(rows.device_id[index]),
                "ms": int(rows.ts_ms[index]),
            },
        )  # fmt: skip


def _encoded(rows: Rows, index: np.ndarray) -> bytes:
    """The rows at ``index`` for COPY, grouped by the width of their vectors and by whether all is normal."""
    parts = [HEADER]
    widths = rows.width[index]
    marked = np.zeros(len(index), bool) if rows.q is None else rows.q[index].any(axis=1)
    for width in np.unique(widths).tolist():
        for with_quality in (False, True):
            chosen = index[(widths == width) & (marked == with_quality)]
            if len(chosen):
                quality = rows.q[chosen, :width] if with_quality and rows.q is not None else None
                parts.append(
                    encode_rows(
                        rows.device_id[chosen], rows.ts_ms[chosen], rows.received_ms[chosen],
                        rows.v[chosen, :width], quality,
                    )
                )  # fmt: skip
    parts.append(TRAILER)
    return b"".join(parts)


def _copy(raw: Any, data: bytes) -> None:
    """COPY over the driver's own connection: Django's belongs to the thread that made it."""
    with raw.cursor() as cursor, cursor.copy(COPY_SQL) as copy:
        copy.write(data)


def local_days(ts_ms: np.ndarray, zone: tzinfo) -> set[date]:
    """Local calendar days of these times: the partitions they belong to."""
    hours = np.unique(ts_ms // 3_600_000)
    return {datetime.fromtimestamp(int(hour) * 3600, UTC).astimezone(zone).date() for hour in hours}


def make_partitions(days: set[date], zone_name: str) -> int:
    """Make the partitions of these local days; returns how many were missing."""
    made = 0
    with connection.cursor() as cursor:
        for day in sorted(days):
            cursor.execute("SELECT reading_partition_make(%s, %s)", [day, zone_name])
            made += bool(cursor.fetchone()[0])
    return made


def days_around(now: datetime, zone: tzinfo, *, back: int = 1, ahead: int = 3) -> set[date]:
    """The days whose partitions must always be there."""
    today = now.astimezone(zone).date()
    return {today + timedelta(days=offset) for offset in range(-back, ahead + 1)}
