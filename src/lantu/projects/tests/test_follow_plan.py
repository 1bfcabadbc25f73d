"""The months' planned amounts follow the year plan; what is over keeps what it was measured against."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any

import pytest
from tests.cast import NOW

from lantu.core.models import Event
from lantu.projects.models import MonthlyFigure, YearPlan
from lantu.projects.services.report_month import report_month
from lantu.projects.services.set_year_plan import set_year_plan
from lantu.projects.services.set_year_plans import YearTarget, set_year_plans

pytestmark = pytest.mark.django_db
TEN = [Decimal(10_000_000)] * 12


def month(project: Any, year: int, number: int, **more: Any) -> MonthlyFigure:
    return MonthlyFigure.objects.create(project=project, month=date(year, number, 1), reported_at=NOW, **more)


def plan(project: Any, cast: Any, months: list[Decimal], now: datetime = NOW) -> YearPlan:
    sums = list(accumulate(months))
    return set_year_plan(
        project=project,
        year=2026,
        planned_yuan=sums[-1],
        monthly_yuan=sums,
        actor=cast.officer,
        now=now,
        reason="下达",
    )


def planned(row: MonthlyFigure) -> Decimal | None:
    row.refresh_from_db()
    return row.planned_invest_yuan


def test_what_nothing_was_planned_for_is_filled_on_top_of_the_years_before(
    cast: Any, site_project: Any
) -> None:
    MonthlyFigure.objects.filter(project=site_project).delete()
    month(site_project, 2025, 11, invested_yuan=Decimal(70_000_000))
    may, june = month(site_project, 2026, 5), month(site_project, 2026, 6)
    plan(site_project, cast, TEN)
    assert planned(may) == 70_000_000 + 50_000_000
    assert planned(june) == 70_000_000 + 60_000_000


def test_an_adjustment_moves_the_running_month_and_leaves_the_past(cast: Any, site_project: Any) -> None:
    """Issued in March, adjusted in June: May stays as it was measured, June follows; both plans can be read again."""
    MonthlyFigure.objects.filter(project=site_project).delete()
    may, june = month(site_project, 2026, 5), month(site_project, 2026, 6)
    plan(site_project, cast, TEN, now=datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    assert (planned(may), planned(june)) == (50_000_000, 60_000_000)
    half = tuple(amount / 2 for amount in TEN)
    target = YearTarget(site_project.pk, sum(half, Decimal(0)), half, "", site_project.plan_class)
    set_year_plans([target], year=2026, actor=cast.director, now=NOW, reason="年中调整")
    assert (planned(may), planned(june)) == (50_000_000, 30_000_000)
    last = Event.objects.filter(kind="projects.year_plan_set", project_id=site_project.pk).latest("id")
    assert last.payload["before_months"][4] == "50000000"
    assert Decimal(last.payload["after_months"][4]) == 25_000_000


def test_moving_months_within_the_same_year_is_told_too(cast: Any, site_project: Any) -> None:
    plan(site_project, cast, TEN)
    before = Event.objects.filter(kind="projects.year_plan_set").count()
    plan(site_project, cast, TEN)
    assert Event.objects.filter(kind="projects.year_plan_set").count() == before
    plan(site_project, cast, [Decimal(0), Decimal(20_000_000), *TEN[2:]])
    assert Event.objects.filter(kind="projects.year_plan_set").count() == before + 1


def test_a_report_without_its_own_plan_takes_that_of_the_year(cast: Any, site_project: Any) -> None:
    MonthlyFigure.objects.filter(project=site_project).delete()
    plan(site_project, cast, TEN)
    row = report_month(
        project=site_project, month=date(2026, 4, 1), actor=cast.owner, now=NOW, invested_yuan=35_000_000
    )
    assert row.planned_invest_yuan == 40_000_000
    row = report_month(
        project=site_project, month=date(2026, 4, 1), actor=cast.owner, now=NOW, invested_yuan=36_000_000,
        planned_invest_yuan=38_000_000,
    )  # fmt: skip
    assert row.planned_invest_yuan == 38_000_000
