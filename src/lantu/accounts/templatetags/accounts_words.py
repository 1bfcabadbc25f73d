"""Names for what is kept as a number or code."""

from __future__ import annotations

from django import template

from lantu.packs.load import national

register = template.Library()


@register.filter
def area_name(code: str) -> str:
    """``371402`` → 德城区; an unknown code shows as itself."""
    area = national().areas.get(code)
    return area.name if area is not None else code


@register.filter
def project_name(names: dict[int, tuple[str, str]], project_id: int) -> str:
    """The name of a project from ``{id: (code, name)}``, else its number."""
    found = names.get(project_id) if names else None
    return found[1] if found is not None else f"#{project_id}"


_BROWSERS = (
    ("Edg/", "Edge"),
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def device_name(agent: str) -> str:
    """The browser and system of a User-Agent, in words a person recognises; else its beginning."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (browser, system) if part) or agent[:40]
