"""What the API takes and gives about projects. Money in yuan, dates as ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Field, Schema

from lantu.accounts.models import Organisation
from lantu.core.refusals import Unacceptable
from lantu.projects.areas import area_name
from lantu.projects.models import MonthlyFigure, Party, Project
from lantu.projects.selectors import months_of

Yuan = Annotated[Decimal, Field(description="元")]


class ProjectOut(Schema):
    """A project as lists give it."""

    code: str
    name: str
    category: str
    plan_class: str
    sector: str
    stage: str
    status: str
    area_code: str
    area: str
    owner: str
    lamp: str
    lamp_reason: str
    total_investment_yuan: Yuan
    invested_yuan: Yuan
    paid_yuan: Yuan
    planned_pct: Decimal | None
    physical_pct: Decimal | None
    latest_month: date | None
    lon: float | None
    lat: float | None
    tags: list[str]
    updated_at: datetime
    url: str

    @staticmethod
    def resolve_area(row: Project) -> str:
        return area_name(row.area_code)

    @staticmethod
    def resolve_owner(row: Project) -> str:
        return row.owner_org.name

    @staticmethod
    def resolve_lamp_reason(row: Project) -> str:
        return row.lamp_words

    @staticmethod
    def resolve_url(row: Project) -> str:
        return row.get_absolute_url()


class PartyOut(Schema):
    role: str
    organisation: str
    contact: str

    @staticmethod
    def resolve_organisation(row: Party) -> str:
        return row.organisation.name

    @staticmethod
    def resolve_contact(row: Party) -> str:
        return str(row.contact)


class MonthOut(Schema):
    month: date
    planned_pct: Decimal | None
    physical_pct: Decimal | None
    planned_invest_yuan: Decimal | None
    invested_yuan: Decimal | None
    paid_yuan: Decimal | None
    grade: str
    source: str
    reported_at: datetime


class CodeOut(Schema):
    code: str
    valid_from: date
    valid_to: date | None
    reason: str


class ProjectDetail(ProjectOut):
    """One project whole."""

    version: int
    local_no: str
    summary: str
    address: str
    industry_code: str
    annual_goal: str
    works_yuan: Yuan
    land_yuan: Yuan
    other_yuan: Yuan
    planned_start_on: date | None
    planned_finish_on: date | None
    actual_start_on: date | None
    actual_finish_on: date | None
    geometry: dict[str, Any] | None
    geometry_note: str
    content_scale: list[Any]
    funds: list[Any]
    approvals: list[Any]
    elements: list[Any]
    targets: list[Any]
    lamp_rule: str
    lamp_at: datetime | None
    lead_unit: str | None
    parties: list[PartyOut]
    codes: list[CodeOut]
    months: list[MonthOut]

    @staticmethod
    def resolve_lead_unit(row: Project) -> str | None:
        return row.lead_unit.name if row.lead_unit else None

    @staticmethod
    def resolve_parties(row: Project) -> list[Party]:
        return list(row.parties.select_related("organisation", "contact").order_by("role"))

    @staticmethod
    def resolve_codes(row: Project) -> list[Any]:
        return list(row.codes.order_by("valid_from", "id"))

    @staticmethod
    def resolve_months(row: Project) -> list[MonthlyFigure]:
        return list(months_of(row))


class ProjectFacts(Schema):
    """Fields of a project that may be written. Only those given are changed."""

    name: str | None = None
    category: str | None = None
    plan_class: str | None = None
    sector: str | None = None
    stage: str | None = None
    status: str | None = None
    area_code: str | None = None
    address: str | None = None
    local_no: str | None = None
    industry_code: str | None = None
    annual_goal: str | None = None
    summary: str | None = None
    public_summary: str | None = None
    total_investment_yuan: Decimal | None = None
    works_yuan: Decimal | None = None
    land_yuan: Decimal | None = None
    other_yuan: Decimal | None = None
    planned_start_on: date | None = None
    planned_finish_on: date | None = None
    actual_start_on: date | None = None
    actual_finish_on: date | None = None
    owner: str | None = Field(None, description="建设单位全称、简称或统一社会信用代码")
    lead_unit: str | None = None
    tags: list[str] | None = None
    content_scale: list[dict[str, Any]] | None = None
    funds: list[dict[str, Any]] | None = None
    approvals: list[dict[str, Any]] | None = None
    elements: list[dict[str, Any]] | None = None
    targets: list[dict[str, Any]] | None = None

    def values(self) -> dict[str, Any]:
        """Given fields as the services take them, units looked up by name."""
        values = self.dict(exclude_unset=True, exclude={"version", "reason"})
        if "owner" in values:
            values["owner_org"] = find_unit(values.pop("owner"), "owner")
        if "lead_unit" in values:
            values["lead_unit"] = find_unit(values["lead_unit"], "lead_unit") if values["lead_unit"] else None
        return values


class ProjectIn(ProjectFacts):
    code: str


class ProjectPatch(ProjectFacts):
    version: int = Field(description="读取时的 version；他人已修改时返回 409 和差异")
    reason: str = ""


class MonthIn(Schema):
    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="2026-05")
    physical_pct: Decimal | None = None
    planned_pct: Decimal | None = None
    invested_yuan: Decimal | None = None
    paid_yuan: Decimal | None = None
    planned_invest_yuan: Decimal | None = None
    grade: Literal["A", "B", "C", "D"] = "D"
    source: str = ""
    reason: str = ""


class GeometryIn(Schema):
    geometry: dict[str, Any]
    datum: Literal["cgcs2000", "gcj02"] = "cgcs2000"
    source: str = ""


class PartyIn(Schema):
    role: str
    organisation: str
    contact: str = Field(description="责任人的用户名")
    reason: str = ""


class CodeIn(Schema):
    new_code: str
    reason: str


class YearIn(Schema):
    year: int
    planned_yuan: Decimal
    monthly_yuan: list[Decimal] = []
    goal: str = ""
    reason: str = ""


class ImportOut(Schema):
    id: int
    state: str
    file_name: str
    rows_total: int
    rows_done: int
    new_count: int
    changed_count: int
    unchanged_count: int
    error_count: int
    errors: list[dict[str, Any]]
    new_units: list[Any]


class ListQuery(Schema):
    """Filters of the list; several values of one filter with commas."""

    q: str = Field("", description="名称、代码（含旧码）、拼音首字母、单位")
    stage: str = ""
    status: str = ""
    area: str = ""
    category: str = ""
    plan_class: str = ""
    sector: str = ""
    lamp: str = ""
    owner: str = ""
    tag: str = ""
    year: str = Field("", description="列入该年度投资计划的项目")


def find_unit(word: str | None, field: str) -> Organisation:
    """An organisation by full name, short name or credit code. Raises Unacceptable."""
    for key in ("name", "uscc", "short_name"):
        found = Organisation.objects.filter(**{key: word}).first() if word else None
        if found is not None:
            return found
    raise Unacceptable(
        "projects.unknown_unit",
        _("没有登记“%(word)s”这个单位。") % {"word": word},
        remedy=_("请先登记单位，或核对名称。"),
        field=field,
    )
