"""The cockpit: one page for desk and phone, one for the wall, and each panel alone for live refreshes."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import require
from lantu.cockpit.brief import blockers, promises, red_projects
from lantu.cockpit.panels import CHARTS, PANELS, Screen


def _reader(request: HttpRequest) -> Any:
    require(request.user, "cockpit.view")
    return request.user


def _screen(request: HttpRequest, template: str, *, wall: bool) -> HttpResponse:
    screen = Screen(_reader(request), now=timezone.now(), wall=wall)
    facts = {key: panel.read(screen) for key, panel in PANELS.items()}
    live = {key: panel.live for key, panel in PANELS.items()}
    return render(request, template, {"panels": facts, "live": live, "now": screen.now})


@require_GET
def cockpit(request: HttpRequest) -> HttpResponse:
    """The cockpit on a desk or in the hand."""
    return _screen(request, "cockpit/cockpit.html", wall=False)


@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """The same facts on a 1920×1080 display, read-only."""
    return _screen(request, "cockpit/wall.html", wall=True)


@require_GET
def panel(request: HttpRequest, look: str, key: str) -> HttpResponse:
    """One panel's content; ``look`` is page or wall."""
    if key not in PANELS or key in CHARTS or look not in ("page", "wall"):
        raise Http404
    screen = Screen(_reader(request), now=timezone.now(), wall=look == "wall")
    return render(
        request, f"cockpit/{look}/_{key}.html", {"panel": PANELS[key].read(screen), "now": screen.now}
    )


@require_GET
def chart(request: HttpRequest, key: str) -> HttpResponse:
    """The spec of one chart."""
    if key not in CHARTS:
        raise Http404
    facts = PANELS[key].read(Screen(_reader(request), now=timezone.now(), wall=False))
    return JsonResponse(facts["chart"], json_dumps_params={"ensure_ascii": False})


@require_GET
def brief(request: HttpRequest) -> HttpResponse:
    """One sheet of A4 for the person who takes the chair."""
    reader, now = _reader(request), timezone.now()
    screen = Screen(reader, now=now, wall=False)
    facts = {
        **{key: PANELS[key].read(screen) for key in ("kpis", "stages", "data_time")},
        "red_projects": red_projects(reader),
        "blockers": blockers(reader, now=now),
        "promises": promises(reader, now=now),
        "now": now,
    }
    return render(request, "cockpit/brief.html", facts)
