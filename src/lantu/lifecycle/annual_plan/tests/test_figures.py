"""Figures of the plan, the appraisal and the gates: what they say, and that the rows behind them are the same many."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from tests.cast import NOW

from lantu.core.figures import read_figure
from lantu.lifecycle.annual_plan.results import full_months, results_of
from lantu.lifecycle.annual_plan.tests.stories import issued, opened
from lantu.projects.models import YearPlan

pytestmark = pytest.mark.django_db
FIGURES = ("plan.in_force_yuan", "plan.done_share", "plan.behind")


def test_without_an_issued_plan_nothing_is_stated(cast: Any) -> None:
    opened(cast, 2026)
    for name in FIGURES:
        found = read_figure(name, cast.director, now=NOW)
        assert found.value is None
        assert found.rows == reverse("lifecycle:plans")
        assert found.note


def test_planned_done_and_behind_agree_with_the_rows(cast: Any, client: Any) -> None:
    plan = issued(cast)
    ids = list(plan.proposals.order_by("pk").values_list("project_id", flat=True))
    YearPlan.objects.filter(project__in=ids, year=2026).update(done_yuan=Decimal(60_000_000))
    YearPlan.objects.filter(project=ids[0], year=2026).update(done_yuan=Decimal(1))
    later = NOW.replace(month=12) if NOW.year == 2026 else NOW
    values = {name: read_figure(name, cast.director, now=later) for name in FIGURES}
    assert values["plan.in_force_yuan"].value == 4 * 30_000_000
    assert values["plan.done_share"].numerator == 3 * 60_000_000 + 1
    assert values["plan.behind"].value == 1
    assert values["plan.behind"].denominator == 4
    assert values["plan.behind"].as_of == later
    today = later.date()
    assert [row.behind for row in results_of(cast.director, plan, today=today).rows].count(True) == 1
    client.force_login(cast.director)
    page = client.get(values["plan.behind"].rows)
    assert page.status_code == 200
    assert page.context["behind"]


def test_full_months_of_a_year() -> None:
    assert full_months(2026, date(2026, 1, 31)) == 0
    assert full_months(2026, date(2026, 11, 22)) == 10
    assert full_months(2026, date(2027, 1, 1)) == 12
    assert full_months(2027, date(2026, 12, 31)) == 0


def test_who_may_not_read_plans_reads_no_figure_of_them(cast: Any) -> None:
    issued(cast)
    assert read_figure("plan.in_force_yuan", cast.contractor, now=NOW + timedelta(hours=2)).value is None
