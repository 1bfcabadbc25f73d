"""Error pages, the reader's preferences, and the living style page (demo and debug only)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from lantu.ui import samples
from lantu.ui.context import CONTRASTS, TEXT_SIZES, THEMES

YEAR_S = 365 * 24 * 3600


def _samples_allowed() -> None:
    """Sample pages are for builders: a production site answers 404."""
    if not (settings.DEBUG or getattr(settings, "DEMO", False)):
        raise Http404


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain("403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain("404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _plain("500.html", 500)


def _plain(template: str, status: int) -> HttpResponse:
    """Without the request: an error page must not ask the database who is reading."""
    return HttpResponse(render_to_string(template), status=status)


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component with sample data, to copy from."""
    _samples_allowed()
    return render(request, "ui/styleguide.html", samples.page(timezone.now()))


@require_GET
def sample_wall(request: HttpRequest) -> HttpResponse:
    _samples_allowed()
    return render(request, "ui/sample_wall.html", samples.page(timezone.now()))


@require_GET
def sample_phone(request: HttpRequest) -> HttpResponse:
    _samples_allowed()
    return render(request, "ui/sample_phone.html", samples.page(timezone.now()))


@require_GET
def sample_auth(request: HttpRequest) -> HttpResponse:
    _samples_allowed()
    return render(request, "ui/sample_auth.html", {})


@require_GET
def sample_chart(request: HttpRequest) -> JsonResponse:
    """A live-chart spec as data-src answers it."""
    _samples_allowed()
    return JsonResponse(samples.time_chart(timezone.now() - timedelta(hours=24)))


@require_GET
def sample_layers(request: HttpRequest) -> JsonResponse:
    """A layers document of the map contract, with made-up shapes."""
    _samples_allowed()
    return JsonResponse(samples.layers(timezone.now()))


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep theme (light|dark), text (normal|big|bigger) and contrast (normal|more) in cookies, then go to ``next``.

    Unknown values are refused with 400.
    """
    chosen: dict[str, Any] = {}
    for field, cookie, allowed in (
        ("theme", "lt_theme", THEMES),
        ("text", "lt_text", TEXT_SIZES),
        ("contrast", "lt_contrast", CONTRASTS),
    ):
        value = request.POST.get(field)
        if value is None:
            continue
        if value not in allowed:
            return HttpResponse(status=400)
        chosen[cookie] = value
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = HttpResponseRedirect(target)
    for cookie, value in chosen.items():
        response.set_cookie(
            cookie, value, max_age=YEAR_S, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


# Open without signing in: the choice of light and large letters, and sample pages that hold no data.
for view in (preferences, styleguide, sample_wall, sample_phone, sample_auth, sample_chart, sample_layers):
    view.is_public = True  # type: ignore[attr-defined]
