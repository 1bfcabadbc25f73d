"""Signed-in by default: a view is public only when it says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from lantu.accounts.services.demo import demo_refused

GetResponse = Callable[[HttpRequest], HttpResponse]
ViewT = TypeVar("ViewT", bound=Callable[..., Any])

# Third-party doors that must stand open: signing in, language, API (it authenticates by itself).
_OPEN_PREFIXES = ("/accounts/login", "/accounts/2fa/authenticate", "/i18n/", "/api/", "/static/")
# Where a person with an administrator's password may still go.
_BEFORE_OWN_PASSWORD = (
    "/accounts/password/change/",
    "/accounts/logout/",
    "/i18n/",
    "/ui/preferences/",
    "/static/",
    "/live",
)


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
        if user.is_authenticated and demo_refused(user):
            logout(request)
            user = request.user
        if user.is_authenticated:
            return self._for_person(request, user)
        if getattr(view, "is_public", False) or request.path.startswith(_OPEN_PREFIXES):
            return None
        login = reverse(settings.LOGIN_URL)
        if getattr(request, "htmx", False):
            # Coming back to a fragment would show it without its page.
            return _to(request, login, 401)
        if request.method not in ("GET", "HEAD"):
            messages.warning(request, _("登录已过期，刚才的提交没有保存。请登录后再提交一次。"))
        return _to(request, f"{login}?{urlencode({'next': _page_of(request)})}", 401)

    def _for_person(self, request: HttpRequest, user: Any) -> HttpResponse | None:
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and user.language:
            translation.activate(user.language)
        if user.must_change_password and not request.path.startswith(_BEFORE_OWN_PASSWORD):
            if request.path.startswith("/api/"):
                return HttpResponse(status=403)
            messages.warning(request, _("这是管理员给的初始密码，请先改成自己的密码。"))
            return _to(request, reverse("account_change_password"), 403)
        return None


def _page_of(request: HttpRequest) -> str:
    """Where to go back after signing in: the page itself, or the page whose form was sent (its door takes no GET)."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, require_https=request.is_secure()
    ):
        return reverse("home")
    page = urlsplit(came_from)
    return f"{page.path}?{page.query}" if page.query else page.path


def _to(request: HttpRequest, address: str, status: int) -> HttpResponse:
    """A redirect for pages; for a fragment, an order to the whole page."""
    if getattr(request, "htmx", False):
        response = HttpResponse(status=status)
        response["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)
