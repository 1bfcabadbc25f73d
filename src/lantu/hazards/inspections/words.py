"""Events of inspections in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantu.core.models import Event

EVENTS: dict[str, tuple[str | Promise, str]] = {
    "inspections.inspection_planned": (_("安排检查"), ""),
    "inspections.inspection_started": (_("开始检查"), ""),
    "inspections.table_filled": (_("填写检查表"), ""),
    "inspections.inspection_finished": (_("完成检查，检查表冻结"), "warn"),
    "inspections.inspection_signed": (_("复核签字"), "ok"),
    "inspections.inspection_sent_back": (_("复核退回"), "bad"),
    "inspections.inspection_voided": (_("取消检查"), ""),
    "inspections.draw_made": (_("双随机抽取"), ""),
}


def lines(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Event, label and tone for the time line of a page."""
    found = []
    for event in events:
        label, tone = EVENTS.get(event.kind, (event.kind, ""))
        found.append({"event": event, "label": label, "tone": tone})
    return found
