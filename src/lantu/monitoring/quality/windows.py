"""The last hours of many devices, as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import numpy as np

from lantu.monitoring.telemetry.rows import binary_cursor

AT_ONCE = 200
READINGS = 240
WINDOW_SQL = """
    SELECT d.id::bigint, r.ms, r.received_ms, r.v, r.q
    FROM unnest(%s::int[]) AS d(id)
    CROSS JOIN LATERAL (
        SELECT (extract(epoch FROM ts) * 1000)::bigint AS ms, (extract(epoch FROM received_at) * 1000)::bigint AS received_ms,
               v, q
        FROM reading_wide WHERE device_id = d.id AND ts >= %s AND ts <= %s ORDER BY ts DESC LIMIT %s
    ) r
    ORDER BY d.id, r.ms
"""


class Window(NamedTuple):
    """Readings of one device in order of time: ``v float64[n, w]``, NaN where there is none or it is marked; ``q int16[n, w]``:
    the marks (telemetry.quality.Quality), 0 also where there is no reading."""

    device_id: int
    ts_ms: np.ndarray
    received_ms: np.ndarray
    v: np.ndarray
    q: np.ndarray


def windows(
    device_ids: Iterable[int], *, since: datetime, until: datetime, limit: int | None = READINGS
) -> Iterator[Window]:
    """The newest ``limit`` readings (None: all) of each device in the span; devices without any are left out. One query for 200 devices."""
    ids = sorted(device_ids)
    for start in range(0, len(ids), AT_ONCE):
        chunk = ids[start : start + AT_ONCE]
        with binary_cursor() as cursor:
            cursor.execute(WINDOW_SQL, [chunk, since, until, limit])
            rows = cursor.fetchall()
        at = 0
        while at < len(rows):
            end = at
            while end < len(rows) and rows[end][0] == rows[at][0]:
                end += 1
            yield _window(rows[at:end])
            at = end


def _window(rows: list[tuple[int, int, int, np.ndarray, np.ndarray | None]]) -> Window:
    width = max(len(row[3]) for row in rows)
    v = np.full((len(rows), width), np.nan)
    q = np.zeros((len(rows), width), np.int16)
    for n, (_id, _ms, _received, values, marks) in enumerate(rows):
        v[n, : len(values)] = values
        if marks is not None:
            q[n, : len(marks)] = marks
            v[n, : len(marks)][np.asarray(marks) != 0] = np.nan
    return Window(
        int(rows[0][0]),
        np.array([row[1] for row in rows], np.int64),
        np.array([row[2] for row in rows], np.int64),
        v,
        q,
    )
