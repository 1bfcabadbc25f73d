"""Programmes: who may do what in which order, and what the roll-up says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.cast import NOW, make_project

from lantu.core.models import Event
from lantu.core.refusals import Refused
from lantu.core.services.verify_chain import verify_events
from lantu.duties.models import Duty
from lantu.duties.verify import verify_duties
from lantu.lifecycle.programmes import services as s
from lantu.lifecycle.programmes.models import Programme, ProgrammeMember
from lantu.lifecycle.programmes.selectors import (
    goal_rows,
    programme_progress,
    visible_programmes,
)
from lantu.lifecycle.programmes.services.passing import end_of
from lantu.lifecycle.programmes.tests.stories import TODAY, draft, filled, in_force, month_of

LATER = NOW + timedelta(days=1)


def test_from_draft_to_the_monthly_check(cast: Any, site_project: Any) -> None:
    programme = in_force(cast, site_project)
    assert programme.state == "in_force"
    assert programme.duty is not None
    assert programme.duty.holder == cast.county  # the steward checks every month
    assert programme.duty.due_at.date() == date(2026, 7, 5)
    check = s.check_month(programme, month=date(2026, 5, 20), by=cast.county, now=LATER)
    assert check.month == date(2026, 5, 1)
    assert len(check.sha256) == 64
    with pytest.raises(Refused, match="已经核对过"):
        s.check_month(programme, month=date(2026, 5, 1), by=cast.county, now=LATER)
    assert list(verify_duties()) == []
    kinds = list(Event.objects.filter(subject_type="lifecycle.programme").values_list("kind", flat=True))
    assert kinds[-1] == "programmes.programme_checked"
    assert list(verify_events()) == []


def test_nobody_approves_their_own(cast: Any, site_project: Any) -> None:
    with pytest.raises(Refused, match="批准人不能是编制人"):
        draft(cast, steward=cast.director)
    programme = filled(cast, site_project)
    s.submit_programme(programme, by=cast.officer, now=NOW)
    with pytest.raises(Refused):
        s.approve_programme(programme, by=cast.officer, now=NOW)
    with pytest.raises(Refused, match="由丁局长"):
        s.approve_programme(programme, by=cast.vicemayor, now=NOW)
    back = s.send_back_programme(programme, by=cast.director, now=NOW, reason="目标要量化")
    assert (back.state, back.return_reason) == ("draft", "目标要量化")
    assert back.duty is not None
    assert back.duty.holder == cast.officer


def test_an_empty_programme_is_not_submitted(cast: Any) -> None:
    with pytest.raises(Refused, match="目标、成员项目、共同节点"):
        s.submit_programme(draft(cast), by=cast.officer, now=NOW)


def test_the_second_writer_sees_that_somebody_was_faster(cast: Any) -> None:
    programme = draft(cast)
    seen = programme.edited_no
    s.edit_programme(
        programme,
        edited_no=seen,
        values={"basis": "德政字〔2025〕1号"},
        by=cast.officer,
        now=NOW,
        reason="补充依据",
    )
    with pytest.raises(Refused, match="已被别人修改") as refused:
        s.edit_programme(
            programme,
            edited_no=seen,
            values={"basis": "另一个"},
            by=cast.director,
            now=NOW,
            reason="补充依据",
        )
    assert refused.value.status == 409
    assert "德政字〔2025〕1号 / 另一个" in refused.value.detail
    event = Event.objects.get(kind="programmes.programme_edited")
    assert event.payload["changes"] == {"basis": ["", "德政字〔2025〕1号"]}
    assert Programme.objects.get().basis == "德政字〔2025〕1号"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": "短"}, "name"),
        ({"finishes_on": date(2024, 1, 1)}, "finishes_on"),
        ({"county_codes": ["999999"]}, "county_codes"),
        ({"lanes": []}, "lanes"),
        ({"lanes": [{"key": "征迁", "label": "征迁"}]}, "lanes"),
        ({"geometry": {"type": "Point", "coordinates": [116.3, 37.4]}}, "geometry"),
    ],
)
def test_bad_input_is_refused_with_its_place(cast: Any, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        draft(cast, **more)
    assert refused.value.field == field


def test_a_project_is_a_member_once_and_leaves_with_a_reason(cast: Any, site_project: Any) -> None:
    programme = in_force(cast, site_project)
    again: dict[str, Any] = {
        "lane": "build",
        "on": TODAY,
        "reason": "再次纳入",
        "by": cast.officer,
        "now": NOW,
    }
    with pytest.raises(Refused, match="已经是成员"):
        s.join_projects(programme, projects=[site_project], **again)
    member = programme.members.get()
    with pytest.raises(Refused, match="请写明理由"):
        s.leave_project(programme, member=member, on=TODAY, reason="", by=cast.officer, now=NOW)
    s.leave_project(programme, member=member, on=TODAY, reason="规划调整移出", by=cast.officer, now=NOW)
    with pytest.raises(Refused, match="已于"):
        s.leave_project(programme, member=member, on=TODAY, reason="规划调整移出", by=cast.officer, now=NOW)
    s.join_projects(programme, projects=[site_project], **again)
    assert ProgrammeMember.objects.filter(project=site_project).count() == 2
    assert programme_progress(programme, NOW).rolled.members == 1


def test_progress_is_what_had_been_reported_by_then(cast: Any, site_project: Any) -> None:
    programme = in_force(cast, site_project)
    small = make_project(
        cast.owner.organisation,
        code="2601-371402-04-01-100003",
        name="小项目",
        total_investment_yuan=40_000_000,
    )
    s.join_projects(
        programme,
        projects=[small],
        lane="build",
        on=date(2026, 5, 1),
        reason="第二批纳入",
        by=cast.officer,
        now=NOW,
    )
    month_of(site_project, date(2026, 3, 1), physical_pct=20, planned_pct=40)
    month_of(site_project, date(2026, 5, 1), physical_pct=60, planned_pct=55, invested_yuan=70_000_000)
    month_of(small, date(2026, 5, 1), physical_pct=20, planned_pct=40)
    march = programme_progress(programme, end_of(date(2026, 3, 31)))
    assert (march.rolled.physical_pct, march.rolled.members) == (20.0, 1)
    assert march.states["behind"] == 1
    june = programme_progress(programme, NOW)
    assert june.rolled.physical_pct == 50.0  # (120·60 + 40·20) / 160
    assert june.rolled.invested_yuan == 100_000_000
    assert june.states["behind"] == 1
    assert june.as_of == NOW


def test_goals_are_counted_or_reported(cast: Any, site_project: Any) -> None:
    programme = in_force(cast, site_project)
    counted = s.set_goal(
        programme,
        name="开工项目",
        target=Decimal(12),
        unit="个",
        measure="begun",
        by=cast.officer,
        now=NOW,
        reason="补充目标",
    )
    month_of(site_project, date(2026, 5, 1))
    with pytest.raises(Refused, match="不需要填报"):
        s.value_goal(
            programme, goal=counted, on=TODAY, value=Decimal(1), note="台账", by=cast.officer, now=NOW
        )
    land = programme.goals.get(name="征地")
    s.value_goal(
        programme,
        goal=land,
        on=date(2026, 5, 31),
        value=Decimal(1600),
        note="征收台账",
        by=cast.officer,
        now=NOW,
    )
    with pytest.raises(Refused) as refused:
        s.value_goal(
            programme,
            goal=land,
            on=TODAY + timedelta(days=1),
            value=Decimal(1),
            note="台账",
            by=cast.officer,
            now=NOW,
        )
    assert refused.value.field == "on"
    rows = {row.goal.name: row for row in goal_rows(programme, NOW)}
    assert (rows["征地"].value, rows["征地"].share_pct) == (1600.0, 50.0)
    assert rows["开工项目"].value == 1
    assert {row.goal.name: row.value for row in goal_rows(programme, end_of(date(2026, 4, 1)))}[
        "征地"
    ] is None
    with pytest.raises(Refused, match="理由"):
        s.set_goal(programme, name="征地", target=Decimal(100), unit="亩", by=cast.officer, now=NOW)


def test_a_milestone_needs_two_people(cast: Any, site_project: Any) -> None:
    programme = in_force(cast, site_project)
    row = programme.milestones.get()
    assert Duty.objects.get(subject_type="lifecycle.programmemilestone", closed_at=None).holder == cast.clerk
    with pytest.raises(Refused, match="由柯联络办理"):
        s.report_milestone(row, done_on=TODAY, text="已完成", by=cast.officer, now=NOW)
    programme.milestones.update(owner=cast.officer)
    with pytest.raises(Refused, match="责任人不能调整"):
        s.move_milestone(row, due_on=TODAY + timedelta(days=40), reason="雨季影响", by=cast.officer, now=NOW)
    programme.milestones.update(owner=cast.clerk)
    moved = s.move_milestone(
        row, due_on=TODAY + timedelta(days=40), reason="雨季影响", by=cast.officer, now=NOW
    )
    assert (moved.moves, moved.original_due_on) == (1, TODAY + timedelta(days=20))
    s.report_milestone(row, done_on=TODAY, text="移交单已签字", by=cast.clerk, now=NOW)
    with pytest.raises(Refused, match="报告人不能确认"):
        s.confirm_milestone(row, by=cast.clerk, now=NOW)
    s.send_back_milestone(row, reason="缺移交单", by=cast.county, now=NOW)
    s.report_milestone(row, done_on=TODAY, text="移交单已补", by=cast.clerk, now=NOW)
    done = s.confirm_milestone(row, by=cast.county, now=NOW)
    assert (done.state, done.duty and done.duty.closed_at) == ("done", NOW)
    assert list(verify_duties()) == []


def test_finishing_and_calling_off(cast: Any, site_project: Any) -> None:
    programme = in_force(cast, site_project)
    with pytest.raises(Refused, match="还有未完成的共同节点"):
        s.finish_programme(programme, by=cast.director, now=NOW, reason="全部完成")
    ended = s.void_programme(programme, by=cast.director, now=NOW, reason="并入新的计划")
    assert (ended.state, ended.milestones.get().state) == ("void", "dropped")
    assert not Duty.objects.filter(closed_at=None).exists()
    with pytest.raises(Refused, match="不能执行这一步"):
        s.join_projects(
            programme,
            projects=[site_project],
            lane="build",
            on=TODAY,
            reason="再次纳入",
            by=cast.officer,
            now=NOW,
        )


def test_a_county_reads_what_concerns_it_and_writes_its_own(cast: Any, site_project: Any) -> None:
    led_by_bureau = in_force(cast, site_project)
    assert led_by_bureau in visible_programmes(cast.county)
    Programme.objects.filter(pk=led_by_bureau.pk).update(steward=cast.vicemayor)
    led_by_bureau.refresh_from_db()
    with pytest.raises(Refused, match="您只能查看"):
        s.set_goal(led_by_bureau, name="修路", target=Decimal(1), unit="条", by=cast.county, now=NOW)
    own = s.draft_programme(
        name="德城区老旧小区改造", starts_on=date(2026, 1, 1), finishes_on=date(2027, 12, 31),
        lead_unit=cast.county.organisation, steward=cast.county, approver=cast.director, by=cast.county, now=NOW,
    )  # fmt: skip
    assert s.set_goal(own, name="改造小区", target=Decimal(6), unit="个", by=cast.county, now=NOW).pk


def test_who_sees_it(cast: Any, site_project: Any, other_project: Any) -> None:
    programme = in_force(cast, site_project)
    assert programme in visible_programmes(cast.auditor)
    assert programme in visible_programmes(cast.contractor)  # builds a member
    assert programme not in visible_programmes(cast.outsider)
    s.join_projects(
        programme,
        projects=[other_project],
        lane="build",
        on=TODAY,
        reason="扩大范围",
        by=cast.officer,
        now=NOW,
    )
    assert programme_progress(programme, NOW, cast.outsider).rolled.members == 1
    assert programme_progress(programme, NOW, cast.director).rolled.members == 2
