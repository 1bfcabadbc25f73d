"""The settings page of a station."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.monitoring.gateway.hj212.factor_lines import read_factor_lines, write_factor_lines
from lantu.monitoring.gateway.hj212.models import Hj212Station


class StationForm(forms.ModelForm):
    """Settings as people write them. An empty password keeps the one that is set."""

    pw = forms.CharField(
        label=gettext_lazy("访问密码 PW"),
        required=False,
        max_length=32,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("与数采仪中的设置一致；已设置的不再显示，留空则不变。"),
    )
    factors = forms.CharField(
        label=gettext_lazy("因子对照"),
        required=False,
        max_length=6_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("只写与标准不同的，每行一条：因子 = 通道 单位，如 a34002 = pm10 mg/m³"),
    )

    class Meta:
        model = Hj212Station
        fields = [
            "mn", "pw", "st", "crc_mode", "factors", "backfill", "commands", "rtd_interval_s", "min_interval_min",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["factors"] = write_factor_lines(self.instance.factors or {})
        for name, field in self.fields.items():
            if name != "commands":
                field.widget.attrs.setdefault(
                    "class", "form-select" if isinstance(field.widget, forms.Select) else "form-control"
                )

    def clean_factors(self) -> dict[str, dict[str, str]]:
        try:
            return read_factor_lines(self.cleaned_data["factors"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def settings(self) -> dict[str, Any]:
        """What is to be set."""
        given = dict(self.cleaned_data)
        if not given["pw"]:
            del given["pw"]
        return given

    def _post_clean(self) -> None:
        """The service checks the model's own rules; here the instance stays as it is."""


class StationSheetForm(forms.Form):
    """A table of many stations."""

    file = forms.FileField(
        label=gettext_lazy("站点设置表（.xlsx 或 .csv）"),
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > 2 * 1024 * 1024:
            raise forms.ValidationError(_("文件超过 2 MB。"))
        return file
