"""``{% load lantu %}``: the tags of the house. The work is done in lantu/ui/tags/, this file only names it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lantu.core import sentences
from lantu.ui import assets
from lantu.ui.tags import bars, clock, figures, marks, numbers, pages, wording

register = template.Library()

register.simple_tag(marks.icon, name="icon")
register.simple_tag(marks.severity, name="severity")
register.simple_tag(marks.lamp, name="lamp")
register.simple_tag(bars.progress, name="progress")
register.simple_tag(bars.spark, name="spark")
register.filter("said", sentences.retell)
register.filter("money", numbers.money)
register.filter("number", numbers.number)
register.simple_tag(assets.build_exists, name="build_exists")
register.simple_tag(wording.element_words, name="element_words")


@register.simple_tag
def entry(name: str) -> SafeString:
    """Style sheets, preloads and the module of a page entry (frontend/src/pages.ts); a comment without a build."""
    found = assets.read_entry(name)
    if found is None:
        return format_html(
            "<!-- {} -->", "front-end build missing: run `npm ci && npm run build` in frontend/"
        )
    return format_html(
        '{}{}<script type="module" src="{}"></script>',
        format_html_join("", '<link rel="stylesheet" href="{}">', ((url,) for url in found.styles)),
        format_html_join("", '<link rel="modulepreload" href="{}">', ((url,) for url in found.preloads)),
        found.script,
    )


@register.simple_tag(takes_context=True)
def figure(context: Context, name: str) -> figures.ShownFigure:
    """``{% figure "projects.under_construction" %}`` or ``… as f %}`` (f.text, f.unit, f.rows, f.title, f.value)."""
    return figures.shown_figure(name, context["request"].user, context["now"])


@register.inclusion_tag("ui/_kpi.html", takes_context=True)
def kpi(
    context: Context,
    name: str,
    *,
    icon: str = "",
    label: str = "",
    note: str = "",
    tone: str = "",
    bar: bool = False,
    plan: float | None = None,
    trend: list[float] | None = None,
) -> dict[str, Any]:
    """A card around a figure. ``bar`` draws the percentage, ``plan`` its mark, ``trend`` a sparkline.

    ``tone`` colours what there is: a zero, or a figure that cannot be stated, alarms nobody.
    """
    shown = figures.shown_figure(name, context["request"].user, context["now"])
    return {
        "f": shown,
        "icon_name": icon,
        "label": label or shown.label,
        "note": note or shown.note,
        "tone": tone if shown.value else "",
        "bar": bar,
        "plan": plan,
        "trend": trend,
    }


@register.simple_tag(takes_context=True)
def due(context: Context, due_at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """``{% due duty.due_at %}`` or with an explicit now."""
    return clock.due(due_at, now or context["now"])


@register.simple_tag(takes_context=True)
def ago(context: Context, moment: datetime | None, now: datetime | None = None) -> SafeString | str:
    """``{% ago event.at %}``."""
    return clock.ago(moment, now or context["now"])


@register.simple_tag(takes_context=True)
def freshness(context: Context, last_at: datetime | None, period_s: float) -> SafeString:
    """``{% freshness device.last_at channel.period_s %}``."""
    return clock.freshness(last_at, period_s, context["now"])


@register.inclusion_tag("ui/_pager.html", takes_context=True)
def pager(context: Context, page: Any, parameter: str = "page") -> dict[str, Any]:
    """``{% pager page %}`` for a Django Page; keeps the other query parameters."""
    return pages.page_links(context["request"], page, parameter)


@register.simple_tag(takes_context=True)
def narrowed(context: Context) -> bool:
    """``{% narrowed as some %}``: whether the address asks for less than all rows, so that "none" has two meanings."""
    return pages.is_narrowed(context["request"].GET)


@register.simple_tag(takes_context=True)
def cursor_next(context: Context, cursor: str | None, parameter: str = "cursor") -> SafeString | str:
    """``{% cursor_next page.next %}``: a "next" link for cursor lists, empty at the end."""
    address = pages.cursor_link(context["request"], cursor, parameter)
    if address is None:
        return ""
    return format_html(
        '<nav class="lt-pager"><span class="lt-push"><a href="{}" rel="next">{}</a></span></nav>',
        address,
        _("下一页"),
    )


@register.simple_block_tag
def empty(content: str, title: str, icon: str = "inbox") -> SafeString:
    """``{% empty "还没有隐患" icon="shield-check" %}what to do next{% endempty %}``: an empty state, never a blank."""
    return format_html('<div class="lt-empty">{}<b>{}</b>{}</div>', marks.icon(icon), title, content)
