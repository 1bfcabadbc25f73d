"""Timers of monitoring."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from lantu.monitoring.rules.desk import jobs as desk_jobs
from lantu.monitoring.telemetry.retention import drop_expired, make_room_ahead, policy
from lantu.monitoring.telemetry.seal import seal_due

__all__ = ["desk_jobs", "drop_expired_readings", "seal_readings"]

# A round stops here and the next one goes on: other timers wait for the same worker.
SEAL_LIMIT_S = 900.0


@app.periodic(cron="12 * * * *")
@app.task(name="monitoring.seal_readings", queue="timers", queueing_lock="monitoring.seal_readings")
def seal_readings(timestamp: int) -> None:
    """Every hour: days that have been closed for long enough, and sealed days that late readings have joined."""
    now = datetime.fromtimestamp(timestamp, UTC)
    make_room_ahead(now=now)
    seal_due(now=now, keep_hot=policy().hot, limit_s=SEAL_LIMIT_S)


@app.periodic(cron="40 3 * * *")
@app.task(
    name="monitoring.drop_expired_readings", queue="timers", queueing_lock="monitoring.drop_expired_readings"
)
def drop_expired_readings(timestamp: int) -> None:
    """Every night: months beyond the time they are kept."""
    drop_expired(now=datetime.fromtimestamp(timestamp, UTC), kept=policy())
