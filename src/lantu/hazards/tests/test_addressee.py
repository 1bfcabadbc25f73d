"""Disputes, transfers, more time, opening again, look-backs."""

from __future__ import annotations

from typing import Any

import pytest

from lantu.core.figures import read_figure
from lantu.core.models import Event
from lantu.core.refusals import Refused
from lantu.core.subscriptions import inline_delivery
from lantu.duties.services.bounce import arbitrate, bounce
from lantu.duties.services.extension import decide_extension as decide_duty
from lantu.duties.services.hand_over import hand_over
from lantu.hazards import services as s
from lantu.hazards.actions import actions_for
from lantu.hazards.lookbacks.policy import SHARES, drawn
from lantu.hazards.models import LookBack
from lantu.hazards.states import HazardState as S
from lantu.hazards.tests.grave import DAY, major_at
from lantu.hazards.tests.site import HOUR, NOW, hazard_at, photo, reply
from lantu.hazards.verify import verify_hazards


def _disputed(cast: Any, project: Any) -> Any:
    hazard = hazard_at(S.ORDERED, cast, project)
    s.dispute(hazard, by=cast.contractor, now=NOW + HOUR, ground="not_ours", reason="该区域由业主另行发包")
    hazard.refresh_from_db()
    return hazard


def test_a_dispute_goes_to_somebody_who_did_not_issue_the_order(cast: Any, site_project: Any) -> None:
    hazard = _disputed(cast, site_project)
    due_at = hazard.due_at
    assert (hazard.state, hazard.duty.holder) == (S.DISPUTED, cast.director)
    with pytest.raises(Refused, match="签发人"):
        s.decide_dispute(hazard, by=cast.officer, now=NOW + 2 * HOUR, outcome="upheld", reason="责任清楚")
    s.decide_dispute(hazard, by=cast.director, now=NOW + 2 * HOUR, outcome="upheld", reason="责任清楚")
    hazard.refresh_from_db()
    assert (hazard.state, hazard.duty.holder, hazard.due_at) == (S.ORDERED, cast.contractor, due_at)
    with pytest.raises(Refused, match="不能再提"):
        s.dispute(hazard, by=cast.contractor, now=NOW + 3 * HOUR, ground="facts", reason="还是不服")


def test_a_dispute_may_change_the_addressee_or_end_the_order(cast: Any, site_project: Any) -> None:
    first = _disputed(cast, site_project)
    with pytest.raises(Refused, match="参建单位"):
        s.decide_dispute(
            first, by=cast.director, now=NOW + 2 * HOUR, outcome="redirected", reason="应由业主整改"
        )
    s.decide_dispute(
        first,
        by=cast.director,
        now=NOW + 2 * HOUR,
        outcome="redirected",
        to=cast.owner,
        reason="应由业主整改",
    )
    first.refresh_from_db()
    assert (first.state, first.rectifier, first.duty.holder) == (S.ORDERED, cast.owner, cast.owner)
    with pytest.raises(Refused, match="发给"):
        s.accept_order(first, by=cast.contractor, now=NOW + 3 * HOUR)
    second = _disputed(cast, site_project)
    s.decide_dispute(second, by=cast.director, now=NOW + 2 * HOUR, outcome="withdrawn", reason="与另一单重复")
    second.refresh_from_db()
    assert (second.state, second.end_reason, second.is_open) == (S.VOID, "与另一单重复", False)


def test_a_transfer_keeps_the_deadline(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    due_at = hazard.due_at
    for to, words in ((cast.contractor, "已经发给"), (cast.outsider, "参建单位"), (None, "参建单位")):
        with pytest.raises(Refused, match=words):
            s.transfer(hazard, to=to, by=cast.officer, now=NOW + HOUR, reason="责任划分调整")
    s.transfer(hazard, to=cast.owner, by=cast.officer, now=NOW + HOUR, reason="责任划分调整")
    hazard.refresh_from_db()
    assert (hazard.state, hazard.rectifier_unit, hazard.due_at) == (
        S.ORDERED,
        cast.owner.organisation,
        due_at,
    )
    assert hazard.accepted_at is None


def test_the_order_follows_its_duty(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    with inline_delivery():
        hand_over(hazard.duty, to=cast.owner, reason="由业主统一整改", now=NOW + HOUR, actor=cast.officer)
    hazard.refresh_from_db()
    assert (hazard.rectifier, hazard.rectifier_unit) == (cast.owner, cast.owner.organisation)
    s.accept_order(hazard, by=cast.owner, now=NOW + 2 * HOUR)
    with inline_delivery():
        hazard.refresh_from_db()
        hand_over(hazard.duty, to=cast.officer, reason="先由局里看看", now=NOW + 3 * HOUR, actor=cast.officer)
    hazard.refresh_from_db()
    assert hazard.rectifier == cast.owner, "an order never goes to its issuer"


def test_a_bounce_changes_the_addressee_and_arbitration_binds(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    due_at = hazard.due_at
    with inline_delivery():
        bounce(
            hazard.duty,
            code="not_ours",
            to=cast.owner,
            reason="业主直接发包范围",
            now=NOW + HOUR,
            actor=cast.contractor,
        )
        hazard.refresh_from_db()
        assert hazard.rectifier_unit == cast.owner.organisation
        hazard.duty.refresh_from_db()
        bounce(
            hazard.duty,
            code="not_ours",
            to=cast.contractor,
            reason="合同约定由施工负责",
            now=NOW + HOUR,
            actor=cast.owner,
        )
        hazard.refresh_from_db()
        assert (hazard.rectifier, hazard.duty.arbitrating) == (cast.owner, True), (
            "the arbiter is no addressee"
        )
        arbitrate(
            hazard.duty, to=cast.contractor, reason="按合同执行", now=NOW + 2 * HOUR, actor=hazard.duty.holder
        )
    hazard.refresh_from_db()
    assert (hazard.rectifier, hazard.due_at) == (cast.contractor, due_at)
    assert verify_hazards() == []


def test_more_time_moves_the_deadline_and_not_the_rate(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    first = hazard.due_at
    wanted = first + 2 * DAY
    with pytest.raises(Refused, match="只有责任人"):
        s.ask_extension(hazard, by=cast.owner, now=NOW + HOUR, wanted_due_at=wanted, reason="材料未到")
    with pytest.raises(Refused, match="已过"):
        s.ask_extension(hazard, by=cast.contractor, now=first + HOUR, wanted_due_at=wanted, reason="材料未到")
    with pytest.raises(Refused, match="最长"):
        s.ask_extension(
            hazard, by=cast.contractor, now=NOW + HOUR, wanted_due_at=first + 30 * DAY, reason="材料未到"
        )
    s.ask_extension(hazard, by=cast.contractor, now=NOW + HOUR, wanted_due_at=wanted, reason="材料未到")
    with pytest.raises(Refused):
        s.decide_extension(hazard, by=cast.contractor, now=NOW + HOUR, granted=True, reason="自己批准")
    s.decide_extension(hazard, by=cast.officer, now=NOW + HOUR, granted=True, reason="情况属实")
    hazard.refresh_from_db()
    assert (hazard.due_at, hazard.original_due_at, hazard.extensions) == (wanted, first, 1)
    assert hazard.duty.due_at == wanted
    reply(hazard, cast, now=first + HOUR)
    s.supervisor_confirm(hazard, by=cast.supervisor, now=first + 2 * HOUR)
    s.recheck_close(hazard, by=cast.inspector, now=first + 3 * HOUR)
    rate = read_figure("hazards.on_time_rate", cast.officer, now=first + DAY)
    assert (rate.numerator, rate.denominator) == (0, 1)


def test_twice_at_most_for_the_whole_hazard(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    for decider in (cast.officer, cast.director):
        hazard.refresh_from_db()
        s.ask_extension(
            hazard, by=cast.contractor, now=NOW + HOUR, wanted_due_at=hazard.due_at + HOUR, reason="材料未到"
        )
        if decider == cast.director:
            with pytest.raises(Refused):
                s.decide_extension(hazard, by=cast.officer, now=NOW + HOUR, granted=True, reason="情况属实")
        s.decide_extension(hazard, by=decider, now=NOW + HOUR, granted=True, reason="情况属实")
    reply(hazard, cast, now=NOW + 2 * HOUR)
    s.supervisor_return(hazard, by=cast.supervisor, now=NOW + 3 * HOUR, reason="只改了一半")
    hazard.refresh_from_db()
    with pytest.raises(Refused, match="两次"):
        s.ask_extension(
            hazard,
            by=cast.contractor,
            now=NOW + 4 * HOUR,
            wanted_due_at=hazard.due_at + DAY,
            reason="再给些时间",
        )


def test_red_is_not_extended_without_the_inspector(cast: Any, site_project: Any) -> None:
    hazard = major_at("rectifying", cast, site_project)
    wanted = hazard.due_at + DAY
    s.ask_extension(hazard, by=cast.contractor, now=NOW + HOUR, wanted_due_at=wanted, reason="钢支撑未到")
    for decide in (
        lambda: s.decide_extension(hazard, by=cast.officer, now=NOW + HOUR, granted=True, reason="情况属实"),
        lambda: decide_duty(hazard.duty, granted=True, reason="情况属实", now=NOW + HOUR, actor=cast.officer),
    ):
        with pytest.raises(Refused, match="质安监督机构同意"):
            decide()
    with pytest.raises(Refused):
        s.consent_extension(hazard, by=cast.officer, now=NOW + HOUR, reason="同意")
    s.consent_extension(hazard, by=cast.inspector, now=NOW + HOUR, reason="加固期间风险可控")
    hazard.refresh_from_db()
    assert hazard.due_at < wanted
    decide_duty(hazard.duty, granted=True, reason="情况属实", now=NOW + HOUR, actor=cast.officer)
    hazard.refresh_from_db()
    assert hazard.due_at == wanted
    assert Event.objects.get(kind="hazards.deadline_extended").payload["extensions"] == 1


def test_more_time_is_not_offered_once_the_time_is_past(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    due = hazard.duty.due_at
    verbs = [
        {action.verb for action in actions_for(cast.contractor, hazard, now=now)}
        for now in (due - HOUR, due + HOUR)
    ]
    assert verbs[0] - verbs[1] == {"ask_extension"}


def test_an_order_to_stop_work_is_a_stop_work_order(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.CONFIRMED, cast, site_project)
    with pytest.raises(Refused, match="不一致"):
        s.issue_order(
            hazard, by=cast.officer, now=NOW, order_type="stop_all", stop_scope="part", stop_area="东侧"
        )
    with pytest.raises(Refused, match="停工部位"):
        s.issue_order(hazard, by=cast.officer, now=NOW, order_type="stop_part")
    s.issue_order(hazard, by=cast.officer, now=NOW, order_type="stop_all")
    assert [(stop.scope, stop.resumed_at) for stop in hazard.stops.all()] == [("whole", None)]


def test_the_time_for_other_steps_is_not_extended(cast: Any, site_project: Any) -> None:
    from lantu.duties.services.extension import ask_extension

    hazard = hazard_at(S.ORDERED, cast, site_project)
    with pytest.raises(Refused, match="只有整改期限"):
        ask_extension(
            hazard.duty,
            wanted_due_at=hazard.duty.due_at + DAY,
            reason="晚些签收",
            now=NOW + HOUR,
            actor=cast.contractor,
        )


def test_opening_again_is_the_same_object(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.CLOSED, cast, site_project)
    number, first_due = hazard.order_no, hazard.original_due_at
    for person in (cast.contractor, cast.supervisor):
        with pytest.raises(Refused):
            s.reopen(hazard, by=person, now=NOW + 20 * DAY, reason="护栏又被拆除")
    s.reopen(hazard, by=cast.inspector, now=NOW + 20 * DAY, reason="护栏又被拆除")
    hazard.refresh_from_db()
    assert (hazard.state, hazard.order_no, hazard.reopened_count) == (S.RETURNED, number, 1)
    assert (hazard.original_due_at, hazard.duty.holder) == (first_due, cast.contractor)
    assert hazard.due_at > NOW + 20 * DAY
    reply(hazard, cast, now=NOW + 21 * DAY)
    s.supervisor_confirm(hazard, by=cast.supervisor, now=NOW + 21 * DAY)
    s.recheck_close(hazard, by=cast.inspector, now=NOW + 21 * DAY)
    closed = Event.objects.filter(kind="hazards.hazard_closed").order_by("-id")[0]
    assert closed.payload["on_time"] is False


def test_look_backs_are_drawn_once_and_reopen_on_failure(cast: Any, site_project: Any) -> None:
    hazard = major_at("resumed", cast, site_project)
    s.recheck_close(hazard, by=cast.inspector, now=NOW + HOUR, experts="薛教授 咨询院")
    assert s.open_look_backs(NOW + 29 * DAY) == 0
    assert s.open_look_backs(NOW + 31 * DAY) == 1
    assert s.open_look_backs(NOW + 32 * DAY) == 0
    row = LookBack.objects.get()
    assert (row.why, row.duty.holder, row.window_days) == ("mandatory", cast.inspector, 30)
    for person in (cast.contractor, cast.supervisor):
        with pytest.raises(Refused):
            s.do_look_back(row, by=person, now=NOW + 31 * DAY, passed=True, note="没有复发")
    s.do_look_back(
        row, by=cast.inspector, now=NOW + 31 * DAY, passed=True, note="没有复发", files=[("a.jpg", photo())]
    )
    assert s.open_look_backs(NOW + 91 * DAY) == 1
    second = LookBack.objects.get(window_days=90)
    s.do_look_back(second, by=cast.inspector, now=NOW + 91 * DAY, passed=False, note="支撑被提前拆除")
    hazard.refresh_from_db()
    assert (hazard.state, hazard.reopened_count) == (S.RETURNED, 1)
    with pytest.raises(Refused, match="办结"):
        s.do_look_back(second, by=cast.inspector, now=NOW + 92 * DAY, passed=True, note="再看一次")


def test_chance_draws_the_same_for_ever_and_about_its_share() -> None:
    share = SHARES[2][30]
    picked = [number for number in range(2000) if drawn(number, 30, share)]
    assert picked == [number for number in range(2000) if drawn(number, 30, share)]
    assert 0.15 < len(picked) / 2000 < 0.25
    assert all(drawn(number, 30, 100) for number in range(50))
    assert not any(drawn(number, 30, 0) for number in range(50))
