"""Chart specs of the page element: a channel's day with its limits, an alert's moment."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.core.sentences import retell
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.devices.models import Channel
from lantu.monitoring.rules.marks import band_marks, place_marks
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.selectors import versions_in_force
from lantu.monitoring.rules.states import RuleKind
from lantu.monitoring.telemetry.packing import decimals
from lantu.monitoring.telemetry.quality import Quality
from lantu.monitoring.telemetry.selectors import AUTO_POINTS, raw_blocks, raw_series, step_for, stepped_series

MARKED_SPAN = timedelta(days=31)
COLOURS = {1: "muted", 2: "warn", 3: "warn", 4: "bad"}


class Drawn(NamedTuple):
    """What a chart shows: normal points and others, each [[ms, value], …], and in words where they come from.

    ``step`` says that the normal points are means.
    """

    points: list[list[float]]
    others: list[list[float]]
    source: str
    step: bool = False


def drawn_series(channel: Channel, *, since: datetime, until: datetime) -> Drawn:
    """A span thin enough to draw: the readings themselves, or means of the finest step that fits a screen."""
    digits = channel.decimals + 1
    step = step_for(channel, since=since, until=until, points=AUTO_POINTS)
    if step is None:
        found = raw_series(channel, since=since, until=until, limit=4 * AUTO_POINTS)
        if len(found) < 4 * AUTO_POINTS:
            normal: list[list[float]] = []
            others: list[list[float]] = []
            for point in found:
                (others if point.quality else normal).append([point.ts_ms, round(point.value, digits)])
            return Drawn(normal, others, _("原始读数"))
        # More readings than the channel's period promises.
        step = timedelta(minutes=1)
    rows = stepped_series(channel, since=since, until=until, step=_wide_enough(step, until - since))
    means = [[row.ts_ms, round(row.mean, digits)] for row in rows.buckets]
    return Drawn(means, _marked(channel, since, until, digits), _step_words(rows.step_s, rows.source), True)


def _marked(channel: Channel, since: datetime, until: datetime, digits: int) -> list[list[float]]:
    """Readings that are not normal, each as itself: a mean would hide them. Of long spans none, of many every n-th."""
    if until - since > MARKED_SPAN:
        return []
    points: list[list[float]] = []
    for block in raw_blocks(channel, since=since, until=until):
        there = block.q != Quality.NORMAL
        values = decimals(block.v[there])
        points += [[ms, round(v, digits)] for ms, v in zip(block.ts_ms[there].tolist(), values, strict=True)]
    return points[:: max(1, -(-len(points) // AUTO_POINTS))]


def _wide_enough(step: timedelta, span: timedelta) -> timedelta:
    return max(step, timedelta(minutes=-(-(span / AUTO_POINTS) // timedelta(minutes=1))))


def _step_words(step_s: int, source: str) -> str:
    amount, unit = next(
        (step_s // size, name)
        for size, name in ((86_400, _("天")), (3600, _("小时")), (60, _("分钟")), (1, _("秒")))
        if step_s % size == 0
    )
    taken = _("取自读数") if source == "raw" else _("取自汇总")
    return _("每 %(amount)s %(unit)s均值，%(taken)s，只含正常数据") % {
        "amount": amount,
        "unit": unit,
        "taken": taken,
    }


def series_points(channel: Channel, *, since: datetime, until: datetime) -> list[list[float]]:
    """[[ms, value], …] of normal readings, thin enough to draw."""
    return drawn_series(channel, since=since, until=until).points


def limit_marks(channel: Channel, versions: list[RuleVersion], *, now: datetime) -> list[dict[str, Any]]:
    """Lines at the limits of the rules that judge this channel at this hour and place, each limit once."""
    return place_marks(channel, [version for version in versions if _in_hours(version, now)])


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
            "label": f"{retell(level.get('label', ''))} {level['limit']:g}".strip(),
            "color": COLOURS[int(level["severity"])],
        }
        for level in version.levels
    ]


def channel_chart(channel: Channel, *, now: datetime, hours: int = 24) -> dict[str, Any]:
    """The last hours of a channel with the limits in force."""
    drawn = drawn_series(channel, since=now - timedelta(hours=hours), until=now)
    points = drawn.points
    marks = limit_marks(channel, versions_in_force(timezone.localdate(now)), now=now)
    summary = _("%(name)s 近 %(hours)s 小时，%(count)s 个点（%(source)s）") % {
        "name": retell(channel.label), "hours": hours, "count": len(points), "source": drawn.source,
    }  # fmt: skip
    if points:
        values = [value for _ms, value in points]
        summary += _("，最低 %(low)g，最高 %(high)g，最近 %(last)g %(unit)s") % {
            "low": min(values), "high": max(values), "last": values[-1], "unit": channel.unit,
        }  # fmt: skip
    if drawn.others:
        summary += _("；另有 %(count)s 个非正常标记的点，不参与判定") % {"count": len(drawn.others)}
    return _spec(retell(channel.label), channel.unit, marks, summary, drawn)


def alert_chart(alert: Alert, *, now: datetime) -> dict[str, Any]:
    """The channel around the moment of the alert, with the limits of the rule version that judged."""
    if alert.channel is None:
        silent = alert.rule_version.kind == RuleKind.SILENCE
        words = _("断数期间没有数值") if silent else _("该预警关系整台设备，没有单一通道的曲线")
        return _spec(alert.device.name, "", [], words)
    since = alert.opened_at - timedelta(hours=2)
    until = min(max(alert.last_at or alert.opened_at, alert.opened_at) + timedelta(hours=2), now)
    until = min(max(until, since + timedelta(hours=1)), since + timedelta(days=7))
    drawn = drawn_series(alert.channel, since=since, until=until)
    summary = _("%(name)s 在预警前后的数值，限值 %(limit)s") % {
        "name": retell(alert.channel.label), "limit": f"{alert.limit:g}" if alert.limit is not None else "—",
    }  # fmt: skip
    # A limit that is a share of a fact, or a design value, is no number of the rule: the judgement's own then.
    written = not alert.rule_version.fact.get("use") and "override" not in alert.inputs
    marks = version_marks(alert.rule_version) if alert.rule_version.kind == "threshold" and written else []
    if "cumulative_limit" in alert.inputs:
        side = float(alert.inputs.get("reading", 1.0))
        marks = list(band_marks(math.copysign(float(alert.inputs["cumulative_limit"]), side)))
    if not marks and alert.limit is not None and alert.rule_version.kind == "threshold":
        marks = [{"y": alert.limit, "label": f"{alert.limit:g}", "color": "bad"}]
    label, unit = retell(alert.channel.label), alert.channel.unit
    return _spec(label, unit, marks, summary, drawn)


def _spec(
    name: str,
    unit: str,
    marks: list[dict[str, Any]],
    summary: str,
    drawn: Drawn | None = None,
) -> dict[str, Any]:
    """Readings that are not normal are grey points of their own: seen, never joined to the line."""
    drawn = drawn or Drawn([], [], "")
    # What is a mean says so beside its name.
    shown = f"{name}（{drawn.source}）" if drawn.step else name
    series = [{"name": shown, "data": drawn.points, "type": "line", "color": "primary", "area": True}]
    if drawn.others:
        marked = {
            "name": _("标记为非正常"),
            "data": drawn.others,
            "type": "line",
            "color": "muted",
            "dots": True,
        }
        series.append(marked)
    return {
        "kind": "line",
        "time": True,
        "unit": unit,
        "series": series,
        "marks": marks,
        "summary": summary,
        "source": drawn.source,
        "empty": _("这段时间没有数据"),
    }
