"""PM10 of sites against the hourly mean of their county: judged once an hour from stored readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import structlog
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from lantu.calc.dust import HOURS_A_DAY_ALLOWED, Difference, above_county, hourly_mean, humid_severity
from lantu.core.refusals import Refused
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.clear_alert import clear_alert
from lantu.monitoring.alerts.services.raise_alert import Finding, open_alert_of, raise_alert
from lantu.monitoring.alerts.states import AlertState
from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.quality.windows import Window, windows
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.selectors import versions_in_force
from lantu.monitoring.rules.states import RuleKind

log = structlog.get_logger(__name__)
HOUR = timedelta(hours=1)
REFERENCE_KEY = "pm10_area"
REFERENCE_FACT = "reference_area"
HUMIDITY = "humidity"
# How far back a late hour is judged again: as long as its neighbours are in the hot store for certain.
LATE_SPAN = timedelta(hours=48)
# The job runs at seven past; runs that were missed are made up by the next one, for this many hours.
MADE_UP = 6
JUDGED_AFTER = HOUR + timedelta(minutes=7)
OVERLAP = timedelta(hours=3)
LATE_SQL = """
    SELECT DISTINCT date_trunc('hour', ts) FROM reading_wide
    WHERE device_id = ANY(%s) AND ts >= %s AND ts < %s AND received_at >= %s
        AND received_at >= date_trunc('hour', ts) + make_interval(secs => %s)
"""


def reference_devices() -> dict[str, list[Device]]:
    """The stations that stand for a county, by its code: device fact ``reference_area``. Queries: one."""
    found: dict[str, list[Device]] = {}
    stations = Device.objects.filter(status=DeviceStatus.IN_SERVICE, channels__key=REFERENCE_KEY)
    for device in stations.filter(facts__has_key=REFERENCE_FACT):
        found.setdefault(str(device.facts[REFERENCE_FACT]), []).append(device)
    return found


def judge_county_hours(*, now: datetime) -> int:
    """Judge the last full hour of every site whose county has a reference; then once more the hours before it, in which
    nobody may have been judging, and those of the last two days for which readings came after they had been judged.
    Returns the alerts raised or kept up.

    A site or county without a valid hour is not judged, and an alert that is open stays. An hour is judged by the version
    of the rule that was in force then. Judging it again never rewrites what was concluded: an excess that it shows for the
    first time is told at its own time, and marked late where its readings were.
    """
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - HOUR
    stations = reference_devices() if _version_of(start) is not None else {}
    if not stations:
        return 0
    sites = {
        device.pk: device
        for device in Device.objects.filter(
            status=DeviceStatus.IN_SERVICE, project__area_code__in=list(stations)
        ).select_related("project__owner_org__head", "owner_org", "type")
    }
    hits = _judge_hour(stations, sites, start, again=False, late=False, now=now)
    late = _late_hours(stations, sites, before=start, now=now)
    for hour in sorted({*late, *(start - n * HOUR for n in range(1, MADE_UP + 1))}):
        hits += _judge_hour(stations, sites, hour, again=True, late=hour in late, now=now)
    return hits


def _version_of(hour: datetime) -> RuleVersion | None:
    """The version of the rule that holds at this hour."""
    return next(
        (
            version
            for version in versions_in_force(timezone.localdate(hour))
            if version.kind == RuleKind.PERIODIC and version.terms.get("judge") == "county_difference"
        ),
        None,
    )


def _judge_hour(
    stations: dict[str, list[Device]],
    known: dict[int, Device],
    start: datetime,
    *,
    again: bool,
    late: bool,
    now: datetime,
) -> int:
    version = _version_of(start)
    if version is None:
        return 0
    types = version.scope.get("device_types", [])
    sites = {pk: site for pk, site in known.items() if site.type.code in types}
    county = _county_means(stations, start)
    channels = {
        (channel.device_id, channel.key): channel
        for channel in Channel.objects.filter(device__in=sites, key__in=[version.rule.param, HUMIDITY])
    }
    hits = 0
    for window in windows(sites, since=start, until=start + HOUR - timedelta(milliseconds=1), limit=None):
        device = sites[window.device_id]
        channel = channels.get((device.pk, version.rule.param))
        if channel is None:
            continue
        area = county.get(device.project.area_code)
        site = hourly_mean(_values(window, channel), period_s=channel.period_s)
        found = above_county(
            site.value,
            area,
            limit=float(version.levels[0]["limit"]),
            cap=float(version.terms.get("cap", 150)),
        )
        humid = _mean(window, channels.get((device.pk, HUMIDITY)))
        judged = _Hour(version, device, channel, found, start, area, humid)
        hits += _settle_again(judged, late=late, now=now) if again else _settle(judged, now=now)
    return hits


def _late_hours(
    stations: dict[str, list[Device]], sites: dict[int, Device], *, before: datetime, now: datetime
) -> set[datetime]:
    """Hours that had been judged when more of their readings came."""
    ids = [*sites, *(device.pk for devices in stations.values() for device in devices)]
    with connection.cursor() as cursor:
        cursor.execute(
            LATE_SQL, [ids, before - LATE_SPAN, before, now - OVERLAP, JUDGED_AFTER.total_seconds()]
        )
        return {hour for (hour,) in cursor.fetchall()}


def _values(window: Window, channel: Channel) -> list[float]:
    place = channel.rank - 1
    return window.v[:, place].tolist() if place < window.v.shape[1] else []


def _mean(window: Window, channel: Channel | None) -> float | None:
    values = [value for value in _values(window, channel) if np.isfinite(value)] if channel else []
    return sum(values) / len(values) if values else None


def _county_means(stations: dict[str, list[Device]], start: datetime) -> dict[str, float]:
    """The mean of all stations of a county, of the readings that begin within the hour."""
    area_of = {device.pk: area for area, devices in stations.items() for device in devices}
    places = {
        channel.device_id: channel
        for channel in Channel.objects.filter(device__in=area_of, key=REFERENCE_KEY)
    }
    values: dict[str, list[float]] = {}
    for window in windows(area_of, since=start, until=start + HOUR - timedelta(milliseconds=1), limit=None):
        mean = _mean(window, places.get(window.device_id))
        if mean is not None:
            values.setdefault(area_of[window.device_id], []).append(mean)
    return {area: sum(means) / len(means) for area, means in values.items()}


@dataclass(frozen=True)
class _Hour:
    """One hour of one site against its county."""

    version: RuleVersion
    device: Device
    channel: Channel
    found: Difference
    start: datetime
    county: float | None
    humidity: float | None

    @property
    def day(self) -> str:
        """The local day that the hour belongs to."""
        return timezone.localdate(self.start).isoformat()

    def told(self, *, true: bool = False) -> set[str]:
        """The hours of this day that have been found over the limit here, whatever became of their alerts since; with
        ``true`` without those that two people called false."""
        alerts = Alert.objects.filter(
            rule_id=self.version.rule_id, channel=self.channel, inputs__day=self.day
        )
        if true:
            alerts = alerts.exclude(state=AlertState.FALSE_POSITIVE)
        return {hour for hours in alerts.values_list("inputs__over", flat=True) for hour in hours or ()}

    def finding(self, *, late: bool) -> Finding:
        """The first two hours of a day only warn: the standard allows them, whether they follow each other or not."""
        version, level = self.version, self.version.levels[0]
        over = sorted(self.told(true=True) | {f"{timezone.localtime(self.start):%H}"})
        allowed = int(version.terms.get("hours_a_day", HOURS_A_DAY_ALLOWED))
        severity = int(level["severity"]) if len(over) > allowed else 2
        value = round(float(self.found.value or 0), 1)
        inputs: dict[str, Any] = {
            "rule": version.rule.code,
            "version": version.version,
            "compared": value,
            "limit": float(level["limit"]),
            "county": self.county,
            "hour": f"{timezone.localtime(self.start):%m-%d %H:00}",
            "hours_over": len(over),
            "over": over,
            "day": self.day,
        }
        if self.humidity is not None and humid_severity(4, self.humidity) < 4:
            inputs |= {"humidity": round(self.humidity, 1), "judged_severity": severity}
            severity = humid_severity(severity, self.humidity)
        return Finding(
            rule_version=version, device=self.device, channel=self.channel, severity=severity, value=value,
            limit=float(level["limit"]), at=self.start + HOUR, late=late, inputs=inputs,
        )  # fmt: skip


def _settle(hour: _Hour, *, now: datetime) -> int:
    """The hour that has just passed: raise, keep up or clear."""
    found = hour.found
    if found.exceeded is None or found.value is None:
        return 0
    if not found.exceeded:
        open_alert = open_alert_of(hour.version.rule_id, hour.device.pk, hour.channel.pk)
        if open_alert is not None:
            clear_alert(open_alert, value=found.value, at=hour.start + HOUR, now=now)
        return 0
    return _raise(hour.finding(late=False), now=now)


def _settle_again(hour: _Hour, *, late: bool, now: datetime) -> int:
    """An hour judged again: only an excess that nobody was told of is news; one more hour of a day whose alert is open
    counts there, and another day's waits until that alert is closed."""
    if not hour.found.exceeded or f"{timezone.localtime(hour.start):%H}" in hour.told():
        return 0
    known = Alert.objects.filter(rule_id=hour.version.rule_id, channel=hour.channel)
    standing = known.filter(closed_at=None).first()
    if standing is not None and standing.inputs.get("day") != hour.day:
        return 0
    at = hour.start + HOUR
    told = known.filter(opened_at__lte=at, inputs__over=None).filter(
        Q(closed_at__gte=at) | Q(cleared_at__gte=at) | Q(opened_at=at)
    )
    return 0 if told.exists() else _raise(hour.finding(late=late), now=now)


def _raise(finding: Finding, *, now: datetime) -> int:
    try:
        with transaction.atomic():
            alert = raise_alert(finding, now=now)
            Alert.objects.filter(pk=alert.pk).update(inputs=finding.inputs)
    except Refused as refusal:
        log.error(
            "alert_without_holder",
            rule=finding.rule_version.label,
            device=finding.device.code,
            why=str(refusal),
        )
        return 0
    return 1
