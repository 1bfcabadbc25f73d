"""The form of a design value."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.monitoring.devices.models import Device
from lantu.monitoring.rules.states import SEVERITY_NAMES
from lantu.projects.forms import StyledForm


class LimitForm(StyledForm):
    """What the designer says: which rule, which limits, which document."""

    item = forms.ChoiceField(label=gettext_lazy("监测项目"))
    device = forms.ModelChoiceField(
        label=gettext_lazy("设备"),
        queryset=Device.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("本项目全部设备"),
    )
    cumulative = forms.FloatField(label=gettext_lazy("累计限值（mm）"), required=False)
    rate = forms.FloatField(label=gettext_lazy("速率限值（mm/d）"), required=False)
    document_no = forms.CharField(label=gettext_lazy("设计文件编号"), max_length=120)
    clause = forms.CharField(label=gettext_lazy("条款或图号"), max_length=200, required=False)
    file = forms.FileField(label=gettext_lazy("设计文件（PDF 或照片）"))
    reason = forms.CharField(label=gettext_lazy("说明"), max_length=300, required=False)

    def __init__(self, *args: Any, items: list[tuple[str, str]], devices: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        chosen: Any = self.fields["item"]
        chosen.choices = items
        mine: Any = self.fields["device"]
        mine.queryset = devices
        for severity, name in SEVERITY_NAMES.items():
            field = forms.FloatField(
                label=_("%(level)s限值") % {"level": name},
                required=False,
                widget=forms.NumberInput(attrs={"step": "any"}),
            )
            field.widget.attrs["class"] = "form-control"
            self.fields[f"level_{severity}"] = field
        for key in ("cumulative", "rate"):
            self.fields[key].widget.attrs["step"] = "any"
        self.order_fields(["item", "device", "cumulative", "rate", *(f"level_{n}" for n in SEVERITY_NAMES)])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not self.limits():
            self.add_error(None, _("请至少填写一个限值。"))
        return given

    def limits(self) -> dict[str, Any]:
        """As ``set_limit`` takes them."""
        given = self.cleaned_data
        found: dict[str, Any] = {n: given[n] for n in ("cumulative", "rate") if given.get(n) is not None}
        levels = {str(n): given[f"level_{n}"] for n in SEVERITY_NAMES if given.get(f"level_{n}") is not None}
        return found | ({"levels": levels} if levels else {})
