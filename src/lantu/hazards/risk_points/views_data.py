"""The map layer of risk points, their QR codes and the sheets that carry them."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import require
from lantu.hazards.risk_points import selectors
from lantu.hazards.risk_points.judging import kind_of, level_label, name_of
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.states import MAPPED_STATES
from lantu.hazards.risk_points.weeks import read_week, week_of
from lantu.projects.selectors import ProjectFilter, find_projects, get_visible

MOST_POINTS = 5000


@require_GET
def layer(request: HttpRequest) -> HttpResponse:
    """GeoJSON of the work of one week (``week=2026-W47``, default this one) in four colours; 4 red … 1 blue.

    The filters of the project map narrow it too. A point without a place of its own stands at its project.
    """
    require(request.user, "risk_points.read")
    user: Any = request.user
    now = timezone.now()
    today = timezone.localtime(now).date()
    week = read_week(request.GET.get("week", ""), today=today)
    rows = selectors.at_work_in(selectors.visible_points(user), week)
    wanted = ProjectFilter.from_query(request.GET)
    if wanted.active():
        rows = rows.filter(project__in=find_projects(user, wanted).order_by().values("pk"))
    found = list(rows.select_related("project", "responsible").order_by("-grade", "id")[:MOST_POINTS])
    fresh = (
        {point.project_id for point in found if kind_of(point.kind).wind} if week == week_of(today) else ()
    )
    winds = selectors.winds_at(fresh, now=now)
    features = [feature for point in found if (feature := _feature(point, winds)) is not None]
    return JsonResponse(
        {
            "type": "FeatureCollection",
            "as_of": now.isoformat(),
            "week": week.iso,
            "features": features,
        }
    )


def _feature(point: RiskPoint, winds: dict[int, float]) -> dict[str, Any] | None:
    lon = point.project.lon if point.lon is None else point.lon
    lat = point.project.lat if point.lat is None else point.lat
    if lon is None or lat is None:
        return None
    return {
        "type": "Feature",
        "id": point.pk,
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {
            "name": f"{point.name}（{point.place}）",
            "severity": point.grade,
            "project": point.project.name,
            "work": name_of(kind_of(point.kind)),
            "level": level_label(point.level, point.at_least)[0],
            "window": f"{point.work_from:%m-%d} — {point.work_to:%m-%d}",
            "responsible": str(point.responsible),
            "weather": selectors.weather_note(point, winds.get(point.project_id)),
            "url": point.get_absolute_url(),
        },
    }


def scan_address(request: HttpRequest, point: RiskPoint) -> str:
    """The address that the sheet on site carries."""
    return request.build_absolute_uri(reverse("hazards:risk_scan", args=[point.token]))


@require_GET
def qr(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet's address as a QR code (SVG, black modules, no script)."""
    require(request.user, "risk_points.read")
    point = selectors.get_visible_point(request.user, pk)
    out = io.BytesIO()
    segno.make(scan_address(request, point), error="m").save(
        out, kind="svg", scale=4, border=2, xmldecl=False, svgclass=None, lineclass=None
    )
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


@require_GET
def sheets(request: HttpRequest, code: str) -> HttpResponse:
    """A4 sheets to hang at the points of a project: name, colour, controls, the person, the QR code."""
    require(request.user, "risk_points.read")
    project = get_visible(request.user, code)
    points: list[Any] = list(
        selectors.visible_points(request.user)
        .filter(project=project, state__in=MAPPED_STATES)
        .select_related("project", "responsible__organisation")
    )
    for point in points:
        point.level_label = level_label(point.level, point.at_least)[0]
        point.kind_name = name_of(kind_of(point.kind))
    return render(request, "hazards/risks/sheets.html", {"project": project, "points": points})
