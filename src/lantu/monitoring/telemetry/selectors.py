"""Series of readings: raw or in steps, from wherever the readings are.

Readings move one way: hot → closing → cold. Read in that order, what moves meanwhile is seen twice but never missed;
of two with the same time the one further on is the first that came, and wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.monitoring.devices.models import Channel
from lantu.monitoring.telemetry import rows
from lantu.monitoring.telemetry.cold import day_start_ms, local_day, read_days
from lantu.monitoring.telemetry.models import Quarantine
from lantu.monitoring.telemetry.packing import Day, decimals, merge
from lantu.monitoring.telemetry.rollup import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    Sums,
    joined,
    read_sums,
    single,
    summed,
)
from lantu.monitoring.telemetry.seal import closing_days, hot_days
from lantu.projects.selectors import visible_projects

MAX_POINTS = 20_000
MAX_SPAN = timedelta(days=400)
# As many points as a screen can show apart.
AUTO_POINTS = 1_500
# Readings held at once while a long span is read.
BLOCK_READINGS = 500_000
ONE_DAY = timedelta(days=1)
ORIGIN = date(2000, 1, 1)
UNITS = ((DAY_MS, "1d"), (HOUR_MS, "1h"), (MINUTE_MS, "1m"))
NICE_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)

HELD_SQL = """
    SELECT d.n FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS d(since, until, n)
    WHERE EXISTS (
        SELECT 1 FROM {table} r WHERE r.device_id = %s
            AND r.ts >= to_timestamp(d.since / 1000.0) AND r.ts < to_timestamp(d.until / 1000.0)
    )
"""


class Point(NamedTuple):
    """A reading: unix ms, value, and quality (0 = normal, see quality.py)."""

    ts_ms: int
    value: float
    quality: int = 0


class Bucket(NamedTuple):
    """A step of a series: its start (unix ms), how many normal readings, and their mean, least, greatest and last."""

    ts_ms: int
    readings: int
    mean: float
    low: float
    high: float
    last: float


class Stepped(NamedTuple):
    """Buckets, and the coarsest source that they were taken from: “raw”, “1m”, “1h” or “1d”."""

    buckets: list[Bucket]
    source: str
    step_s: int


def check_span(since: datetime, until: datetime) -> None:
    """Raises Unacceptable unless ``since`` lies before ``until`` by at most 400 days."""
    if not since < until or until - since > MAX_SPAN:
        raise Unacceptable(
            "monitoring.bad_span",
            _("时间范围无效：起点须早于终点，且不超过 400 天。"),
            remedy=_("请缩短时间范围，或分段查询。"),
            field="from",
        )


def _ms(moment: datetime) -> int:
    return -int(-moment.timestamp() * 1000 // 1)


def raw_blocks(channel: Channel, *, since: datetime, until: datetime) -> Iterator[Day]:
    """All readings in [since, until), oldest first, some days at a time. Raises Unacceptable for an impossible span."""
    check_span(since, until)
    yield from _blocks(channel, _ms(since), _ms(until))


def _blocks(channel: Channel, since_ms: int, until_ms: int) -> Iterator[Day]:
    """Blocks begin at local midnights; each is read hot → closing → cold."""
    first, last = local_day(since_ms), local_day(until_ms - 1)
    per_day = 86_400 / channel.period_s
    length = timedelta(days=max(1, min(31, int(BLOCK_READINGS / per_day))))
    while first <= last:
        after = min(first + length, last + ONE_DAY)
        low, high = max(since_ms, day_start_ms(first)), min(until_ms, day_start_ms(after))
        unsealed = [
            _unsealed("reading_wide", channel, low, high),
            _unsealed("reading_closing", channel, low, high),
        ]
        sealed = [row.readings for row in read_days([channel.pk], first, after - ONE_DAY)]
        found = merge([_joined(sealed), unsealed[1], unsealed[0]])
        inside = (found.ts_ms >= low) & (found.ts_ms < high)
        yield found if inside.all() else Day(*(column[inside] for column in found))
        first = after


def _joined(days: list[Day]) -> Day:
    """Consecutive days as one."""
    if len(days) == 1:
        return days[0]
    empty = Day(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.int8))
    return Day(*(np.concatenate(columns) for columns in zip(empty, *days, strict=True)))


def _unsealed(table: str, channel: Channel, since_ms: int, until_ms: int) -> Day:
    """Readings of the hot store or of a closing day."""
    place = channel.rank - 1
    ts, v, q = [], [], []
    with rows.binary_cursor() as cursor:
        cursor.execute(
            f"SELECT (extract(epoch FROM ts) * 1000)::bigint, v[%s], coalesce(q[%s], 0::smallint) FROM {table}"  # noqa: S608 - our own names
            " WHERE device_id = %s AND ts >= to_timestamp(%s / 1000.0) AND ts < to_timestamp(%s / 1000.0)"
            " AND v[%s] <> 'NaN'::real ORDER BY ts",
            [place + 1, place + 1, channel.device_id, since_ms, until_ms, place + 1],
        )
        for at, value, mark in cursor:
            ts.append(at)
            v.append(value)
            q.append(mark)
    return Day(np.array(ts, np.int64), np.array(v, np.float32), np.array(q, np.int8))


def raw_series(channel: Channel, *, since: datetime, until: datetime, limit: int = MAX_POINTS) -> list[Point]:
    """Readings in [since, until), oldest first, at most ``limit``. Raises Unacceptable for an impossible span."""
    points: list[Point] = []
    for block in raw_blocks(channel, since=since, until=until):
        take = limit - len(points)
        columns = (block.ts_ms[:take].tolist(), decimals(block.v[:take]), block.q[:take].tolist())
        points.extend(map(Point, *columns))
        if len(points) >= limit:
            break
    return points


def step_for(channel: Channel, *, since: datetime, until: datetime, points: int) -> timedelta | None:
    """The finest step that gives at most ``points`` of them; None where the readings themselves are few enough."""
    span = (until - since).total_seconds()
    if span / channel.period_s <= points:
        return None
    return timedelta(seconds=next((step for step in NICE_STEPS if span / step <= points), NICE_STEPS[-1]))


def stepped_series(channel: Channel, *, since: datetime, until: datetime, step: timedelta) -> Stepped:
    """Normal readings in steps counted from a local midnight. Raises Unacceptable for more than 20,000 steps.

    Whole days that are sealed and quiet come from the coarsest roll-up that divides the step; the rest from readings.
    """
    check_span(since, until)
    if step < timedelta(seconds=1) or (until - since) / step > MAX_POINTS:
        raise Unacceptable(
            "monitoring.bad_step",
            _("步长无效：不小于 1 秒，且总步数不超过 20000。"),
            remedy=_("请放大步长，例如 10m、1h、1d。"),
            field="step",
        )
    step_ms = round(step.total_seconds() * 1000)
    unit_ms, name = next(((unit, name) for unit, name in UNITS if step_ms % unit == 0), (0, "raw"))
    grid = {"origin_ms": day_start_ms(ORIGIN), "step_ms": step_ms}
    since_ms, until_ms = _ms(since), _ms(until)
    from_sums, raw_spans = _plan(channel, since_ms, until_ms, unit_ms)
    parts: list[Sums] = []
    for first, last in from_sums:
        sums, without = read_sums(channel.pk, first, last, unit_ms)
        if sums.size:
            parts.append(sums)
        raw_spans += _spans(sorted(without))
    if not parts:
        name = "raw"
    for low, high in raw_spans:
        parts += [summed(single(block), **grid) for block in _blocks(channel, low, high)]
    total = summed(joined(parts), **grid)
    means = (total.total / np.maximum(total.n, 1)).tolist()
    shown = [decimals(values.astype(np.float32)) for values in (total.low, total.high, total.last)]
    buckets = map(Bucket, total.at_ms.tolist(), total.n.tolist(), means, *shown)
    return Stepped(list(buckets), name, step_ms // 1000)


def _plan(
    channel: Channel, since_ms: int, until_ms: int, unit_ms: int
) -> tuple[list[tuple[date, date]], list[tuple[int, int]]]:
    """(runs of days that roll-ups answer, spans in unix ms that readings must answer)."""
    first, last = local_day(since_ms), local_day(until_ms - 1)
    if not unit_ms:
        return [], [(since_ms, until_ms)]
    days = [first + n * ONE_DAY for n in range((last - first).days + 1)]
    partial = {
        day for day in (first, last) if day_start_ms(day) < since_ms or day_start_ms(day + ONE_DAY) > until_ms
    }
    raw = partial | _held_unsealed(channel, first, last)
    runs = _runs([day for day in days if day not in raw])
    spans = [(max(low, since_ms), min(high, until_ms)) for low, high in _spans(sorted(raw))]
    return runs, spans


def _held_unsealed(channel: Channel, first: date, last: date) -> set[date]:
    """Days on which readings of this device are outside the cold store. Asked before any roll-up is read."""
    found: set[date] = set()
    for table, parts in (("reading_wide", hot_days()), ("reading_closing", closing_days())):
        days = sorted(day for day in parts if first <= day <= last)
        if days:
            with connection.cursor() as cursor:
                spans = [[day_start_ms(day) for day in days], [day_start_ms(day + ONE_DAY) for day in days]]
                cursor.execute(HELD_SQL.format(table=table), [*spans, channel.device_id])
                found |= {days[number - 1] for (number,) in cursor.fetchall()}
    return found


def _runs(days: list[date]) -> list[tuple[date, date]]:
    """Consecutive days as (first, last)."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == ONE_DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _spans(days: list[date]) -> list[tuple[int, int]]:
    return [(day_start_ms(first), day_start_ms(last + ONE_DAY)) for first, last in _runs(days)]


def visible_quarantine(reader: Any) -> QuerySet[Quarantine]:
    """Quarantined input of the reader's projects; what belongs to no known device only city-wide readers see."""
    from lantu.accounts.scopes import scope_of

    mine = Q(project_id__in=visible_projects(reader).values("pk"))
    if scope_of(reader).city:
        mine |= Q(project_id=None)
    return Quarantine.objects.filter(mine)
