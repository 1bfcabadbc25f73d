"""PM10 of sites against the hourly mean of their county: judged once an hour from stored readings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import structlog
from django.db import transaction
from django.utils import timezone

from lantu.calc.dust import Difference, above_county, hourly_mean, humid_severity
from lantu.core.refusals import Refused
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.clear_alert import clear_alert
from lantu.monitoring.alerts.services.raise_alert import Finding, raise_alert
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


def reference_devices() -> dict[str, list[Device]]:
    """The stations that stand for a county, by its code: device fact ``reference_area``. Queries: one."""
    found: dict[str, list[Device]] = {}
    stations = Device.objects.filter(status=DeviceStatus.IN_SERVICE, channels__key=REFERENCE_KEY)
    for device in stations.filter(facts__has_key=REFERENCE_FACT):
        found.setdefault(str(device.facts[REFERENCE_FACT]), []).append(device)
    return found


def judge_county_hours(*, now: datetime) -> int:
    """Judge the last full hour of every site whose county has a reference; returns the alerts raised or kept up.

    A site or county without a valid hour is not judged, and an alert that is open stays.
    """
    version = next(
        (
            version
            for version in versions_in_force(timezone.localdate(now))
            if version.kind == RuleKind.PERIODIC and version.terms.get("judge") == "county_difference"
        ),
        None,
    )
    stations = reference_devices() if version is not None else {}
    if version is None or not stations:
        return 0
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - HOUR
    county = _county_means(stations, start)
    types = version.scope.get("device_types", [])
    sites = {
        device.pk: device
        for device in Device.objects.filter(
            status=DeviceStatus.IN_SERVICE, type__code__in=types, project__area_code__in=list(stations)
        ).select_related("project__owner_org__head", "owner_org")
    }
    channels = {
        (channel.device_id, channel.key): channel
        for channel in Channel.objects.filter(device__in=sites, key__in=[version.rule.param, HUMIDITY])
    }
    hits = 0
    for window in windows(sites, since=start, until=start + HOUR - timedelta(milliseconds=1)):
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
        hits += _settle(version, device, channel, found, start=start, county=area, humidity=humid, now=now)
    return hits


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
    for window in windows(area_of, since=start, until=start + HOUR - timedelta(milliseconds=1)):
        mean = _mean(window, places.get(window.device_id))
        if mean is not None:
            values.setdefault(area_of[window.device_id], []).append(mean)
    return {area: sum(means) / len(means) for area, means in values.items()}


def _settle(
    version: RuleVersion,
    device: Device,
    channel: Channel,
    found: Difference,
    *,
    start: datetime,
    county: float | None,
    humidity: float | None,
    now: datetime,
) -> int:
    """One hour of one site. The first two hours of a day only warn: the standard allows them."""
    if found.exceeded is None or found.value is None:
        return 0
    open_alert = Alert.objects.filter(rule_id=version.rule_id, channel=channel, closed_at=None).first()
    if not found.exceeded:
        if open_alert is not None:
            clear_alert(open_alert, value=found.value, at=start + HOUR, now=now)
        return 0
    today = timezone.localdate(start)
    before = open_alert.inputs if open_alert is not None else {}
    hours = 1 + (int(before.get("hours_over", 0)) if before.get("day") == today.isoformat() else 0)
    level = version.levels[0]
    severity = int(level["severity"]) if hours > int(version.terms.get("hours_a_day", 2)) else 2
    inputs = {
        "rule": version.rule.code,
        "version": version.version,
        "compared": round(found.value, 1),
        "limit": float(level["limit"]),
        "county": county,
        "hour": f"{timezone.localtime(start):%m-%d %H:00}",
        "hours_over": hours,
        "day": today.isoformat(),
    }
    if humidity is not None and humid_severity(4, humidity) < 4:
        inputs |= {"humidity": round(humidity, 1), "judged_severity": severity}
        severity = humid_severity(severity, humidity)
    finding = Finding(
        rule_version=version,
        device=device,
        channel=channel,
        severity=severity,
        value=round(found.value, 1),
        limit=float(level["limit"]),
        at=start + HOUR,
        inputs=inputs,
    )
    try:
        with transaction.atomic():
            alert = raise_alert(finding, now=now)
            Alert.objects.filter(pk=alert.pk).update(inputs=inputs)
    except Refused as refusal:
        log.error("alert_without_holder", rule=version.label, device=device.code, why=str(refusal))
        return 0
    return 1
