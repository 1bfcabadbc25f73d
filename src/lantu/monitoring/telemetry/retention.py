"""Make room ahead and let go of what is old: partitions come before they are needed and leave as a whole.

Only the cold store is ever dropped, a month at a time. A day that is not sealed has no row there to drop; a month that
late readings have joined waits until they are sealed. Every drop is an event with what it held.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from lantu.core.services.emit import emit
from lantu.monitoring.events import ReadingsExpired
from lantu.monitoring.telemetry.models import SealedDay
from lantu.monitoring.telemetry.seal import LOCK_TIMEOUT, closing_days, hot_days
from lantu.monitoring.telemetry.store import days_around, make_partitions

log = structlog.get_logger(__name__)
# Readings are taken up to 400 days late (quality control of the gateway): never drop what they could still join.
LEAST_KEPT = 400
LEAST_HOT = 2
DAYS_AHEAD = 7
MONTH_PART = re.compile(r"^reading_(day|rollup)_(\d{4})(\d{2})$")
MONTHS_SQL = """
    SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent IN ('reading_day'::regclass, 'reading_rollup'::regclass) ORDER BY c.relname
"""


class Policy(NamedTuple):
    """How many days stay hot, how many days readings are kept, how many roll-ups. 0 keeps for ever."""

    hot: int
    readings: int
    rollups: int


class Expired(NamedTuple):
    """A month partition beyond its time: its table, first day, readings, bytes; and what it waits for, if anything."""

    table: str
    month: date
    readings: int
    size: int
    waits_for: str = ""


def policy() -> Policy:
    """From the environment, within the limits that keep the store right: roll-ups stay at least as long as readings."""
    readings = _at_least(settings.READINGS_KEEP_DAYS, LEAST_KEPT)
    rollups = _at_least(settings.ROLLUPS_KEEP_DAYS, LEAST_KEPT)
    if rollups and (readings == 0 or readings > rollups):
        rollups = readings
    return Policy(max(settings.READINGS_HOT_DAYS, LEAST_HOT), readings, rollups)


def _at_least(days: int, least: int) -> int:
    return 0 if days <= 0 else max(days, least)


def make_room_ahead(*, now: datetime) -> int:
    """Partitions of the days around now; returns how many were missing. The ingest worker does the same for itself."""
    days = days_around(now, timezone.get_default_timezone(), ahead=DAYS_AHEAD)
    with transaction.atomic():
        return make_partitions(days, settings.TIME_ZONE)


def expired(*, now: datetime, kept: Policy) -> list[Expired]:
    """Months whose last day is beyond the time that its kind is kept."""
    today = timezone.localdate(now)
    limits = {"day": kept.readings, "rollup": kept.rollups}
    unsealed = hot_days() | closing_days()
    found = []
    with connection.cursor() as cursor:
        cursor.execute(MONTHS_SQL)
        for table, size in cursor.fetchall():
            kind, year, month = MONTH_PART.match(table).groups()  # type: ignore[union-attr]
            first = date(int(year), int(month), 1)
            after = (first + timedelta(days=31)).replace(day=1)
            if not limits[kind] or after > today - timedelta(days=limits[kind]):
                continue
            cursor.execute(f"SELECT coalesce(sum(n), 0) FROM {table}")  # noqa: S608 - a name of our own pattern
            late = sorted(day for day in unsealed if first <= day < after)
            found.append(Expired(table, first, cursor.fetchone()[0], size, str(late[0]) if late else ""))
    return found


def drop_expired(*, now: datetime, kept: Policy) -> list[Expired]:
    """Drop expired months that wait for nothing, each in a transaction with its event; returns those dropped."""
    dropped = []
    for month in expired(now=now, kept=kept):
        if month.waits_for:
            log.warning("month_waits_for_late_readings", table=month.table, day=month.waits_for)
            continue
        try:
            with transaction.atomic():
                _drop(month, now=now)
        except OperationalError as error:
            log.warning("month_in_use", table=month.table, why=str(error).splitlines()[0])
            continue
        dropped.append(month)
    return dropped


def _drop(month: Expired, *, now: datetime) -> None:
    after = (month.month + timedelta(days=31)).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f"DROP TABLE {month.table}")
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
        if month.table.startswith("reading_rollup"):
            cursor.execute("DELETE FROM reading_month WHERE month = %s", [month.month])
        else:
            SealedDay.objects.filter(day__gte=month.month, day__lt=after).delete()
    emit(
        ReadingsExpired(
            project_id=None, subject_id=month.month.year * 100 + month.month.month, table=month.table,
            first_day=month.month.isoformat(), readings=month.readings, bytes=month.size,
        ),
        actor=None,
        at=now,
    )  # fmt: skip
