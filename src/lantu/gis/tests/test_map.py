"""The map: outlines repaired and honest, only one's own projects, the index used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from tests.cast import NOW, make_project

from lantu.core.refusals import Refused, Unacceptable
from lantu.gis.models import District
from lantu.gis.selectors import box_of, projects_within, touching_box
from lantu.gis.services.load_boundaries import load_boundaries
from lantu.projects.models import Project
from lantu.projects.services.set_geometry import set_geometry

BOW = [[116.0, 37.0], [116.2, 37.2], [116.2, 37.0], [116.0, 37.2], [116.0, 37.0]]
SQUARE = [[116.0, 37.0], [116.1, 37.0], [116.1, 37.1], [116.0, 37.1], [116.0, 37.0]]


def square(west: float, south: float, size: float = 0.02) -> dict[str, Any]:
    east, north = west + size, south + size
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def outlines(path: Path, *rings: Any) -> Path:
    codes = ("371402", "371425")
    features = [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for code, ring in zip(codes, rings, strict=False)
    ]
    path.write_text(
        json.dumps({"type": "FeatureCollection", "source": "test", "datum": "unstated", "features": features})
    )
    return path


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def placed(cast: Any, site_project: Project, other_project: Project) -> tuple[Project, Project]:
    set_geometry(project=site_project, geometry=square(116.30, 37.40), actor=cast.officer, now=NOW)
    line = {"type": "LineString", "coordinates": [[116.70, 36.70], [116.90, 36.90]]}
    set_geometry(project=other_project, geometry=line, actor=cast.officer, now=NOW)
    return site_project, other_project


def test_outlines_are_repaired_and_say_so(db: Any, tmp_path: Path) -> None:
    loaded = load_boundaries(now=NOW, path=outlines(tmp_path / "a.geojson", BOW, SQUARE))
    assert (loaded.districts, loaded.repaired) == (2, ("德城区",))
    assert "陵城区" in loaded.without_outline
    district = District.objects.get(code="371402")
    assert district.repaired
    assert district.geojson["type"] == "MultiPolygon"
    assert "GCJ-02" in district.datum
    assert 95 < District.objects.get(code="371425").area_km2 < 100
    load_boundaries(now=NOW, path=outlines(tmp_path / "a.geojson", SQUARE))
    assert not District.objects.get(code="371402").repaired
    assert District.objects.count() == 2


def test_a_missing_or_strange_file_is_refused_with_a_remedy(db: Any, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        load_boundaries(now=NOW, path=tmp_path / "none.geojson")
    assert "npm run build" in refusal.value.remedy
    (tmp_path / "b.geojson").write_text("{}")
    with pytest.raises(Unacceptable):
        load_boundaries(now=NOW, path=tmp_path / "b.geojson")
    with pytest.raises(CommandError, match="npm run build"):
        call_command("load_boundaries", str(tmp_path / "none.geojson"))


def test_layers_hold_only_what_the_reader_may_see(cast: Any, placed: Any, tmp_path: Path) -> None:
    load_boundaries(now=NOW, path=outlines(tmp_path / "a.geojson", SQUARE, SQUARE))
    site, other = placed

    def names(user: Any, url: str) -> set[str]:
        return {f["properties"]["name"] for f in client_of(user).get(url).json()["features"]}

    for url in ("/map/projects.json", "/map/project-shapes.json"):
        assert names(cast.officer, url) == {site.name, other.name}
        assert names(cast.contractor, url) == {site.name}
        assert names(cast.outsider, url) == {other.name}
    assert client_of(cast.sysadmin).get("/map/projects.json").status_code == 403
    counts = {
        f["properties"]["code"]: f["properties"]["projects"]
        for f in client_of(cast.outsider).get("/map/counties.json").json()["features"]
    }
    assert counts == {"371402": 0, "371425": 1}
    document = client_of(cast.outsider).get("/map/layers.json").json()
    points = next(layer for layer in document["layers"] if layer["key"] == "projects")
    assert sum(entry["count"] for entry in points["legend"]) == 1
    assert "坐标系未注明" in document["datum_note"]
    assert document["tiles"] is None
    page = client_of(cast.outsider).get("/map/?bbox=116,36,117,38").content.decode()
    assert other.name in page
    assert site.name not in page


def test_tiles_come_from_the_setting(cast: Any, settings: Any) -> None:
    settings.MAP_TILE_URL = "https://tiles.example.cn/{z}/{x}/{y}.png"
    assert client_of(cast.officer).get("/map/layers.json").json()["tiles"] == settings.MAP_TILE_URL


def test_an_unchanged_layer_costs_nothing_twice(cast: Any, placed: Any) -> None:
    client = client_of(cast.officer)
    first = client.get("/map/projects.json")
    again = client.get("/map/projects.json", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    set_geometry(project=placed[0], geometry=square(116.31, 37.41), actor=cast.officer, now=NOW)
    assert client.get("/map/projects.json", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_filter_and_box_narrow_the_layers(cast: Any, placed: Any) -> None:
    client = client_of(cast.officer)
    assert len(client.get("/map/projects.json?area=371425").json()["features"]) == 1
    assert len(client.get("/map/projects.json?bbox=116.2,37.3,116.4,37.5").json()["features"]) == 1
    assert client.get("/map/?bbox=116.2,37.3,116.4,37.5").context["focus"].startswith("116.30000,37.40000,")
    assert client.get("/map/projects.json?bbox=9,8,7,6").status_code == 422
    only = client.get("/map/layers.json?layers=counties,projects").json()
    assert [layer["key"] for layer in only["layers"]] == ["counties", "projects"]


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "5,5,1,1", "nan,1,2,3", "-999,1,2,3"])
def test_bad_boxes(text: str) -> None:
    with pytest.raises(Unacceptable):
        box_of(text)


def test_within_decides_exactly_and_keeps_rights(cast: Any, placed: Any) -> None:
    from shapely.geometry import shape

    site, other = placed
    # The box of the diagonal line meets this corner, the line itself does not.
    corner = shape(square(116.86, 36.71))
    assert projects_within(cast.officer, corner) == []
    across = shape(square(116.79, 36.79))
    assert projects_within(cast.officer, across) == [other]
    assert projects_within(cast.officer, across, whole=True) == []
    assert projects_within(cast.contractor, across) == []
    everything = square(116.0, 36.0, 2)
    answer = client_of(cast.contractor).post(
        "/api/v1/map/within", {"geometry": everything}, content_type="application/json"
    )
    assert [row["code"] for row in answer.json()["items"]] == [site.code]
    point = {"geometry": {"type": "Point", "coordinates": [116.3, 37.4]}}
    assert (
        client_of(cast.officer).post("/api/v1/map/within", point, content_type="application/json").status_code
        == 422
    )


def test_the_box_query_uses_the_gist_index(cast: Any) -> None:
    owner = cast.owner.organisation
    for n in range(30):
        make_project(owner, code=f"2601-371402-04-03-{n:06d}", name=f"点{n}")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET bbox = box(point(lon, lat), point(lon, lat))")
        cursor.execute("ANALYZE projects_project")
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, parameters = touching_box(
            Project.objects.only("pk").order_by(), (116.0, 37.0, 116.1, 37.1)
        ).query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "project_by_place" in plan
