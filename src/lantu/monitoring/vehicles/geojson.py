"""Tracks, trucks and their ground as GeoJSON for the map, and a day of one truck as a layers document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.calc.jt808 import Load
from lantu.calc.tracks import Fix, thinned, trips_of
from lantu.monitoring.vehicles.models import DisposalSite, LicensedRoute, Vehicle, VehicleFinding
from lantu.monitoring.vehicles.selectors import AWAY_AFTER, SILENT_AFTER
from lantu.monitoring.vehicles.tracks import Kept, day_span, moment, stored
from lantu.packs.load import national

# Tracks of a whole city on one map: a vertex each 60 m is as fine as the screen.
CITY_APART_M, CITY_MOST = 60.0, 400
MARGIN_DEG = 0.02


def load_words() -> dict[int, str]:
    """The load by its two bits."""
    return {Load.EMPTY: _("空载"), Load.HALF: _("半载"), Load.RESERVED: _("未知"), Load.FULL: _("满载")}


def collection(features: Iterable[dict[str, Any]], as_of: datetime | None = None) -> dict[str, Any]:
    """A FeatureCollection; ``as_of`` is the time of its newest fact."""
    return {
        "type": "FeatureCollection",
        "as_of": as_of.isoformat() if as_of else None,
        "features": list(features),
    }


def _feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def state_word(vehicle: Vehicle, now: datetime) -> str:
    """moving, standing, quiet (engine on and no report) or away, as a truck's last report says."""
    state = vehicle.state
    if state.heard_at is None or now - state.heard_at > AWAY_AFTER:
        return "away"
    if now - state.heard_at > SILENT_AFTER:
        return "quiet" if state.acc_on else "standing"
    return "moving" if (state.kmh or 0) >= national().vehicles.policy.stop_kmh else "standing"


def vehicle_points(vehicles: Iterable[Vehicle], *, now: datetime) -> dict[str, Any]:
    """Where trucks were last; those that never had a place are left out."""
    words = load_words()
    placed = [vehicle for vehicle in vehicles if vehicle.state.lon is not None]
    features = (
        _feature(
            {"type": "Point", "coordinates": [vehicle.state.lon, vehicle.state.lat]},
            name=vehicle.plate,
            state=state_word(vehicle, now),
            company=str(vehicle.company),
            speed=f"{vehicle.state.kmh or 0:.0f} km/h",
            load=words.get(vehicle.state.load, "") if vehicle.has_load_sensor else _("未装传感器"),
            at=timezone.localtime(vehicle.state.at).strftime("%m-%d %H:%M") if vehicle.state.at else "",
            url=vehicle.get_absolute_url(),
        )
        for vehicle in placed
    )
    newest = max((v.state.heard_at for v in placed if v.state.heard_at), default=None)
    return collection(features, newest)


def _line(fixes: Sequence[Fix]) -> dict[str, Any]:
    return {
        "type": "LineString",
        "coordinates": [[round(fix.lon, 6), round(fix.lat, 6)] for fix in fixes],
    }


def city_tracks(vehicles: Iterable[Vehicle], *, day: date) -> dict[str, Any]:
    """The tracks of one day, thinned for a map of the city, one line a truck."""
    features = []
    since, until = day_span(day)
    newest: float | None = None
    for vehicle in vehicles:
        fixes = [row.fix for row in stored(vehicle.pk, since, until) if row.believed]
        drawn = thinned(fixes, apart_m=CITY_APART_M, most=CITY_MOST)
        if len(drawn) > 1:
            features.append(_feature(_line(drawn), name=vehicle.plate, url=vehicle.get_absolute_url()))
            newest = max(newest or 0, fixes[-1].at)
    return collection(features, moment(newest) if newest else None)


def disposal_polygons(sites: Iterable[DisposalSite]) -> dict[str, Any]:
    """Outlines of disposal sites."""
    return collection(
        _feature(site.geometry, name=site.name, code=site.code, until=str(site.last_on)) for site in sites
    )


def day_track(vehicle: Vehicle, rows: Sequence[Kept]) -> dict[str, Any]:
    """One truck's day: a line for each trip with its figures, nothing where the truck stood or was lost."""
    policy = national().vehicles.policy
    fixes = [row.fix for row in rows if row.believed]
    features = []
    for number, trip in enumerate(trips_of(fixes, policy), start=1):
        within = [fix for fix in fixes if trip.started_at <= fix.at <= trip.ended_at]
        if len(within) > 1:
            features.append(
                _feature(
                    _line(thinned(within)),
                    name=_("运次 %(n)s") % {"n": number},
                    trip=number,
                    started_at=moment(trip.started_at).isoformat(),
                    ended_at=moment(trip.ended_at).isoformat(),
                    km=round(trip.distance_m / 1000, 2),
                    max_kmh=trip.max_kmh,
                    loaded=trip.loaded,
                )
            )
    return collection(features, moment(fixes[-1].at) if fixes else None)


def finding_points(findings: Iterable[VehicleFinding]) -> dict[str, Any]:
    """Where findings began."""
    return collection(
        _feature(
            {"type": "Point", "coordinates": [finding.lon, finding.lat]},
            name=str(finding.rule.name),
            severity=str(finding.severity),
            at=timezone.localtime(finding.first_at).strftime("%H:%M:%S"),
            value=f"{finding.value:g} {finding.rule.unit}",
            url=finding.get_absolute_url(),
        )
        for finding in findings
    )


def route_lines(routes: Iterable[LicensedRoute]) -> dict[str, Any]:
    """Licensed routes."""
    return collection(_feature(route.geometry, name=route.name) for route in routes)


def _layer(key: str, label: str, kind: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "key": key, "label": label, "kind": kind, "style": key, "visible": True, "geojson": data, "label_field": "name",
        **more,
    }  # fmt: skip


def bounds_of(*collections: dict[str, Any]) -> list[float] | None:
    """West, south, east, north around all their features, a little wider; None for nothing."""
    places = [
        place
        for data in collections
        for feature in data["features"]
        for place in _places(feature["geometry"])
    ]
    if not places:
        return None
    lons, lats = [lon for lon, _lat in places], [lat for _lon, lat in places]
    edge = max(max(lons) - min(lons), max(lats) - min(lats), MARGIN_DEG) * 0.1
    return [min(lons) - edge, min(lats) - edge, max(lons) + edge, max(lats) + edge]


def _places(geometry: dict[str, Any]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    waiting = [geometry["coordinates"]]
    while waiting:
        part = waiting.pop()
        if isinstance(part[0], int | float):
            found.append((part[0], part[1]))
        else:
            waiting.extend(part)
    return found


def ground_document(
    routes: dict[str, Any], disposal: dict[str, Any], *,
    as_of: str, bounds: list[float], tiles: Any, beneath: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:  # fmt: skip
    """The layers document of disposal sites and routes; ``beneath``: layers of the map room that lie under them."""
    layers = [
        _layer("disposal", _("消纳场"), "polygons", disposal, color="green"),
        _layer("route", _("核准路线"), "line", routes, color="primary"),
    ]
    document = _document(layers, as_of=as_of, bounds=bounds, tiles=tiles)
    return document | {"layers": [*beneath, *document["layers"]]}


def day_document(
    track: dict[str, Any], findings: dict[str, Any], routes: dict[str, Any], disposal: dict[str, Any], *,
    as_of: str, bounds: list[float], tiles: Any,
) -> dict[str, Any]:  # fmt: skip
    """The layers document of one truck's day, ground first."""
    severities = (
        (4, _("红"), "red"),
        (3, _("橙"), "orange"),
        (2, _("黄"), "yellow"),
        (1, _("蓝"), "primary"),
    )
    layers = [
        _layer("disposal", _("消纳场"), "polygons", disposal, color="green"),
        _layer("route", _("核准路线"), "line", routes, color="grey"),
        _layer(
            "track", _("轨迹"), "line", track, color="primary",
            popup=[{"field": "km", "label": _("里程（km）")}, {"field": "max_kmh", "label": _("最高车速（km/h）")}],
        ),
        _layer(
            "finding", _("发现"), "points", findings, color_by="severity", link_field="url",
            legend=[{"value": str(n), "label": word, "color": color} for n, word, color in severities],
            popup=[{"field": "at", "label": _("时间")}, {"field": "value", "label": _("数值")}],
        ),
    ]  # fmt: skip
    return _document(layers, as_of=as_of, bounds=bounds, tiles=tiles)


def _document(layers: list[dict[str, Any]], *, as_of: str, bounds: list[float], tiles: Any) -> dict[str, Any]:
    return {
        "as_of": as_of,
        "datum_note": _("CGCS2000 经纬度"),
        "bounds": bounds,
        "tiles": tiles,
        "layers": [layer for layer in layers if layer["geojson"]["features"]],
    }


def speed_chart(rows: Sequence[Kept], *, limit_kmh: float | None) -> dict[str, Any]:
    """Chart of a day's speed; a gap of more than five minutes stays a gap."""
    data: list[list[float | None]] = []
    before: float | None = None
    for row in rows:
        if not row.believed:
            continue
        if before is not None and row.fix.at - before > SILENT_AFTER.total_seconds():
            data.append([int(before * 1000) + 1, None])
        data.append([int(row.fix.at * 1000), row.fix.kmh])
        before = row.fix.at
    fastest = max((kmh for _at, kmh in data if kmh is not None), default=None)
    marks = (
        [{"y": limit_kmh, "label": _("限速 %(n)g") % {"n": limit_kmh}, "color": "bad"}] if limit_kmh else []
    )
    return {
        "kind": "line",
        "time": True,
        "unit": "km/h",
        "min": 0,
        "series": [{"name": _("车速"), "data": data, "color": "primary"}],
        "marks": marks,
        "summary": _("当日最高车速 %(n)g km/h") % {"n": fastest}
        if fastest is not None
        else _("当日没有轨迹"),
        "empty": _("当日没有轨迹"),
    }
