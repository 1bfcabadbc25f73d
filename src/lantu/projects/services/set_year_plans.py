"""Set what an issued plan asks of many projects in a year: one statement for the rows, one event for each project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import accumulate

from django.db import transaction

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.projects.events import YearPlanSet
from lantu.projects.models import Project, YearPlan
from lantu.projects.services.follow_plan import follow_year_plans


@dataclass(frozen=True)
class YearTarget:
    """What the plan asks of one project: ``monthly_yuan`` are the twelve single months, their sum ``planned_yuan``."""

    project_id: int
    planned_yuan: Decimal
    monthly_yuan: tuple[Decimal, ...]
    goal: str
    plan_class: str


@transaction.atomic
def set_year_plans(
    targets: Sequence[YearTarget], *, year: int, actor: User, now: datetime, reason: str = ""
) -> int:
    """Store the targets and return how many rows changed. The caller has judged the actor's right to issue a plan.

    The months already reported follow. Raises ValueError when the months of a target do not sum to its year.
    """
    for target in targets:
        if len(target.monthly_yuan) != 12 or sum(target.monthly_yuan) != target.planned_yuan:
            raise ValueError(f"project {target.project_id}: the months do not sum to the year")
    ids = [target.project_id for target in targets]
    projects = {p.pk: p for p in Project.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    before = {plan.project_id: plan for plan in YearPlan.objects.filter(project__in=ids, year=year)}
    rows, moved = [], []
    for target in targets:
        known = before.get(target.project_id)
        months = [str(amount) for amount in accumulate(target.monthly_yuan)]
        goal = target.goal[:300]
        if known is None or (known.planned_yuan, known.monthly_yuan, known.goal) != (
            target.planned_yuan,
            months,
            goal,
        ):
            rows.append(
                YearPlan(
                    project_id=target.project_id, year=year, planned_yuan=target.planned_yuan, monthly_yuan=months,
                    goal=goal,
                )
            )  # fmt: skip
        project = projects[target.project_id]
        if project.plan_class != target.plan_class:
            project.plan_class = target.plan_class
            project.updated_at, project.version = now, project.version + 1
            moved.append(project)
    YearPlan.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["project", "year"], update_fields=["planned_yuan", "monthly_yuan", "goal"]
    )  # fmt: skip
    follow_year_plans(rows, year=year, now=now)
    Project.objects.bulk_update(moved, ["plan_class", "updated_at", "version"])
    for row in rows:
        known = before.get(row.project_id)
        if known is None or (known.planned_yuan, known.monthly_yuan) != (row.planned_yuan, row.monthly_yuan):
            emit(
                YearPlanSet(
                    project_id=row.project_id,
                    subject_id=row.project_id,
                    year=year,
                    before_yuan=str(known.planned_yuan) if known else None,
                    after_yuan=str(row.planned_yuan),
                    before_months=list(known.monthly_yuan) if known else [],
                    after_months=list(row.monthly_yuan),
                ),
                actor=actor,
                at=now,
                reason=reason,
            )
    return len(rows) + len(moved)
