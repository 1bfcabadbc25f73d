"""Enter a project into the register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.projects.codes import scheme_of
from lantu.projects.events import ProjectRegistered
from lantu.projects.facts import check_facts
from lantu.projects.models import Project, ProjectCode
from lantu.projects.pinyin import pinyin_of
from lantu.projects.services._guard import refuse_problems, require_area


@transaction.atomic
def register_project(
    *, values: Mapping[str, Any], actor: User, now: datetime, is_demo: bool = False
) -> Project:
    """Register a project from ``values`` (field of :data:`facts.EDITABLE` → value; money in yuan).

    Required: code, name, category, plan_class, sector, stage, area_code, total_investment_yuan, owner_org
    (an Organisation). Raises Unacceptable naming the field, Denied outside the actor's reach, and Refused
    when any project carries or carried the code.
    """
    clean, problems = check_facts(values)
    refuse_problems(problems)
    require_area(actor, "projects.edit", area_code=clean["area_code"], owner_org_id=clean["owner_org"].pk)
    refuse_taken_code(clean["code"])
    project = Project.objects.create(
        **clean,
        code_scheme=scheme_of(clean["code"]),
        name_pinyin=pinyin_of(clean["name"]),
        is_demo=is_demo,
        created_at=now,
        updated_at=now,
    )
    ProjectCode.objects.create(project=project, code=project.code, valid_from=timezone.localtime(now).date())
    emit(
        ProjectRegistered(project_id=project.pk, subject_id=project.pk, code=project.code, name=project.name),
        actor=actor,
        at=now,
    )
    return project


def refuse_taken_code(code: str, *, besides: int | None = None) -> None:
    """Raise Refused when another project has the code now or had it once."""
    history = ProjectCode.objects.filter(code=code).values("project_id")
    owners = Project.objects.filter(Q(code=code) | Q(pk__in=history)).only("name")
    owner = next((found for found in owners if found.pk != besides), None)
    if owner is not None:
        raise Refused(
            "projects.code_taken",
            _("代码 %(code)s 已属于“%(name)s”。") % {"code": code, "name": owner.name},
            remedy=_("同一代码只能登记一个项目；如换发新码，请用“更换代码”。"),
            field="code",
        )
