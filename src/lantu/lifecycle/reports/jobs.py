"""The timer of bulletins."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from procrastinate.contrib.django import app

from lantu.lifecycle.reports.services import prepare_due_bulletin

log = structlog.get_logger(__name__)


@app.periodic(cron="10 7 * * *")
@app.task(name="reports.prepare_bulletin", queue="timers", queueing_lock="reports.prepare_bulletin")
def prepare(timestamp: int) -> None:
    """Every morning: from the pack's day of the month on, last month's draft is there with an owner and a duty."""
    made = prepare_due_bulletin(now=datetime.fromtimestamp(timestamp, UTC))
    if made is not None:
        log.info("bulletin_prepared", bulletin=made.pk, month=f"{made.month:%Y-%m}")
