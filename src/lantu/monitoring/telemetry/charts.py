"""Chart specs of the page element: a channel's day with its limits, an alert's moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.devices.models import Channel
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.selectors import versions_in_force
from lantu.monitoring.telemetry.selectors import raw_series, stepped_series

SHOWN_POINTS = 1_500
COLOURS = {1: "muted", 2: "warn", 3: "warn", 4: "bad"}


def series_points(channel: Channel, *, since: datetime, until: datetime) -> list[list[float]]:
    """[[ms, value], …] thin enough to draw: raw when the channel is slow, else means of equal steps."""
    expected = (until - since).total_seconds() / channel.period_s
    if expected <= SHOWN_POINTS:
        found = raw_series(channel, since=since, until=until, limit=4 * SHOWN_POINTS)
        if len(found) < 4 * SHOWN_POINTS:
            return [[point.ts_ms, round(point.value, channel.decimals + 1)] for point in found]
    step = max((until - since) / SHOWN_POINTS, timedelta(seconds=1))
    return [
        [bucket.ts_ms, round(bucket.mean, channel.decimals + 1)]
        for bucket in stepped_series(channel, since=since, until=until, step=step)
    ]


def limit_marks(channel: Channel, versions: list[RuleVersion], *, now: datetime) -> list[dict[str, Any]]:
    """Lines at the limits of the threshold rules that judge this channel at this hour, each limit once."""
    marks: dict[float, dict[str, Any]] = {}
    for version in versions:
        types = version.scope.get("device_types")
        if version.rule.param != channel.key or version.kind != "threshold" or not _in_hours(version, now):
            continue
        if types and channel.device.type.code not in types:
            continue
        for mark in version_marks(version):
            marks.setdefault(mark["y"], mark)
    return [marks[y] for y in sorted(marks)]


def _in_hours(version: RuleVersion, now: datetime) -> bool:
    """Whether the rule applies at this time of day; a window may span midnight."""
    if version.start_min is None or version.end_min is None:
        return True
    local = timezone.localtime(now)
    minute = local.hour * 60 + local.minute
    if version.start_min < version.end_min:
        return version.start_min <= minute < version.end_min
    return minute >= version.start_min or minute < version.end_min


def version_marks(version: RuleVersion) -> list[dict[str, Any]]:
    """A line for each level of one rule version."""
    return [
        {
            "y": level["limit"],
            "label": f"{level.get('label', '')} {level['limit']:g}".strip(),
            "color": COLOURS[int(level["severity"])],
        }
        for level in version.levels
    ]


def channel_chart(channel: Channel, *, now: datetime, hours: int = 24) -> dict[str, Any]:
    """The last hours of a channel with the limits in force."""
    points = series_points(channel, since=now - timedelta(hours=hours), until=now)
    marks = limit_marks(channel, versions_in_force(timezone.localdate(now)), now=now)
    summary = _("%(name)s 近 %(hours)s 小时，%(count)s 个点") % {
        "name": channel.label, "hours": hours, "count": len(points),
    }  # fmt: skip
    if points:
        values = [value for _ms, value in points]
        summary += _("，最低 %(low)g，最高 %(high)g，最近 %(last)g %(unit)s") % {
            "low": min(values), "high": max(values), "last": values[-1], "unit": channel.unit,
        }  # fmt: skip
    return _spec(channel.label, channel.unit, points, marks, summary)


def alert_chart(alert: Alert, *, now: datetime) -> dict[str, Any]:
    """The channel around the moment of the alert, with the limits of the rule version that judged."""
    if alert.channel is None:
        return _spec(alert.device.name, "", [], [], _("断数期间没有数值"))
    since = alert.opened_at - timedelta(hours=2)
    until = min(max(alert.last_at or alert.opened_at, alert.opened_at) + timedelta(hours=2), now)
    until = min(max(until, since + timedelta(hours=1)), since + timedelta(days=7))
    points = series_points(alert.channel, since=since, until=until)
    summary = _("%(name)s 在预警前后的数值，限值 %(limit)s") % {
        "name": alert.channel.label, "limit": f"{alert.limit:g}" if alert.limit is not None else "—",
    }  # fmt: skip
    marks = version_marks(alert.rule_version) if alert.rule_version.kind == "threshold" else []
    if not marks and alert.limit is not None and alert.rule_version.kind == "threshold":
        marks = [{"y": alert.limit, "label": f"{alert.limit:g}", "color": "bad"}]
    return _spec(alert.channel.label, alert.channel.unit, points, marks, summary)


def _spec(
    name: str, unit: str, points: list[list[float]], marks: list[dict[str, Any]], summary: str
) -> dict[str, Any]:
    return {
        "kind": "line",
        "time": True,
        "unit": unit,
        "series": [{"name": name, "data": points, "type": "line", "color": "primary", "area": True}],
        "marks": marks,
        "summary": summary,
        "empty": _("这段时间没有数据"),
    }
