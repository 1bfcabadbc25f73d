"""Seal closed days: from the hot store, through “closing”, into one row per channel and day.

1. The day's partition is taken out of reading_wide and becomes a child of reading_closing: a short lock, no row is
   touched. From here on nobody writes it; what comes later for this day makes a new partition, which the next run merges.
2. Devices are sealed in chunks, each in a transaction of its own: readings are merged with what is sealed already,
   written, read back from the database and compared. The day's mark (upto_device) moves in the same transaction.
3. When every device is done the closing table is dropped.

Killed at any point, a day is whole to every reader, and the next run goes on where this one stopped.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import structlog
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from lantu.monitoring.telemetry import cold, rollup, rows
from lantu.monitoring.telemetry.copying import NullInVector, Vectors, decode_rows
from lantu.monitoring.telemetry.models import SealedDay
from lantu.monitoring.telemetry.packing import NOTHING, Day, merge

log = structlog.get_logger(__name__)
# Rows of the hot store in memory at once: some 20 MB of vectors of four.
CHUNK_ROWS = 200_000
LOCK_TIMEOUT = "1s"
LOCK_KEY = 7_114_221
PART = re.compile(r"^reading_(wide|closing)_(\d{8})$")
PARTS_SQL = """
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass
"""


class SealFailed(Exception):
    """The day stays as it is: readable, unsealed, and named on the storage page."""


class Report(NamedTuple):
    """What sealing a day did: readings now in its cold rows written by this run, merged later ones, duplicates."""

    day: date
    readings: int
    merged: int
    duplicates: int


def hot_days() -> set[date]:
    """Days that have a partition in the hot store."""
    return _parts("reading_wide")


def closing_days() -> set[date]:
    """Days on their way to the cold store."""
    return _parts("reading_closing")


def _parts(parent: str) -> set[date]:
    with connection.cursor() as cursor:
        cursor.execute(PARTS_SQL, [parent])
        names = [PART.match(name) for (name,) in cursor.fetchall()]
    return {date.fromisoformat(found[2]) for found in names if found}


def due_days(*, now: datetime, keep_hot: int) -> list[date]:
    """Days to seal, oldest first: closed for long enough, or already sealed and joined by late readings."""
    last = timezone.localdate(now) - timedelta(days=keep_hot)
    return sorted({day for day in hot_days() if day <= last} | closing_days())


@contextmanager
def sealing_alone() -> Iterator[bool]:
    """Whether this session alone may seal; another one at work is no error."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_KEY])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])


def seal_due(
    *, now: datetime, keep_hot: int, limit_s: float | None = None, clock: Callable[[], float] = time.monotonic
) -> list[Report]:
    """Seal every due day, until ``limit_s`` is over. A day that cannot be sealed keeps its reason and does not stop others."""
    done: list[Report] = []
    began = clock()
    with sealing_alone() as alone:
        if not alone:
            log.info("sealing_elsewhere")
            return done
        for day in due_days(now=now, keep_hot=keep_hot):
            if limit_s is not None and clock() - began > limit_s:
                log.info("sealing_goes_on_later", next_day=str(day))
                break
            try:
                done.append(seal_day(day, now=now))
            except SealFailed as failed:
                log.error("day_not_sealed", day=str(day), why=str(failed))
                SealedDay.objects.update_or_create(day=day, defaults={"fault": str(failed)[:300]})
    return done


def seal_day(day: date, *, now: datetime) -> Report:
    """Seal one day: first what is left of a broken-off run, then its partition. Raises SealFailed."""
    reports = []
    if day in closing_days():
        reports.append(_seal_closing(day, now=now))
    if day in hot_days():
        _close(day)
        reports.append(_seal_closing(day, now=now))
    return Report(
        day,
        sum(report.readings for report in reports),
        sum(report.merged for report in reports),
        sum(report.duplicates for report in reports),
    )


def _name(kind: str, day: date) -> str:
    return f"reading_{kind}_{day:%Y%m%d}"


def _close(day: date) -> None:
    """Take the day's partition out of the hot store. Raises SealFailed when readers or writers do not let go in time."""
    hot, closing = _name("wide", day), _name("closing", day)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            SealedDay.objects.get_or_create(day=day)
            cursor.execute(f"ALTER TABLE reading_wide DETACH PARTITION {hot}")
            cursor.execute(f"ALTER TABLE {hot} RENAME TO {closing}")
            cursor.execute(f"ALTER TABLE {closing} INHERIT reading_closing")
            cursor.execute("SELECT reading_month_partitions(%s)", [day])
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError as error:
        raise SealFailed(f"the hot store is in use: {str(error).splitlines()[0]}") from error


def _seal_closing(day: date, *, now: datetime) -> Report:
    table = _name("closing", day)
    state = SealedDay.objects.get(day=day)
    report = Report(day, 0, 0, 0)
    for low, high in _chunks(table, above=state.upto_device):
        with transaction.atomic():
            done = _seal_chunk(table, day, low, high)
            SealedDay.objects.filter(day=day).update(
                upto_device=high,
                merged=F("merged") + done.merged,
                duplicates=F("duplicates") + done.duplicates,
            )
        report = Report(day, *(a + b for a, b in zip(report[1:], done[1:], strict=True)))
    try:
        with transaction.atomic():
            _drop(table, day, now=now)
    except OperationalError as error:
        raise SealFailed(f"the sealed partition is in use: {str(error).splitlines()[0]}") from error
    log.info("day_sealed", **{**report._asdict(), "day": str(day)})
    return report


def _drop(table: str, day: date, *, now: datetime) -> None:
    """The last step: every device is sealed and compared, the rows may go."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        state = SealedDay.objects.get(day=day)
        cursor.execute(f"SELECT count(*) FROM {table} WHERE device_id > %s", [state.upto_device])  # noqa: S608 - our own name
        if cursor.fetchone()[0]:
            raise SealFailed("rows have been added to a closed day")
        cursor.execute(f"DROP TABLE {table}")
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
        cursor.execute("SELECT count(*), coalesce(sum(n), 0) FROM reading_day WHERE day = %s", [day])
        channels, readings = cursor.fetchone()
    SealedDay.objects.filter(day=day).update(
        sealed_at=now, channels=channels, readings=readings, runs=F("runs") + 1, upto_device=0, fault=""
    )


def _chunks(table: str, *, above: int) -> Iterator[tuple[int, int]]:
    """Ranges of devices with at most CHUNK_ROWS rows (or one device), in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT device_id, count(*) FROM {table} WHERE device_id > %s GROUP BY device_id ORDER BY device_id",  # noqa: S608
            [above],
        )
        devices = cursor.fetchall()
    first, held = None, 0
    for position, (device, count) in enumerate(devices):
        first = device if first is None else first
        held += count
        following = devices[position + 1][1] if position + 1 < len(devices) else None
        if following is None or held + following > CHUNK_ROWS:
            yield first, device
            first, held = None, 0


def _seal_chunk(table: str, day: date, low: int, high: int) -> Report:
    """Merge, write, read back and compare the devices from ``low`` to ``high``."""
    arriving = _arriving(_read(table, low, high))
    known = {row.channel_id: row.readings for row in cold.read_days(list(arriving), day, day)}
    days, readings, duplicates, merged = {}, 0, 0, 0
    for channel, parts in arriving.items():
        before = known.get(channel, NOTHING)
        whole = merge([before, *parts])
        added = whole.size - before.size
        duplicates += sum(part.size for part in parts) - added
        merged += added if before.size else 0
        if added:
            days[channel] = whole
            readings += added
    _write(days, day, replaced=[channel for channel in days if channel in known])
    _compare(days, day)
    return Report(day, readings, merged, duplicates)


def _read(table: str, low: int, high: int) -> list[Vectors]:
    """Rows of these devices. Raises SealFailed for rows that ingest cannot have written."""
    rest = f"FROM {table} WHERE device_id BETWEEN {int(low)} AND {int(high)} ORDER BY device_id, ts"
    try:
        try:
            return decode_rows(rows.copy_out(f"SELECT device_id, ts, v, q {rest}"))
        except NullInVector:
            plain = "array_replace(v, NULL, 'NaN'::real), array_replace(q, NULL, 0::smallint)"
            return decode_rows(rows.copy_out(f"SELECT device_id, ts, {plain} {rest}"))
    except ValueError as error:
        raise SealFailed(f"rows of devices {low} to {high} cannot be read: {error}") from error


def _arriving(runs: list[Vectors]) -> dict[int, list[Day]]:
    """Readings by channel, in the order of channels. Raises SealFailed for values that no channel answers for."""
    found: dict[int, list[Day]] = {}
    ranks = cold.ranks_of({int(device) for run in runs for device in np.unique(run.device_id)})
    channel_at = {
        (device, rank): channel for device, channels in ranks.items() for channel, rank in channels.items()
    }
    for run in runs:
        ends = [*(np.flatnonzero(np.diff(run.device_id)) + 1).tolist(), len(run.device_id)]
        for start, end in zip([0, *ends], ends, strict=False):
            device = int(run.device_id[start])
            there = ~np.isnan(run.v[start:end])
            for place in np.flatnonzero(there.any(axis=0)).tolist():
                channel = channel_at.get((device, place + 1))
                if channel is None:
                    raise SealFailed(f"device {device} has values at place {place + 1}, which is no channel")
                mask = there[:, place]
                quality = (
                    np.zeros(int(mask.sum()), np.int8) if run.q is None else run.q[start:end, place][mask]
                )
                found.setdefault(channel, []).append(
                    Day(run.ts_ms[start:end][mask], run.v[start:end, place][mask], quality)
                )
    return {channel: found[channel] for channel in sorted(found)}


def _write(days: dict[int, Day], day: date, *, replaced: list[int]) -> None:
    if not days:
        return
    if replaced:
        with connection.cursor() as cursor:
            for table in ("reading_day", "reading_rollup"):
                statement = f"DELETE FROM {table} WHERE day = %s AND channel_id = ANY(%s)"  # noqa: S608 - our own names
                cursor.execute(statement, [day, replaced])
    rows.copy_in(
        "reading_day", cold.COLUMNS, [cold.encode_day(channel, day, one) for channel, one in days.items()]
    )
    rows.copy_in(
        "reading_rollup",
        rollup.COLUMNS,
        [rollup.encode_rollup(channel, day, one) for channel, one in days.items()],
    )
    rollup.refresh_months(list(days), day)


def _compare(days: dict[int, Day], day: date) -> None:
    """What PostgreSQL now holds must be what was read from the hot store. Raises SealFailed."""
    held = {row.channel_id: row.readings for row in cold.read_days(list(days), day, day)}
    for channel, wanted in days.items():
        got = held.get(channel, NOTHING)
        if not all(np.array_equal(mine, theirs) for mine, theirs in zip(wanted, got, strict=True)):
            raise SealFailed(f"channel {channel}: the sealed readings differ from those that were read")
