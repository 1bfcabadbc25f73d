"""Risk points travel in a template without the people, and come out as drafts of the new project."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.cast import NOW, make_project

from lantu.hazards.risk_points import case_part
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.states import PointState
from lantu.hazards.risk_points.tests.stories import point_at
from lantu.lifecycle.programmes.cases.registry import Target
from lantu.projects.models import Party


def test_points_come_out_as_drafts(cast: Any, site_project: Any) -> None:
    point = point_at(PointState.SUBMITTED, cast, site_project)
    start = point.work_from - timedelta(days=14)
    content = case_part.take(site_project, start)
    assert content is not None
    assert content["rows"][0]["from"] > 0
    assert cast.contractor.display_name not in str(content)
    coming = make_project(cast.owner.organisation, code="2601-371402-04-01-100008", name="三期")
    Party.objects.create(
        project=coming, role="contractor", organisation=cast.contractor.organisation, contact=cast.contractor
    )
    officer = Target(project=coming, starts_on=date(2026, 7, 1), by=cast.officer, now=NOW)
    assert "没有权限" in case_part.foresee(content, officer).problem
    target = Target(project=coming, starts_on=date(2026, 7, 1), by=cast.owner, now=NOW)
    foreseen = case_part.foresee(content, target)
    assert foreseen.problem == ""
    case_part.make(content, target)
    made = RiskPoint.objects.get(project=coming)
    assert (made.state, made.kind, made.responsible) == ("draft", point.kind, cast.contractor)
    assert made.work_from == foreseen.lines[0].on
    assert case_part.foresee(content, target).problem != ""
    assert case_part.take(coming, date(2026, 7, 1)) is not None
