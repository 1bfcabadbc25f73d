"""Icons, severities, lamps: colour is never the only sign, each mark also has a shape and a character."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lantu.ui.assets import sprite_url


@dataclass(frozen=True, kw_only=True)
class Mark:
    icon: str
    short: Any
    title: Any


SEVERITIES = {
    4: Mark(icon="alert-octagon", short=_("红"), title=_("红色（最高级）")),
    3: Mark(icon="alert-triangle", short=_("橙"), title=_("橙色（较高级）")),
    2: Mark(icon="alert-circle", short=_("黄"), title=_("黄色（一般级）")),
    1: Mark(icon="info-circle", short=_("蓝"), title=_("蓝色（提示级）")),
}

LAMPS = {
    "green": Mark(icon="circle-check", short=_("绿灯"), title=_("绿灯：正常推进")),
    "yellow": Mark(icon="alert-triangle", short=_("黄灯"), title=_("黄灯：需要关注")),
    "red": Mark(icon="alert-octagon", short=_("红灯"), title=_("红灯：严重滞后或有重大问题")),
    "grey": Mark(icon="circle-dashed", short=_("灰灯"), title=_("灰灯：资料不足，无法评定")),
}


def icon(name: str, cls: str = "") -> SafeString:
    """An icon of the sprite, hidden from screen readers: put words beside it or a label on its button."""
    return format_html(
        '<svg class="lt-ico{}" aria-hidden="true" focusable="false"><use href="{}#i-{}"></use></svg>',
        f" {cls}" if cls else "",
        sprite_url(),
        name,
    )


def severity(level: int | None) -> SafeString | str:
    """Severity 4 red … 1 blue as a badge; None or another number → empty."""
    mark = SEVERITIES.get(int(level)) if level is not None else None
    if mark is None:
        return ""
    return format_html(
        '<span class="lt-sev lt-sev-{}" title="{}">{}{}</span>',
        level,
        mark.title,
        icon(mark.icon),
        mark.short,
    )


def lamp(colour: str | None) -> SafeString:
    """A project lamp as a badge; an unknown or empty colour shows as grey: not judged."""
    key = colour if colour in LAMPS else "grey"
    mark = LAMPS[key]
    return format_html(
        '<span class="lt-lamp lt-lamp-{}" title="{}">{}{}</span>',
        key,
        mark.title,
        icon(mark.icon),
        mark.short,
    )
