"""Life of an alert 预警."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lantu.core.refusals import Refused


class AlertKind(models.TextChoices):
    """A technical alert goes to whoever keeps the device, and never lowers or closes a risk."""

    RISK = "risk", _("风险预警")
    TECHNICAL = "technical", _("技术预警")


class AlertState(models.TextChoices):
    NEW = "new", _("待处置")
    TAKEN_UP = "taken_up", _("已转隐患")
    FALSE_POSITIVE = "false_positive", _("误报")
    CLOSED = "closed", _("已关闭")


OPEN_STATES = (AlertState.NEW, AlertState.TAKEN_UP)

TRANSITIONS: dict[tuple[str, str], str] = {
    (AlertState.NEW, "take_up"): AlertState.TAKEN_UP,
    (AlertState.NEW, "mark_false_positive"): AlertState.FALSE_POSITIVE,
    (AlertState.TAKEN_UP, "mark_false_positive"): AlertState.FALSE_POSITIVE,
    (AlertState.NEW, "close"): AlertState.CLOSED,
    (AlertState.TAKEN_UP, "close"): AlertState.CLOSED,
}


def next_status(current: str, verb: str) -> str:
    """The state after ``verb``. Raises Refused where the table has no way."""
    try:
        return TRANSITIONS[(current, verb)]
    except KeyError:
        raise Refused(
            "monitoring.alert_state",
            _("预警当前为“%(state)s”，不能执行该操作。") % {"state": AlertState(current).label},
            remedy=str(_("请刷新页面查看最新状态。")),
        ) from None
