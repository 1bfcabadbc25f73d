"""Gates from the first document to the last decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.cast import NOW

from lantu.core.refusals import Denied, Refused
from lantu.duties.models import Duty
from lantu.duties.verify import verify_duties
from lantu.lifecycle.gates import services as s
from lantu.lifecycle.gates.models import Gate, GateCondition, GateDocument, GatePlan, GateStep
from lantu.lifecycle.gates.tests.conftest import DAY, complete, gate_of, get, step_of
from lantu.projects.models import Party, Project


def ours() -> list[str]:
    return [str(one) for one in verify_duties() if one.subject_type.startswith("lifecycle.gate")]


def pass_gate(plan: GatePlan, stage: str, cast: Any, *, at: Any = NOW) -> Gate:
    gate = complete(plan, stage, cast, at=at)
    if gate.state == "not_started":
        s.start_gate(gate, by=cast.owner, now=at)
    gate = s.submit_gate(gate, by=cast.owner, now=at + DAY)
    gate = s.check_gate(gate, by=cast.officer, now=at + DAY)
    return s.approve_gate(gate, by=gate.keeper, now=at + 2 * DAY)


def test_gates_have_people_days_and_one_ball(cast: Any, plan: GatePlan) -> None:
    gates = list(Gate.objects.filter(plan=plan))
    assert [gate.number for gate in gates] == [1, 2, 3, 4, 5, 6]
    assert gates[0].state == "preparing"
    assert gates[0].duty.holder == cast.owner
    assert gates[3].due_on == plan.project.planned_start_on
    assert all(gate.responsible == cast.owner and gate.original_due_on == gate.due_on for gate in gates)
    assert step_of(plan, "land_permit").holder == cast.clerk
    assert Duty.objects.filter(subject_type="lifecycle.gate").count() == 1
    assert ours() == []


def test_nobody_responsible_is_refused(cast: Any, young: Any) -> None:
    Party.objects.filter(project=young, role="owner").delete()
    with pytest.raises(Refused, match="没有建设单位责任人"):
        s.open_gates(young, actor=cast.officer, now=NOW)
    assert not GatePlan.objects.exists()


def test_the_whole_way_through_the_first_gate(cast: Any, plan: GatePlan, planner: Any) -> None:
    gate = pass_gate(plan, "initiation", cast)
    assert gate.state == "passed"
    assert gate.passed_on == max(
        GateStep.objects.filter(gate=gate, evidence_on__isnull=False).values_list("evidence_on", flat=True)
    )
    assert gate.duty.closed_at is not None
    assert Project.objects.get(pk=plan.project_id).stage == "design"
    assert gate.decided_by == planner
    assert ours() == []


def test_a_gate_does_not_pass_without_evidence(cast: Any, plan: GatePlan) -> None:
    gate = gate_of(plan, "initiation")
    with pytest.raises(Refused, match="还缺不可容缺的必备要件"):
        s.submit_gate(gate, by=cast.owner, now=NOW)
    gate.refresh_from_db()
    assert gate.state == "preparing"
    with pytest.raises(Refused, match="必备要件不全"):
        s.approve_gate(gate, by=gate.keeper, now=NOW)


def test_no_back_dating(cast: Any, plan: GatePlan) -> None:
    gate = complete(plan, "initiation", cast)
    gate = s.submit_gate(gate, by=cast.owner, now=NOW + DAY)
    gate = s.check_gate(gate, by=cast.officer, now=NOW + DAY)
    with pytest.raises(Refused, match="不能早于最晚的要件日期"):
        s.approve_gate(gate, by=gate.keeper, now=NOW + DAY, passed_on=NOW.date() - DAY)
    step = step_of(plan, "energy_review")
    with pytest.raises(Refused, match="今天或以前"):
        s.apply_step(
            step, by=cast.owner, now=NOW, papers=[s.Paper(number="预填", issued_on=NOW.date() + DAY)]
        )


def test_a_paper_older_than_what_it_follows_needs_a_word(cast: Any, plan: GatePlan) -> None:
    get(plan, "project_code", cast)
    step = get(plan, "site_opinion", cast)
    get(plan, "land_scheme", cast)
    land = step_of(plan, "land_permit")
    s.apply_step(land, by=cast.owner, now=NOW)
    old = s.Paper(number="建字第1号", issued_on=NOW.date() - 30 * DAY)
    with pytest.raises(Refused, match="早于它依据的"):
        s.confirm_step(land, by=cast.clerk, now=NOW + DAY, papers=[old])
    done = s.confirm_step(land, by=cast.clerk, now=NOW + DAY, papers=[old], note="先办后补，另案处理")
    assert (done.state, done.note, step.state) == ("confirmed", "先办后补，另案处理", "confirmed")


def test_an_interlock_blocks_only_what_depends_on_it(cast: Any, plan: GatePlan) -> None:
    with pytest.raises(Refused, match="还不能办理，要先有：项目代码"):
        s.apply_step(step_of(plan, "site_opinion"), by=cast.owner, now=NOW)
    # Lanes run side by side: targets wait for nothing, whatever the other lanes do.
    assert s.apply_step(step_of(plan, "targets"), by=cast.owner, now=NOW).state == "applied"
    complete(plan, "tender", cast)
    with pytest.raises(Refused, match=r"要先有：施工许可证.*净地交付确认.*无净地不得开工"):
        s.apply_step(step_of(plan, "start_order"), by=cast.owner, now=NOW)


def test_a_department_ticks_its_own_documents_only(cast: Any, plan: GatePlan, planner: Any) -> None:
    get(plan, "project_code", cast)
    step = s.apply_step(step_of(plan, "site_opinion"), by=cast.owner, now=NOW)
    paper = s.Paper(number="用字1号", issued_on=NOW.date())
    with pytest.raises(Refused, match="由德州市自然资源局确认"):
        s.confirm_step(step, by=planner, now=NOW, papers=[paper])
    with pytest.raises(Denied):
        s.confirm_step(step, by=cast.owner, now=NOW, papers=[paper])
    with pytest.raises(Refused, match="没有有效的文件"):
        s.confirm_step(step, by=cast.clerk, now=NOW)
    done = s.confirm_step(step, by=cast.clerk, now=NOW + 7 * DAY, papers=[paper])
    assert (done.took_days, done.duty.closed_at is not None) == (5.0, True)
    assert GateDocument.objects.get(step=done).valid_until.year == 2029
    assert ours() == []


def test_four_eyes_at_the_gate(cast: Any, plan: GatePlan, planner: Any) -> None:
    gate = complete(plan, "initiation", cast)
    gate = s.submit_gate(gate, by=cast.owner, now=NOW)
    with pytest.raises(Denied):
        s.check_gate(gate, by=cast.owner, now=NOW)
    gate = s.check_gate(gate, by=cast.officer, now=NOW)
    with pytest.raises(Refused, match="由潘发改办理"):
        s.approve_gate(gate, by=cast.officer, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Gate.objects.filter(pk=gate.pk).update(decided_by=cast.owner)
    returned = s.return_gate(gate, by=planner, now=NOW, reason="绩效目标需细化")
    assert (returned.state, returned.duty.holder) == ("returned", cast.owner)


def test_conditional_pass_and_its_conditions(cast: Any, plan: GatePlan, planner: Any) -> None:
    gate = complete(plan, "initiation", cast, but=("site_opinion", "feasibility"))
    with pytest.raises(Refused, match="可行性研究报告批复"):
        s.submit_gate(gate, by=cast.owner, now=NOW)
    plan.links = [row for row in plan.links if row[0] != "site_opinion"]
    plan.save()
    get(plan, "feasibility", cast)
    gate = s.submit_gate(gate, by=cast.owner, now=NOW + DAY)
    gate = s.check_gate(gate, by=cast.officer, now=NOW + DAY)
    step = step_of(plan, "site_opinion")
    due_on = (NOW + 14 * DAY).date()
    with pytest.raises(Refused, match="没有设定补齐时限"):
        s.approve_conditionally(
            gate,
            conditions=[s.Wanted(due_on=due_on, text="补充其他材料")],
            by=planner,
            now=NOW + DAY,
            note="急需开工",
        )
    far = s.Wanted(step=step, due_on=(NOW + 90 * DAY).date())
    with pytest.raises(Refused, match="补齐时限应在"):
        s.approve_conditionally(gate, conditions=[far], by=planner, now=NOW + DAY, note="急需开工")
    gate = s.approve_conditionally(
        gate, conditions=[s.Wanted(step=step, due_on=due_on)], by=planner, now=NOW + DAY, note="用地预审在办"
    )
    condition = GateCondition.objects.get()
    assert (gate.state, gate.lamp, condition.duty.holder) == ("conditional", "yellow", cast.owner)
    s.recompute_gates(now=NOW + 15 * DAY)
    gate.refresh_from_db()
    assert gate.lamp_codes == ["condition_overdue"]
    assert gate_of(plan, "design").lamp_codes == ["before_blocked"]
    with pytest.raises(Refused, match=r"后续|逾期"):
        pass_gate(plan, "tender", cast, at=NOW + 15 * DAY)


def test_a_met_condition_opens_the_way(cast: Any, plan: GatePlan, planner: Any) -> None:
    plan.links = [row for row in plan.links if row[0] != "site_opinion"]
    plan.save()
    gate = complete(plan, "initiation", cast, but=("site_opinion",))
    gate = s.submit_gate(gate, by=cast.owner, now=NOW + DAY)
    gate = s.check_gate(gate, by=cast.officer, now=NOW + DAY)
    wanted = [s.Wanted(step=step_of(plan, "site_opinion"), due_on=(NOW + 14 * DAY).date())]
    s.approve_conditionally(gate, conditions=wanted, by=planner, now=NOW + DAY, note="用地预审在办")
    get(plan, "site_opinion", cast, at=NOW + 3 * DAY)
    condition = GateCondition.objects.get()
    assert (condition.state, condition.duty.closed_at is not None) == ("met", True)
    assert gate_of(plan, "initiation").lamp == "green"
    assert ours() == []


def test_stop_resume_and_cancel_need_a_document(cast: Any, plan: GatePlan) -> None:
    get(plan, "project_code", cast)
    s.apply_step(step_of(plan, "site_opinion"), by=cast.owner, now=NOW)
    with pytest.raises(Refused, match="都要有决定文件"):
        s.suspend_gates(plan, by=cast.director, now=NOW, document_no="", reason="资金调整")
    s.suspend_gates(plan, by=cast.director, now=NOW, document_no="德政字〔2026〕12号", reason="资金调整")
    assert Project.objects.get(pk=plan.project_id).status == "suspended"
    gate = gate_of(plan, "initiation")
    assert (gate.state, gate.lamp, gate.duty.holder) == ("suspended", "grey", cast.officer)
    assert step_of(plan, "site_opinion").state == "returned"
    with pytest.raises(Refused, match="要件暂停办理"):
        s.apply_step(step_of(plan, "site_opinion"), by=cast.owner, now=NOW)
    assert ours() == []
    with pytest.raises(Refused, match="不能启动关口"):
        s.start_gate(gate_of(plan, "design"), by=cast.owner, now=NOW)
    s.resume_gates(plan, by=cast.director, now=NOW + DAY, document_no="德政字〔2026〕15号", reason="资金到位")
    assert [gate.state for gate in Gate.objects.filter(plan=plan)] == ["preparing"] + ["not_started"] * 5
    s.cancel_gates(plan, by=cast.director, now=NOW + DAY, document_no="德政字〔2026〕16号", reason="规划调整")
    assert set(Gate.objects.filter(plan=plan).values_list("state", flat=True)) == {"cancelled"}
    assert ours() == []


def test_reopening_needs_a_change_above_the_threshold(cast: Any, plan: GatePlan) -> None:
    gate = pass_gate(plan, "initiation", cast)
    more = {
        "document_no": "德发改〔2026〕8号",
        "reason": "概算超过估算",
        "by": cast.director,
        "now": NOW + 5 * DAY,
    }
    with pytest.raises(Refused, match="未超过 10%"):
        s.reopen_gate(gate, change_pct=8, **more)
    gate = s.reopen_gate(gate, change_pct=12.5, **more)
    assert (gate.state, gate.passed_on, gate.duty.holder) == ("reopened", None, cast.owner)
    assert ours() == []


def test_an_old_page_is_told_so(cast: Any, plan: GatePlan) -> None:
    gate = gate_of(plan, "design")
    s.start_gate(gate, by=cast.owner, now=NOW, version=gate.version)
    with pytest.raises(Refused, match="刚刚被其他人更新"):
        s.replan_gate(
            gate, by=cast.officer, now=NOW, due_on=(NOW + DAY).date(), reason="顺延一日", version=gate.version
        )


def test_construction_without_a_permit_is_red(cast: Any, plan: GatePlan) -> None:
    from lantu.projects.services.recompute_lamp import recompute_lamps

    Project.objects.filter(pk=plan.project_id).update(stage="construction")
    s.recompute_gates(now=NOW)
    recompute_lamps(now=NOW)
    project = Project.objects.get(pk=plan.project_id)
    assert project.lamp == "red"
    assert ["no_permit", ""] in project.lamp_codes
    assert "no_permit" in gate_of(plan, "construction").lamp_codes
    s.waive_step(
        step_of(plan, "construction_permit"), by=cast.officer, now=NOW, reason="建筑面积 280 平方米，免办"
    )
    recompute_lamps(now=NOW)
    assert ["no_permit", ""] not in Project.objects.get(pk=plan.project_id).lamp_codes


def test_recomputing_twice_changes_nothing(cast: Any, plan: GatePlan) -> None:
    s.recompute_gates(now=NOW + 400 * DAY)
    assert s.recompute_gates(now=NOW + 400 * DAY).changed == 0


def test_a_longer_term_moves_the_gates_day(cast: Any, plan: GatePlan) -> None:
    from lantu.duties.services.extension import ask_extension, decide_extension

    gate = gate_of(plan, "initiation")
    wanted = gate.duty.due_at + timedelta(days=10)
    ask_extension(gate.duty, wanted_due_at=wanted, reason="专家评审延后", now=NOW, actor=cast.owner)
    extension = gate.duty.extension_requests.get()
    decide_extension(gate.duty, granted=True, reason="", now=NOW, actor=extension.decision_duty.holder)
    gate.refresh_from_db()
    assert gate.due_on > gate.original_due_on
