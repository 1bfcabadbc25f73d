"""The map page and the GeoJSON behind it, each under the reader's own rights."""

from __future__ import annotations

import hashlib
import math
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import require
from lantu.gis.layers import lamp_words, layers_document, list_address
from lantu.gis.selectors import (
    Box,
    box_of,
    datum_note,
    districts,
    lamp_counts_placed,
    project_points,
    project_shapes,
    touching_box,
)
from lantu.projects.areas import area_names
from lantu.projects.filters import filter_groups
from lantu.projects.selectors import ProjectFilter, find_projects

ROWS_IN_VIEW = 50


def _json(request: HttpRequest, body: Any) -> HttpResponse:
    """JSON with an ETag of its content: an unchanged layer costs the reader a 304."""
    content = orjson.dumps(body)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type="application/geo+json")
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return get_conditional_response(request, etag=etag, response=response) or response


@require_GET
def layers(request: HttpRequest) -> HttpResponse:
    """The layers document; its ``as_of`` is the time of asking, the layers carry the time of their facts."""
    require(request.user, "gis.read")
    wanted = ProjectFilter.from_query(request.GET)
    only = frozenset(key for key in request.GET.get("layers", "").split(",") if key)
    as_of = timezone.localtime().isoformat(timespec="seconds")
    document = layers_document(request.user, wanted, as_of=as_of, only=only)
    response = HttpResponse(orjson.dumps(document), content_type="application/json")
    patch_cache_control(response, private=True, no_store=True)
    return response


@gzip_page
@require_GET
def counties(request: HttpRequest) -> HttpResponse:
    require(request.user, "gis.read")
    return _json(request, districts(request.user))


@gzip_page
@require_GET
def projects(request: HttpRequest) -> HttpResponse:
    require(request.user, "gis.read")
    wanted = ProjectFilter.from_query(request.GET)
    return _json(request, project_points(request.user, wanted, box_of(request.GET.get("bbox", ""))))


@gzip_page
@require_GET
def shapes(request: HttpRequest) -> HttpResponse:
    require(request.user, "gis.read")
    wanted = ProjectFilter.from_query(request.GET)
    return _json(request, project_shapes(request.user, wanted, box_of(request.GET.get("bbox", ""))))


def _focus(box: Box) -> str:
    """``lon,lat,zoom`` that shows the box on a screen of about 1000 pixels."""
    west, south, east, north = box
    span = max(east - west, (north - south) * 1.3, 0.002)
    return f"{(west + east) / 2:.5f},{(south + north) / 2:.5f},{math.log2(360 * 2 / span):.2f}"


@require_GET
def map_page(request: HttpRequest) -> HttpResponse:
    """``/map/``: filter, legend with counts, map, and with ``bbox`` the list of what lies in it."""
    require(request.user, "gis.read")
    wanted = ProjectFilter.from_query(request.GET)
    box = box_of(request.GET.get("bbox", ""))
    counts, unplaced, newest = lamp_counts_placed(request.user, wanted)
    in_view = list(touching_box(find_projects(request.user, wanted), box)[:ROWS_IN_VIEW]) if box else []
    context = {
        "wanted": wanted,
        "groups": filter_groups(wanted),
        "areas": area_names(),
        "query": urlencode(wanted.active()),
        "lamp_options": [(lamp, label, counts[lamp]) for lamp, label in lamp_words().items()],
        "placed": sum(counts.values()),
        "unplaced": unplaced,
        "newest": newest,
        "datum_note": datum_note(),
        "list_address": list_address(wanted),
        "focus": _focus(box) if box else "",
        "box": box,
        "in_view": in_view,
    }
    return render(request, "gis/map.html", context)
