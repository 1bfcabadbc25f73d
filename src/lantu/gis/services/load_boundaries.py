"""Load the county outlines that the front-end build collected from its npm dependency."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.core.refusals import Refused, Unacceptable
from lantu.gis.models import District
from lantu.projects.areas import city
from lantu.ui.assets import DIST

FILE = DIST / "dezhou_counties.geojson"
DATUM_UNSTATED = "未注明（可能为 GCJ-02）"
SIMPLIFY_DEGREES = 0.0003


@dataclass(frozen=True)
class Loaded:
    """What came of it: units with an outline, those whose outline was repaired, areas of the pack without one."""

    districts: int
    repaired: tuple[str, ...]
    without_outline: tuple[str, ...]


@transaction.atomic
def load_boundaries(*, now: datetime, path: Path | None = None) -> Loaded:
    """Read a GeoJSON of county outlines into District; run again to renew.

    Self-touching outlines are repaired with make_valid and marked. Raises Refused when the file is not there,
    Unacceptable when it is not what it should be.
    """
    source = path or FILE
    if not source.is_file():
        raise Refused(
            "gis.no_boundaries",
            _("没有找到县界文件 %(name)s。") % {"name": source.name},
            remedy=_("请先构建前端：在 frontend 目录运行 npm ci 和 npm run build。"),
        )
    document = _document(source)
    names = {area.code: area.name for area in city().areas}
    repaired = []
    seen = set()
    for feature in document["features"]:
        code = str(feature["properties"].get("code", ""))
        if code not in names:
            continue
        row = _district(feature, document)
        if row["repaired"]:
            repaired.append(names[code])
        District.objects.update_or_create(code=code, defaults={**row, "name": names[code], "loaded_at": now})
        seen.add(code)
    if not seen:
        raise _unfit(source.name)
    missing = tuple(name for code, name in names.items() if code not in seen)
    return Loaded(districts=len(seen), repaired=tuple(repaired), without_outline=missing)


def _unfit(name: str) -> Unacceptable:
    return Unacceptable(
        "gis.bad_boundaries",
        _("%(name)s 里没有本市县市区的轮廓。") % {"name": name},
        remedy=_("请重新构建前端，或核对城市包里的区划代码。"),
    )


def _document(source: Path) -> dict[str, Any]:
    try:
        document = json.loads(source.read_text(encoding="utf-8"))
        features = document["features"]
        if all(isinstance(f["properties"], dict) and f["geometry"]["type"] for f in features):
            return dict(document)
    except (ValueError, KeyError, TypeError) as error:
        raise _unfit(source.name) from error
    raise _unfit(source.name)


def _district(feature: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    from pyproj import Geod
    from shapely import MultiPolygon, make_valid
    from shapely.geometry import mapping, shape

    given = shape(feature["geometry"])
    outline = given if given.is_valid else make_valid(given)
    if outline.geom_type == "GeometryCollection":
        # make_valid leaves the whiskers of a self-touching ring as lines; an area has none.
        parts = [part for part in outline.geoms if part.geom_type in ("Polygon", "MultiPolygon")]
        outline = MultiPolygon([p for part in parts for p in getattr(part, "geoms", [part])])
    area_m2, _perimeter = Geod(ellps="GRS80").geometry_area_perimeter(outline)
    label = outline.representative_point()
    drawn = outline.simplify(SIMPLIFY_DEGREES, preserve_topology=True)
    return {
        "geometry_wkb": outline.wkb,
        "geojson": json.loads(json.dumps(mapping(drawn))),
        "label_lon": round(label.x, 6),
        "label_lat": round(label.y, 6),
        "area_km2": round(abs(area_m2) / 1e6, 2),
        "source": str(document.get("source", ""))[:120],
        "datum": DATUM_UNSTATED
        if document.get("datum", "unstated") == "unstated"
        else str(document["datum"])[:60],
        "repaired": not given.is_valid,
    }
