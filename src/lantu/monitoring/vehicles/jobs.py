"""Clock-work of trucks: who fell silent, and which days of tracks are old enough to go."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from lantu.monitoring.vehicles.services.drop_tracks import drop_tracks
from lantu.monitoring.vehicles.services.find_silent import find_silent


@app.periodic(cron="* * * * *")
@app.task(
    name="monitoring.find_silent_vehicles", queue="timers", queueing_lock="monitoring.find_silent_vehicles"
)
def look_for_silence(timestamp: int) -> None:
    """Every minute: trucks whose engine runs and that report no more."""
    find_silent(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="40 3 * * *")
@app.task(
    name="monitoring.drop_vehicle_tracks", queue="timers", queueing_lock="monitoring.drop_vehicle_tracks"
)
def drop_old_tracks(timestamp: int) -> None:
    """Every night: days of tracks beyond the time for which they are kept."""
    drop_tracks(now=datetime.fromtimestamp(timestamp, UTC))
