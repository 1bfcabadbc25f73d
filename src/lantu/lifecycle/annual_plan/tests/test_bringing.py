"""Projects of the register in a plan: nothing typed twice, and the year plans that follow from an issue."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.cast import NOW

from lantu.lifecycle.annual_plan.services.bringing import bring_in
from lantu.lifecycle.annual_plan.tests.stories import opened, running
from lantu.projects.models import YearPlan
from lantu.projects.services.set_year_plans import YearTarget, set_year_plans

pytestmark = pytest.mark.django_db


def test_a_running_project_is_prefilled_and_must_stay(cast: Any) -> None:
    plan = opened(cast)
    project = running(
        cast, 1, actual_start_on="2025-03-01", planned_start_on="2025-03-01", planned_finish_on="2028-02-01"
    )
    project.refresh_from_db()
    made = bring_in(plan, projects=[project], by=cast.officer, now=NOW)
    assert bring_in(plan, projects=[project], by=cast.officer, now=NOW) == []
    assert (made[0].name, made[0].must, made[0].plan_class) == (project.name, True, "continuing")
    assert 0 < made[0].annual_yuan < project.total_investment_yuan


def test_year_plans_are_set_once_and_only_where_they_differ(cast: Any) -> None:
    project = running(cast, 1)
    target = YearTarget(project.pk, Decimal(120), (Decimal(10),) * 12, "完工", "completing")
    assert set_year_plans([target], year=2026, actor=cast.director, now=NOW) == 2
    assert set_year_plans([target], year=2026, actor=cast.director, now=NOW) == 0
    plan = YearPlan.objects.get(project=project, year=2026)
    assert (plan.planned_yuan, plan.monthly_yuan[0], plan.monthly_yuan[-1]) == (120, "10", "120")
    project.refresh_from_db()
    assert project.plan_class == "completing"
    with pytest.raises(ValueError, match="months"):
        set_year_plans(
            [YearTarget(project.pk, Decimal(1), (), "", "continuing")],
            year=2026,
            actor=cast.director,
            now=NOW,
        )
