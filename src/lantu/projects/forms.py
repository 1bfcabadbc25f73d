"""Forms of the register. Money is typed in 万元, lists one entry a line; the services judge the rest."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation, User
from lantu.projects.areas import area_names
from lantu.projects.models import Category, MonthlyFigure, Party, PlanClass, Project, Sector, Stage, Status
from lantu.projects.record_lines import LINE_FIELDS, lines_of, read_lines

WAN = Decimal(10_000)
UNITS_OFFERED = 400


class DateField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class WanField(forms.DecimalField):
    """An amount typed in 万元, cleaned to yuan."""

    def __init__(self, **more: Any) -> None:
        super().__init__(min_value=Decimal(0), max_digits=16, decimal_places=6, **more)
        self.widget.attrs |= {"inputmode": "decimal", "step": "any"}

    def clean(self, value: Any) -> Decimal | None:
        wan = super().clean(str(value).replace(",", "") if value else value)
        return None if wan is None else (wan * WAN).quantize(Decimal("0.01"))


def as_wan(yuan: Decimal | None) -> str:
    """Yuan → the text that a 万元 field shows."""
    if yuan is None:
        return ""
    try:
        return f"{(yuan / WAN).normalize():f}"
    except InvalidOperation:
        return ""


class UnitField(forms.CharField):
    """A unit by its name; the page offers those known."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=120, **more)

    def clean(self, value: Any) -> Organisation | None:
        word = super().clean(value)
        if not word:
            return None
        found = (
            Organisation.objects.filter(name=word).first()
            or Organisation.objects.filter(short_name=word).first()
        )
        if found is None:
            raise forms.ValidationError(
                _("没有登记“%(unit)s”这个单位，请从列表中选择。"), params={"unit": word}
            )
        return found


class StyledForm(forms.Form):
    """Gives each widget the class of the house's look."""

    LISTS: dict[str, str] = {}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, field in self.fields.items():
            kind = getattr(field.widget, "input_type", "")
            css = {"select": "form-select", "checkbox": "form-check-input", "hidden": ""}.get(
                kind, "form-control"
            )
            field.widget.attrs |= {"class": css} if css else {}
            if name in self.LISTS:
                field.widget.attrs |= {"list": self.LISTS[name], "autocomplete": "off"}


class LinesField(forms.CharField):
    """Entries of a list, one a line, parts separated by commas."""

    def __init__(self, field: str, **more: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3}), **more)
        self.field = field

    def clean(self, value: Any) -> list[dict[str, Any]]:
        try:
            return read_lines(self.field, super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(
                _("“%(line)s”里的金额不是数字。"), params={"line": str(error)}
            ) from error


class ProjectForm(StyledForm):
    """The record of a project; ``values()`` is what register_project and change_project take."""

    LISTS = {"owner_org": "owners", "lead_unit": "departments"}

    code = forms.CharField(
        label=_("项目代码"), max_length=40, help_text=_("24 位，形如 2603-371402-04-01-123456")
    )
    name = forms.CharField(label=_("项目名称"), max_length=160)
    category = forms.ChoiceField(label=_("投资类别"), choices=Category.choices)
    plan_class = forms.ChoiceField(label=_("计划类别"), choices=PlanClass.choices)
    sector = forms.ChoiceField(label=_("领域"), choices=Sector.choices)
    stage = forms.ChoiceField(label=_("阶段"), choices=Stage.choices)
    status = forms.ChoiceField(label=_("状态"), choices=Status.choices)
    area_code = forms.ChoiceField(label=_("县市区"))
    address = forms.CharField(label=_("建设地点"), max_length=200, required=False)
    owner_org = UnitField(label=_("建设单位"), help_text=_("单位全称或简称"))
    lead_unit = UnitField(label=_("责任部门"), required=False)
    total_investment_yuan = WanField(label=_("总投资（万元）"))
    works_yuan = WanField(label=_("其中工程费（万元）"), required=False)
    land_yuan = WanField(label=_("其中征迁费（万元）"), required=False)
    other_yuan = WanField(label=_("其中其他费（万元）"), required=False)
    planned_start_on = DateField(label=_("计划开工"), required=False)
    planned_finish_on = DateField(label=_("计划竣工"), required=False)
    actual_start_on = DateField(label=_("实际开工"), required=False)
    actual_finish_on = DateField(label=_("实际竣工"), required=False)
    industry_code = forms.CharField(label=_("行业（GB/T 4754）"), max_length=6, required=False)
    local_no = forms.CharField(label=_("市级编号"), max_length=20, required=False)
    annual_goal = forms.CharField(label=_("年度目标"), max_length=300, required=False)
    summary = forms.CharField(
        label=_("建设内容及规模"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 4})
    )
    public_summary = forms.CharField(
        label=_("公开简介"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("会向公众展示，不得含涉密内容"),
    )
    content_scale = LinesField(
        "content_scale", label=_("规模明细"), help_text=_("每行一项：建筑面积，146200，平方米")
    )
    funds = LinesField("funds", label=_("资金来源"), help_text=_("每行一项：来源，万元，年度"))
    approvals = LinesField(
        "approvals", label=_("审批办理情况"), help_text=_("每行一项：事项，状态，日期，文号")
    )
    elements = LinesField(
        "elements", label=_("要素需求"), help_text=_("每行一项：要素，数量，单位，落实情况")
    )
    targets = LinesField("targets", label=_("绩效目标"), help_text=_("每行一项：指标，目标值，单位"))
    tags = forms.CharField(label=_("标签"), required=False, max_length=300, help_text=_("用顿号分开"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    GROUPS = (
        (_("基本情况"), ("code", "name", "category", "plan_class", "sector", "stage", "status", "industry_code", "local_no", "tags")),
        (_("地点与单位"), ("area_code", "address", "owner_org", "lead_unit")),
        (_("投资（万元）"), ("total_investment_yuan", "works_yuan", "land_yuan", "other_yuan")),
        (_("工期与目标"), ("planned_start_on", "planned_finish_on", "actual_start_on", "actual_finish_on", "annual_goal")),
        (_("内容与条件"), ("summary", "public_summary", "content_scale", "funds", "approvals", "elements", "targets")),
    )  # fmt: skip

    def __init__(self, *args: Any, project: Project | None = None, **more: Any) -> None:
        if project is not None:
            more["initial"] = _initial(project)
        super().__init__(*args, **more)
        self.project = project
        self.fields["area_code"].choices = list(area_names().items())  # type: ignore[attr-defined]
        self.fields["status"].initial = Status.ACTIVE
        if project is not None:
            self.fields["code"].disabled = True

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean_tags(self) -> list[str]:
        return [
            part.strip()
            for part in self.cleaned_data["tags"].replace(",", "、").replace("，", "、").split("、")
            if part.strip()
        ]

    def values(self) -> dict[str, Any]:
        """Cleaned values for the services, in yuan."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        for name in ("works_yuan", "land_yuan", "other_yuan"):
            values[name] = values[name] or Decimal(0)
        # Typed text knows no numbers: a list nobody touched stays as it is stored, or 5.9 → "5.9" would be a change.
        for name in LINE_FIELDS if self.project else ():
            stored = getattr(self.project, name)
            if values[name] == read_lines(name, lines_of(name, stored)):
                values[name] = stored
        return values


def _initial(project: Project) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, field in ProjectForm.base_fields.items():
        value = getattr(project, name)
        if isinstance(field, WanField):
            value = as_wan(value)
        elif isinstance(field, UnitField):
            value = value.name if value else ""
        elif name in LINE_FIELDS:
            value = lines_of(name, value)
        elif name == "tags":
            value = "、".join(value)
        values[name] = value
    return values


class MonthForm(StyledForm):
    """A month's three truths, prefilled with the last report; amounts cumulative, in 万元."""

    month = forms.ChoiceField(label=_("月份"))
    physical_pct = forms.DecimalField(
        label=_("形象进度 %"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        required=False,
        help_text=_("累计"),
    )
    planned_pct = forms.DecimalField(
        label=_("序时进度 %"), min_value=0, max_value=100, decimal_places=2, required=False,
        help_text=_("空白则按计划工期折算"),
    )  # fmt: skip
    invested_yuan = WanField(label=_("完成投资（万元）"), required=False, help_text=_("自开工累计"))
    paid_yuan = WanField(label=_("支付（万元）"), required=False, help_text=_("自开工累计"))
    grade = forms.ChoiceField(
        label=_("证据等级"), choices=MonthlyFigure._meta.get_field("grade").choices or [], initial="D"
    )
    source = forms.CharField(label=_("数据来源"), max_length=80, required=False)
    reason = forms.CharField(
        label=_("更正说明"), max_length=200, required=False, help_text=_("累计数低于上月时必须填写")
    )
    seen_at = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, *args: Any, months: list[date], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["month"].choices = [(f"{m:%Y-%m}", f"{m:%Y-%m}") for m in months]  # type: ignore[attr-defined]
        for name in ("physical_pct", "planned_pct"):
            self.fields[name].widget.attrs |= {"inputmode": "decimal", "step": "any"}

    def clean_seen_at(self) -> datetime | None:
        """When the figures on the page were reported; nonsense counts as never seen."""
        try:
            return datetime.fromisoformat(self.cleaned_data["seen_at"])
        except ValueError:
            return None


class PlaceForm(StyledForm):
    """Where a project lies: a point typed in, or GeoJSON pasted."""

    datum = forms.ChoiceField(
        label=_("坐标系"),
        choices=[
            ("cgcs2000", _("CGCS2000（或 WGS-84）经纬度")),
            ("gcj02", _("GCJ-02（高德、腾讯地图取的点），换算后保存")),
        ],
    )
    lon = forms.FloatField(label=_("经度"), required=False)
    lat = forms.FloatField(label=_("纬度"), required=False)
    geojson = forms.CharField(
        label=_("线或面（GeoJSON）"),
        required=False,
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("粘贴 GeoJSON 的线、面；填了这一栏就不看经纬度"),
    )
    source = forms.CharField(
        label=_("来源说明"), max_length=80, required=False, help_text=_("如：用地红线 2026-03")
    )

    def geometry(self) -> Any:
        """What set_geometry takes, or None when nothing was given."""
        data = self.cleaned_data
        if data["geojson"].strip():
            return data["geojson"]
        if data["lon"] is None or data["lat"] is None:
            return None
        return {"type": "Point", "coordinates": [data["lon"], data["lat"]]}


class PartyForm(StyledForm):
    """A unit's part and its one responsible person."""

    LISTS = {"organisation": "units"}

    role = forms.ChoiceField(label=_("角色"), choices=Party.Role.choices)
    organisation = UnitField(label=_("单位"))
    contact = forms.CharField(label=_("责任人"), max_length=60, help_text=_("该单位在岗人员的姓名或用户名"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        unit, word = data.get("organisation"), data.get("contact")
        if unit is not None and word:
            people = User.objects.filter(organisation=unit, is_active=True)
            found = people.filter(username=word).first()
            named = list(people.filter(display_name=word)[:2])
            if found is None and len(named) != 1:
                offered = "、".join(str(p) for p in people[:8]) or "—"
                self.add_error(
                    "contact",
                    _("“%(unit)s”没有唯一的“%(word)s”。在岗人员：%(people)s")
                    % {"unit": unit.name, "word": word, "people": offered},
                )
            else:
                data["contact"] = found or named[0]
        return data


class CodeForm(StyledForm):
    new_code = forms.CharField(label=_("新代码"), max_length=40)
    reason = forms.CharField(label=_("更换理由"), max_length=200, help_text=_("依据，如重新核准文号"))


class YearPlanForm(StyledForm):
    year = forms.IntegerField(label=_("年度"), min_value=1990, max_value=2100)
    planned_yuan = WanField(label=_("年度计划投资（万元）"))
    goal = forms.CharField(label=_("年度目标"), max_length=300, required=False)
    reason = forms.CharField(label=_("调整依据"), max_length=200, required=False)


class ImportForm(StyledForm):
    file = forms.FileField(
        label=_("项目清单（.xlsx 或 .csv）"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.xls"}),
    )
    may_add_units = forms.BooleanField(label=_("自动登记新的建设单位"), required=False)
