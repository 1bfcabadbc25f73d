"""Forms of people, units and rights. They parse; the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation, User
from lantu.accounts.project_names import project_by_code
from lantu.accounts.roles import Reach, Role
from lantu.packs.load import national


class Styled:
    """Give every widget the look of the house."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            widget = field.widget
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = _("请选择") if field.required else "—"
            if isinstance(widget, forms.CheckboxInput):
                widget.attrs["class"] = "form-check-input"
            else:
                widget.attrs["class"] = "form-select" if isinstance(widget, forms.Select) else "form-control"


def county_choices() -> list[tuple[str, Any]]:
    """County-level units of the city, from the pack."""
    areas = [area for area in national().areas.values() if area.kind in {"county", "zone"}]
    return [("", "—"), *[(area.code, area.name) for area in sorted(areas, key=lambda area: area.code)]]


class PersonForm(Styled, forms.Form):
    display_name = forms.CharField(label=_("姓名"), max_length=40)
    organisation = forms.ModelChoiceField(Organisation.objects.all(), label=_("单位"))
    title = forms.CharField(label=_("职务"), max_length=60, required=False)
    phone = forms.RegexField(
        r"^[0-9+ -]{5,20}$",
        label=_("手机"),
        required=False,
        error_messages={"invalid": _("请填写电话号码。")},
    )
    email = forms.EmailField(label=_("邮箱"), required=False)


class NewPersonForm(PersonForm):
    username = forms.RegexField(
        r"^[A-Za-z0-9_.-]{3,60}$",
        label=_("用户名"),
        help_text=_("3 至 60 位字母、数字、点、下划线或连字符"),
        error_messages={"invalid": _("用户名只能含字母、数字、点、下划线和连字符。")},
    )
    field_order = ["username", "display_name", "organisation", "title", "phone", "email"]


class OrganisationForm(Styled, forms.Form):
    name = forms.CharField(label=_("单位名称"), max_length=120)
    short_name = forms.CharField(label=_("简称"), max_length=40, required=False)
    kind = forms.ChoiceField(label=_("单位类别"), choices=Organisation.Kind.choices)
    uscc = forms.CharField(
        label=_("统一社会信用代码"),
        max_length=18,
        required=False,
        help_text=_("18 位；校验码不符时会请您再次确认"),
    )
    area_code = forms.ChoiceField(label=_("行政区划"), choices=county_choices, required=False)
    parent = forms.ModelChoiceField(Organisation.objects.all(), label=_("上级单位"), required=False)
    confirmed = forms.BooleanField(label=_("已核对证照，代码确认无误"), required=False)

    def __init__(self, *args: Any, unit: Organisation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        if unit is not None:
            self.fields["head"] = forms.ModelChoiceField(
                User.objects.filter(organisation=unit, is_active=True), label=_("负责人"), required=False
            )
            self.fields["head"].widget.attrs["class"] = "form-select"

    def clean_uscc(self) -> str:
        return str(self.cleaned_data["uscc"]).strip().upper()

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        same = Organisation.objects.filter(name=name)
        if self.unit is not None:
            same = same.exclude(pk=self.unit.pk)
        if same.exists():
            raise forms.ValidationError(_("已有同名单位。"))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        code = cleaned.get("uscc")
        same = Organisation.objects.filter(uscc=code) if code else Organisation.objects.none()
        if self.unit is not None:
            same = same.exclude(pk=self.unit.pk)
        found = same.first()
        if found is not None:
            self.add_error("uscc", _("该代码已登记为“%(name)s”。") % {"name": found.name})
        return cleaned

    def values(self) -> dict[str, Any]:
        """The cleaned fields that the service takes over."""
        return {name: value for name, value in self.cleaned_data.items() if name != "confirmed"}


class GrantForm(Styled, forms.Form):
    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    reach = forms.ChoiceField(label=_("范围"), choices=Reach.choices)
    county_code = forms.ChoiceField(label=_("县市区"), choices=county_choices, required=False)
    organisation = forms.ModelChoiceField(Organisation.objects.all(), label=_("单位"), required=False)
    project_code = forms.CharField(label=_("项目代码"), max_length=24, required=False)
    ends_on = forms.DateField(
        label=_("有效期至"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    why = forms.CharField(label=_("授权理由"), max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        code = cleaned.get("project_code")
        cleaned["project_id"] = project_by_code(code) if code else None
        if code and cleaned["project_id"] is None:
            self.add_error("project_code", _("没有这个代码的项目。"))
        return cleaned


class AwayForm(Styled, forms.Form):
    deputy = forms.ModelChoiceField(User.objects.none(), label=_("代理人"))
    until = forms.DateTimeField(
        label=_("外出至"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = people  # type: ignore[attr-defined]


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


class TokenForm(Styled, forms.Form):
    name = forms.CharField(label=_("用途"), max_length=60)


class ReasonForm(Styled, forms.Form):
    reason = forms.CharField(label=_("理由"), max_length=200)


class LogForm(Styled, forms.Form):
    kind = forms.CharField(label=_("事件"), max_length=80, required=False)
    actor = forms.CharField(label=_("行为人"), max_length=60, required=False)
    project = forms.CharField(label=_("项目代码"), max_length=24, required=False)
    subject = forms.RegexField(r"^[a-z_.]+:\d{1,18}$", label=_("对象"), required=False)
    since = forms.DateField(
        label=_("起"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("止"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
