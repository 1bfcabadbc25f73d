"""What makes the site pages an app: manifest, service worker, the shell without network, and what to keep ready."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lantu.core.offline import offline_sources
from lantu.ui.assets import DIST

MOST_PAGES = 200
# Long-pressing the app's icon opens these, where the house has the page.
SHORTCUTS = (
    ("hazards:phone", gettext_noop("我的整改单")),
    ("hazards:report", gettext_noop("登记隐患")),
    ("phone:shell", gettext_noop("离线与待发送")),
)


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The built worker, served from the root so that it may serve every page. 404 without a front-end build."""
    path = DIST / "sw.js"
    if not path.is_file():
        raise Http404
    response = HttpResponse(path.read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    # A worker keeps its own policy: it fetches from this house only and runs nothing else.
    response["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; connect-src 'self'"
    return response


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest, in the reader's language."""
    shortcuts = []
    for name, label in SHORTCUTS:
        try:
            shortcuts.append({"name": _(label), "url": reverse(name)})
        except NoReverseMatch:
            continue  # a house without that room
    response = JsonResponse(
        {
            "id": "/",
            "name": _("蓝图 · 重点工程"),
            "short_name": _("蓝图"),
            "description": _("整改、复查、巡查：没有网络也能办。"),
            "lang": get_language() or "zh-hans",
            "start_url": "/work/",
            "scope": "/",
            "display": "standalone",
            "orientation": "any",
            "theme_color": "#0a3574",
            "background_color": "#f2f5f9",
            "categories": ["government", "productivity"],
            "icons": [
                _icon("icon-192.png", 192),
                _icon("icon-512.png", 512),
                _icon("icon-maskable-512.png", 512, "maskable"),
                {"src": static("ui/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            ],
            "shortcuts": shortcuts,
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _icon(name: str, size: int, purpose: str = "any") -> dict[str, str]:
    return {
        "src": static(f"ui/{name}"),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }


@require_GET
def shell(request: HttpRequest) -> HttpResponse:
    """Stands in for every page that cannot be had: the queue and the kept pages of whoever uses this browser.

    Names nobody, because the worker keeps it for all: what it shows comes from the browser itself.
    """
    return render(request, "ui/phone_shell.html")


@require_GET
def session(request: HttpRequest) -> JsonResponse:
    """Who is signed in, and a fresh token for sending a form that was filled in earlier."""
    user = str(request.user.pk) if request.user.is_authenticated else ""
    response = JsonResponse({"user": user, "csrf": get_token(request) if user else ""})
    add_never_cache_headers(response)
    return response


@require_GET
def pages(request: HttpRequest) -> JsonResponse:
    """What this reader will need without network: open work first. Each address is fetched under their own rights."""
    now = timezone.now()
    wanted: dict[str, None] = {static("ui/icon.svg"): None}
    for source in offline_sources:
        wanted |= dict.fromkeys(source.addresses(request.user, now))
    response = JsonResponse({"user": str(request.user.pk), "pages": list(wanted)[:MOST_PAGES]})
    add_never_cache_headers(response)
    return response


# Without a name in them: a phone must be able to fetch these before and after somebody signs in.
for view in (service_worker, manifest, shell, session):
    view.is_public = True  # type: ignore[attr-defined]
