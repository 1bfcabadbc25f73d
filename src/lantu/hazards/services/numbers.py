"""Numbers of papers, without gaps: the row of the series stays locked until the transaction ends."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from lantu.hazards.models import NumberSeries

STOP, RESUME, LISTING = "重停", "重复", "重挂"


def next_number(series: str, now: datetime) -> str:
    """The next number, e.g. ``重停〔2026〕3号``."""
    year = timezone.localtime(now).year
    NumberSeries.objects.bulk_create([NumberSeries(series=series, year=year)], ignore_conflicts=True)
    row = NumberSeries.objects.select_for_update().get(series=series, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return f"{series}〔{year}〕{row.last}号"
