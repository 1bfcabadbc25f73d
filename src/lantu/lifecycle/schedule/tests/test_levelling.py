"""Two projects want the city's one shield machine: the run proposes who waits, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from lantu.core.refusals import Denied, Unacceptable
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.models_kept import ScheduleDemand, ScheduleResource
from lantu.lifecycle.schedule.services import ask_levelling, propose_schedule, put_in_force
from lantu.lifecycle.schedule.services.level import run_levelling
from lantu.lifecycle.schedule.tests.scenes import PDF, at, in_force, new_schedule

pytestmark = pytest.mark.django_db
NOW = at("2026-09-18 10:00")
DAYS = {"A": 5, "B": 5, "C": 10}
LINKS = ["A C FS 0", "B C FS 0"]


def two_plans_one_machine(site_project: Any, other_project: Any, cast: Any) -> tuple[Schedule, Schedule]:
    first = in_force(site_project, cast, now=NOW, days=DAYS, links=LINKS)
    second = new_schedule(other_project, cast.officer, now=NOW, days=DAYS, links=LINKS)
    second = propose_schedule(second, approver=cast.director, edited_no=1, by=cast.officer, now=NOW)
    put_in_force(second, document=PDF, file_name="a.pdf", by=cast.director, now=NOW)
    machine = ScheduleResource.objects.create(code="TBM", name="盾构机", capacity=1)
    for schedule in (first, second):
        ScheduleDemand.objects.create(activity=schedule.activities.get(code="A"), resource=machine, amount=1)
    return first, second


def test_a_shared_machine_is_given_to_one_after_the_other(
    site_project: Any, other_project: Any, cast: Any
) -> None:
    first, _second = two_plans_one_machine(site_project, other_project, cast)
    run = ask_levelling(codes=["TBM"], from_on=NOW.date(), by=cast.officer, now=NOW)
    run = run_levelling(run_id=run.pk, now=NOW)
    assert (run.state, run.status, run.problem) == ("done", "optimal", "")
    use = run.result["resources"]["TBM"]
    assert use["before"] == 8
    assert use["after"] == 0
    assert {move["code"] for move in run.result["moves"]} <= {"A", "C"}
    assert first.activities.get(code="A").early_start_at == at("2026-09-21 08:00")
    assert run_levelling(run_id=run.pk, now=at("2026-09-19 10:00")).finished_at == NOW


def test_levelling_is_for_the_bureau_and_needs_known_resources(site_project: Any, cast: Any) -> None:
    with pytest.raises(Denied):
        ask_levelling(codes=["TBM"], from_on=NOW.date(), by=cast.contractor, now=NOW)
    with pytest.raises(Unacceptable):
        ask_levelling(codes=["TBM"], from_on=NOW.date(), by=cast.officer, now=NOW)
    ScheduleResource.objects.create(code="TBM", name="盾构机", capacity=1)
    run = ask_levelling(codes=["TBM"], from_on=NOW.date(), by=cast.officer, now=NOW)
    assert ask_levelling(codes=["TBM"], from_on=NOW.date(), by=cast.officer, now=NOW).pk == run.pk
    assert run_levelling(run_id=run.pk, now=NOW).state == "failed"
    assert ask_levelling(codes=["TBM"], from_on=NOW.date(), by=cast.officer, now=NOW).pk != run.pk
