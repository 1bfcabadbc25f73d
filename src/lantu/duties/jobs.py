"""The timer of all duties."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from lantu.duties.services.escalate import remind_and_escalate


@app.periodic(cron="*/5 * * * *")
@app.task(name="duties.remind_and_escalate", queue="timers", queueing_lock="duties.remind_and_escalate")
def run_ladder(timestamp: int) -> None:
    """Every five minutes. Missed rounds are made up by the next one: rungs are compared, not counted."""
    remind_and_escalate(datetime.fromtimestamp(timestamp, UTC))
