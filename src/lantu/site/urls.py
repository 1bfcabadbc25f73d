"""The doors of the whole house."""

from __future__ import annotations

from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path, reverse

from lantu.accounts.middleware import public
from lantu.site import health
from lantu.site.api import api


@public
def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in is one's own work; strangers sign in."""
    return HttpResponseRedirect(
        reverse("duties:work") if request.user.is_authenticated else reverse(settings.LOGIN_URL)
    )


urlpatterns = [
    path("", home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("api/v1/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("lantu.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("lantu.ui.urls_phone")),
    path("core/", include("lantu.core.urls")),
    path("projects/", include("lantu.projects.urls")),
    path("work/", include("lantu.duties.urls")),
]

# Rooms with pages of their own, by the path they answer to.
for label, prefix in (
    ("ui", "ui/"),
    ("gis", "map/"),
    ("lifecycle", "lifecycle/"),
    ("monitoring", "monitoring/"),
    ("hazards", "hazards/"),
    ("cockpit", "cockpit/"),
):
    if apps.is_installed(f"lantu.{label}") and find_spec(f"lantu.{label}.urls"):
        urlpatterns.append(path(prefix, include(f"lantu.{label}.urls")))

handler400 = "lantu.ui.views.bad_request"
handler403 = "lantu.ui.views.forbidden"
handler404 = "lantu.ui.views.not_found"
handler500 = "lantu.ui.views.server_error"
