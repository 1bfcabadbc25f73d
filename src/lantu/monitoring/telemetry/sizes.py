"""What the readings weigh on disk, and how far sealing has come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Max, Min, Sum
from django.utils import timezone

from lantu.monitoring.telemetry.models import SealedDay
from lantu.monitoring.telemetry.retention import Expired, Policy, expired
from lantu.monitoring.telemetry.seal import closing_days, due_days, hot_days

# pg_total_relation_size: table, its arrays out of line, its indexes.
SIZE_SQL = """
    SELECT coalesce(sum(pg_total_relation_size(i.inhrelid)), 0), coalesce(sum(greatest(s.n_live_tup, 0)), 0)
    FROM pg_inherits i LEFT JOIN pg_stat_user_tables s ON s.relid = i.inhrelid WHERE i.inhparent = ANY(%s::regclass[])
"""
# Values in a vector: not every device fills every place.
FILLED_SQL = """
    SELECT coalesce(avg(cardinality(array_remove(v, 'NaN'::real))), 0)::float8 FROM (SELECT v FROM reading_wide LIMIT 2000) sample
"""
# Small enough to be counted at once; beyond, the database's statistics are fresh enough.
COUNTED_BELOW = 32 * 1024**2
EXACT_SQL = """
    SELECT coalesce(sum(cardinality(array_remove(v, 'NaN'::real))), 0)
    FROM (SELECT v FROM reading_wide UNION ALL SELECT v FROM reading_closing) all_rows
"""


class Store(NamedTuple):
    """One kind of storage: readings in it and bytes on disk, indexes included."""

    readings: int
    size: int

    @property
    def per_reading(self) -> float | None:
        return self.size / self.readings if self.readings else None


class Sizes(NamedTuple):
    """The state of the store. ``hot.readings`` is an estimate of the database's statistics unless asked exactly."""

    hot: Store
    cold: Store
    rollups: Store
    hot_days: int
    days_sealed: int
    first_sealed: date | None
    last_sealed: date | None
    last_sealed_at: datetime | None
    due: list[date]
    late: list[date]
    lag_days: int
    faults: list[SealedDay]
    merged: int
    duplicates: int
    kept: Policy
    expired: list[Expired]


def read_sizes(*, now: datetime, kept: Policy, exact: bool = False) -> Sizes:
    """Sizes, days sealed, what is due and how late the oldest of it is."""
    hot_size, hot_rows = _sizes("reading_wide", "reading_closing")
    cold_size, _cold_rows = _sizes("reading_day")
    rollup_size, _rollup_rows = _sizes("reading_rollup")
    rollup_size += int(_first("SELECT pg_total_relation_size('reading_month')"))
    exact = exact or hot_size < COUNTED_BELOW
    hot = int(_first(EXACT_SQL)) if exact else int(hot_rows * _first(FILLED_SQL))
    sealed = SealedDay.objects.exclude(sealed_at=None)
    whole = sealed.aggregate(
        readings=Sum("readings"), first=Min("day"), last=Max("day"), at=Max("sealed_at"), merged=Sum("merged"),
        duplicates=Sum("duplicates"),
    )  # fmt: skip
    cold = int(whole["readings"] or 0)
    due = due_days(now=now, keep_hot=kept.hot)
    known = set(sealed.filter(day__in=due).values_list("day", flat=True))
    fresh = [day for day in due if day not in known]
    last_due = timezone.localdate(now) - timedelta(days=kept.hot)
    return Sizes(
        hot=Store(hot, hot_size), cold=Store(cold, cold_size), rollups=Store(cold, rollup_size),
        hot_days=len(hot_days() | closing_days()), days_sealed=sealed.count(), first_sealed=whole["first"],
        last_sealed=whole["last"], last_sealed_at=whole["at"], due=due, late=[day for day in due if day in known],
        lag_days=(last_due - fresh[0]).days + 1 if fresh else 0, faults=list(SealedDay.objects.exclude(fault="")[:20]),
        merged=int(whole["merged"] or 0), duplicates=int(whole["duplicates"] or 0), kept=kept,
        expired=expired(now=now, kept=kept),
    )  # fmt: skip


def _first(sql: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return float(cursor.fetchone()[0])


def _sizes(*parents: str) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(SIZE_SQL, [list(parents)])
        size, rows = cursor.fetchone()
    return int(size), int(rows)
