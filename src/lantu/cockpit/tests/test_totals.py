"""Investment by month: what projects report, added up by area, always in step."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.cast import NOW

from lantu.cockpit.models import MonthTotal
from lantu.cockpit.money import month_sums
from lantu.cockpit.selectors import YearOfMonths, read_month_sums, year_of
from lantu.cockpit.services.refresh_month_totals import refresh_month_totals
from lantu.core.subscriptions import inline_delivery
from lantu.projects.models import MonthlyFigure, Project, YearPlan
from lantu.projects.services.report_month import report_month
from lantu.projects.services.set_year_plan import set_year_plan


def year(reader: Any) -> YearOfMonths:
    return year_of(read_month_sums(reader, NOW.year), now=NOW)


def report(project: Project, month: int, invested: int, *, of: int = 2026) -> None:
    MonthlyFigure.objects.create(
        project=project, month=date(of, month, 1), invested_yuan=invested, reported_at=NOW, grade="B"
    )


@pytest.fixture
def plans(site_project: Project, other_project: Project) -> None:
    YearPlan.objects.create(
        project=site_project,
        year=2026,
        planned_yuan=78,
        monthly_yuan=[str(n * (n + 1) // 2) for n in range(1, 13)],
    )
    YearPlan.objects.create(project=other_project, year=2026, planned_yuan=120)


def test_a_month_is_the_step_from_the_last_report_whatever_lies_between(
    site_project: Project, plans: None
) -> None:
    report(site_project, 12, 1000, of=2025)
    report(site_project, 1, 1100)
    report(site_project, 4, 1700)  # February and March were not reported
    found = month_sums(Project.objects.all(), 2026)
    assert {
        month.month: amount.done
        for (area, month), amount in found.items()
        if area == "371402" and amount.done
    } == {
        1: Decimal(100),
        4: Decimal(600),
    }


def test_the_plan_is_broken_down_or_spread_evenly(plans: None) -> None:
    found = month_sums(Project.objects.all(), 2026)
    mine = [found[("371402", date(2026, no, 1))].planned for no in range(1, 13)]
    assert mine == [Decimal(no) for no in range(1, 13)]
    assert {found[("371425", date(2026, no, 1))].planned for no in range(1, 13)} == {Decimal(10)}


def test_kept_totals_equal_the_live_sum_and_survive_repetition(
    cast: Any, site_project: Project, plans: None
) -> None:
    report(site_project, 1, 100)
    for _ in range(2):
        refresh_month_totals(year=2026, now=NOW)
    live = {
        key: (amount.planned, amount.done) for key, amount in month_sums(Project.objects.all(), 2026).items()
    }
    kept = {
        key: (amount.planned, amount.done) for key, amount in read_month_sums(cast.director, 2026).items()
    }
    assert kept == live
    assert MonthTotal.objects.count() == 24


def test_each_reader_gets_the_sum_of_what_they_may_see(
    cast: Any, site_project: Project, other_project: Project, plans: None
) -> None:
    report(site_project, 1, 100)
    report(other_project, 1, 7)
    refresh_month_totals(year=2026, now=NOW)
    done = {
        name: year(getattr(cast, name)).done[0] for name in ("director", "county", "contractor", "outsider")
    }
    assert done == {"director": 107, "county": 100, "contractor": 100, "outsider": 7}
    assert year(cast.sysadmin).done[0] is None


def test_months_after_the_last_report_are_unknown_not_zero(cast: Any, site_project: Project) -> None:
    report(site_project, 1, 100)
    report(site_project, 3, 150)
    refresh_month_totals(year=2026, now=NOW)
    assert year(cast.director).done == [100, 0, 50, *[None] * 9]


def test_a_report_and_a_plan_reach_the_totals_through_their_events(cast: Any, site_project: Project) -> None:
    with inline_delivery():
        set_year_plan(project=site_project, year=2026, planned_yuan=1200, actor=cast.officer, now=NOW)
        report_month(
            project=site_project, month=date(2026, 5, 1), invested_yuan=90, actor=cast.owner, now=NOW
        )
    found = year(cast.director)
    assert found.planned == [Decimal(100)] * 12
    assert found.done[4] == 90


def test_a_project_that_moves_takes_its_figures_along(cast: Any, site_project: Project, plans: None) -> None:
    from lantu.cockpit.subscribers import figures_changed
    from lantu.core.models import Event

    report(site_project, 1, 100)
    refresh_month_totals(year=2026, now=NOW)
    Project.objects.filter(pk=site_project.pk).update(area_code="371403")
    moved = Event(
        kind="projects.project_changed",
        project_id=site_project.pk,
        at=NOW,
        payload={"changes": {"area_code": ["371402", "371403"]}},
    )
    figures_changed(moved)
    assert set(MonthTotal.objects.filter(done_yuan=100).values_list("area_code", flat=True)) == {"371403"}
    assert not MonthTotal.objects.filter(area_code="371402").exists()
