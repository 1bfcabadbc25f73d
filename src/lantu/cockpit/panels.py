"""The panels of the cockpit: what each reads, and which events make it read again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lantu.cockpit import selectors
from lantu.cockpit.charts import closing_chart, investment_chart
from lantu.ui.tags.figures import ShownFigure, shown_figure
from lantu.ui.tags.numbers import money, number

WALL_ROWS = {"warnings": 6, "silent": 3, "news": 12}
PAGE_ROWS = {"warnings": 8, "silent": 6, "news": 8}
Facts = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """One fragment. ``live``: prefixes of event kinds, as ``data-live`` wants them."""

    key: str
    live: str
    read: Callable[[Any, datetime, dict[str, int]], Facts]


def _amount(shown: ShownFigure) -> Facts:
    """A sum of yuan for a large display: number and unit apart."""
    text, _blank, unit = money(shown.value).rpartition(" ")
    return {"figure": shown, "text": text, "unit": unit}


def _kpis(reader: Any, now: datetime, rows: dict[str, int]) -> Facts:
    def read(name: str) -> ShownFigure:
        return shown_figure(name, reader, now)

    done = read("projects.year_done_yuan")
    share = done.numerator / done.denominator * 100 if done.denominator else None
    return {
        "building": read("projects.under_construction"),
        "registered": read("projects.total"),
        "red": read("projects.red"),
        "investment": _amount(read("projects.total_investment_yuan")),
        "plan": _amount(read("projects.year_plan_yuan")),
        "done": _amount(done),
        "done_share": number(share, 1),
        "warnings": read("warnings.total"),
        "open_warnings": read("warnings.open"),
        "rate": read("hazards.rectification_rate"),
        "on_time": read("hazards.on_time_rate"),
        "oldest": read("hazards.oldest_open_days"),
        "overdue": read("hazards.overdue"),
        "connected": read("devices.connected"),
        "silent": read("devices.silent"),
    }


def _warnings(reader: Any, now: datetime, rows: dict[str, int]) -> Facts:
    return {"balls": selectors.read_balls(reader, limit=rows["warnings"])}


def _stages(reader: Any, now: datetime, rows: dict[str, int]) -> Facts:
    overview = selectors.read_overview(reader)
    largest = max(overview.stages, key=lambda share: share.count, default=None)
    return {"overview": overview, "largest": largest, "building": sum(lamp.count for lamp in overview.lamps)}


def _counties(reader: Any, now: datetime, rows: dict[str, int]) -> Facts:
    return {"counties": selectors.read_counties(reader, now=now)}


def _investment(reader: Any, now: datetime, rows: dict[str, int]) -> Facts:
    return {"chart": investment_chart(selectors.read_year(reader, now=now))}


def _closing(reader: Any, now: datetime, rows: dict[str, int]) -> Facts:
    return {"chart": closing_chart(selectors.read_closing(reader, now=now))}


def _silent(reader: Any, now: datetime, rows: dict[str, int]) -> Facts:
    return {
        "devices": selectors.read_silent(reader, now=now, limit=rows["silent"]),
        "silent_figure": shown_figure("devices.silent", reader, now),
    }


def _news(reader: Any, now: datetime, rows: dict[str, int]) -> Facts:
    return {"news": selectors.read_news(reader, limit=rows["news"])}


def _data_time(reader: Any, now: datetime, rows: dict[str, int]) -> Facts:
    return {"last_reading_at": selectors.read_last_reading(reader)}


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


def read_panel(key: str, reader: Any, *, now: datetime, wall: bool) -> Facts:
    """The facts of one panel for its template."""
    return PANELS[key].read(reader, now, WALL_ROWS if wall else PAGE_ROWS)
