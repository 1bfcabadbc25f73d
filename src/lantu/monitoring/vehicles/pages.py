"""What the pages of trucks say: words for states and alarms, the figures of a day, why a rule abstains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from lantu.calc.tracks import Trip, trips_of
from lantu.calc.vehicle_rules import Abstains, abstains
from lantu.monitoring.vehicles.geojson import load_words
from lantu.monitoring.vehicles.grounds import Grounds, engine_rules, rule_versions
from lantu.monitoring.vehicles.models import Vehicle, VehicleRuleVersion
from lantu.monitoring.vehicles.tracks import Flag, day_span, moment, stored
from lantu.packs.load import national


def state_labels() -> dict[str, tuple[str, str]]:
    """(words, tone) of each state of ``geojson.state_word``."""
    return {
        "moving": (_("行驶"), "ok"),
        "standing": (_("停车"), ""),
        "quiet": (_("失联"), "warn"),
        "away": (_("离线"), ""),
    }


def alarm_words(alarms: list[str]) -> list[str]:
    """The terminal's own alarms in words."""
    words = {
        "sos": _("紧急报警"), "overspeed": _("超速报警"), "fatigue": _("疲劳驾驶"), "gnss_fault": _("定位模块故障"),
        "antenna_open": _("天线未接"), "antenna_short": _("天线短路"), "low_voltage": _("主电欠压"),
        "power_cut": _("主电掉电"), "driving_too_long": _("当天累计驾驶超时"), "parked_too_long": _("超时停车"),
        "area": _("进出区域"), "route": _("进出路线"), "off_route": _("路线偏离"), "moved_unlawfully": _("非法位移"),
        "collision": _("碰撞预警"), "rollover": _("侧翻预警"),
    }  # fmt: skip
    return [words.get(alarm, alarm) for alarm in alarms]


@dataclass(frozen=True)
class TripRow:
    """A trip as the page lists it."""

    number: int
    started_at: datetime
    ended_at: datetime
    km: float
    max_kmh: float
    loaded: bool
    unloads: int


@dataclass(frozen=True)
class DayFacts:
    """The figures of a truck's day."""

    reports: int
    drift: int
    late: int
    km: float
    max_kmh: float | None
    trips: list[TripRow]


def day_facts(vehicle: Vehicle, day: date) -> DayFacts:
    """Counted from the stored rows, so late reports are in as soon as they are stored."""
    rows = stored(vehicle.pk, *day_span(day))
    fixes = [row.fix for row in rows if row.believed]
    trips = trips_of(fixes, national().vehicles.policy)
    return DayFacts(
        reports=len(rows),
        drift=sum(1 for row in rows if row.flags & Flag.DRIFT),
        late=sum(1 for row in rows if row.flags & Flag.LATE),
        km=round(sum(trip.distance_m for trip in trips) / 1000, 1),
        max_kmh=max((fix.kmh for fix in fixes), default=None),
        trips=[_trip_row(number, trip) for number, trip in enumerate(trips, start=1)],
    )


def _trip_row(number: int, trip: Trip) -> TripRow:
    return TripRow(
        number, moment(trip.started_at), moment(trip.ended_at), round(trip.distance_m / 1000, 1), trip.max_kmh,
        trip.loaded, len(trip.unloaded_at),
    )  # fmt: skip


def rules_for(vehicle: Vehicle, day: date, *, now: datetime) -> list[tuple[VehicleRuleVersion, str]]:
    """The rules of the day and, where one says nothing about this truck, why."""
    words: dict[Any, str] = {
        Abstains.NO_ROUTE: _("未登记核准路线，不判定"),
        Abstains.NO_DISPOSAL_SITE: _("没有登记消纳场，不判定"),
        Abstains.NO_LOAD_SIGNAL: _("没有载重或举升信号，不判定"),
        None: "",
    }
    versions = rule_versions(day)
    setting = Grounds().of([vehicle.pk], now=now)[vehicle.pk].setting
    return [
        (version, words[abstains(rule, setting)])
        for version, rule in zip(versions, engine_rules(versions), strict=True)
    ]


def inputs_in_words(inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """(label, text) of what a finding was judged by: what was measured first, then the rule's numbers."""
    params: dict[str, Any] = dict(inputs.get("params") or {})
    clock = [params.pop(name, None) for name in ("start_min", "end_min")]
    words = {
        "fixes": _("连续定位点"), "seconds": _("持续（秒）"), "routes": _("核准路线（条）"), "disposal_sites": _("消纳场（处）"),
        "load": _("载重"), "last_report": _("最后一次报告"), "limit_kmh": _("限速（km/h）"), "points": _("所需连续点数"),
        "buffer_m": _("允许偏离（米）"), "duration_s": _("所需持续（秒）"), "yard_m": _("工地、消纳场免判（米）"),
        "moving_kmh": _("视为行驶（km/h）"), "margin_m": _("消纳场外扩（米）"), "silence_s": _("失联时限（秒）"),
    }  # fmt: skip
    loads = load_words()
    measured = {name: value for name, value in inputs.items() if name != "params" and value is not None}
    rows = [
        (words.get(name, name), loads.get(value, str(value)) if name == "load" else str(value))
        for name, value in measured.items()
    ]
    rows += [(words.get(name, name), f"{value:g}") for name, value in params.items()]
    start, end = clock
    if start is not None and end is not None:
        rows.append((_("时段"), f"{start // 60:02.0f}:{start % 60:02.0f}–{end // 60:02.0f}:{end % 60:02.0f}"))
    return rows
