"""The reasons of a lamp in the reader's language, from the codes that calc.lamps gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.calc.lamps import LampReason

# ``%(n)s`` is the number that goes with the reason: points, counts.
TEXTS = {
    LampReason.NO_PERMIT: gettext_noop("在施工而没有施工许可"),
    LampReason.CONDITION_OVERDUE: gettext_noop("容缺条件逾期 %(n)s 项"),
    LampReason.GATE_OVERDUE: gettext_noop("阶段关口逾期 %(n)s 个"),
    LampReason.RED_WARNING: gettext_noop("未销红色预警 %(n)s 项"),
    LampReason.ORANGE_WARNING: gettext_noop("未销橙色预警 %(n)s 项"),
    LampReason.OVERDUE_HAZARD: gettext_noop("逾期未改隐患 %(n)s 项"),
    LampReason.BEHIND: gettext_noop("形象进度落后序时 %(n)s 个百分点"),
    LampReason.FAR_BEHIND: gettext_noop("形象进度严重落后序时 %(n)s 个百分点"),
    LampReason.START_MISSED: gettext_noop("超过计划开工日期未开工"),
    LampReason.START_MISSED_LONG: gettext_noop("超过计划开工日期三个月未开工"),
    LampReason.FUNDS_SHORT: gettext_noop("到位资金低于要求"),
    LampReason.STATISTICS_LATE: gettext_noop("开工满一个月未入统"),
    LampReason.STATISTICS_VERY_LATE: gettext_noop("开工满两个月未入统"),
    LampReason.FINISH_MISSED: gettext_noop("超过计划竣工日期未竣工"),
    LampReason.PAUSED: gettext_noop("已停缓建或取消，不评定"),
    LampReason.NOT_DUE: gettext_noop("尚未施工，不评定进度"),
    LampReason.NO_FIGURES: gettext_noop("在施工而没有报送进度"),
}


def words_of(codes: Iterable[Sequence[Any]]) -> str:
    """``[["behind", "12.5"], …]`` → “形象进度落后序时 12.5 个百分点；…”."""
    return "；".join(_(TEXTS[LampReason(code)]) % {"n": number} for code, number in codes)
