"""``{% load projects %}``: what pages about a project share."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from lantu.accounts.permissions import may
from lantu.core.registry import project_tabs
from lantu.projects.areas import area_name
from lantu.projects.filters import tone_of
from lantu.projects.models import Project
from lantu.ui.tags.marks import icon
from lantu.ui.tags.numbers import money

register = template.Library()
register.filter("area_name", area_name)
register.filter("tone_of", tone_of)


@register.filter
def get_item(mapping: dict[str, Any], key: str) -> Any:
    """``{{ areas|get_item:code }}``; the key itself when it is not there."""
    return mapping.get(key, key)


@register.filter
def money_number(yuan: Decimal | None) -> str:
    """The digits of ``money``, without the unit."""
    return re.sub(r"[^\d.,\-—]", "", money(yuan))


@register.filter
def money_unit(yuan: Decimal | None) -> str:
    """The unit of ``money``, without the digits."""
    return re.sub(r"[\d.,\-—]", "", money(yuan)).strip()


# Called, not kept: the sprite's address changes with a new build.
ICONS = {
    "industry": lambda: icon("building"),
    "transport": lambda: icon("road"),
    "municipal": lambda: icon("building-community"),
    "water": lambda: icon("droplet"),
    "energy": lambda: icon("bolt"),
    "livelihood": lambda: icon("building-hospital"),
    "housing": lambda: icon("home"),
    "ecology": lambda: icon("trees"),
}


@register.filter
def sector_icon(project: Project) -> SafeString:
    """The icon of a project's sector."""
    return ICONS.get(project.sector, ICONS["industry"])()


@register.inclusion_tag("projects/_tabs.html", takes_context=True)
def project_tabs_of(context: Context, project: Project, current: str = "overview") -> dict[str, Any]:
    """The tabs of a project page that this reader may open."""
    reader = context["request"].user
    tabs = [
        {
            "key": tab.key,
            "label": tab.label,
            "icon": tab.icon,
            "url": reverse(tab.url_name, args=[project.code]),
        }
        for tab in project_tabs
        if tab.permission is None or may(reader, tab.permission, project)
    ]
    return {"project": project, "tabs": tabs, "current": current}


@register.inclusion_tag("projects/_head.html", takes_context=True)
def project_head(context: Context, project: Project, current: str = "overview") -> dict[str, Any]:
    """Name, tags, lamp and tabs of a project: the head of every page about it."""
    reader = context["request"].user
    return {
        "request": context["request"],
        "now": context.get("now"),
        "project": project,
        "current": current,
        "overview": current == "overview",
        "may_edit": may(reader, "projects.edit", project),
        "may_report": may(reader, "projects.report_month", project),
        "parties": {party.role: party for party in project.parties.all()},
    }
