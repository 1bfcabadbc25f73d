"""Life of an observation 视频观察."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lantu.core.refusals import Refused


class ObservationState(models.TextChoices):
    """Recorded: below the level at which somebody has to look; kept, counted, and may still be confirmed."""

    NEW = "new", _("待复核")
    CONFIRMED = "confirmed", _("属实")
    DISMISSED = "dismissed", _("不是问题")
    RECORDED = "recorded", _("仅记录")


TRANSITIONS: dict[tuple[str, str], str] = {
    (ObservationState.NEW, "confirm"): ObservationState.CONFIRMED,
    (ObservationState.NEW, "dismiss"): ObservationState.DISMISSED,
    (ObservationState.RECORDED, "confirm"): ObservationState.CONFIRMED,
}


def next_status(current: str, verb: str) -> str:
    """The state after ``verb``. Raises Refused where the table has no way."""
    try:
        return TRANSITIONS[(current, verb)]
    except KeyError:
        raise Refused(
            "monitoring.observation_state",
            _("这条观察当前为“%(state)s”，不能执行该操作。") % {"state": ObservationState(current).label},
            remedy=str(_("请刷新页面查看最新状态。")),
        ) from None
