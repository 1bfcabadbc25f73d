"""What the clock does for patrols."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from lantu.hazards.risk_points.services.patrols import open_due_rounds


@app.periodic(cron="*/10 * * * *")
@app.task(name="risk_points.open_rounds", queue="timers")
def open_rounds(timestamp: int) -> int:
    """Every ten minutes: rounds whose day has come, and periods that nobody walked."""
    return open_due_rounds(now=datetime.fromtimestamp(timestamp, UTC))
