"""Where things are, for the reader who asks. The index answers by boxes, shapely decides exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import BooleanField, Count, Max, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.gis.models import District
from lantu.projects.areas import area_names
from lantu.projects.lamp_words import words_of
from lantu.projects.models import Lamp, Project, Stage
from lantu.projects.selectors import UNDER_CONSTRUCTION, ProjectFilter, find_projects, visible_projects
from lantu.ui.tags.numbers import money

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees, CGCS2000."""

MAP_FIELDS = (
    "code", "name", "lon", "lat", "lamp", "lamp_codes", "stage", "area_code", "total_investment_yuan", "physical_pct",
    "owner_org__name",
)  # fmt: skip


def box_of(text: str) -> Box | None:
    """``116.1,37.2,116.5,37.6`` → a box; empty → None. Raises Unacceptable otherwise."""
    if not text.strip():
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise Unacceptable(
            "gis.bad_box",
            _("范围“%(text)s”不成立。") % {"text": text[:60]},
            remedy=_("应为“西,南,东,北”四个度数。"),
            field="bbox",
        )
    return west, south, east, north


def touching_box(rows: QuerySet[Project], box: Box) -> QuerySet[Project]:
    """Those of ``rows`` whose bounding box meets ``box``: answered by the GiST index."""
    west, south, east, north = box
    sql = "projects_project.bbox && box(point(%s, %s), point(%s, %s))"
    met = RawSQL(sql, (east, north, west, south), output_field=BooleanField())  # noqa: S611  constant text, bound values
    return rows.filter(met)


def projects_within(reader: Any, polygon: Any, *, whole: bool = False) -> list[Project]:
    """The reader's projects that meet ``polygon`` (a shapely geometry), or with ``whole`` lie entirely inside."""
    from shapely import from_wkb, prepare

    rows = touching_box(visible_projects(reader), polygon.bounds).select_related("owner_org")
    prepare(polygon)
    test = polygon.covers if whole else polygon.intersects
    found = [row for row in rows.exclude(geometry_wkb=None) if test(from_wkb(bytes(row.geometry_wkb or b"")))]
    return sorted(found, key=lambda row: row.code)


def project_points(reader: Any, wanted: ProjectFilter, box: Box | None = None) -> dict[str, Any]:
    """GeoJSON of label points, coloured by lamp; ``as_of`` is the time of the newest fact in it."""
    rows = find_projects(reader, wanted).exclude(lon=None)
    if box is not None:
        rows = touching_box(rows, box)
    return _collection(
        rows.values(*MAP_FIELDS), lambda row: {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    )


def project_shapes(reader: Any, wanted: ProjectFilter, box: Box | None = None) -> dict[str, Any]:
    """GeoJSON of lines and polygons, coloured by lamp."""
    rows = find_projects(reader, wanted).exclude(geometry=None).exclude(geometry__type="Point")
    if box is not None:
        rows = touching_box(rows, box)
    return _collection(rows.values(*MAP_FIELDS, "geometry"), lambda row: row["geometry"])


def _collection(
    rows: QuerySet[Project, dict[str, Any]], geometry_of: Callable[[dict[str, Any]], Any]
) -> dict[str, Any]:
    """Plain rows, not model objects: a province has tens of thousands."""
    describe = _describer()
    features = [
        {"type": "Feature", "geometry": geometry_of(row), "properties": describe(row)}
        for row in rows.iterator(2000)
    ]
    latest = rows.order_by().aggregate(changed=Max("updated_at"), turned=Max("lamp_at"))
    newest = max(filter(None, latest.values()), default=None)
    return {
        "type": "FeatureCollection",
        "as_of": newest.isoformat() if newest else None,
        "features": features,
    }


def _describer() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What the map tells of a project; each word and amount is put together once, not once a project."""
    why = cache(words_of)
    amount = cache(money)
    areas, stages = area_names(), {str(key): str(label) for key, label in Stage.choices}
    address = reverse("projects:detail", args=["-"]).replace("/-/", "/{}/")

    def describe(row: dict[str, Any]) -> dict[str, Any]:
        return {
            "code": row["code"],
            "name": row["name"],
            "lamp": row["lamp"],
            "why": why(tuple(map(tuple, row["lamp_codes"]))) if row["lamp_codes"] else "",
            "stage": stages[row["stage"]],
            "area": areas.get(row["area_code"], row["area_code"]),
            "owner": row["owner_org__name"],
            "investment": amount(row["total_investment_yuan"]),
            "progress": "" if row["physical_pct"] is None else f"{row['physical_pct']:g}%",
            "url": address.format(row["code"]),
        }

    return describe


def districts(reader: Any) -> dict[str, Any]:
    """GeoJSON of the county outlines with the reader's own counts of projects."""
    counted = visible_projects(reader).order_by().values("area_code")
    rows = counted.annotate(
        all=Count("pk"),
        building=Count("pk", filter=UNDER_CONSTRUCTION),
        red=Count("pk", filter=Q(lamp=Lamp.RED)),
    )
    counts = {row["area_code"]: row for row in rows}
    names = area_names()
    features = []
    for district in District.objects.defer("geometry_wkb"):
        mine: Any = counts.get(district.code, {})
        properties = {
            "code": district.code,
            "name": names.get(district.code, district.name),
            "projects": mine.get("all", 0),
            "building": mine.get("building", 0),
            "red": mine.get("red", 0),
            "area_km2": district.area_km2,
            "label_at": [district.label_lon, district.label_lat],
            "url": f"{reverse('projects:list')}?area={district.code}",
        }
        features.append({"type": "Feature", "geometry": district.geojson, "properties": properties})
    return {"type": "FeatureCollection", "features": features}


def plain_outlines() -> dict[str, Any]:
    """GeoJSON of the county outlines with their names only: for readers who may know no counts."""
    names = area_names()
    features = [
        {
            "type": "Feature",
            "geometry": district.geojson,
            "properties": {
                "code": district.code,
                "name": names.get(district.code, district.name),
                "label_at": [district.label_lon, district.label_lat],
            },
        }
        for district in District.objects.defer("geometry_wkb")
    ]
    return {"type": "FeatureCollection", "features": features}


def lamp_counts_placed(reader: Any, wanted: ProjectFilter) -> tuple[Counter[str], int, datetime | None]:
    """Projects on the map by lamp, how many have no place, and the time of the newest fact."""
    rows = find_projects(reader, wanted).order_by().values("lamp")
    tallied = rows.annotate(
        placed=Count("pk", filter=~Q(lon=None)),
        unplaced=Count("pk", filter=Q(lon=None)),
        newest=Max("updated_at"),
    )
    counts: Counter[str] = Counter()
    unplaced, newest = 0, None
    for row in tallied:
        counts[row["lamp"]] = row["placed"]
        unplaced += row["unplaced"]
        newest = max(filter(None, (newest, row["newest"])), default=None)
    return counts, unplaced, newest


def datum_note() -> str:
    """What the map must say about its outlines."""
    first = District.objects.only("source", "datum").first()
    if first is None:
        return ""
    return _("县界来自 %(source)s，坐标系%(datum)s，与项目位置可能相差数百米，仅供示意") % {
        "source": first.source,
        "datum": _("未注明（可能为 GCJ-02）") if first.datum.startswith("未注明") else first.datum,
    }
