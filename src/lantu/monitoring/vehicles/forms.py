"""Forms of trucks; the services judge what is entered."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.monitoring.vehicles.models import LicensedRoute, PlateColour, Vehicle, VehicleStatus
from lantu.monitoring.vehicles.services.register_vehicle import LICENSED
from lantu.projects.forms import DateField, StyledForm, UnitField
from lantu.projects.models import Project
from lantu.projects.selectors import visible_projects

_SEPARATORS = re.compile(r"[\s,，;；、]+")


class ProjectsField(forms.CharField):
    """Codes of projects, separated by anything; cleaned to projects that the reader may see."""

    reader: Any = None

    def clean(self, value: Any) -> list[Project]:
        text = super().clean(value)
        codes = list(dict.fromkeys(part for part in _SEPARATORS.split(text or "") if part))
        found = {project.code: project for project in visible_projects(self.reader).filter(code__in=codes)}
        if missing := [code for code in codes if code not in found]:
            raise forms.ValidationError(
                _("没有代码为 %(codes)s 的项目，或您无权查看。"), params={"codes": "、".join(missing)[:120]}
            )
        return [found[code] for code in codes]


class VehicleForm(StyledForm):
    """A truck; licences are there only for those who license. ``values()`` and ``projects()`` go to the services."""

    LISTS = {"company": "companies"}

    plate = forms.CharField(label=_("车牌号"), max_length=12, help_text=_("例如 鲁N12345"))
    plate_colour = forms.TypedChoiceField(
        label=_("车牌颜色"), choices=PlateColour.choices, coerce=int, initial=PlateColour.YELLOW
    )
    terminal_phone = forms.CharField(
        label=_("终端手机号"), max_length=20, help_text=_("终端上报的号码（JT/T 808 消息头），前导零可不填")
    )
    company = UnitField(label=_("运输企业"))
    serves = ProjectsField(
        label=_("服务项目"), widget=forms.Textarea(attrs={"rows": 2}), help_text=_("项目代码，可填多个")
    )
    maker_id = forms.CharField(label=_("终端制造商编码"), max_length=11, required=False)
    terminal_id = forms.CharField(
        label=_("终端编号"), max_length=30, required=False, help_text=_("填写后，注册时核对")
    )
    preset_code = forms.CharField(
        label=_("终端自带鉴权码"), max_length=80, required=False,
        help_text=_("终端不再注册、直接用旧鉴权码登录时填写；只存摘要"),
    )  # fmt: skip
    has_load_sensor = forms.BooleanField(label=_("有载重传感器"), required=False)
    lift_bit = forms.IntegerField(
        label=_("举升信号位"), min_value=0, max_value=31, required=False,
        help_text=_("举升开关接在扩展车辆信号（0x25）的第几位"),
    )  # fmt: skip
    permit_no = forms.CharField(label=_("准运证号"), max_length=60, required=False)
    permit_first_on = DateField(label=_("准运证起"), required=False)
    permit_last_on = DateField(label=_("准运证止"), required=False)
    night_permit_no = forms.CharField(label=_("夜间运输许可号"), max_length=60, required=False)
    night_first_on = DateField(label=_("夜间许可起"), required=False)
    night_last_on = DateField(label=_("夜间许可止"), required=False)
    routes = forms.ModelMultipleChoiceField(
        label=_("核准路线"), queryset=LicensedRoute.objects.none(), required=False,
        widget=forms.SelectMultiple(attrs={"size": 4}),
    )  # fmt: skip
    status = forms.ChoiceField(label=_("状态"), choices=VehicleStatus.choices)

    def __init__(self, *args: Any, reader: User, vehicle: Vehicle | None = None, **more: Any) -> None:
        initial = {} if vehicle is None else self._initial(vehicle)
        super().__init__(*args, initial=initial, **more)
        serves = self.fields["serves"]
        assert isinstance(serves, ProjectsField)
        serves.reader = reader
        if vehicle is None:
            del self.fields["status"]
        if may(reader, "monitoring.license_vehicle"):
            routes = self.fields["routes"]
            assert isinstance(routes, forms.ModelMultipleChoiceField)
            routes.queryset = LicensedRoute.objects.order_by("code")
        else:
            for name in (*LICENSED, "routes"):
                del self.fields[name]

    @staticmethod
    def _initial(vehicle: Vehicle) -> dict[str, Any]:
        same = (
            "plate", "plate_colour", "terminal_phone", "maker_id", "terminal_id", "has_load_sensor", "lift_bit", "status",
            *LICENSED,
        )  # fmt: skip
        return {name: getattr(vehicle, name) for name in same} | {
            "company": vehicle.company.name,
            "serves": " ".join(vehicle.projects.order_by("code").values_list("code", flat=True)),
            "routes": list(vehicle.routes.values_list("pk", flat=True)),
        }

    def values(self) -> dict[str, Any]:
        """What the services take."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "serves"}
        return data | ({"routes": list(data["routes"])} if "routes" in data else {})

    def projects(self) -> list[Project]:
        return list(self.cleaned_data["serves"])


class VehicleImportForm(StyledForm):
    file = forms.FileField(label=_("车辆清单"), help_text=_("Excel（.xlsx）或 CSV"))
