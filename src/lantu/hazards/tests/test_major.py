"""Major hazards: judged by a clause, planned, stopped, listed, re-checked with experts."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lantu.core.models import Event
from lantu.core.refusals import Refused
from lantu.core.subscriptions import inline_delivery
from lantu.duties.models import Notice
from lantu.hazards import clocks
from lantu.hazards import services as s
from lantu.hazards.models import Hazard, InPlace, Listing, Plan, StopOrder
from lantu.hazards.states import HazardState as S
from lantu.hazards.tests.grave import DAY, SIX, listed, major_at
from lantu.hazards.tests.site import HOUR, NOW, hazard_at, photo, raise_dust_alert, reply


def test_red_is_a_colour_and_major_is_a_judgement(cast: Any, site_project: Any) -> None:
    hazard = s.record_hazard(project=site_project, title="支护变形超限", grade=4, by=cast.inspector, now=NOW)
    with pytest.raises(Refused, match="依据的条款") as refused:
        s.confirm(hazard, by=cast.officer, now=NOW)
    assert refused.value.field == "major_clause"
    with pytest.raises(Refused, match="没有这一条"):
        s.confirm(hazard, by=cast.officer, now=NOW, grade=4, major_clause="pit-99")
    s.confirm(hazard, by=cast.officer, now=NOW, grade=4, major_clause="pit-4")
    hazard.refresh_from_db()
    assert hazard.is_major
    assert "建质规〔2024〕5号" in hazard.major_basis


def test_a_red_warning_waits_for_its_judgement(cast: Any, site_project: Any) -> None:
    with inline_delivery():
        alert = raise_dust_alert(site_project, severity=4, value=400.0)
    hazard = Hazard.objects.get(alert=alert)
    assert (hazard.grade, hazard.is_major, hazard.needs_judging) == (4, False, True)
    assert "待判定" in str(hazard.grade_words)
    s.regrade(
        hazard, by=cast.inspector, now=NOW + HOUR, grade=4, reason="现场已坍塌迹象", major_clause="pit-4"
    )
    hazard.refresh_from_db()
    assert hazard.is_major
    with pytest.raises(IntegrityError), transaction.atomic():
        Hazard.objects.filter(pk=hazard.pk).update(grade=3)


def test_the_order_of_a_major_hazard_stops_the_work(cast: Any, site_project: Any) -> None:
    hazard = major_at("confirmed", cast, site_project)
    with pytest.raises(Refused, match="停工"):
        s.issue_order(hazard, by=cast.officer, now=NOW + HOUR)
    with pytest.raises(Refused, match="停工部位"):
        s.issue_order(hazard, by=cast.officer, now=NOW + HOUR, stop_scope="part")
    s.issue_order(hazard, by=cast.officer, now=NOW + HOUR, stop_scope="whole")
    hazard.refresh_from_db()
    stop = StopOrder.objects.get(hazard=hazard)
    assert (stop.number, stop.scope, hazard.order_type) == ("重停〔2026〕1号", "whole", "stop_all")
    assert hazard.order_units["supervisor"] == cast.supervisor.organisation.name


def test_dispatch_tells_the_leaders_and_keeps_the_proof(cast: Any, site_project: Any) -> None:
    hazard = major_at("ordered", cast, site_project)
    assert hazard.duty.level == 4
    told = set(
        Notice.objects.filter(duty=hazard.duty, level__gte=1).values_list("recipient__username", flat=True)
    )
    assert {"director", "vicemayor"} <= told
    from lantu.hazards.selectors import deliveries

    assert {row.recipient.username for row in deliveries(hazard)} >= told


def test_half_time_and_expiry_climb_once(cast: Any, site_project: Any) -> None:
    from lantu.hazards.grave.climbing import climb_all

    hazard = s.record_hazard(
        project=site_project, title="脚手架连墙件缺失", grade=3, by=cast.inspector, now=NOW
    )
    s.confirm(hazard, by=cast.officer, now=NOW)
    s.issue_order(hazard, by=cast.officer, now=NOW)
    hazard.refresh_from_db()
    assert hazard.duty.level == 2
    half = NOW + (hazard.due_at - NOW) / 2
    assert climb_all(half - HOUR) == 0
    assert climb_all(half) == 1
    assert climb_all(half + HOUR) == 0
    hazard.duty.refresh_from_db()
    assert hazard.duty.level == 3


def test_the_plan_has_six_items_and_five_in_place(cast: Any, site_project: Any) -> None:
    hazard = major_at("accepted", cast, site_project)
    assert (hazard.state, hazard.duty.step, hazard.duty.holder) == (S.ACCEPTED, "plan", cast.contractor)
    assert hazard.duty.due_at - hazard.duty.opened_at == DAY
    with pytest.raises(Refused, match="方案"):
        reply(hazard, cast, now=NOW + HOUR)
    with pytest.raises(Refused, match="经费") as refused:
        s.submit_plan(hazard, by=cast.contractor, now=NOW + HOUR, items=SIX | {"resources": ""})
    assert refused.value.field == "resources"
    with pytest.raises(Refused, match="计划完成时间"):
        s.submit_plan(hazard, by=cast.contractor, now=NOW + HOUR, items=SIX, finish_at=hazard.due_at + DAY)
    s.submit_plan(hazard, by=cast.contractor, now=NOW + HOUR, items=SIX)
    with pytest.raises(Refused, match="资金到位"):
        s.approve_plan(hazard, by=cast.inspector, now=NOW + HOUR, in_place=["measures"])
    with pytest.raises(Refused):
        s.approve_plan(hazard, by=cast.supervisor, now=NOW + HOUR, in_place=InPlace.values)
    with pytest.raises(Refused):
        s.approve_plan(hazard, by=cast.contractor, now=NOW + HOUR, in_place=InPlace.values)
    s.return_plan(hazard, by=cast.inspector, now=NOW + 2 * HOUR, reason="缺少监测频率")
    hazard.refresh_from_db()
    assert hazard.state == S.ACCEPTED
    s.submit_plan(hazard, by=cast.contractor, now=NOW + 3 * HOUR, items=SIX)
    s.approve_plan(hazard, by=cast.inspector, now=NOW + 4 * HOUR, in_place=InPlace.values)
    hazard.refresh_from_db()
    assert (hazard.state, hazard.duty.step) == (S.RECTIFYING, "rectify")
    assert list(Plan.objects.values_list("no", "passed")) == [(1, False), (2, True)]


def test_an_orange_hazard_is_answered_at_once_or_by_a_short_plan(cast: Any, site_project: Any) -> None:
    def orange() -> Any:
        hazard = s.record_hazard(
            project=site_project, title="临边防护缺失", grade=3, by=cast.inspector, now=NOW
        )
        s.confirm(hazard, by=cast.officer, now=NOW)
        s.issue_order(hazard, by=cast.officer, now=NOW)
        s.accept_order(hazard, by=cast.contractor, now=NOW)
        return hazard

    quick, planned = orange(), orange()
    reply(quick, cast, now=NOW + HOUR)
    s.submit_plan(
        planned, by=cast.contractor, now=NOW + HOUR, items={"methods": "加装栏杆", "schedule": "两日内完成"}
    )
    with pytest.raises(Refused, match="监理"):
        s.approve_plan(planned, by=cast.inspector, now=NOW + HOUR)
    s.approve_plan(planned, by=cast.supervisor, now=NOW + HOUR)
    planned.refresh_from_db()
    assert planned.state == S.RECTIFYING


def test_work_goes_on_by_evidence_and_a_second_person(cast: Any, site_project: Any) -> None:
    hazard = major_at("sv_confirmed", cast, site_project)
    assert (hazard.duty.step, hazard.duty.holder) == ("ask_resume", cast.contractor)
    later = NOW + 5 * HOUR
    with pytest.raises(Refused, match="停工令还没有解除"):
        s.recheck_close(hazard, by=cast.inspector, now=later, experts="薛教授 山东工程咨询院")
    with pytest.raises(Refused, match="证据"):
        s.ask_resume(hazard, by=cast.contractor, now=later, text="变形已稳定")
    with pytest.raises(Refused, match="没有申请复工"):
        s.order_resume(hazard, by=cast.inspector, now=later)
    s.ask_resume(hazard, by=cast.contractor, now=later, text="变形已稳定", files=[("a.jpg", photo())])
    for person in (cast.contractor, cast.supervisor, cast.owner):
        with pytest.raises(Refused):
            s.order_resume(hazard, by=person, now=later)
    s.order_resume(hazard, by=cast.inspector, now=later)
    stop = StopOrder.objects.get()
    assert (stop.resume_number, stop.resumed_by, stop.resume_asked_by) == (
        "重复〔2026〕1号", cast.inspector, cast.contractor,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        StopOrder.objects.update(resumed_by=cast.contractor)


def test_a_failed_recheck_asks_anew_for_resumption(cast: Any, site_project: Any) -> None:
    hazard = major_at("asked", cast, site_project)
    s.recheck_return(hazard, by=cast.inspector, now=NOW + HOUR, reason="监测点仍在变形")
    assert StopOrder.objects.get().resume_asked_by is None


def test_listed_supervision_with_its_public_list(cast: Any, site_project: Any, client: Any) -> None:
    ordinary = hazard_at(S.ORDERED, cast, site_project)
    with pytest.raises(Refused, match="重大事故隐患"):
        listed(ordinary, cast)
    hazard = major_at("resumed", cast, site_project)
    with pytest.raises(Refused, match="文号"):
        s.list_hazard(
            hazard, by=cast.director, now=NOW, authority="市安委会", document_no="", requirement="限期消除"
        )
    listed(hazard, cast)
    assert (hazard.duty.step, hazard.duty.holder) == ("delist", cast.officer)
    page = client.get("/hazards/listed/").content.decode()
    assert hazard.title in page
    assert "督办中" in page
    assert cast.contractor.display_name not in page
    with pytest.raises(Refused, match="摘牌"):
        s.recheck_close(hazard, by=cast.inspector, now=NOW + 2 * HOUR, experts="薛教授 咨询院")
    s.delist(hazard, by=cast.officer, now=NOW + 2 * HOUR, document_no="德安督验〔2026〕2号", note="验收合格")
    assert "已摘牌" in client.get("/hazards/listed/").content.decode()
    assert Listing.objects.get().delist_document_no


def test_a_major_hazard_is_rechecked_by_the_inspector_with_experts(cast: Any, site_project: Any) -> None:
    hazard = major_at("resumed", cast, site_project)
    assert hazard.duty.holder == cast.inspector
    later = NOW + 5 * HOUR
    assert hazard.duty.due_at == clocks.recheck_by(
        4, hazard.duty.opened_at
    )  # ten days, to a working day's end
    with pytest.raises(Refused):
        s.recheck_close(hazard, by=cast.officer, now=later, experts="薛教授 咨询院")
    with pytest.raises(Refused, match="专家"):
        s.recheck_close(hazard, by=cast.inspector, now=later)
    with pytest.raises(Refused, match="整改单位"):
        s.recheck_close(
            hazard, by=cast.inspector, now=later, experts=f"老王 {cast.contractor.organisation.name}"
        )
    s.recheck_close(hazard, by=cast.inspector, now=later, experts="薛教授 山东工程咨询院\n李工 设计院")
    hazard.refresh_from_db()
    assert hazard.state == S.CLOSED
    review = hazard.replies.get().reviews.get(stage="recheck")
    assert [person["name"] for person in review.experts] == ["薛教授", "李工"]


def test_judged_major_in_the_middle_of_the_work_owes_a_plan_first(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    s.regrade(
        hazard, by=cast.inspector, now=NOW + HOUR, grade=4, reason="连墙件整层缺失", major_clause="scaffold-2"
    )
    hazard.refresh_from_db()
    assert (hazard.state, hazard.duty.step, hazard.duty.level) == (S.ACCEPTED, "plan", 4)
    with pytest.raises(Refused, match="没有变化"):
        s.regrade(hazard, by=cast.inspector, now=NOW + HOUR, grade=4, reason="再定一次")
    s.order_stop(hazard, by=cast.inspector, now=NOW + HOUR, scope="whole", reason="立即停工")
    with pytest.raises(Refused, match="停工令"):
        s.regrade(hazard, by=cast.inspector, now=NOW + HOUR, grade=2, reason="想要降级")
    assert Event.objects.filter(kind="hazards.hazard_regraded").count() == 1
