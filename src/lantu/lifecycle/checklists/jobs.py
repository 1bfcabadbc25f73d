"""Timers of checklists: the month's calendar."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from lantu.lifecycle.checklists.appraisal.calendar import run_calendar


@app.periodic(cron="10 6 * * *")
@app.task(name="checklists.run_calendar", queue="timers", queueing_lock="checklists.run_calendar")
def follow_the_calendar(timestamp: int) -> None:
    """Once a day, early: open, end the correcting, freeze or score what is due today."""
    run_calendar(timezone.now())
