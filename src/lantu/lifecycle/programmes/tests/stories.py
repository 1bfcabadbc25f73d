"""Programmes in every state, for the tests of this room and of the access table."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.cast import NOW

from lantu.lifecycle.programmes import services as s
from lantu.lifecycle.programmes.models import Programme
from lantu.projects.models import MonthlyFigure, Project

TODAY = NOW.date()
AREA = {
    "type": "Polygon",
    "coordinates": [[[116.2, 37.4], [116.4, 37.4], [116.4, 37.5], [116.2, 37.5], [116.2, 37.4]]],
}


def draft(cast: Any, *, now: datetime = NOW, **more: Any) -> Programme:
    """A draft of the officer; the owner's person is the steward, the director approves."""
    values: dict[str, Any] = {
        "name": "高铁新城三年行动计划",
        "starts_on": date(2025, 1, 1),
        "finishes_on": date(2027, 12, 31),
        "lead_unit": cast.officer.organisation,
        "steward": cast.county,
        "approver": cast.director,
        "county_codes": ["371402"],
        "geometry": AREA,
    } | more
    return s.draft_programme(by=cast.officer, now=now, **values)


def filled(cast: Any, site: Project, *, now: datetime = NOW) -> Programme:
    """A draft with a goal, a member and a milestone."""
    programme = draft(cast, now=now)
    s.set_goal(programme, name="征地", target=Decimal(3200), unit="亩", lane="land", by=cast.officer, now=now)
    s.join_projects(
        programme, projects=[site], lane="build", on=date(2025, 2, 1), reason="首批纳入", by=cast.officer, now=now
    )  # fmt: skip
    s.add_milestone(
        programme, name="净地移交", lane="land", done_when="移交单签字", due_on=TODAY + timedelta(days=20),
        owner=cast.clerk, by=cast.officer, now=now,
    )  # fmt: skip
    programme.refresh_from_db()
    return programme


def in_force(cast: Any, site: Project, *, now: datetime = NOW) -> Programme:
    """Approved by the director."""
    programme = filled(cast, site, now=now)
    s.submit_programme(programme, by=cast.officer, now=now)
    return s.approve_programme(programme, by=cast.director, now=now)


def month_of(project: Project, month: date, **more: Any) -> MonthlyFigure:
    """A month as it was reported."""
    values: dict[str, Any] = {
        "physical_pct": 40,
        "planned_pct": 50,
        "invested_yuan": 30_000_000,
        "paid_yuan": 20_000_000,
    }
    return MonthlyFigure.objects.create(project=project, month=month, reported_at=NOW, **(values | more))
