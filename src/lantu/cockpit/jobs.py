"""Every night all month totals are made anew: a guard against figures that changed without an event."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from lantu.cockpit.services.refresh_month_totals import refresh_month_totals


@app.periodic(cron="20 0 * * *")
@app.task(name="cockpit.refresh_month_totals", queue="timers")
def refresh_every_night(timestamp: int) -> None:
    now = datetime.fromtimestamp(timestamp, UTC)
    refresh_month_totals(year=timezone.localtime(now).year, now=now)
