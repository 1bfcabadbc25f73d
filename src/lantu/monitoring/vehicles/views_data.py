"""JSON for page elements: map layers of trucks, a truck's day and its speed."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import require
from lantu.calc.vehicle_rules import Kind
from lantu.monitoring.vehicles.geojson import (
    bounds_of,
    city_tracks,
    day_document,
    day_track,
    disposal_polygons,
    finding_points,
    route_lines,
    speed_chart,
    vehicle_points,
)
from lantu.monitoring.vehicles.grounds import rule_versions
from lantu.monitoring.vehicles.models import VehicleStatus
from lantu.monitoring.vehicles.selectors import (
    day_of,
    disposal_sites,
    find_findings,
    find_vehicles,
    get_vehicle,
    routes_of,
)
from lantu.monitoring.vehicles.tracks import day_span, stored
from lantu.packs.load import city

MOST_TRACKS = 300


@gzip_page
@require_GET
def vehicle_layer(request: HttpRequest) -> HttpResponse:
    """Where the reader's trucks were last."""
    require(request.user, "monitoring.read")
    rows = find_vehicles(request.user, project=request.GET.get("project", ""))
    return JsonResponse(vehicle_points(rows.exclude(status=VehicleStatus.RETIRED), now=timezone.now()))


@gzip_page
@require_GET
def track_layer(request: HttpRequest) -> HttpResponse:
    """Today's tracks of the reader's trucks that were heard today, the latest heard first."""
    require(request.user, "monitoring.read")
    today = timezone.localdate()
    rows = find_vehicles(request.user, project=request.GET.get("project", ""))
    heard = rows.filter(state__heard_at__gte=day_span(today)[0]).order_by("-state__heard_at")
    return JsonResponse(city_tracks(heard[:MOST_TRACKS], day=today))


@gzip_page
@require_GET
def disposal_layer(request: HttpRequest) -> HttpResponse:
    """Disposal sites in force."""
    require(request.user, "monitoring.read")
    return JsonResponse(disposal_polygons(disposal_sites(timezone.localdate())))


@gzip_page
@require_GET
def day_map(request: HttpRequest, pk: int) -> HttpResponse:
    """A truck's day as a layers document: track, findings, routes, disposal sites."""
    require(request.user, "monitoring.read")
    vehicle = get_vehicle(request.user, pk)
    day = day_of(request.GET.get("on", ""), today=timezone.localdate())
    since, until = day_span(day)
    track = day_track(vehicle, stored(vehicle.pk, since, until))
    found = finding_points(find_findings(request.user, vehicle=vehicle.pk, since=since, until=until))
    routes = route_lines(routes_of(vehicle, day))
    document = day_document(
        track,
        found,
        routes,
        disposal_polygons(disposal_sites(day)),
        as_of=timezone.localtime().isoformat(timespec="seconds"),
        bounds=bounds_of(track, found, routes) or list(city().bounds),
        tiles=settings.MAP_TILE_URL or None,
    )
    return JsonResponse(document)


@require_GET
def day_speed(request: HttpRequest, pk: int) -> HttpResponse:
    """Chart of a truck's speed on one day, with the limit of the rule that held then."""
    require(request.user, "monitoring.read")
    vehicle = get_vehicle(request.user, pk)
    day = day_of(request.GET.get("on", ""), today=timezone.localdate())
    limits = [row.params["limit_kmh"] for row in rule_versions(day) if row.kind == Kind.OVERSPEED]
    rows = stored(vehicle.pk, *day_span(day))
    return JsonResponse(speed_chart(rows, limit_kmh=limits[0] if limits else None))
