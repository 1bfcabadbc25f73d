"""GeoJSON as people hand it in → a sound geometry in CGCS2000 longitude and latitude, or a plain refusal.

Only shapely and the GCJ-02 formula of calc.geodesy: no database.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lantu.calc.geodesy import from_gcj02
from lantu.core.refusals import Unacceptable

TYPES = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
# Names under which WGS-84 or CGCS2000 longitude and latitude are declared; they agree within 0.1 m.
KNOWN_CRS = ("4326", "4490", "CRS84", "CGCS2000", "WGS84", "WGS 84")
DATUMS = ("cgcs2000", "gcj02")
MAX_VERTICES = 20_000
DECIMALS = 7  # about a centimetre


@dataclass(frozen=True)
class SoundGeometry:
    """``bounds``: west, south, east, north; ``lon``, ``lat``: a point on the geometry for lists and labels."""

    geojson: dict[str, Any]
    wkb: bytes
    lon: float
    lat: float
    bounds: tuple[float, float, float, float]
    vertices: int


def _unfit(code: str, detail: str, remedy: str) -> Unacceptable:
    return Unacceptable(f"projects.geometry_{code}", detail, remedy=remedy, field="geometry")


def sound_geometry(given: Any, *, datum: str = "cgcs2000") -> SoundGeometry:
    """Check ``given`` (GeoJSON geometry, Feature, one-feature collection, or its text).

    ``datum`` ``gcj02`` converts from the shifted datum of domestic web maps. Raises Unacceptable saying
    where the geometry is not sound; nothing is repaired in silence.
    """
    from shapely import get_num_coordinates, set_precision
    from shapely.geometry import mapping, shape

    if datum not in DATUMS:
        raise _unfit(
            "datum", _("不认识坐标系“%(datum)s”。") % {"datum": datum}, _("可选：CGCS2000 或 GCJ-02。")
        )
    plain = _geometry_of(_parsed(given))
    if plain.get("type") not in TYPES:
        raise _unfit(
            "type",
            _("几何类型“%(type)s”不能使用。") % {"type": str(plain.get("type"))[:30]},
            _("请用点、线或面：Point、LineString、MultiLineString、Polygon、MultiPolygon。"),
        )
    moved = {"type": plain["type"], "coordinates": _walk(plain.get("coordinates"), datum)}
    try:
        geometry = shape(moved)
    except (ValueError, TypeError, IndexError) as error:
        raise _unfit(
            "broken", _("坐标读不出来：%(why)s。") % {"why": error}, _("请核对坐标的层数和个数。")
        ) from error
    if geometry.is_empty:
        raise _unfit("empty", _("几何是空的。"), _("请至少给出一个点。"))
    vertices = int(get_num_coordinates(geometry))
    if vertices > MAX_VERTICES:
        raise _unfit(
            "large",
            _("几何有 %(n)s 个顶点，最多 %(most)s 个。") % {"n": vertices, "most": MAX_VERTICES},
            _("请先抽稀轮廓。"),
        )
    _refuse_invalid(geometry)
    rounded = set_precision(geometry, 10**-DECIMALS)
    if not rounded.is_empty and rounded.is_valid and rounded.geom_type == geometry.geom_type:
        geometry = rounded
    anchor = geometry.representative_point()
    return SoundGeometry(
        geojson=json.loads(json.dumps(mapping(geometry))),
        wkb=geometry.wkb,
        lon=round(anchor.x, DECIMALS),
        lat=round(anchor.y, DECIMALS),
        bounds=geometry.bounds,
        vertices=vertices,
    )


def _parsed(given: Any) -> dict[str, Any]:
    if isinstance(given, bytes | str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError) as error:
            raise _unfit(
                "not_json", _("不是 GeoJSON 文本。"), _("请粘贴 GeoJSON，或在地图上绘制。")
            ) from error
    if not isinstance(given, dict):
        raise _unfit("not_geojson", _("不是 GeoJSON 对象。"), _("最外层应为带 type 的对象。"))
    crs = given.get("crs")
    if crs and not any(name in json.dumps(crs) for name in KNOWN_CRS):
        raise _unfit(
            "crs",
            _("文件声明的坐标系不是 CGCS2000 或 WGS-84 经纬度。"),
            _("请先转换为 CGCS2000 经纬度（EPSG:4490）。"),
        )
    return given


def _geometry_of(given: dict[str, Any]) -> dict[str, Any]:
    if given.get("type") == "FeatureCollection":
        features = given.get("features")
        if not isinstance(features, list) or len(features) != 1 or not isinstance(features[0], dict):
            raise _unfit("many", _("要素集里应恰好有一个要素。"), _("多块用地请合并为一个 MultiPolygon。"))
        given = features[0]
    if given.get("type") == "Feature":
        given = given.get("geometry") or {}
    return given if isinstance(given, dict) else {}


def _walk(part: Any, datum: str, depth: int = 0) -> Any:
    if depth > 4 or not isinstance(part, list | tuple) or not part:
        raise _unfit("broken", _("坐标读不出来。"), _("请核对坐标的层数和个数。"))
    if not isinstance(part[0], list | tuple):
        return _position(part, datum)
    return [_walk(inner, datum, depth + 1) for inner in part]


def _position(part: Any, datum: str) -> tuple[float, float]:
    if len(part) < 2 or any(isinstance(x, bool) or not isinstance(x, int | float) for x in part[:2]):
        raise _unfit(
            "broken", _("坐标 %(at)s 不是两个数字。") % {"at": str(part)[:40]}, _("每个坐标为 [经度, 纬度]。")
        )
    lon, lat = float(part[0]), float(part[1])
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise _unfit("broken", _("坐标里有无穷大或非数字。"), _("请核对坐标。"))
    at = f"{lon:g}, {lat:g}"
    if 73 <= lat <= 136 and 3 <= lon <= 54:
        raise _unfit("swapped", _("坐标 %(at)s 的经纬度写反了。") % {"at": at}, _("应为 [经度, 纬度]。"))
    if abs(lon) > 180 or abs(lat) > 90:
        raise _unfit(
            "projected",
            _("坐标 %(at)s 像是投影坐标（米）。") % {"at": at},
            _("请先转换为 CGCS2000 经纬度（EPSG:4490）。"),
        )
    if not (73 <= lon <= 136 and 3 <= lat <= 54):
        raise _unfit("abroad", _("坐标 %(at)s 不在中国境内。") % {"at": at}, _("请核对坐标。"))
    return from_gcj02((lon, lat)) if datum == "gcj02" else (lon, lat)


def _refuse_invalid(geometry: Any) -> None:
    from shapely.validation import explain_validity, make_valid

    if geometry.is_valid:
        return
    why = explain_validity(geometry)
    reason, _bracket, place = why.partition("[")
    words = {
        "Self-intersection": _("边界自相交"),
        "Ring Self-intersection": _("边界自相交"),
        "Hole lies outside shell": _("孔洞在外轮廓之外"),
        "Nested shells": _("多个外轮廓互相套叠"),
        "Too few points in geometry component": _("顶点太少"),
        "Interior is disconnected": _("内部被切断"),
        "Duplicate Rings": _("有重复的环"),
    }
    parts = getattr(make_valid(geometry), "geoms", None)
    hint = _("（按自动修复会分成 %(n)s 块）") % {"n": len(parts)} if parts is not None else ""
    raise _unfit(
        "invalid",
        _("轮廓不成立：%(why)s，位置 %(place)s%(hint)s。")
        % {
            "why": words.get(reason.strip(), reason.strip()),
            "place": place.rstrip("]").strip() or "—",
            "hint": hint,
        },
        _("请在该处修改轮廓后重新提交；系统不自动改动用地边界。"),
    )
