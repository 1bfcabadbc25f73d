"""The editor of a rule: what people type, as fields of a wording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.sentences import retell
from lantu.monitoring.devices.models import DeviceType
from lantu.monitoring.rules.desk.wording import clock, faults, plain
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.states import SEVERITY_NAMES, Mark
from lantu.projects.forms import DateField, StyledForm

CLOCK = re.compile(r"^([01]?\d|2[0-4]):([0-5]\d)$")
PARTS = ("limit", "percent", "clear", "label")
PART_NAMES = {
    "limit": gettext_lazy("限值"), "percent": "%H", "clear": gettext_lazy("恢复值"), "label": gettext_lazy("名称"),
}  # fmt: skip


class ClockField(forms.CharField):
    """A time of day as minutes after midnight; 24:00 is the end of the day."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=5, required=False, **more)
        self.widget.attrs |= {"placeholder": "22:00", "inputmode": "numeric"}

    def clean(self, value: Any) -> int | None:
        text = str(super().clean(value) or "").strip().replace("：", ":")
        if not text:
            return None
        found = CLOCK.match(text)
        if found is None or int(found[1]) * 60 + int(found[2]) > 1440:
            raise forms.ValidationError(_("请写成 22:00 的样子。"))
        return int(found[1]) * 60 + int(found[2])


class RuleForm(StyledForm):
    """What of a rule may be changed. What it measures and how it compares makes it that rule and stays."""

    window_s = forms.IntegerField(label=gettext_lazy("统计时段（秒）"), min_value=0)
    validity = forms.FloatField(
        label=gettext_lazy("有效数据比例"),
        min_value=0,
        max_value=1,
        help_text=gettext_lazy("0.75 表示至少 75 %"),
    )
    duration_s = forms.IntegerField(label=gettext_lazy("持续时间（秒）"), min_value=0)
    samples = forms.IntegerField(label=gettext_lazy("连续次数"), min_value=1)
    hysteresis = forms.FloatField(
        label=gettext_lazy("回差比例"),
        min_value=0,
        max_value=1,
        help_text=gettext_lazy("0.05 表示低于限值 5 % 才恢复"),
    )
    clear_samples = forms.IntegerField(label=gettext_lazy("恢复所需次数"), min_value=1)
    start_min = ClockField(label=gettext_lazy("适用时段起"), help_text=gettext_lazy("全天适用则两头留空"))
    end_min = ClockField(label=gettext_lazy("适用时段止"))
    device_types = forms.MultipleChoiceField(
        label=gettext_lazy("适用设备类型"),
        required=False,
        help_text=gettext_lazy("不选则凡有该通道的设备都适用"),
    )
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=200)
    clause = forms.CharField(label=gettext_lazy("条款"), max_length=200, required=False)
    mark = forms.ChoiceField(label=gettext_lazy("可信度"), choices=Mark.choices)
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    effective_from = DateField(
        label=gettext_lazy("生效日期"), help_text=gettext_lazy("不早于今天；批准之前不生效")
    )
    why = forms.CharField(
        label=gettext_lazy("修订理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, base: RuleVersion, wording: dict[str, Any], **more: Any) -> None:
        self.base, self.wording = base, wording
        more["initial"] = {**initial_of(wording), **(more.get("initial") or {})}
        super().__init__(*args, **more)
        types: Any = self.fields["device_types"]
        types.choices = [(kind.code, retell(kind.label)) for kind in DeviceType.objects.all()]
        for severity, name in SEVERITY_NAMES.items():
            for part in PARTS:
                field: forms.Field = (
                    forms.CharField(required=False, max_length=40, label=name)
                    if part == "label"
                    else forms.FloatField(required=False, label=name)
                )
                field.widget.attrs |= {"class": "form-control", "aria-label": f"{name} {PART_NAMES[part]}"}
                field.widget.attrs |= {} if part == "label" else {"step": "any"}
                self.fields[f"{part}_{severity}"] = field

    def levels(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """(severity, bound fields) of the four lines of limits."""
        for severity in SEVERITY_NAMES:
            yield severity, {part: self[f"{part}_{severity}"] for part in PARTS}

    @property
    def has_percent(self) -> bool:
        """Whether limits are bounded by a share of a fact of the place as well."""
        return bool(self.wording.get("fact"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            for fault in faults({**self.wording, **self.changes()}):
                name = {"levels": None, "hours": "start_min", "scope": "device_types"}.get(
                    fault.field, fault.field
                )
                self.add_error(name if name in self.fields else None, f"{fault.detail}{fault.remedy}")
            if given["effective_from"] < timezone.localdate():
                self.add_error("effective_from", _("生效日期早于今天：过去的判定不能改写。"))
        return given

    def changes(self) -> dict[str, Any]:
        """The typed fields in the form of a wording."""
        given = self.cleaned_data
        plain_fields = (
            "window_s", "validity", "duration_s", "samples", "hysteresis", "clear_samples", "start_min", "end_min",
            "basis", "clause", "mark", "note",
        )  # fmt: skip
        scope = {name: value for name, value in self.wording["scope"].items() if name != "device_types"}
        if given.get("device_types"):
            scope["device_types"] = given["device_types"]
        return {name: given[name] for name in plain_fields} | {"levels": self._levels(), "scope": scope}

    def _levels(self) -> list[dict[str, Any]]:
        """Only filled lines; what else the old level of the severity said stays."""
        known = {int(level["severity"]): level for level in self.wording["levels"]}
        levels = []
        for severity in SEVERITY_NAMES:
            limit = self.cleaned_data.get(f"limit_{severity}")
            if limit is None:
                continue
            level = {**known.get(severity, {}), "severity": severity, "limit": limit}
            level["label"] = self.cleaned_data.get(f"label_{severity}") or ""
            for part, name in (("percent", "percent"), ("clear", "clear_limit")):
                value = self.cleaned_data.get(f"{part}_{severity}")
                level.pop(name, None)
                if value is not None:
                    level[name] = value
            levels.append(level)
        return levels

    @property
    def effective(self) -> date:
        return self.cleaned_data["effective_from"]


def initial_of(wording: dict[str, Any]) -> dict[str, Any]:
    """A wording as the form shows it."""
    shown = {
        name: wording[name] for name in wording if name not in ("levels", "scope", "start_min", "end_min")
    }
    for level in wording["levels"]:
        severity = int(level["severity"])
        shown[f"limit_{severity}"] = plain(float(level["limit"]))
        shown[f"label_{severity}"] = level.get("label", "")
        if level.get("percent") is not None:
            shown[f"percent_{severity}"] = plain(float(level["percent"]))
        if level.get("clear_limit") is not None:
            shown[f"clear_{severity}"] = plain(float(level["clear_limit"]))
    for name in ("start_min", "end_min"):
        shown[name] = "" if wording.get(name) is None else clock(wording[name])
    shown["device_types"] = wording["scope"].get("device_types") or []
    return shown
