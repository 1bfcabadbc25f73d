"""Geometry as people hand it in: sound, or refused with the place and the remedy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from tests.cast import NOW

from lantu.calc.geodesy import haversine_m, to_gcj02
from lantu.core.models import Event
from lantu.core.refusals import Unacceptable
from lantu.projects.geometry import sound_geometry
from lantu.projects.models import Project
from lantu.projects.services.set_geometry import set_geometry

SQUARE = [[116.30, 37.40], [116.31, 37.40], [116.31, 37.41], [116.30, 37.41], [116.30, 37.40]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


@pytest.mark.parametrize(
    "given",
    [
        {"type": "Point", "coordinates": [116.3, 37.4]},
        {"type": "LineString", "coordinates": SQUARE[:3]},
        polygon(SQUARE),
        {"type": "Feature", "properties": {}, "geometry": polygon(SQUARE)},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": polygon(SQUARE)}]},
        json.dumps(polygon(SQUARE)),
        {**polygon(SQUARE), "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}},
        {"type": "Point", "coordinates": [116.3, 37.4, 25.0]},
    ],
)
def test_sound_geometries(given: Any) -> None:
    sound = sound_geometry(given)
    assert 116.29 < sound.lon < 116.32
    assert sound.wkb
    assert sound.bounds[0] <= sound.lon <= sound.bounds[2]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("not json", "不是 GeoJSON 文本"),
        (12, "不是 GeoJSON 对象"),
        ({"type": "Circle", "coordinates": [1]}, "不能使用"),
        ({"type": "Point", "coordinates": [37.4, 116.3]}, "写反了"),
        ({"type": "Point", "coordinates": [500123.4, 4140000.1]}, "投影坐标"),
        ({"type": "Point", "coordinates": [2.3, 48.8]}, "不在中国境内"),
        ({"type": "Point", "coordinates": ["116.3", 37.4]}, "不是两个数字"),
        ({"type": "Point", "coordinates": []}, "读不出来"),
        ({"type": "Point", "coordinates": [float("nan"), 37.4]}, "非数字"),
        (polygon(SQUARE[:2]), "读不出来"),
        (
            polygon([[116.0, 37.0], [116.1, 37.1], [116.1, 37.0], [116.0, 37.1], [116.0, 37.0]]),
            "边界自相交，位置 116.05 37.05",
        ),
        ({**polygon(SQUARE), "crs": {"properties": {"name": "EPSG:4549"}}}, "坐标系不是"),
        ({"type": "FeatureCollection", "features": []}, "恰好有一个"),
        ({"type": "LineString", "coordinates": [[116 + i / 1e5, 37] for i in range(20_001)]}, "顶点"),
        ('{"type":"Polygon","coordinates":' + "[" * 200 + "]" * 200 + "}", "读不出来"),
        ("[" * 100_000, "不是 GeoJSON 文本"),
    ],
)
def test_unsound_geometries_say_why(given: Any, words: str) -> None:
    with pytest.raises(Unacceptable) as refusal:
        sound_geometry(given)
    assert words in refusal.value.detail
    assert refusal.value.remedy
    assert refusal.value.field == "geometry"


def test_gcj02_is_converted_once() -> None:
    true = (116.3, 37.4)
    sound = sound_geometry({"type": "Point", "coordinates": list(to_gcj02(true))}, datum="gcj02")
    assert haversine_m(true, (sound.lon, sound.lat)) < 0.02


def test_storing_keeps_wkb_label_and_box(cast: Any, site_project: Project) -> None:
    set_geometry(
        project=site_project, geometry=polygon(SQUARE), actor=cast.officer, now=NOW, source="用地红线"
    )
    site_project.refresh_from_db()
    assert site_project.geometry["type"] == "Polygon"
    assert bytes(site_project.geometry_wkb)[:1] == b"\x01"
    assert site_project.geometry_note == "用地红线"
    with connection.cursor() as cursor:
        cursor.execute("SELECT bbox::text FROM projects_project WHERE id = %s", [site_project.pk])
        assert cursor.fetchone()[0] == "(116.31,37.41),(116.3,37.4)"
    event = Event.objects.get(kind="projects.geometry_set")
    assert event.payload["geometry_type"] == "Polygon"
    assert len(event.payload["digest"]) == 64
