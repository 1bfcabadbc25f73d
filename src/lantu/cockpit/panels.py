"""The panels of the cockpit: what each reads, and which events make it read again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from lantu.cockpit import selectors
from lantu.cockpit.charts import closing_chart, investment_chart
from lantu.ui.tags.figures import ShownFigure, shown_figure
from lantu.ui.tags.numbers import money, number

WALL_ROWS = {"warnings": 5, "silent": 3, "news": 12}
PAGE_ROWS = {"warnings": 6, "silent": 9, "news": 8}
Facts = dict[str, Any]


def _number_and_unit(amount: str) -> tuple[str, str]:
    """``1,609.19 亿元`` → (``1,609.2``, ``亿元``); ``CNY 45.71 bn`` → (``45.71``, ``CNY bn``).

    From a distance a decimal is enough; the exact sum stands behind the link.
    """
    words = amount.split()
    digits = next((word for word in words if word[:1].isdigit()), "")
    if not digits:
        return amount, ""
    value = float(digits.replace(",", ""))
    return number(value, 1 if value >= 100 else 2), " ".join(word for word in words if word != digits)


class Screen:
    """One reading of the cockpit: what several panels need is asked once."""

    def __init__(self, reader: Any, *, now: datetime, wall: bool) -> None:
        self.reader = reader
        self.now = now
        self.rows = WALL_ROWS if wall else PAGE_ROWS
        self._figures: dict[str, ShownFigure] = {}

    def figure(self, name: str) -> ShownFigure:
        if name not in self._figures:
            self._figures[name] = shown_figure(name, self.reader, self.now)
        return self._figures[name]

    def amount(self, name: str) -> Facts:
        """A sum of yuan for a large display: number and unit apart."""
        shown = self.figure(name)
        text, unit = _number_and_unit(money(shown.value))
        return {"figure": shown, "text": text, "unit": unit}

    @cached_property
    def overview(self) -> selectors.Overview:
        return selectors.read_overview(self.reader)

    @cached_property
    def months(self) -> selectors.MonthSums:
        return selectors.read_month_sums(self.reader, timezone.localtime(self.now).year)


@dataclass(frozen=True)
class Panel:
    """One fragment. ``live``: prefixes of event kinds, as ``data-live`` wants them."""

    key: str
    live: str
    read: Callable[[Screen], Facts]


def _kpis(screen: Screen) -> Facts:
    done = screen.figure("projects.year_done_yuan")
    share = done.numerator / done.denominator * 100 if done.denominator else None
    return {
        "building": screen.figure("projects.under_construction"),
        "registered": screen.figure("projects.total"),
        "red": screen.figure("projects.red"),
        "investment": screen.amount("projects.total_investment_yuan"),
        "plan": screen.amount("projects.year_plan_yuan"),
        "done": screen.amount("projects.year_done_yuan"),
        "done_share": number(share, 1),
        "warnings": screen.figure("warnings.total"),
        "open_warnings": screen.figure("warnings.open"),
        "rate": screen.figure("hazards.rectification_rate"),
        "on_time": screen.figure("hazards.on_time_rate"),
        "oldest": screen.figure("hazards.oldest_open_days"),
        "overdue": screen.figure("hazards.overdue"),
        "connected": screen.figure("devices.connected"),
        "silent": screen.figure("devices.silent"),
    }


def _warnings(screen: Screen) -> Facts:
    return {"balls": selectors.read_balls(screen.reader, limit=screen.rows["warnings"])}


def _stages(screen: Screen) -> Facts:
    overview = screen.overview
    largest = max(overview.stages, key=lambda share: share.count, default=None)
    return {"overview": overview, "largest": largest, "building": sum(lamp.count for lamp in overview.lamps)}


def _counties(screen: Screen) -> Facts:
    return {
        "counties": selectors.read_counties(screen.reader, screen.overview, screen.months, now=screen.now)
    }


def _investment(screen: Screen) -> Facts:
    return {"chart": investment_chart(selectors.year_of(screen.months, now=screen.now))}


def _closing(screen: Screen) -> Facts:
    return {"chart": closing_chart(selectors.read_closing(screen.reader, now=screen.now))}


def _silent(screen: Screen) -> Facts:
    return {
        "devices": selectors.read_silent(screen.reader, now=screen.now, limit=screen.rows["silent"]),
        "silent_figure": screen.figure("devices.silent"),
    }


def _news(screen: Screen) -> Facts:
    return {"news": selectors.read_news(screen.reader, limit=screen.rows["news"])}


def _data_time(screen: Screen) -> Facts:
    return {"last_reading_at": selectors.read_last_reading(screen.reader)}


PANELS: dict[str, Panel] = {
    panel.key: panel
    for panel in (
        Panel("kpis", "projects. monitoring.alert hazards.", _kpis),
        Panel("warnings", "monitoring.alert hazards. duties.", _warnings),
        Panel("stages", "projects.", _stages),
        Panel("counties", "projects. hazards.", _counties),
        Panel(
            "investment", "projects.month_reported projects.year_plan projects.projects_imported", _investment
        ),
        Panel("closing", "monitoring.alert", _closing),
        Panel("silent", "monitoring.alert monitoring.device", _silent),
        Panel("news", "monitoring.alert hazards. projects. duties.duty_escalated duties.duty_urged", _news),
        Panel("data_time", "monitoring.", _data_time),
    )
}
CHARTS = ("investment", "closing")
