"""A month of readings of the flagship's first devices, so that long charts, exports and rule replays have something to show.

Straight into the store, in the words of the simulator's undisturbed signals: history, not news, so nothing is judged.
The hourly job seals it. One calibration lies in it, as stations report them: stored, marked, part of no mean.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.simulate.actors import Actor
from lantu.monitoring.simulate.cast import demo_actors
from lantu.monitoring.simulate.signals import in_gap
from lantu.monitoring.telemetry.quality import Quality
from lantu.monitoring.telemetry.store import Rows, local_days, make_partitions, store_rows
from lantu.site.demo.yesterday import HOURS

DAYS = 30
STEP_S = 900
TYPES = ("dust_noise", "tower_crane", "pit")
CALIBRATED_DAYS_AGO = 6
CALIBRATION = timedelta(hours=2)


def put_past_month(project_code: str, *, now: datetime) -> int:
    """Readings of up to three devices of different types; returns how many."""
    stored = 0
    until = now - timedelta(hours=HOURS, minutes=30)
    actors = {actor.code: actor for actor in demo_actors() if actor.project == project_code}
    devices = Device.objects.filter(code__in=actors, type__code__in=TYPES).order_by("type_id", "code")
    for device in devices.distinct("type_id"):
        calibrated_at = now - timedelta(days=CALIBRATED_DAYS_AGO)
        stored += _put(device, actors[device.code], until, calibrated_at=calibrated_at)
    return stored


def _put(device: Device, actor: Actor, until: datetime, *, calibrated_at: datetime) -> int:
    ranks = dict(Channel.objects.filter(device=device).values_list("key", "rank"))
    width = max(ranks.values())
    last = int(until.timestamp()) // STEP_S * STEP_S
    times = [at for at in range(last - DAYS * 86_400, last, STEP_S) if not in_gap(device.code, at)]
    v = np.full((len(times), width), np.nan)
    for row, at in enumerate(times):
        for key, value in actor.values(at, chance=0.0).items():
            v[row, ranks[key] - 1] = value
    ts_ms = np.array(times, np.int64) * 1000
    begin = int(calibrated_at.timestamp() * 1000)
    during = (ts_ms >= begin) & (ts_ms < begin + int(CALIBRATION.total_seconds()) * 1000)
    q = np.zeros(v.shape, np.int8)
    q[during] = Quality.CALIBRATION
    n = len(times)
    rows = Rows(np.full(n, device.pk, np.int32), ts_ms, ts_ms + 400, np.full(n, width, np.int64), v, q)
    with transaction.atomic():
        make_partitions(local_days(ts_ms, timezone.get_default_timezone()), settings.TIME_ZONE)
        # Past warnings have readings there already: these keep their place.
        found = store_rows(rows, suspect=np.ones(n, bool))
    return int(np.count_nonzero(found.fresh))
