"""Bring the kept month totals in step with what projects report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from lantu.cockpit.models import MonthTotal
from lantu.cockpit.money import month_sums
from lantu.projects.models import Project


@transaction.atomic
def refresh_month_totals(*, year: int, now: datetime, area_codes: Iterable[str] | None = None) -> int:
    """Compute the year's totals of these areas (None: of all) anew and store them; returns the rows written.

    Repeatable: whoever computes last, computes from everything that is committed, because the lock is taken
    before the figures are read.
    """
    projects = Project.objects.all()
    kept = MonthTotal.objects.filter(month__year=year)
    wanted = None if area_codes is None else sorted(set(area_codes))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cockpit.month_totals'), %s)", [year])
    if wanted is not None:
        projects, kept = projects.filter(area_code__in=wanted), kept.filter(area_code__in=wanted)
    rows = [
        MonthTotal(
            area_code=area, month=month, planned_yuan=found.planned, done_yuan=found.done, computed_at=now
        )
        for (area, month), found in month_sums(projects, year).items()
    ]
    kept.delete()
    MonthTotal.objects.bulk_create(rows)
    return len(rows)
