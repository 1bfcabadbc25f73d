"""Series of readings: raw or in steps, straight from the day partitions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from lantu.core.refusals import Unacceptable
from lantu.monitoring.devices.models import Channel
from lantu.monitoring.telemetry.models import Quarantine
from lantu.projects.selectors import visible_projects

MAX_POINTS = 20_000
MAX_SPAN = timedelta(days=400)

RAW_SQL = """
    SELECT (extract(epoch FROM ts) * 1000)::bigint, v[%(rank)s] FROM reading_wide
    WHERE device_id = %(device)s AND ts >= %(since)s AND ts < %(until)s
      AND v[%(rank)s] IS NOT NULL AND v[%(rank)s] <> 'NaN'::real
    ORDER BY ts LIMIT %(limit)s
"""
STEP_SQL = """
    SELECT (extract(epoch FROM date_bin(%(step)s::interval, ts, %(origin)s)) * 1000)::bigint AS bucket, count(*),
           avg(v[%(rank)s])::float8, min(v[%(rank)s]), max(v[%(rank)s]),
           (array_agg(v[%(rank)s] ORDER BY ts DESC))[1]
    FROM reading_wide
    WHERE device_id = %(device)s AND ts >= %(since)s AND ts < %(until)s
      AND v[%(rank)s] IS NOT NULL AND v[%(rank)s] <> 'NaN'::real
    GROUP BY bucket ORDER BY bucket
"""


class Point(NamedTuple):
    """A reading: unix ms and value."""

    ts_ms: int
    value: float


class Bucket(NamedTuple):
    """A step of a series: its start (unix ms), how many readings, and their mean, least, greatest and last."""

    ts_ms: int
    readings: int
    mean: float
    low: float
    high: float
    last: float


def _check_span(since: datetime, until: datetime) -> None:
    if not since < until or until - since > MAX_SPAN:
        raise Unacceptable(
            "monitoring.bad_span",
            "时间范围无效：起点须早于终点，且不超过 400 天。",
            remedy="请缩短时间范围，或分段查询。",
            field="from",
        )


def raw_series(channel: Channel, *, since: datetime, until: datetime, limit: int = MAX_POINTS) -> list[Point]:
    """Readings in [since, until), oldest first, at most ``limit``. Raises Unacceptable for an impossible span."""
    _check_span(since, until)
    with connection.cursor() as cursor:
        cursor.execute(
            RAW_SQL,
            {
                "rank": channel.rank,
                "device": channel.device_id,
                "since": since,
                "until": until,
                "limit": limit,
            },
        )
        return [Point(int(ms), float(value)) for ms, value in cursor.fetchall()]


def stepped_series(channel: Channel, *, since: datetime, until: datetime, step: timedelta) -> list[Bucket]:
    """Readings in steps that start at ``since``'s local midnight grid. Raises Unacceptable for more than 20,000 steps."""
    _check_span(since, until)
    if step < timedelta(seconds=1) or (until - since) / step > MAX_POINTS:
        raise Unacceptable(
            "monitoring.bad_step",
            "步长无效：不小于 1 秒，且总步数不超过 20000。",
            remedy="请放大步长，例如 10m、1h、1d。",
            field="step",
        )
    # Buckets of a day must begin at local midnight: 2000-01-01 00:00 in Dezhou.
    origin = datetime.fromisoformat("2000-01-01T00:00:00+08:00")
    with connection.cursor() as cursor:
        cursor.execute(
            STEP_SQL,
            {
                "rank": channel.rank, "device": channel.device_id, "since": since, "until": until, "step": f"{step.total_seconds()} seconds",
                "origin": origin,
            },
        )  # fmt: skip
        return [
            Bucket(int(ms), int(n), float(a), float(lo), float(hi), float(z))
            for ms, n, a, lo, hi, z in cursor
        ]


def visible_quarantine(reader: Any) -> QuerySet[Quarantine]:
    """Quarantined input of the reader's projects; what belongs to no known device only city-wide readers see."""
    from lantu.accounts.scopes import scope_of

    mine = Q(project_id__in=visible_projects(reader).values("pk"))
    if scope_of(reader).city:
        mine |= Q(project_id=None)
    return Quarantine.objects.filter(mine)
