"""The words of a rule: plain names of its fields, what differs between two wordings, and what is wrong with one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.sentences import retell
from lantu.monitoring.devices.models import DeviceType
from lantu.monitoring.rules.abstentions import FACT_NAMES
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.services.load_rules import WORDING
from lantu.monitoring.rules.states import SEVERITY_NAMES, Compare, Mark, Per, RuleKind, Stat

LABELS: dict[str, Any] = {
    "kind": gettext_lazy("类型"),
    "stat": gettext_lazy("统计量"),
    "compare": gettext_lazy("比较"),
    "per": gettext_lazy("速率单位"),
    "unit": gettext_lazy("单位"),
    "levels": gettext_lazy("分级限值"),
    "window_s": gettext_lazy("统计时段（秒）"),
    "validity": gettext_lazy("有效数据比例"),
    "duration_s": gettext_lazy("持续时间（秒）"),
    "samples": gettext_lazy("连续次数"),
    "hysteresis": gettext_lazy("回差比例"),
    "clear_samples": gettext_lazy("恢复所需次数"),
    "pair_s": gettext_lazy("两通道最大时差（秒）"),
    "hours": gettext_lazy("适用时段"),
    "other": gettext_lazy("对比通道"),
    "scope": gettext_lazy("适用范围"),
    "fact": gettext_lazy("现场参数限值"),
    "basis": gettext_lazy("依据"),
    "clause": gettext_lazy("条款"),
    "mark": gettext_lazy("可信度"),
    "note": gettext_lazy("说明"),
    "effective_from": gettext_lazy("生效日期"),
}
CHOICES: dict[str, dict[str, Any]] = {
    "kind": dict(RuleKind.choices), "stat": dict(Stat.choices), "compare": dict(Compare.choices),
    "per": dict(Per.choices), "mark": dict(Mark.choices),
}  # fmt: skip
CHANGEABLE = (
    "levels", "window_s", "validity", "duration_s", "samples", "hysteresis", "clear_samples", "start_min", "end_min",
    "scope", "basis", "clause", "mark", "note",
)  # fmt: skip
LONGEST_S = 31 * 86_400


class Fault(NamedTuple):
    """What is wrong with a wording: the field, what it is, what to do."""

    field: str
    detail: str
    remedy: str


class Change(NamedTuple):
    """One field that two wordings say differently."""

    field: str
    label: Any
    before: str
    after: str


def plain(number: float) -> str:
    """A number as people write it: ``346.2``, ``150``, never ``346.20``."""
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    return text if text not in ("", "-0") else "0"


def wording_of(version: RuleVersion) -> dict[str, Any]:
    """Everything that a version says, as ``load_rules`` would take it."""
    return {name: getattr(version, name) for name in WORDING}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The fields that differ, in the order people read them."""
    found = []
    for name, label in LABELS.items():
        old, new = _shown(name, before), _shown(name, after)
        if old != new:
            found.append(Change(name, label, old, new))
    known = {*LABELS, "start_min", "end_min"}
    for name in sorted((set(before) | set(after)) - known):
        if before.get(name) != after.get(name):
            found.append(Change(name, name, str(before.get(name, "—")), str(after.get(name, "—"))))
    return found


def _shown(name: str, wording: Mapping[str, Any]) -> str:
    if name == "hours":
        return hours_in_words(wording.get("start_min"), wording.get("end_min"))
    value = wording.get(name)
    if value in (None, "", {}, []):
        return "—"
    if name == "levels":
        return "；".join(level_in_words(level, wording) for level in wording["levels"])
    if name == "scope":
        return scope_in_words(wording["scope"])
    if name in CHOICES:
        return str(CHOICES[name].get(value, value))
    if isinstance(value, int | float):
        return plain(value)
    return str(value)


def level_in_words(level: Mapping[str, Any], wording: Mapping[str, Any]) -> str:
    """“橙色 ≥ 150 µg/m³ 报警，恢复 140”."""
    unit, sign = wording.get("unit", ""), CHOICES["compare"].get(wording.get("compare", ""), "")
    text = f"{SEVERITY_NAMES[int(level['severity'])]} {sign} {plain(float(level['limit']))}"
    if level.get("percent") is not None:
        text += f" / {plain(float(level['percent']))} %H"
    text = f"{text} {retell(unit)} {retell(level.get('label', ''))}".strip()
    if level.get("clear_limit") is not None:
        text += _("，恢复 %(limit)s") % {"limit": plain(float(level["clear_limit"]))}
    return text


def hours_in_words(start: int | None, end: int | None) -> str:
    """“22:00–06:00”, or the whole day."""
    if start is None or end is None:
        return _("全天")
    return f"{clock(start)}–{clock(end)}"


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def scope_in_words(scope: Mapping[str, Any]) -> str:
    """Device types and facts; “所有设备” when nothing narrows it."""
    codes = list(scope.get("device_types") or [])
    labels = dict(DeviceType.objects.filter(code__in=codes).values_list("code", "label")) if codes else {}
    parts = [retell(str(labels.get(code, code))) for code in codes]
    parts += [_fact_in_words(name, value) for name, value in (scope.get("facts") or {}).items()]
    return "、".join(parts) or _("所有有该通道的设备")


def _fact_in_words(name: str, value: Any) -> str:
    """“基坑安全等级 = 2、3”, “基坑安全等级：未登记”."""
    label = str(FACT_NAMES.get(name, name))
    if value is None:
        return _("%(fact)s：未登记") % {"fact": label}
    one_of = value if isinstance(value, list | tuple) else [value]
    return f"{label} = {'、'.join(str(one) for one in one_of)}"


def faults(wording: Mapping[str, Any]) -> list[Fault]:
    """Everything that is wrong, in plain words: the editor and the API say the same."""
    return [*_level_faults(wording), *_time_faults(wording), *_word_faults(wording)]


def _level_faults(wording: Mapping[str, Any]) -> list[Fault]:
    levels = wording.get("levels") or []
    if not levels:
        return [Fault("levels", _("至少要有一级限值。"), _("请填写一个等级的限值。"))]
    found = []
    before: Mapping[str, Any] | None = None
    for level in levels:
        fault = _level_fault(level, before, str(wording.get("compare")))
        if fault is not None:
            found.append(fault)
        else:
            before = level
    return found


def _level_fault(level: Mapping[str, Any], before: Mapping[str, Any] | None, compare: str) -> Fault | None:
    """What is wrong with one level, seen after the one below it."""
    severity, limit, clear = level.get("severity"), level.get("limit"), level.get("clear_limit")
    if severity not in SEVERITY_NAMES or not _number(limit):
        return Fault("levels", _("有一级限值不是数。"), _("请填写数字，不用的等级留空。"))
    assert isinstance(limit, int | float)
    name = str(SEVERITY_NAMES[severity])
    sign = -1 if compare in ("lt", "le") else 1
    if compare.startswith("abs") and limit < 0:
        return Fault(
            "levels", _("%(level)s的限值为负，而规则比较的是大小。") % {"level": name}, _("请填写正数。")
        )
    if clear is not None and (not _number(clear) or sign * float(clear) > sign * limit):
        return Fault(
            "levels",
            _("%(level)s的恢复值不在限值 %(limit)s 的安全一侧。") % {"level": name, "limit": plain(limit)},
            _("请把恢复值改到更安全的一侧，或留空按回差计算。"),
        )
    if before is not None and (severity <= before["severity"] or sign * limit < sign * before["limit"]):
        return Fault(
            "levels",
            _("%(level)s的限值 %(limit)s 没有比前一级 %(before)s 更严重。")
            % {"level": name, "limit": plain(limit), "before": plain(before["limit"])},
            _("等级越高，限值应离正常越远。"),
        )
    return None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _time_faults(wording: Mapping[str, Any]) -> list[Fault]:
    found = []
    windowed = wording.get("stat") != Stat.INST or wording.get("kind") == RuleKind.RATE
    for name, least in (
        ("window_s", 1 if windowed else 0),
        ("duration_s", 0),
        ("samples", 1),
        ("clear_samples", 1),
    ):
        value = wording.get(name)
        if not isinstance(value, int) or not least <= value <= LONGEST_S:
            found.append(
                Fault(
                    name,
                    _("%(field)s应为 %(least)s 到 %(most)s 的整数。")
                    % {"field": LABELS[name], "least": least, "most": LONGEST_S},
                    _("请更正。"),
                )
            )
    for name, low_ok, high_ok in (("validity", False, True), ("hysteresis", True, False)):
        value = wording.get(name)
        fits = _number(value) and 0 <= value <= 1 and (low_ok or value > 0) and (high_ok or value < 1)  # type: ignore[operator]
        if not fits:
            found.append(
                Fault(
                    name,
                    _("%(field)s应在 0 与 1 之间。") % {"field": LABELS[name]},
                    _("例如 0.05 表示 5 %。"),
                )
            )
    start, end = wording.get("start_min"), wording.get("end_min")
    if (start is None) != (end is None):
        found.append(Fault("hours", _("适用时段只填了一头。"), _("请同时填写起止时间，或都留空。")))
    elif (
        start is not None
        and end is not None
        and (start == end or not 0 <= start < 1440 or not 0 <= end <= 1440)
    ):
        found.append(
            Fault("hours", _("适用时段的起止时间相同或不在一天之内。"), _("跨夜时段写成 22:00 到 06:00。"))
        )
    return found


def _word_faults(wording: Mapping[str, Any]) -> list[Fault]:
    found = []
    if not str(wording.get("basis") or "").strip():
        found.append(Fault("basis", _("没有写依据。"), _("请写明标准、文件或设计文件的名称。")))
    if wording.get("mark") not in Mark.values:
        found.append(Fault("mark", _("没有选择可信度。"), _("V、K、D、U 之一。")))
    scope = wording.get("scope")
    if not isinstance(scope, Mapping):
        found.append(Fault("scope", _("适用范围无法识别。"), _("请重新选择设备类型。")))
    return found


def date_fault(effective_from: date, *, today: date) -> Fault | None:
    """A rule is never changed for the past."""
    if effective_from < today:
        return Fault(
            "effective_from", _("生效日期早于今天：过去的判定不能改写。"), _("请选择今天或以后的日期。")
        )
    return None
