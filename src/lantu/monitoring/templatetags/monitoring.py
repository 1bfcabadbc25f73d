"""``{% load monitoring %}``: words of this room that templates need."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.sentences import retell
from lantu.monitoring.alerts.states import AlertState
from lantu.monitoring.rules.abstentions import FACT_NAMES
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.states import SEVERITY_NAMES
from lantu.monitoring.telemetry.models import Reason

register = template.Library()

ABSTENTIONS: dict[str, Any] = {
    "NO_DATA": gettext_lazy("没有读数"),
    "MISSING_PREVIOUS": gettext_lazy("缺少前次读数"),
    "NOT_ENOUGH_SAMPLES": gettext_lazy("有效数据不足"),
    "MISSING_H": gettext_lazy("缺少基坑深度 H，仅按上限判定"),
    "STALE_PAIR": gettext_lazy("两通道时间相差过大"),
    "ZERO_DENOMINATOR": gettext_lazy("分母为零"),
    "OUT_OF_HOURS": gettext_lazy("不在适用时段"),
    "MISSING_FACT": gettext_lazy("缺少现场参数"),
    "MISSING_DESIGN": gettext_lazy("缺少设计限值"),
    "MISSING_CHANNEL": gettext_lazy("缺少对比通道"),
}


@register.filter
def channel_name(key: str, labels: dict[str, str]) -> str:
    """The channel's name; the key itself where no device type knows it."""
    return retell(labels.get(key, key))


@register.filter
def seconds(value: int) -> str:
    """``5400`` → ``1.5 小时``; ``90`` → ``90 秒``."""
    if value >= 3600:
        return _("%(count)s 小时") % {"count": f"{value / 3600:g}"}
    if value >= 120:
        return _("%(count)s 分钟") % {"count": f"{value / 60:g}"}
    return _("%(count)s 秒") % {"count": value}


@register.filter
def fact_name(name: str) -> str:
    """A fact of the place in words: member_f2_kn → 构件承载能力设计值 f2（kN）."""
    return str(FACT_NAMES.get(name, name))


@register.filter
def lacks_for_good(version: RuleVersion) -> str:
    """The fact whose absence is the very scope of the rule, in words: its limits can never be worked out."""
    name = version.fact.get("name", "")
    facts = version.scope.get("facts", {})
    needed = version.fact.get("use") in {"share", "offset"}
    return fact_name(name) if needed and name in facts and facts[name] is None else ""


@register.filter
def from_ms(value: int) -> datetime:
    """Unix milliseconds as local time."""
    return timezone.localtime(datetime.fromtimestamp(value / 1000, UTC))


@register.filter
def alert_state(value: str) -> str:
    return str(AlertState(value).label) if value in AlertState.values else value


@register.filter
def reason_words(code: str) -> str:
    """Why an input was set apart, in words; the code itself where this version does not know it."""
    return str(Reason(code).label) if code in Reason.values else code


@register.filter
def abstention(reason: str) -> str:
    """Why a rule could not judge, in words."""
    return str(ABSTENTIONS.get(reason, reason))


@register.filter
def design_limits(limits: dict[str, Any]) -> str:
    """Limits of a design document in words."""
    parts = []
    if "cumulative" in limits:
        parts.append(_("累计 %(value)g mm") % {"value": limits["cumulative"]})
    if "rate" in limits:
        parts.append(_("速率 %(value)g mm/d") % {"value": limits["rate"]})
    for severity, value in sorted(limits.get("levels", {}).items()):
        parts.append(f"{SEVERITY_NAMES[int(severity)]} {value:g}")
    return "、".join(parts)
