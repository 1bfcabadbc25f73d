"""Rows of the table of tracks: writing without doubles, reading as fixes. Plain SQL in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntFlag
from typing import Any

from django.db import connection
from django.utils import timezone

from lantu.calc.jt808 import Position
from lantu.calc.tracks import Fix


class Flag(IntFlag):
    """What is known of a row besides the report itself."""

    NO_FIX = 1
    DRIFT = 2
    REFILLED = 4
    LATE = 8


@dataclass(frozen=True)
class Report:
    """A position of a known truck. refilled: the terminal sent it later from its memory (0x0704 type 1)."""

    vehicle_id: int
    position: Position
    received_at: datetime
    refilled: bool = False

    @property
    def second(self) -> int:
        """Unix seconds: with the truck, the row's key."""
        return int(self.position.at.timestamp())


INSERT_SQL = """
    INSERT INTO vehicle_track (vehicle_id, at, received_at, lon, lat, speed, direction, altitude, flags, status,
                               alarm, mileage, signals)
    SELECT v, to_timestamp(t), r, x, y, s, d, h, f, b, a, m, e
    FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[],
                %s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
         AS n(v, t, r, x, y, s, d, h, f, b, a, m, e)
    ON CONFLICT (vehicle_id, at) DO NOTHING
    RETURNING vehicle_id, extract(epoch FROM at)::bigint
"""
SELECT_SQL = """
    SELECT extract(epoch FROM at)::bigint, lon, lat, speed, status, coalesce(signals, 0), flags, direction
    FROM vehicle_track WHERE vehicle_id = %s AND at >= %s AND at < %s ORDER BY at
"""
FLAG_SQL = """
    UPDATE vehicle_track SET flags = flags | %s WHERE vehicle_id = %s AND at = to_timestamp(%s)
"""


def make_partitions(days: Iterable[date]) -> None:
    """A partition for each local day; those that are there cost a look."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(track_partition_make(day, %s)) FROM unnest(%s::date[]) AS wanted(day)",
            [timezone.get_default_timezone_name(), sorted(set(days))],
        )


def drop_before(day: date) -> int:
    """Drop the partitions of the days before ``day``; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT track_partitions_drop(%s)", [day])
        return int(cursor.fetchone()[0])


def insert_reports(reports: Sequence[tuple[Report, Flag]]) -> set[tuple[int, int]]:
    """Store reports that are not there yet; returns (truck, second) of the new rows. A repeat changes nothing."""
    if not reports:
        return set()
    make_partitions(timezone.localtime(report.position.at).date() for report, _flag in reports)
    columns = list(zip(*(_row(report, flag) for report, flag in reports), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(INSERT_SQL, [list(column) for column in columns])
        return {(int(vehicle), int(second)) for vehicle, second in cursor.fetchall()}


def _row(report: Report, flag: Flag) -> tuple[Any, ...]:
    position = report.position
    mileage = position.mileage_km
    return (
        report.vehicle_id,
        report.second,
        report.received_at,
        round(position.lon * 1e6) if position.located else None,
        round(position.lat * 1e6) if position.located else None,
        min(round(position.speed_kmh * 10), 32767),
        position.direction,
        min(position.altitude_m, 32767),
        int(flag) | (0 if position.located else Flag.NO_FIX) | (Flag.REFILLED if report.refilled else 0),
        position.status,
        position.alarm,
        None if mileage is None else round(mileage * 10),
        position.signals,
    )


def mark(vehicle_id: int, seconds: Sequence[int], flag: Flag) -> None:
    """Add a flag to rows of one truck."""
    if not seconds:
        return
    with connection.cursor() as cursor:
        cursor.executemany(FLAG_SQL, [(int(flag), vehicle_id, second) for second in seconds])


def fix_of(position: Position, lift_bit: int | None) -> Fix:
    """A report as the judge wants it."""
    lift = lift_bit is not None and bool((position.signals or 0) >> lift_bit & 1)
    load = int(position.load)
    return Fix(
        position.at.timestamp(), position.lon, position.lat, position.speed_kmh, position.acc_on, load, lift,
        position.located,
    )  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A stored row: the fix and what is known besides."""

    fix: Fix
    flags: Flag
    direction: int

    @property
    def believed(self) -> bool:
        """Part of the track."""
        return not self.flags & (Flag.NO_FIX | Flag.DRIFT)


def stored(vehicle_id: int, since: datetime, until: datetime, *, lift_bit: int | None = None) -> list[Kept]:
    """Rows of a truck in [since, until) in order of time, drift and all."""
    with connection.cursor() as cursor:
        cursor.execute(SELECT_SQL, [vehicle_id, since, until])
        rows = cursor.fetchall()
    found = []
    for second, lon, lat, speed, status, signals, flags, direction in rows:
        lift = lift_bit is not None and bool(signals >> lift_bit & 1)
        fix = Fix(
            float(second), (lon or 0) / 1e6, (lat or 0) / 1e6, speed / 10, bool(status & 1), status >> 8 & 3, lift,
            lon is not None,
        )  # fmt: skip
        found.append(Kept(fix, Flag(flags), direction))
    return found


def day_span(day: date) -> tuple[datetime, datetime]:
    """The local day as two moments."""
    zone = timezone.get_default_timezone()
    start = datetime.combine(day, time.min, zone)
    return start, datetime.combine(day + timedelta(days=1), time.min, zone)


def moment(at: float) -> datetime:
    """Unix seconds as a moment."""
    return datetime.fromtimestamp(at, UTC)
