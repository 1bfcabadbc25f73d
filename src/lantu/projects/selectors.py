"""Reads of projects. Every one starts from what the reader may see."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from lantu.accounts.models import User
from lantu.accounts.scopes import scope_of
from lantu.core.refusals import Missing, Refused
from lantu.projects.models import Party, Project, Stage, Status

UNDER_CONSTRUCTION = Q(stage=Stage.CONSTRUCTION, status=Status.ACTIVE)


def visible_projects(reader: Any) -> QuerySet[Project]:
    """The projects that this reader may know of."""
    scope = scope_of(reader)
    if scope.city:
        return Project.objects.all()
    reach = Q(pk__in=scope.project_ids)
    if scope.county_codes:
        reach |= Q(area_code__in=scope.county_codes)
    if scope.organisation_ids:
        taking_part = Party.objects.filter(organisation_id__in=scope.organisation_ids).values("project_id")
        reach |= Q(owner_org_id__in=scope.organisation_ids) | Q(pk__in=taking_part)
    return Project.objects.filter(reach)


def get_visible(reader: Any, code: str) -> Project:
    """The project with this code, present or past. Raises Missing when it is not there for this reader."""
    mine = visible_projects(reader)
    found = mine.filter(code=code).first() or mine.filter(codes__code=code).first()
    if found is None:
        raise Missing("projects.unknown", f"没有找到代码为 {code} 的项目，或您无权查看。", remedy="请核对项目代码。")
    return found


def responsible(project: Project, role: str) -> User:
    """The one person who answers for ``role`` in this project. Raises Refused when the party is missing."""
    party = Party.objects.select_related("contact").filter(project=project, role=role).first()
    if party is None:
        label = Party.Role(role).label
        raise Refused(
            "projects.party_missing",
            f"项目“{project.name}”没有登记{label}。",
            remedy=f"请先在项目的“参建单位”里指定{label}及其责任人。",
        )
    return party.contact
