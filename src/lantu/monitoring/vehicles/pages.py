"""What the pages of trucks say: words for states and alarms, the figures of a day, why a rule abstains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from lantu.calc.tracks import Trip, trips_of
from lantu.calc.vehicle_rules import Abstains, abstains
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
