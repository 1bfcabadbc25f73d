"""Small drawings in SVG, without inline styles: progress bars and sparklines."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lantu.ui.tags.numbers import Number, number

SPARK_WIDTH = 120
SPARK_HEIGHT = 22
SPARK_PAD = 2


def progress(
    value: Number | None, plan: Number | None = None, tone: str = "", label: str = "", most: Number = 100
) -> SafeString:
    """A bar of ``value`` of ``most`` (percent by default) with an optional plan mark. None draws an empty bar."""
    share = _share(value, most)
    said = label or (_("无数据") if value is None else f"{number(value)}%" if most == 100 else number(value))
    mark = ""
    if plan is not None:
        mark = format_html(
            '<rect class="plan" x="{}" width="0.8" height="6"></rect>', min(_share(plan, most), 99.2)
        )
        said = _("%(value)s，计划 %(plan)s") % {
            "value": said,
            "plan": f"{number(plan)}%" if most == 100 else number(plan),
        }
    return format_html(
        '<svg class="lt-bar{}" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="bg" width="100" height="6"></rect><rect class="fg" width="{}" height="6"></rect>{}</svg>',
        f" {tone}" if tone else "",
        said,
        share,
        mark,
    )


def spark(values: Sequence[Number | None], label: str = "") -> SafeString:
    """A sparkline over equally spaced values; None breaks the line. With a label it is an image, else decoration."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return format_html(
            '<svg class="lt-spark" viewBox="0 0 {} {}" aria-hidden="true"></svg>', SPARK_WIDTH, SPARK_HEIGHT
        )
    low, high = min(known), max(known)
    step = SPARK_WIDTH / (len(values) - 1)
    scale = (SPARK_HEIGHT - 2 * SPARK_PAD) / ((high - low) or 1)
    parts, pen = [], "M"
    for index, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        y = SPARK_HEIGHT - SPARK_PAD - (float(value) - low) * scale
        parts.append((pen, f"{index * step:.1f}", f"{y:.1f}"))
        pen = "L"
    said = (
        format_html('role="img" aria-label="{}"', label) if label else format_html('aria-hidden="{}"', "true")
    )
    return format_html(
        '<svg class="lt-spark" viewBox="0 0 {} {}" preserveAspectRatio="none" {}><path d="{}"></path></svg>',
        SPARK_WIDTH,
        SPARK_HEIGHT,
        said,
        format_html_join(" ", "{}{} {}", parts),
    )


def _share(value: Number | None, most: Number) -> float:
    """Percent of the bar, within 0…100."""
    return round(min(max(float(value or 0) / float(most or 1) * 100, 0.0), 100.0), 2)
