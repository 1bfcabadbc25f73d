"""Places over the API: what lies within a polygon, and the outlines."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from lantu.accounts.permissions import require
from lantu.core.refusals import Unacceptable
from lantu.gis.selectors import districts, projects_within
from lantu.projects.geometry import sound_geometry

router = Router(tags=["一张图"])


class WithinIn(Schema):
    geometry: dict[str, Any] = Field(description="GeoJSON Polygon 或 MultiPolygon，CGCS2000 经纬度")
    datum: str = "cgcs2000"
    whole: bool = Field(False, description="真：完全在内；假：相交即可")


class PlacedProject(Schema):
    code: str
    name: str
    lamp: str
    stage: str
    lon: float | None
    lat: float | None


class WithinOut(Schema):
    items: list[PlacedProject]


@router.post("/map/within", response=WithinOut, summary="范围内的项目")
def within(request: HttpRequest, body: WithinIn) -> dict[str, Any]:
    """Projects that the caller may see and that meet the polygon."""
    require(request.user, "gis.read")
    sound = sound_geometry(body.geometry, datum=body.datum)
    if sound.geojson["type"] not in ("Polygon", "MultiPolygon"):
        raise Unacceptable(
            "gis.not_an_area",
            _("查询范围应为面。"),
            remedy=_("请用 Polygon 或 MultiPolygon。"),
            field="geometry",
        )
    from shapely import from_wkb

    return {"items": projects_within(request.user, from_wkb(sound.wkb), whole=body.whole)}


@router.get("/map/districts", summary="县市区轮廓")
def district_outlines(request: HttpRequest) -> dict[str, Any]:
    """GeoJSON of the county outlines with the caller's own counts; the datum is not stated by the source."""
    require(request.user, "gis.read")
    return districts(request.user)
