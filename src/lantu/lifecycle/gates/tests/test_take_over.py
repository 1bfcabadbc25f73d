"""Projects that began before: taken over in bulk; forecasts from what they show; the stage line; the cost of waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.cast import NOW, make_project

from lantu.core.models import Event
from lantu.core.refusals import Refused
from lantu.duties.verify import verify_duties
from lantu.lifecycle.gates.book import book, fitting_template
from lantu.lifecycle.gates.models import Gate, GateCondition, GatePlan, GateStep
from lantu.lifecycle.gates.outlook import cost_per_day, outlooks
from lantu.lifecycle.gates.selectors import board, stage_line
from lantu.lifecycle.gates.services.take_over import Past, PastGate, PastStep, take_over
from lantu.lifecycle.gates.tests.conftest import DAY
from lantu.projects.models import Party, Project, YearPlan

BEGAN = NOW - 400 * DAY


def there(days: int, took: int = 7) -> PastStep:
    at = BEGAN + days * DAY
    return PastStep(applied_at=at - took * DAY, confirmed_at=at, issued_on=at.date(), number=f"德字{days}号")


def begun(project: Any, **more: Any) -> Past:
    """Its first gate has passed; the second is at work with one document in the planning bureau's hands."""
    template = book().templates["government"]
    steps = {code: there(10 + n) for n, code in enumerate(template.gates[0].matters)}
    steps["land_permit"] = PastStep(applied_at=NOW - 6 * DAY)
    gates = {
        "initiation": PastGate(state="passed", since=BEGAN + 30 * DAY),
        "design": PastGate(state="preparing", since=BEGAN + 31 * DAY),
    }
    return Past(
        **(
            {"project": project, "template": template, "opened_at": BEGAN, "gates": gates, "steps": steps}
            | more
        )
    )


@pytest.fixture
def sites(cast: Any) -> list[Project]:
    made = []
    for number in range(7):
        project = make_project(
            cast.owner.organisation,
            code=f"2501-371402-04-01-20000{number}",
            name=f"道路{number}",
            stage="design",
        )
        Party.objects.create(
            project=project, role="owner", organisation=cast.owner.organisation, contact=cast.owner
        )
        made.append(project)
    return made


def test_a_takeover_is_whole_and_owned(cast: Any, sites: list[Project]) -> None:
    documents = take_over([begun(site) for site in sites], actor=cast.officer, now=NOW)
    assert documents == 7 * 9
    gate = Gate.objects.get(project=sites[0], stage="initiation")
    assert (gate.state, gate.passed_on) == ("passed", (BEGAN + 16 * DAY).date())
    assert gate.decided_by_id != gate.submitted_by_id
    assert [one for one in verify_duties() if one.subject_type.startswith("lifecycle.gate")] == []
    told = Event.objects.filter(project_id=sites[0].pk)
    assert {"duties.duties_taken_over", "gates.gates_opened"} <= set(told.values_list("kind", flat=True))
    assert told.count() < 5
    with pytest.raises(Refused, match="已经建立了关口"):
        take_over([begun(sites[0])], actor=cast.officer, now=NOW)


def test_a_passed_gate_without_its_documents_is_refused_whole(cast: Any, sites: list[Project]) -> None:
    past = begun(sites[1])
    lacking = begun(
        sites[1], steps={code: step for code, step in past.steps.items() if code != "feasibility"}
    )
    with pytest.raises(Refused, match="记为通过，但缺少要件：可行性研究报告批复"):
        take_over([begun(sites[0]), lacking], actor=cast.officer, now=NOW)
    assert not GatePlan.objects.exists()


def test_a_condition_is_taken_over_with_its_duty(cast: Any, sites: list[Project]) -> None:
    past = begun(sites[0])
    gates = dict(past.gates) | {
        "initiation": PastGate(
            state="conditional", since=BEGAN + 30 * DAY, conditions={"site_opinion": (NOW - 2 * DAY).date()}
        )
    }
    steps = {code: step for code, step in past.steps.items() if code != "site_opinion"}
    take_over([begun(sites[0], gates=gates, steps=steps)], actor=cast.officer, now=NOW)
    condition = GateCondition.objects.get()
    assert (condition.duty.holder, condition.duty.due_at.date()) == (cast.owner, condition.due_on)
    project = Project.objects.get(pk=sites[0].pk)
    assert (project.lamp, project.lamp_codes[0]) == ("red", ["condition_overdue", "1"])


def test_forecasts_come_from_the_units_own_cases(cast: Any, sites: list[Project]) -> None:
    take_over([begun(site) for site in sites], actor=cast.officer, now=NOW)
    step = GateStep.objects.get(project=sites[0], code="site_opinion")
    GateStep.objects.filter(pk=step.pk).update(state="missing", took_days=None, evidence_on=None)
    step.refresh_from_db()
    found = outlooks([step], NOW)[step.pk]
    assert found.forecast is not None
    assert (found.n, found.forecast.n, found.forecast.p50) == (6, 6, 5.0)
    unseen = GateStep.objects.get(project=sites[0], code="works_permit")
    assert outlooks([unseen], NOW)[unseen.pk].forecast is None


def test_the_line_says_who_since_when_and_what(cast: Any, sites: list[Project]) -> None:
    take_over([begun(sites[0])], actor=cast.officer, now=NOW)
    line = stage_line(sites[0], cast.director, NOW)
    assert [entry.stage for entry in line][:2] == ["initiation", "design"]
    assert (line[0].state, line[0].holder) == ("passed", "")
    assert (line[1].holder, line[1].missing_count) == (str(cast.owner), 4)
    assert line[1].missing[0] == "初步设计及概算批复"
    assert stage_line(sites[0], cast.outsider, NOW) == []


def test_waiting_costs_a_share_of_the_year(cast: Any, sites: list[Project]) -> None:
    YearPlan.objects.create(project=sites[0], year=NOW.year, planned_yuan=500_000_000)
    assert cost_per_day(sites[0], NOW) == 2_000_000
    take_over([begun(sites[0])], actor=cast.officer, now=NOW)
    found = board(GatePlan.objects.get(), cast.director, NOW)
    first = found.waiting[0]
    assert first.step.code == "land_permit"
    assert first.rules == ("无净地不得开工",)
    assert "start_order" in [one.code for one in first.held_up]
    assert first.cost_per_day_yuan == 2_000_000


def test_the_template_that_fits(cast: Any, sites: list[Project]) -> None:
    project = sites[0]
    assert fitting_template(project).code == "government"
    project.geometry = {"type": "LineString", "coordinates": []}
    assert fitting_template(project).code == "linear"
    project.name = "东城老旧小区改造"
    assert fitting_template(project).code == "renewal"
    project.name, project.category = "光伏电站", "enterprise"
    assert fitting_template(project).code == "filing"
    project.sector = "energy"
    assert fitting_template(project).code == "approval"


def test_the_night_does_not_need_anybody(cast: Any, sites: list[Project]) -> None:
    from lantu.lifecycle.gates.jobs import recompute

    take_over([begun(site) for site in sites], actor=cast.officer, now=NOW)
    recompute(int((NOW + timedelta(days=300)).timestamp()))
    assert Gate.objects.get(project=sites[0], stage="design").lamp == "red"


def test_waiting_moves_the_finish_of_the_plan_in_force(cast: Any, site_project: Any) -> None:
    from lantu.lifecycle.gates.outlook import late_days
    from lantu.lifecycle.schedule.models import ScheduleActivity
    from lantu.lifecycle.schedule.selectors import what_if_delay
    from lantu.lifecycle.schedule.tests.scenes import in_force

    Project.objects.filter(pk=site_project.pk).update(stage="design")
    take_over([begun(Project.objects.get(pk=site_project.pk))], actor=cast.officer, now=NOW)
    found = board(GatePlan.objects.get(), cast.director, NOW)
    assert found.waiting[0].late_days is None
    schedule = in_force(site_project, cast, now=NOW)
    assert late_days(site_project, found.waiting[0], NOW) is None
    ScheduleActivity.objects.filter(schedule=schedule, code="F").update(name="开工令")
    expected = what_if_delay(schedule, activity_code="F", days=1, now=NOW).days_late
    assert late_days(site_project, found.waiting[0], NOW) == expected
