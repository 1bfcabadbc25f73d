"""Signed-in by default: a view is public only when it says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation

GetResponse = Callable[[HttpRequest], HttpResponse]
ViewT = TypeVar("ViewT", bound=Callable[..., Any])

# Third-party doors that must stand open: signing in, language, API (it authenticates by itself).
_OPEN_PREFIXES = ("/accounts/login", "/accounts/2fa/authenticate", "/accounts/reauthenticate", "/i18n/", "/api/", "/static/")


def public(view: ViewT) -> ViewT:
    """Mark a view that anybody may open without signing in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


class SignedInMiddleware:
    """Send strangers to the sign-in page; speak the language the person chose."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        user: Any = request.user
        if user.is_authenticated:
            if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and user.language:
                translation.activate(user.language)
            return None
        if getattr(view, "is_public", False) or request.path.startswith(_OPEN_PREFIXES):
            return None
        if getattr(request, "htmx", False):
            response = HttpResponse(status=401)
            response["HX-Redirect"] = reverse(settings.LOGIN_URL)
            return response
        return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}")
