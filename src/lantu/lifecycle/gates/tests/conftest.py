"""A project at its beginning, with gates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.cast import NOW

from lantu.accounts.models import Grant, Organisation, User
from lantu.lifecycle.gates.models import Gate, GatePlan, GateStep
from lantu.lifecycle.gates.services import Paper, apply_step, confirm_step, open_gates

DAY = timedelta(days=1)


@pytest.fixture
def young(site_project: Any) -> Any:
    """The cast's project before anything began: in the stage of initiation."""
    site_project.stage = "initiation"
    site_project.plan_class = "new_start"
    site_project.planned_start_on = (NOW + 201 * DAY).date()
    site_project.planned_finish_on = (NOW + 900 * DAY).date()
    site_project.save()
    return site_project


@pytest.fixture
def planner(cast: Any) -> Any:
    """The development commission with its person: it leads the first gate."""
    unit = Organisation.objects.create(name="德州市发展和改革委员会", kind="department")
    person = User.objects.create_user(username="planner", display_name="潘发改", organisation=unit)
    Grant.objects.create(user=person, role="clerk", reach="city", granted_at=NOW)
    return person


@pytest.fixture
def plan(cast: Any, young: Any, planner: Any) -> GatePlan:
    return open_gates(young, actor=cast.officer, now=NOW, template="government")


def gate_of(plan: GatePlan, stage: str) -> Gate:
    return Gate.objects.get(plan=plan, stage=stage)


def step_of(plan: GatePlan, code: str) -> GateStep:
    return GateStep.objects.get(project=plan.project, code=code)


def get(plan: GatePlan, code: str, cast: Any, *, at: Any = NOW, on: Any = None) -> GateStep:
    """Have one document: applied for by the owner, confirmed by the unit's person."""
    step = step_of(plan, code)
    apply_step(step, by=cast.owner, now=at)
    step.refresh_from_db()
    paper = Paper(number=f"德文〔2026〕{step.pk}号", issued_on=on or at.date())
    return confirm_step(step, by=step.holder, now=at + DAY, papers=[paper], note="按程序办理")


def complete(plan: GatePlan, stage: str, cast: Any, *, at: Any = NOW, but: tuple[str, ...] = ()) -> Gate:
    """Have every hard document of a gate, in the order that its interlocks ask for, soft ones where they block."""
    codes = list(
        GateStep.objects.filter(project=plan.project).order_by("order").values_list("code", flat=True)
    )
    from lantu.lifecycle.gates.planning import graph_of
    from lantu.lifecycle.gates.services.steps import steps_by_code

    steps = steps_by_code(plan.project_id)
    graph = graph_of(plan, steps)
    wanted = {code for code in codes if steps[code].gate.stage == stage and steps[code].hard} - set(but)
    for code in list(wanted):
        wanted |= graph.behind(code)
    for code in graph.order:
        if code in wanted and code not in but and step_of(plan, code).state == "missing":
            get(plan, code, cast, at=at)
    return gate_of(plan, stage)
