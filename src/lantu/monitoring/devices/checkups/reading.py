"""Gather what a check-up looks at: readings, quarantine, clock, twins, registration."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.calc.readings_quality import clock_skew_s, fingerprint, flat_run, twins
from lantu.monitoring.devices.checkups.items import ChannelSeen, Checkup, Seen, examine
from lantu.monitoring.devices.facts import facts_for_rules
from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.gateway.hj212.models import Hj212Station
from lantu.monitoring.rules.abstentions import FACT_NAMES
from lantu.monitoring.telemetry.models import Quarantine
from lantu.monitoring.telemetry.quality import Quality
from lantu.monitoring.telemetry.selectors import raw_blocks
from lantu.packs.load import national

DELAYS = 2_000
DELAY_SQL = """
    SELECT (extract(epoch FROM ts) * 1000)::bigint, (extract(epoch FROM received_at) * 1000)::bigint
    FROM reading_wide WHERE device_id = %s AND ts >= %s AND ts < %s ORDER BY ts DESC LIMIT %s
"""


def check_devices(devices: Iterable[Device], *, since: datetime, until: datetime) -> list[Checkup]:
    """A report for each device over [since, until). Devices carry project and type (``select_related``)."""
    rows = list(devices)
    channels: dict[int, list[Channel]] = {}
    for channel in Channel.objects.filter(device__in=rows).order_by("device_id", "rank"):
        channels.setdefault(channel.device_id, []).append(channel)
    quarantined = _quarantined([device.pk for device in rows], since, until)
    sources = _sources([device.pk for device in rows], since, until)
    stations = {station.pk: station for station in Hj212Station.objects.filter(device__in=rows)}
    looked: dict[int, list[tuple[ChannelSeen, bytes | None]]] = {
        device.pk: [_look(channel, device, since, until) for channel in channels.get(device.pk, [])]
        for device in rows
    }
    twin_of = _twins(rows, {pk: [mark for _channel, mark in seen] for pk, seen in looked.items()})
    return [
        examine(
            Seen(
                code=device.code,
                since=since,
                until=until,
                today=timezone.localdate(until),
                period_s=min((channel.period_s for channel in channels.get(device.pk, [])), default=60),
                last_seen_at=device.last_seen_at,
                channels=tuple(channel for channel, _mark in looked[device.pk]),
                quarantined=quarantined.get(device.pk, {}),
                sources=tuple(sources.get(device.pk, ())),
                skew_s=_skew(device, since, until),
                twin_of=twin_of.get(device.pk, ""),
                token_issued_at=device.token_issued_at,
                calibrated_until=device.calibrated_until,
                missing_facts=tuple(_missing_facts(device)),
                missing_fields=tuple(_missing_fields(device)),
                exempt_reason=device.exempt_reason,
                mn=stations[device.pk].mn if device.pk in stations else "",
                unmapped=tuple(map(str, stations[device.pk].unmapped)) if device.pk in stations else (),
            )
        )
        for device in rows
    ]


def _look(
    channel: Channel, device: Device, since: datetime, until: datetime
) -> tuple[ChannelSeen, bytes | None]:
    """One channel over the window, and the mark of its newest values for finding twins."""
    start = max(since, min(device.registered_at, until))
    values, marked = [], 0
    if start < until:
        for block in raw_blocks(channel, since=start, until=until):
            values.append(block.v.astype(np.float64))
            marked += int(np.count_nonzero(block.q != Quality.NORMAL))
    value = np.concatenate(values) if values else np.zeros(0)
    seen = ChannelSeen(
        key=channel.key,
        label=channel.label,
        readings=len(value),
        expected=(until - start).total_seconds() / channel.period_s,
        marked=marked,
        flat=flat_run(value),
        discrete=channel.decimals == 0 or (len(value) > 0 and not value.any()),
    )
    return seen, fingerprint(value)


def _quarantined(ids: list[int], since: datetime, until: datetime) -> dict[int, dict[str, int]]:
    counts: dict[int, dict[str, int]] = {}
    for row in (
        Quarantine.objects.filter(device_id__in=ids, received_at__gte=since, received_at__lt=until)
        .values("device_id", "reason")
        .annotate(n=Count("id"))
    ):
        counts.setdefault(row["device_id"] or 0, {})[row["reason"]] = row["n"]
    return counts


def _sources(ids: list[int], since: datetime, until: datetime) -> dict[int, list[str]]:
    """Ways on which faulty messages came; faultless ones leave no trace of their way."""
    found: dict[int, list[str]] = {}
    rows = (
        Quarantine.objects.filter(device_id__in=ids, received_at__gte=since, received_at__lt=until)
        .values_list("device_id", "source")
        .order_by()
        .distinct()
    )
    for device_id, source in rows:
        found.setdefault(device_id or 0, []).append(str(Quarantine.Source(source).label))
    return found


def _skew(device: Device, since: datetime, until: datetime) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(DELAY_SQL, [device.pk, since, until, DELAYS])
        rows = cursor.fetchall()
    times = np.array(rows, np.int64).reshape(-1, 2)
    return clock_skew_s(times[:, 0], times[:, 1])


def _twins(devices: list[Device], marks: dict[int, list[bytes | None]]) -> dict[int, str]:
    """Device → code of another whose series on the same channel is identical."""
    found: dict[int, str] = {}
    by_type: dict[int, list[Device]] = {}
    for device in devices:
        by_type.setdefault(device.type_id, []).append(device)
    for mine in by_type.values():
        width = max((len(marks[device.pk]) for device in mine), default=0)
        for rank in range(width):
            column = [marks[device.pk][rank] if rank < len(marks[device.pk]) else None for device in mine]
            for first, second in twins(column):
                found.setdefault(mine[first].pk, mine[second].code)
                found.setdefault(mine[second].pk, mine[first].code)
    return found


def _missing_facts(device: Device) -> list[str]:
    wanted: Any = getattr(national().device_types.get(device.type.code), "facts", ())
    usable = facts_for_rules(device.facts)
    return [str(FACT_NAMES.get(name, name)) for name in wanted if usable.get(name) in (None, "")]


def _missing_fields(device: Device) -> list[str]:
    fields = (
        (_("安装部位"), device.place), (_("坐标"), device.lon), (_("责任单位"), device.owner_org_id),
        (_("安装日期"), device.installed_on),
    )  # fmt: skip
    return [name for name, value in fields if value in (None, "")]
