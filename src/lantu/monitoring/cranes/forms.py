"""The form of a crane group: one line for each crane of the site; an empty line is a crane outside the group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.monitoring.cranes.models import CraneMember
from lantu.monitoring.devices.models import Device
from lantu.projects.forms import StyledForm

CRANE_TYPE = "tower_crane"
NEEDED = ("x_m", "y_m", "jib_m", "counter_jib_m", "jib_height_m")
ASKED = (*NEEDED, "top_m", "slew_zero_deg")
# Beyond these a number is a slip of the pen, not a crane.
FURTHEST_M = 5_000.0
LONGEST_M = 400.0


def heads() -> list[str]:
    """Names of the columns, in the order of :data:`ASKED`."""
    return [str(CraneMember._meta.get_field(name).verbose_name) for name in ASKED]  # type: ignore[union-attr]


class CraneGroupForm(StyledForm):
    """Name of the group and the geometry of its cranes, in fields ``<column>-<device id>``."""

    name = forms.CharField(label=gettext_lazy("群塔名称"), max_length=120)

    def __init__(self, *args: Any, devices: Sequence[Device], **more: Any) -> None:
        super().__init__(*args, **more)
        self.devices = devices
        for device in devices:
            for name, label in zip(ASKED, heads(), strict=True):
                widget = forms.NumberInput(
                    attrs={"step": "any", "class": "form-control", "aria-label": f"{device.name} {label}"}
                )
                self.fields[f"{name}-{device.pk}"] = forms.FloatField(required=False, widget=widget)

    def lines(self) -> list[tuple[Device, list[Any]]]:
        """The table of the page: device and its bound fields."""
        return [(device, [self[f"{name}-{device.pk}"] for name in ASKED]) for device in self.devices]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for device in self.devices:
            self._check(device, {name: given.get(f"{name}-{device.pk}") for name in ASKED})
        if not self.errors and len(self.cranes()) < 2:
            self.add_error(None, _("群塔至少包括两台塔机。"))
        return given

    def _check(self, device: Device, line: Mapping[str, float | None]) -> None:
        if all(value is None for value in line.values()):
            return
        for name in NEEDED:
            if line[name] is None:
                self.add_error(f"{name}-{device.pk}", _("请填写；整行留空表示不在群塔内。"))
        for name in ASKED:
            value, most = line[name], FURTHEST_M if name in ("x_m", "y_m") else LONGEST_M
            if value is not None and (not math.isfinite(value) or abs(value) > most):
                self.add_error(f"{name}-{device.pk}", _("数值不合理，请核对单位。"))
        for name in ("jib_m", "jib_height_m"):
            if (value := line[name]) is not None and value <= 0:
                self.add_error(f"{name}-{device.pk}", _("须大于零。"))
        if (value := line["counter_jib_m"]) is not None and value < 0:
            self.add_error(f"counter_jib_m-{device.pk}", _("不能小于零。"))

    def cranes(self) -> list[dict[str, Any]]:
        """As ``set_group`` takes them."""
        found = []
        for device in self.devices:
            line = {name: self.cleaned_data.get(f"{name}-{device.pk}") for name in ASKED}
            if line["x_m"] is not None:
                numbers = {name: value for name, value in line.items() if value is not None}
                found.append({"device": device.code, **numbers})
        return found


def filled(members: Sequence[CraneMember]) -> dict[str, float]:
    """Initial values of the form from the cranes of a group."""
    return {f"{name}-{one.device_id}": getattr(one, name) for one in members for name in ASKED}
