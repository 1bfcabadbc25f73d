"""Events of a hazard in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantu.core.models import Event
from lantu.core.submissions import read_moment

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
    "hazards.twin_taken_in": (_("并入一条重复上报"), ""),
    "hazards.hazard_voided": (_("作废"), "bad"),
    "hazards.grade_raised": (_("等级提高"), "bad"),
    "hazards.plan_submitted": (_("提交整改方案"), ""),
    "hazards.plan_approved": (_("批准整改方案"), "ok"),
    "hazards.plan_returned": (_("退回整改方案"), "bad"),
    "hazards.work_stopped": (_("下达停工令"), "bad"),
    "hazards.resumption_asked": (_("申请复工"), ""),
    "hazards.work_resumed": (_("签发复工令"), "ok"),
    "hazards.hazard_listed": (_("挂牌督办"), "bad"),
    "hazards.hazard_delisted": (_("摘牌"), "ok"),
    "hazards.order_disputed": (_("提出整改异议"), "warn"),
    "hazards.dispute_decided": (_("裁定整改异议"), ""),
    "hazards.order_transferred": (_("改派整改单位"), "warn"),
    "hazards.extension_consented": (_("监督机构同意延期"), ""),
    "hazards.deadline_extended": (_("整改期限延长"), "warn"),
    "hazards.hazard_regraded": (_("调整等级"), "warn"),
    "hazards.hazard_reopened": (_("重新打开"), "bad"),
    "hazards.look_back_opened": (_("下达回头看"), ""),
    "hazards.look_back_done": (_("办结回头看"), ""),
    "hazards.document_made": (_("生成文书"), ""),
    "hazards.warning_cleared": (_("读数恢复正常"), "ok"),
    "hazards.warning_recurred": (_("再次超限"), "bad"),
}


@dataclass(frozen=True, kw_only=True)
class EventLine:
    event: Event
    label: str | Promise
    tone: str
    # When the phone says that it was done, for what arrived later.
    captured_at: datetime | None = None


def event_lines(events: Iterable[Event]) -> list[EventLine]:
    """One line per event, in the given order."""
    lines = []
    for event in events:
        label, tone = WORDS.get(event.kind, (event.kind, ""))
        captured_at = read_moment(str(event.payload.get("captured_at", "")))
        lines.append(EventLine(event=event, label=label, tone=tone, captured_at=captured_at))
    return lines
