"""Events of risk points and patrols in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantu.core.models import Event

EVENTS: dict[str, tuple[str | Promise, str]] = {
    "risk_points.point_created": (_("登记风险点"), ""),
    "risk_points.point_changed": (_("修改风险点"), ""),
    "risk_points.point_submitted": (_("提交审核"), ""),
    "risk_points.point_reviewed": (_("审核通过"), "ok"),
    "risk_points.point_sent_back": (_("审核退回"), "bad"),
    "risk_points.point_controlled": (_("纳入管控"), "ok"),
    "risk_points.point_reassessed": (_("复评"), "warn"),
    "risk_points.point_closed": (_("风险点销项"), "ok"),
    "risk_points.point_voided": (_("作废风险点"), "bad"),
    "risk_points.scheme_recorded": (_("登记专项方案与论证"), ""),
    "risk_points.point_checked": (_("现场巡查风险点"), ""),
    "risk_points.patrol_planned": (_("制定巡查计划"), ""),
    "risk_points.patrol_stopped": (_("停用巡查计划"), ""),
    "risk_points.round_opened": (_("巡查到期"), ""),
    "risk_points.round_missed": (_("漏巡一期"), "bad"),
    "risk_points.round_finished": (_("完成巡查"), "ok"),
}


def lines(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Event, label and tone for the time line of a page."""
    found = []
    for event in events:
        label, tone = EVENTS.get(event.kind, (event.kind, ""))
        if event.kind == "risk_points.point_checked" and not event.payload.get("all_right", True):
            label, tone = _("巡查发现问题"), "bad"
        found.append({"event": event, "label": label, "tone": tone})
    return found
