"""Registration of a device, one by one or by sheet."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.monitoring.devices.facts import checked_facts
from lantu.monitoring.devices.imports.sheet import read_facts
from lantu.monitoring.devices.models import CODE, Device, DeviceType
from lantu.packs.load import national
from lantu.projects.forms import DateField, StyledForm, UnitField
from lantu.projects.models import Project


class FactsField(forms.CharField):
    """Facts of the place, one a line: ``pit_depth_m=8.2``."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3}), **more)

    def clean(self, value: Any) -> dict[str, Any]:
        try:
            return checked_facts(read_facts(super().clean(value) or ""))
        except ValueError as error:
            raise forms.ValidationError(
                _("现场参数“%(text)s”看不懂。请写成 pit_depth_m=8.2，每行一个。"), params={"text": str(error)}
            ) from error
        except Unacceptable as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class PlaceForm(StyledForm):
    """What may be corrected later."""

    LISTS = {"owner_org": "units"}

    name = forms.CharField(label=gettext_lazy("设备名称"), max_length=120)
    place = forms.CharField(label=gettext_lazy("安装部位"), max_length=120, required=False)
    lon = forms.FloatField(label=gettext_lazy("经度"), required=False)
    lat = forms.FloatField(label=gettext_lazy("纬度"), required=False)
    owner_org = UnitField(label=gettext_lazy("设备责任单位"), required=False)
    installed_on = DateField(label=gettext_lazy("安装日期"), required=False)
    calibrated_until = DateField(label=gettext_lazy("检定有效期至"), required=False)
    facts = FactsField(
        label=gettext_lazy("现场参数"),
        help_text=gettext_lazy("规则需要的参数，每行一个，例如 pit_depth_m=8.2"),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("lon") is None) != (given.get("lat") is None):
            self.add_error("lon", _("经度和纬度要一起填写，或都留空。"))
        return given


class DeviceForm(PlaceForm):
    """A new device."""

    code = forms.CharField(
        label=gettext_lazy("设备编码"),
        max_length=40,
        validators=[CODE],
        help_text=gettext_lazy("字母、数字、短横线和下划线；即 MQTT 用户名"),
    )
    project = forms.ModelChoiceField(
        label=gettext_lazy("项目"),
        queryset=Project.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("请选择"),
    )
    type = forms.ModelChoiceField(
        label=gettext_lazy("设备类型"),
        queryset=DeviceType.objects.all(),
        to_field_name="code",
        empty_label=gettext_lazy("请选择"),
    )
    field_order = ["project", "type", "code", "name", "place", "lon", "lat"]

    def __init__(self, *args: Any, projects: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        chosen: Any = self.fields["project"]
        chosen.queryset = projects


class ChangeForm(PlaceForm):
    """Corrections of a device that is registered."""

    exempt_reason = forms.CharField(label=gettext_lazy("免接入理由"), max_length=200, required=False)
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("另测的量"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
        help_text=gettext_lazy(
            "设备另外上报、类型里没有的量，例如最大声级 LMx；加上后不能去掉，已存读数不变"
        ),
    )
    reason = forms.CharField(label=gettext_lazy("更正理由"), max_length=200)

    @classmethod
    def of(cls, device: Device, data: Any = None) -> ChangeForm:
        """The form with what is registered."""
        facts = "\n".join(
            f"{name}={value}" for name, value in device.facts.items() if not isinstance(value, dict | list)
        )
        initial = {
            name: getattr(device, name)
            for name in ("name", "place", "lon", "lat", "installed_on", "calibrated_until", "exempt_reason")
        }
        form = cls(
            data,
            initial={
                **initial,
                "facts": facts,
                "owner_org": device.owner_org.name if device.owner_org else "",
            },
        )
        chosen: Any = form.fields["channels"]
        chosen.choices = other_channels(device)
        return form


def other_channels(device: Device) -> list[tuple[str, str]]:
    """Channels of the pack that the device does not have: (key, name and unit)."""
    have = set(device.channels.values_list("key", flat=True))
    chinese = (get_language() or "zh").startswith("zh")
    return [
        (channel.key, f"{channel.label if chinese else channel.label_en} {channel.unit}（{channel.key}）")
        for channel in national().channels.values()
        if channel.key not in have
    ]


class SheetForm(StyledForm):
    file = forms.FileField(
        label=gettext_lazy("设备清单"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=gettext_lazy(".xlsx 或 .csv，一次最多 500 台"),
    )
