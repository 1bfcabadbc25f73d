"""Events of an alert in words, for its page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

EVENTS: dict[str, tuple[Any, str]] = {
    "monitoring.alert_raised": (_("规则判定超限，产生预警"), "bad"),
    "monitoring.alert_escalated": (_("升级：达到更高一级限值"), "bad"),
    "monitoring.alert_recurred": (_("恢复后再次超限"), "warn"),
    "monitoring.alert_cleared": (_("数值恢复正常（预警仍待人员处置）"), "ok"),
    "monitoring.alert_taken_up": (_("已转隐患处置"), "info"),
    "monitoring.false_positive_proposed": (_("提出误报，待另一人确认"), "warn"),
    "monitoring.alert_marked_false": (_("两人确认为误报"), ""),
    "monitoring.alert_closed": (_("预警关闭"), "ok"),
}
