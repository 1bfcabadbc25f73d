"""What every page knows: the hour, the city, the reader's navigation and preferences.

A door: this is where a page's ``now`` comes from, so that all figures and deadlines of one page agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from lantu.core.registry import navigation, public_pages

THEMES = ("light", "dark")
# Letters of the whole page: 100 %, 125 %, 150 %.
TEXT_SIZES = ("normal", "big", "bigger")
CONTRASTS = ("normal", "more")


@dataclass(frozen=True)
class NavLink:
    """One entry of the navigation as a page shows it."""

    key: str
    label: Any
    icon: str
    url: str
    current: bool


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor for all templates."""
    theme = request.COOKIES.get("lt_theme", "light")
    text = request.COOKIES.get("lt_text", "normal")
    contrast = request.COOKIES.get("lt_contrast") == "more"
    return {
        "now": timezone.now(),
        "CITY_NAME": city_name(),
        "DEMO": getattr(settings, "DEMO", False),
        # Lazy: a fragment that shows no navigation asks no permissions.
        "nav_links": SimpleLazyObject(lambda: nav_links(request)),
        "thumb_links": SimpleLazyObject(lambda: thumb_links(request)),
        "public_links": SimpleLazyObject(lambda: public_links(request)),
        # Against the sun only black on white helps.
        "theme": theme if theme in THEMES and not contrast else "light",
        "other_theme": "light" if theme == "dark" else "dark",
        "text_size": text if text in TEXT_SIZES else "normal",
        "high_contrast": contrast,
        "other_language": "en" if not getattr(request, "LANGUAGE_CODE", "zh").startswith("en") else "zh-hans",
    }


def city_name() -> str:
    """The city's name in the active language; empty when none is set."""
    english = (get_language() or "").startswith("en")
    return str(getattr(settings, "CITY_NAME_EN" if english else "CITY_NAME", ""))


def nav_links(request: HttpRequest) -> list[NavLink]:
    """The navigation entries this reader may use, in order; the longest matching path is the current one.

    Anonymous readers get none. Permissions are asked through Django's ``user.has_perm``, because the rules
    live on a higher floor.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    found = []
    for item in navigation:
        if item.permission and not user.has_perm(item.permission):
            continue
        try:
            found.append((item, reverse(item.url_name)))
        except NoReverseMatch as problem:
            raise LookupError(f"navigation entry {item.key}: no URL named {item.url_name}") from problem
    matching = [
        url for _, url in found if request.path == url or (url != "/" and request.path.startswith(url))
    ]
    current = max(matching, key=len, default=None)
    return [
        NavLink(key=item.key, label=item.label, icon=item.icon, url=url, current=url == current)
        for item, url in found
    ]


def public_links(request: HttpRequest) -> list[NavLink]:
    """What anybody may read without an account, in order; pages with nothing to read yet are left out."""
    now = timezone.now()
    return [
        NavLink(key=item.key, label=item.label, icon=item.icon, url=url, current=url == request.path)
        for item in public_pages
        if (url := item.address(now)) is not None
    ]


def thumb_links(request: HttpRequest) -> list[NavLink]:
    """The same entries for the bar of a phone: what this reader works with on site comes right after the first."""
    links = nav_links(request)
    if not links:
        return []
    wanted = {
        item.key: item
        for item in navigation
        if any(request.user.has_perm(permission) for permission in item.thumb_permissions)
    }
    near = [
        _at_thumb(link, wanted[link.key].thumb_url_name, request.path) for link in links if link.key in wanted
    ]
    rest = [link for link in links if link.key not in wanted]
    if any(link.current for link in near):
        rest = [replace(link, current=False) for link in rest]
    return [*rest[:1], *near, *rest[1:]]


def _at_thumb(link: NavLink, url_name: str, path: str) -> NavLink:
    url = reverse(url_name) if url_name else link.url
    return replace(link, url=url, current=link.current or path.startswith(url))
