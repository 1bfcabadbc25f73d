"""Timers of monitoring."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from lantu.monitoring.cranes.services.judge_groups import judge_groups
from lantu.monitoring.quality.services.check_devices import check_devices
from lantu.monitoring.quality.services.check_rates import check_rates
from lantu.monitoring.rules.county import judge_county_hours
from lantu.monitoring.rules.desk.jobs import preview_rule
from lantu.monitoring.telemetry.retention import drop_expired, make_room_ahead, policy
from lantu.monitoring.telemetry.seal import seal_due
from lantu.monitoring.vehicles import jobs as vehicle_jobs

# The modules register jobs of their own, the function is deferred by the rule desk: named here so that the worker knows them.
__all__ = [
    "check_data_quality", "compare_with_county", "drop_expired_readings", "preview_rule", "seal_readings", "vehicle_jobs",
    "watch_crane_groups",
]  # fmt: skip

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


@app.periodic(cron="*/20 * * * *")
@app.task(name="monitoring.check_data_quality", queue="timers", queueing_lock="monitoring.check_data_quality")
def check_data_quality(timestamp: int) -> None:
    """Three times an hour: flat lines, spikes, twins, clocks, calibrations, missing facts."""
    check_devices(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="7 * * * *")
@app.task(
    name="monitoring.compare_with_county", queue="timers", queueing_lock="monitoring.compare_with_county"
)
def compare_with_county(timestamp: int) -> None:
    """Every hour, when the county's mean has come: PM10 of the sites above it."""
    judge_county_hours(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="* * * * *")
@app.task(name="monitoring.watch_crane_groups", queue="timers", queueing_lock="monitoring.watch_crane_groups")
def watch_crane_groups(timestamp: int) -> None:
    """Every minute: how close the cranes of a group came since the last."""
    judge_groups(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="*/5 * * * *")
@app.task(name="monitoring.check_rates", queue="timers", queueing_lock="monitoring.check_rates")
def check_device_rates(timestamp: int) -> None:
    """Every five minutes: devices that were held back, and those that keep to their share again."""
    check_rates(now=datetime.fromtimestamp(timestamp, UTC))
