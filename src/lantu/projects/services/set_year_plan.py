"""Set what the issued plan asks of a project in a year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Unacceptable
from lantu.core.services.emit import emit
from lantu.projects.events import YearPlanSet
from lantu.projects.models import Project, YearPlan
from lantu.projects.services._guard import locked
from lantu.projects.services.follow_plan import follow_year_plans


@transaction.atomic
def set_year_plan(
    *,
    project: Project,
    year: int,
    planned_yuan: Decimal | int,
    actor: User,
    now: datetime,
    monthly_yuan: Sequence[Decimal | int] = (),
    goal: str = "",
    reason: str = "",
) -> YearPlan:
    """Store the planned investment of ``year`` in yuan.

    ``monthly_yuan``: empty, or twelve cumulative amounts January to December, not falling, the last one
    equal to ``planned_yuan``. Raises Unacceptable otherwise. The months already reported follow (see follow_plan).
    """
    row = locked(project.pk)
    require(actor, "projects.edit", row)
    months = [Decimal(amount) for amount in monthly_yuan]
    if planned_yuan < 0 or not 1990 <= year <= 2100:
        raise Unacceptable(
            "projects.bad_year_plan", _("年度计划投资或年份不合理。"), remedy=_("请核对。"), field="year"
        )
    if months and (len(months) != 12 or months != sorted(months) or months[-1] != planned_yuan):
        raise Unacceptable(
            "projects.bad_monthly_plan",
            _("分月计划应为 12 个累计数，逐月不减，12 月等于年度计划。"),
            remedy=_("请核对分月计划。"),
            field="monthly_yuan",
        )
    before = YearPlan.objects.filter(project=row, year=year).first()
    plan, _created = YearPlan.objects.update_or_create(
        project=row,
        year=year,
        defaults={"planned_yuan": planned_yuan, "monthly_yuan": [str(m) for m in months], "goal": goal[:300]},
    )
    follow_year_plans([plan], year=year, now=now)
    if before is None or (before.planned_yuan, before.monthly_yuan) != (planned_yuan, plan.monthly_yuan):
        emit(
            YearPlanSet(
                project_id=row.pk,
                subject_id=row.pk,
                year=year,
                before_yuan=str(before.planned_yuan) if before else None,
                after_yuan=str(planned_yuan),
                before_months=list(before.monthly_yuan) if before else [],
                after_months=list(plan.monthly_yuan),
            ),
            actor=actor,
            at=now,
            reason=reason,
        )
    return plan
