"""Funds in the lamp: available by the year against the year's plan, by the share of the pack; unknown says nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.cast import NOW

from lantu.lifecycle.gates.lamp_source import available_by, read_funds
from lantu.projects.models import MonthlyFigure, Project, YearPlan
from lantu.projects.services.recompute_lamp import recompute_lamps

pytestmark = pytest.mark.django_db


def funded(project: Project, *sources: tuple[str, int, str]) -> Project:
    project.funds = [{"source": name, "yuan": yuan, "year": year} for name, yuan, year in sources]
    project.save(update_fields=["funds"])
    MonthlyFigure.objects.filter(project=project).delete()
    YearPlan.objects.update_or_create(
        project=project, year=2026, defaults={"planned_yuan": Decimal(80_000_000), "monthly_yuan": []}
    )
    return project


def test_short_funds_make_the_lamp_red_and_it_says_why(cast: Any, site_project: Project) -> None:
    project = funded(site_project, ("财政资金", 50_000_000, "2026"), ("专项债", 90_000_000, "2027"))
    assert read_funds([project.pk], NOW)[project.pk] == {
        "funds_required_yuan": 80_000_000, "funds_received_yuan": 50_000_000,
    }  # fmt: skip
    recompute_lamps(now=NOW, project_ids=[project.pk])
    project.refresh_from_db()
    assert project.lamp == "red"
    assert "资金" in project.lamp_reason


def test_what_earlier_years_used_up_is_gone(cast: Any, site_project: Project) -> None:
    """120 available by 2026, 30 spent before it: 90 left for a plan of 80."""
    project = funded(site_project, ("财政资金", 60_000_000, "2025"), ("专项债", 60_000_000, "2026"))
    MonthlyFigure.objects.create(
        project=project, month=date(2025, 12, 1), invested_yuan=Decimal(30_000_000), reported_at=NOW
    )
    assert read_funds([project.pk], NOW)[project.pk]["funds_received_yuan"] == 90_000_000
    recompute_lamps(now=NOW, project_ids=[project.pk])
    project.refresh_from_db()
    assert "资金" not in project.lamp_reason


@pytest.mark.parametrize("years", [("2026", ""), ("", ""), ("2026", "三年")])
def test_a_source_without_a_year_leaves_it_unknown(site_project: Project, years: tuple[str, str]) -> None:
    project = funded(site_project, ("财政资金", 1, years[0]), ("银行贷款", 1, years[1]))
    assert read_funds([project.pk], NOW) == {}


def test_without_a_plan_of_the_year_nothing_is_required(site_project: Project) -> None:
    project = funded(site_project, ("财政资金", 1, "2026"))
    YearPlan.objects.filter(project=project).delete()
    assert read_funds([project.pk], NOW) == {}


def test_sources_count_from_their_year_on() -> None:
    funds = [{"source": "债", "yuan": "10", "year": "2026"}, {"source": "款", "yuan": 5, "year": 2027}]
    assert (available_by(funds, 2025), available_by(funds, 2026), available_by(funds, 2027)) == (0, 10, 15)
