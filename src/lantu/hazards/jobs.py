"""The timers of hazards."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from lantu.hazards.grave.climbing import climb_all
from lantu.hazards.services.look_back import open_look_backs


@app.periodic(cron="*/10 * * * *")
@app.task(name="hazards.climb", queue="timers", queueing_lock="hazards.climb")
def climb(timestamp: int) -> None:
    """Every ten minutes: half time and expiry of grave orders. Rungs are compared, not counted."""
    climb_all(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="20 0 * * *")
@app.task(name="hazards.open_look_backs", queue="timers", queueing_lock="hazards.open_look_backs")
def look_back(timestamp: int) -> None:
    """Every morning in Dezhou: the look-backs that are due. A missed day is made up within two weeks."""
    open_look_backs(datetime.fromtimestamp(timestamp, UTC))
