"""Events and inputs of an alert in words, for its page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from lantu.monitoring.rules.states import Per, Stat

EVENTS: dict[str, tuple[Any, str]] = {
    "monitoring.alert_raised": (_("超限预警"), "bad"),
    "monitoring.alert_escalated": (_("升级：达到更高一级限值"), "bad"),
    "monitoring.alert_recurred": (_("恢复后再次超限"), "warn"),
    "monitoring.alert_cleared": (_("数值恢复正常（预警仍待人员处置）"), "ok"),
    "monitoring.alert_taken_up": (_("已转隐患处置"), "info"),
    "monitoring.false_positive_proposed": (_("提出误报，待另一人确认"), "warn"),
    "monitoring.alert_marked_false": (_("两人确认为误报"), ""),
    "monitoring.alert_closed": (_("预警关闭"), "ok"),
}

# What calc.rules.levels.explain and the silence rule keep; the rule and its version stand in their own card.
INPUTS: dict[str, Any] = {
    "reading": _("判定时读数"),
    "compared": _("参与比较的数值"),
    "limit": _("限值"),
    "since_ms": _("持续超限自"),
    "samples_over": _("连续超限次数"),
    "statistic": _("统计量"),
    "statistic_value": _("统计值"),
    "window_s": _("统计时长（秒）"),
    "samples": _("有效样本数"),
    "samples_needed": _("至少需要样本数"),
    "reference": _("比较基准值"),
    "reference_ts_ms": _("比较基准时间"),
    "per": _("速率单位时间"),
    "other": _("另一通道数值"),
    "other_ts_ms": _("另一通道时间"),
    "upper_bound_only": _("仅按上限判定"),
    "cumulative_limit": _("累计限值"),
    "cumulative_share_pct": _("累计利用率（%）"),
    "rate": _("变化速率"),
    "rate_limit": _("速率限值"),
    "rate_share_pct": _("速率利用率（%）"),
    "rate_factor": _("速率限值折减"),
    "fact": _("现场参数"),
    "document_no": _("设计文件"),
    "humidity": _("相对湿度（%），湿度影响，仅预警"),
    "judged_severity": _("未计湿度影响的等级"),
    "partner": _("另一台设备"),
    "offset": _("与另一台的常数差"),
    "part": _("接近部位"),
    "distance_m": _("最近距离（米）"),
    "ahead_s": _("预测提前量（秒）"),
    "hour": _("时段"),
    "county": _("县域小时均值"),
    "county_source": _("参照站"),
    "hours_over": _("当日超限小时数"),
    "over": _("当日超限时段（起点时）"),
    "mark": _("仪器所带标记"),
    "missing": _("缺少"),
    "rules_waiting": _("不作判断的规则数"),
    "readings": _("读数个数"),
    "skew_s": _("时钟偏差（秒）"),
    "expired_on": _("有效期届满"),
    "channels": _("通道"),
    "period_s": _("上报周期（秒）"),
    "periods": _("允许缺报周期数"),
    "last_seen_ms": _("最后来数时间"),
}
_PARTS = {"jibs": _("臂与臂"), "rope_and_jib": _("吊绳与臂"), "ropes": _("吊绳与吊绳")}
_CHOICES: dict[str, dict[str, Any]] = {
    "statistic": dict(Stat.choices),
    "per": dict(Per.choices),
    "part": _PARTS,
}


def inputs_in_words(inputs: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """The inputs of a judgement as (label, text); times local, numbers with at most two decimals."""
    return [(label, _input_text(name, inputs[name])) for name, label in INPUTS.items() if name in inputs]


def _input_text(name: str, value: Any) -> str:
    if name.endswith("_ms"):
        return f"{timezone.localtime(datetime.fromtimestamp(value / 1000, UTC)):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(_CHOICES.get(name, {}).get(value, value))


# Labels of levels as the national pack writes them; what another pack adds is shown as it is written.
LEVELS = (
    gettext_noop("预警值"),
    gettext_noop("预警"),
    gettext_noop("报警"),
    gettext_noop("超标"),
    gettext_noop("超限"),
    gettext_noop("控制"),
    gettext_noop("接近限值"),
    gettext_noop("严重超标"),
    gettext_noop("超载"),
    gettext_noop("核查"),
    gettext_noop("断电检查"),
    gettext_noop("偏差"),
    gettext_noop("预警 80 %"),
    gettext_noop("静音期超限"),
    gettext_noop("连续等值"),
    gettext_noop("连续相同"),
    gettext_noop("超员"),
    gettext_noop("超测量上限"),
    gettext_noop("连续故障标记"),
    gettext_noop("超力矩"),
    gettext_noop("超出份额"),
    gettext_noop("限位应已动作"),
    gettext_noop("限制器应已动作"),
    gettext_noop("禁止使用"),
    gettext_noop("暂停土方"),
    gettext_noop("开启喷淋"),
    gettext_noop("待补充"),
    gettext_noop("已过期"),
    gettext_noop("六级"),
    gettext_noop("预警距离"),
    gettext_noop("报警距离"),
    gettext_noop("连续 3 个周期无有效数据"),
)
