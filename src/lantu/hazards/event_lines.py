"""Events of a hazard in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantu.core.models import Event

WORDS: dict[str, tuple[str | Promise, str]] = {
    "hazards.hazard_opened": (_("发现隐患"), "warn"),
    "hazards.photos_added": (_("补充整改前照片"), ""),
    "hazards.hazard_confirmed": (_("核实为隐患"), ""),
    "hazards.order_issued": (_("下发整改通知单"), "warn"),
    "hazards.order_accepted": (_("签收整改通知单"), ""),
    "hazards.reply_submitted": (_("提交整改回复"), ""),
    "hazards.reply_confirmed": (_("监理确认"), "ok"),
    "hazards.reply_returned": (_("退回重改"), "bad"),
    "hazards.hazard_closed": (_("复查通过，销号"), "ok"),
    "hazards.false_positive_proposed": (_("申请认定为误报"), "warn"),
    "hazards.false_positive_declined": (_("误报申请被驳回"), ""),
    "hazards.hazard_marked_false": (_("认定为误报"), ""),
    "hazards.hazard_merged": (_("并入另一条隐患"), ""),
    "hazards.hazard_voided": (_("作废"), "bad"),
    "hazards.grade_raised": (_("等级提高"), "bad"),
    "hazards.warning_cleared": (_("读数恢复正常"), "ok"),
    "hazards.warning_recurred": (_("再次超限"), "bad"),
}


@dataclass(frozen=True, kw_only=True)
class EventLine:
    event: Event
    label: str | Promise
    tone: str


def event_lines(events: Iterable[Event]) -> list[EventLine]:
    """One line per event, in the given order."""
    lines = []
    for event in events:
        label, tone = WORDS.get(event.kind, (event.kind, ""))
        lines.append(EventLine(event=event, label=label, tone=tone))
    return lines
