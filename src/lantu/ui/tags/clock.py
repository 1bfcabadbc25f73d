"""Deadlines, ages and freshness in words. All take the page's ``now``; none reads a clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lantu.ui.tags.marks import icon

SOON = timedelta(hours=24)
LATE_PERIODS = 1.5
SILENT_PERIODS = 3


def span_text(span: timedelta) -> str:
    """``timedelta`` → ``3 天`` / ``18 小时`` / ``5 分钟``: the largest unit that still says enough."""
    minutes = int(span.total_seconds() // 60)
    if minutes >= 48 * 60:
        return _("%(n)s 天") % {"n": minutes // 1440}
    if minutes >= 60:
        return _("%(n)s 小时") % {"n": minutes // 60}
    return _("%(n)s 分钟") % {"n": max(minutes, 1)}


def local_text(moment: datetime) -> str:
    """``2026-11-22 09:30`` in the current time zone."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


def due(due_at: datetime | None, now: datetime) -> SafeString | str:
    """Time left or overdue, as words with the exact deadline in the title; None → ``—``."""
    if due_at is None:
        return "—"
    left = due_at - now
    if left < timedelta(0):
        tone, text = "late", _("逾期 %(span)s") % {"span": span_text(-left)}
    else:
        tone = "soon" if left <= SOON else ""
        text = _("剩 %(span)s") % {"span": span_text(left)}
    return format_html(
        '<time class="lt-due{}" datetime="{}" title="{}">{}</time>',
        f" {tone}" if tone else "",
        due_at.isoformat(),
        _("截止 %(time)s") % {"time": local_text(due_at)},
        text,
    )


def ago(moment: datetime | None, now: datetime) -> SafeString | str:
    """``5 分钟前``; beyond 30 days the date; None → ``—``."""
    if moment is None:
        return "—"
    age = now - moment
    if age < timedelta(minutes=1):
        text = _("刚刚")
    elif age > timedelta(days=30):
        text = timezone.localtime(moment).strftime("%Y-%m-%d")
    else:
        text = _("%(span)s前") % {"span": span_text(age)}
    return format_html(
        '<time class="lt-ago" datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        local_text(moment),
        text,
    )


def freshness(last_at: datetime | None, period_s: float, now: datetime) -> SafeString:
    """Whether a feed with this reporting period still speaks: fresh, late (> 1.5 periods), silent (> 3)."""
    if last_at is None:
        return format_html('<span class="lt-fresh silent">{}{}</span>', icon("wifi-off"), _("从未上报"))
    age = now - last_at
    periods = age.total_seconds() / max(period_s, 1)
    if periods <= LATE_PERIODS:
        tone, sign, text = "ok", icon("wifi"), _("在线")
    elif periods <= SILENT_PERIODS:
        tone, sign, text = "late", icon("wifi-2"), _("迟报 %(span)s") % {"span": span_text(age)}
    else:
        tone, sign, text = "silent", icon("wifi-off"), _("静默 %(span)s") % {"span": span_text(age)}
    title = _("最近上报 %(time)s，周期 %(period)s 秒") % {
        "time": local_text(last_at),
        "period": f"{period_s:g}",
    }
    return format_html('<span class="lt-fresh {}" title="{}">{}{}</span>', tone, title, sign, text)
