"""Who may write where: shared by the services of this room."""

from __future__ import annotations

from types import SimpleNamespace

from django.db.models import QuerySet

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Unacceptable
from lantu.projects.facts import Problem
from lantu.projects.models import Project


def require_area(actor: User, permission: str, *, area_code: str, owner_org_id: int | None) -> None:
    """As :func:`require`, for a project that does not exist yet: its county and owner must be within reach."""
    units = frozenset({owner_org_id} if owner_org_id else ())
    require(actor, permission, SimpleNamespace(id=None, area_code=area_code, organisation_ids=lambda: units))


def refuse_problems(problems: list[Problem]) -> None:
    """Raise the first problem, with all the others in its words, unless there is none."""
    if problems:
        first = problems[0]
        detail = " ".join(problem.detail for problem in problems[:5])
        raise Unacceptable("projects.unfit", detail, remedy=first.remedy, field=first.field)


def locked(project_id: int) -> Project:
    """The project's row, locked until the end of the transaction."""
    return _for_update().get(pk=project_id)


def locked_all(project_ids: list[int]) -> list[Project]:
    """The rows of these projects, locked in order, so that two such writers never wait for each other in a ring."""
    # Whoever asks for a right looks at the units that take part.
    return list(_for_update().filter(pk__in=project_ids).order_by("pk").prefetch_related("parties"))


def _for_update() -> QuerySet[Project]:
    return Project.objects.select_for_update(of=("self",)).select_related("owner_org", "lead_unit")
