"""Pages and the map layer of observations."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing
from lantu.monitoring.observations.selectors import (
    accuracy,
    find_observations,
    get_observation,
    type_label,
    type_labels,
)
from lantu.monitoring.observations.services.review import confirm, dismiss, is_of_the_works
from lantu.monitoring.observations.states import TRANSITIONS, ObservationState
from lantu.packs.load import national

ON_MAP = 500


@require_GET
def observations(request: HttpRequest) -> HttpResponse:
    """All observations of the reader's projects, and how often each kind was wrong."""
    require(request.user, "monitoring.read")
    asked = {name: request.GET.get(name, "") for name in ("project", "type", "state")}
    rows = find_observations(request.user, project=asked["project"], kind=asked["type"], state=asked["state"])
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    shown = [(row, type_label(row.type)) for row in page.object_list]
    context = {
        "page": page, "rows": shown, "asked": asked, "types": type_labels(), "states": ObservationState.choices,
        "accuracy": accuracy(request.user), "levels": national().observations.values(),
    }  # fmt: skip
    return render(request, "monitoring/observations.html", context)


@require_GET
def observation(request: HttpRequest, pk: int) -> HttpResponse:
    """One observation: the picture, how sure, whose ball, what was decided."""
    require(request.user, "monitoring.read")
    found = get_observation(request.user, pk)
    may_review = may(request.user, "monitoring.review_observation", found.project)
    context = {
        "observation": found,
        "label": type_label(found.type),
        "percent": round(100 * found.confidence),
        "may_confirm": may_review and (found.state, "confirm") in TRANSITIONS,
        "may_dismiss": may_review
        and (found.state, "dismiss") in TRANSITIONS
        and isinstance(request.user, User)
        and not is_of_the_works(found, request.user),
    }
    return render(request, "monitoring/observation.html", context)


@require_POST
def review(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """confirm | dismiss."""
    found = get_observation(request.user, pk)
    require(request.user, "monitoring.review_observation", found.project)
    assert isinstance(request.user, User)
    if verb not in ("confirm", "dismiss"):
        raise Missing("monitoring.no_such_verb", _("没有这个操作。"))
    act = confirm if verb == "confirm" else dismiss
    act(found, note=request.POST.get("note", ""), now=timezone.now(), actor=request.user)
    messages.success(request, _("已确认属实。") if verb == "confirm" else _("已记为不是问题。"))
    return HttpResponseRedirect(found.get_absolute_url())


@require_GET
def layer(request: HttpRequest) -> HttpResponse:
    """GeoJSON of what was seen lately: confirmed and waiting ones."""
    require(request.user, "monitoring.read")
    now = timezone.now()
    rows = find_observations(request.user, project=request.GET.get("project", "")).filter(
        state__in=(ObservationState.NEW, ObservationState.CONFIRMED), lon__isnull=False
    )
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
            "properties": {
                "name": type_label(row.type), "severity": row.severity, "state": row.state, "project": row.project.code,
                "url": row.get_absolute_url(),
            },
        }
        for row in rows[:ON_MAP]
    ]  # fmt: skip
    return JsonResponse({"type": "FeatureCollection", "as_of": now.isoformat(), "features": features})
