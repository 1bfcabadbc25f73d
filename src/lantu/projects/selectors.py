"""Reads of projects. Every one starts from what the reader may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.accounts.scopes import scope_of
from lantu.core.refusals import Missing, Refused
from lantu.projects.models import (
    Category,
    Lamp,
    MonthlyFigure,
    Party,
    PlanClass,
    Project,
    ProjectCode,
    Sector,
    Stage,
    Status,
    YearPlan,
)

UNDER_CONSTRUCTION = Q(stage=Stage.CONSTRUCTION, status=Status.ACTIVE)
IN_REGISTER = ~Q(status=Status.CANCELLED)
MAX_WORDS = 6
# What a row of a list or map shows; the rest of the record stays in the database.
LIST_FIELDS = (
    "id", "code", "name", "category", "plan_class", "sector", "stage", "status", "area_code", "lon", "lat",
    "total_investment_yuan", "planned_finish_on", "owner_org__name", "owner_org__short_name", "lamp", "lamp_codes",
    "lamp_at", "latest_month", "planned_pct", "physical_pct", "invested_yuan", "paid_yuan", "tags", "is_demo",
    "updated_at",
)  # fmt: skip
EXPORT_FIELDS = (
    *LIST_FIELDS, "address", "works_yuan", "land_yuan", "other_yuan", "planned_start_on", "actual_start_on",
    "actual_finish_on", "industry_code", "local_no", "annual_goal", "summary", "lead_unit__name",
)  # fmt: skip
SORTS: dict[str, tuple[Any, ...]] = {
    "": ("-updated_at", "-id"),
    "name": ("name_pinyin", "id"),
    "-investment": ("-total_investment_yuan", "-id"),
    "behind": (F("behind").desc(nulls_last=True), "-id"),
    "finish": (F("planned_finish_on").asc(nulls_last=True), "-id"),
    "-paid": ("-paid_yuan", "-id"),
}


@dataclass(frozen=True, kw_only=True)
class ProjectFilter:
    """What a list, a map or an export is narrowed to. Empty means: not narrowed. Several values with commas."""

    q: str = ""
    stage: str = ""
    status: str = ""
    area: str = ""
    category: str = ""
    plan_class: str = ""
    sector: str = ""
    lamp: str = ""
    owner: str = ""
    tag: str = ""
    # A year: the projects with an investment plan of it.
    year: str = ""
    sort: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> ProjectFilter:
        """Read the known parameters; unknown values of a choice are dropped, not an error (old bookmarks)."""
        found = {f.name: str(query.get(f.name) or "").replace("\x00", "").strip()[:120] for f in fields(cls)}
        for name, choices in _CHOICES.items():
            found[name] = ",".join(part for part in found[name].split(",") if part in choices)
        if not found["owner"].isdecimal() or len(found["owner"]) > 18:
            found["owner"] = ""
        if not (found["year"].isascii() and found["year"].isdecimal() and len(found["year"]) == 4):
            found["year"] = ""
        if found["sort"] not in SORTS:
            found["sort"] = ""
        return cls(**found)

    def active(self) -> dict[str, str]:
        """The parameters that narrow something, in their order; what a saved address holds."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}


_CHOICES: dict[str, list[str]] = {
    "stage": Stage.values,
    "status": Status.values,
    "category": Category.values,
    "plan_class": PlanClass.values,
    "sector": Sector.values,
    "lamp": Lamp.values,
}


def visible_projects(reader: Any) -> QuerySet[Project]:
    """The projects that this reader may know of."""
    scope = scope_of(reader)
    if scope.city:
        return Project.objects.all()
    # A union of what each kind of grant reaches, not one OR: each part is answered by its own index.
    ids = Project.objects.order_by().filter(pk__in=scope.project_ids).values_list("pk")
    parts: list[QuerySet[Any, Any]] = []
    if scope.county_codes:
        parts.append(Project.objects.order_by().filter(area_code__in=scope.county_codes).values_list("pk"))
    if scope.organisation_ids:
        units = scope.organisation_ids
        parts.append(Project.objects.order_by().filter(owner_org_id__in=units).values_list("pk"))
        parts.append(Party.objects.filter(organisation_id__in=units).values_list("project_id"))
    return Project.objects.filter(pk__in=ids.union(*parts) if parts else ids)


def get_visible(reader: Any, code: str) -> Project:
    """The project with this code, present or past. Raises Missing when it is not there for this reader."""
    mine = visible_projects(reader)
    found = mine.filter(code=code).first() or mine.filter(codes__code=code).first()
    if found is None:
        raise Missing(
            "projects.unknown",
            _("没有找到代码为 %(code)s 的项目，或您无权查看。") % {"code": code},
            remedy=_("请核对项目代码。"),
        )
    return found


def responsible(project: Project, role: str) -> User:
    """The one person who answers for ``role`` in this project. Raises Refused when the party is missing."""
    party = Party.objects.select_related("contact").filter(project=project, role=role).first()
    if party is None:
        label = Party.Role(role).label
        raise Refused(
            "projects.party_missing",
            _("项目“%(name)s”没有登记%(label)s。") % {"name": project.name, "label": label},
            remedy=_("请先在项目的“参建单位”里指定%(label)s及其责任人。") % {"label": label},
        )
    return party.contact


def find_projects(reader: Any, wanted: ProjectFilter) -> QuerySet[Project]:
    """The reader's projects that fit ``wanted``, sorted; the columns of :data:`LIST_FIELDS` only."""
    rows = visible_projects(reader)
    for name in _CHOICES:
        if value := getattr(wanted, name):
            rows = rows.filter(**{f"{name}__in": value.split(",")})
    if wanted.area:
        rows = rows.filter(area_code__in=wanted.area.split(","))
    if wanted.owner:
        rows = rows.filter(owner_org_id=int(wanted.owner))
    if wanted.tag:
        rows = rows.filter(tags__contains=[wanted.tag])
    if wanted.year:
        rows = rows.filter(pk__in=YearPlan.objects.filter(year=int(wanted.year)).values("project_id"))
    for word in wanted.q.split()[:MAX_WORDS]:
        rows = rows.filter(pk__in=_ids_matching(word))
    if wanted.sort == "behind":
        rows = rows.annotate(behind=F("planned_pct") - F("physical_pct"))
    return rows.select_related("owner_org").only(*LIST_FIELDS).order_by(*SORTS[wanted.sort])


def rows_for_export(reader: Any, wanted: ProjectFilter) -> Iterator[Project]:
    """The whole record of the reader's projects that fit, streamed from the database."""
    rows = find_projects(reader, wanted).select_related("owner_org", "lead_unit").only(*EXPORT_FIELDS)
    return rows.iterator(chunk_size=500)


def _ids_matching(word: str) -> QuerySet[Project, Any]:
    """Ids of projects with this word in name, pinyin, a present or past code, or a unit's name.

    A union of small queries rather than one OR: each part is answered by its own trigram index.
    """
    units = Organisation.objects.filter(Q(name__contains=word) | Q(short_name__contains=word)).values("pk")
    parts = [
        Project.objects.filter(owner_org_id__in=units).values_list("pk"),
        Party.objects.filter(organisation_id__in=units).values_list("project_id"),
    ]
    if word.isascii():
        parts.append(Project.objects.filter(name_pinyin__contains=word.lower()).values_list("pk"))
    if any(character.isdigit() for character in word):
        parts.append(ProjectCode.objects.filter(code__contains=word).values_list("project_id"))
        parts.append(
            Project.objects.filter(Q(code__contains=word) | Q(local_no__contains=word)).values_list("pk")
        )
    first: QuerySet[Project, Any] = Project.objects.filter(name__contains=word).values_list("pk")
    return first.union(*parts)


def lamp_counts(rows: QuerySet[Project]) -> dict[str, int]:
    """How many of ``rows`` stand at each lamp; the sum is their number."""
    found = dict(rows.order_by().values_list("lamp").annotate(n=Count("pk")))
    return {colour: found.get(colour, 0) for colour in Lamp.values}


def months_of(project: Project) -> QuerySet[MonthlyFigure]:
    """The monthly figures of a project, oldest first."""
    return MonthlyFigure.objects.filter(project=project).select_related("reported_by").order_by("month")


def assignable_people(organisation: Organisation) -> QuerySet[User]:
    """The people of a unit who may answer for its part in a project."""
    return User.objects.filter(organisation=organisation, is_active=True).order_by("display_name")
