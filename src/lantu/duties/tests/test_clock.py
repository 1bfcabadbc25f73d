"""The clock: stops approved by a second person, extensions in time, both decided by somebody who owes it."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cast import NOW

from lantu.core.refusals import Denied, Refused
from lantu.duties.models import ClockStop, Duty, Extension
from lantu.duties.services.clock_stop import approve_stop, ask_stop, refuse_stop, resume
from lantu.duties.services.close import close_duty
from lantu.duties.services.extension import ask_extension, decide_extension
from lantu.duties.tests.makers import make_duty
from lantu.duties.verify import verify_duties

DAY = timedelta(days=1)


def asked(duty: Duty, actor: Any, **more: Any) -> ClockStop:
    values: dict[str, Any] = {
        "code": "stop_order",
        "note": "停工令 3 号",
        "expected_until": NOW + 5 * DAY,
        "now": NOW,
    }
    return ask_stop(duty, actor=actor, **(values | more))


def test_a_stop_moves_the_due_time_by_the_time_it_lasted(cast: SimpleNamespace, site_project: Any) -> None:
    duty = make_duty(cast.contractor, project=site_project)
    stop = asked(duty, cast.contractor)
    assert stop.decision_duty is not None
    assert stop.decision_duty.holder == cast.officer
    approve_stop(duty, now=NOW + DAY, actor=cast.officer)
    duty.refresh_from_db()
    assert duty.stopped_since == NOW, "the wait for the second person is not the holder's time"
    duty = resume(duty, now=NOW + 3 * DAY, actor=cast.contractor)
    assert duty.due_at == NOW + 13 * DAY
    assert duty.stopped_since is None
    assert not Duty.objects.filter(subject_type="duties.clock_stop", closed_at=None).exists()


def test_a_working_clock_moves_by_working_time_only(cast: SimpleNamespace, site_project: Any) -> None:
    duty = make_duty(cast.contractor, project=site_project, clock="working", days=2)
    asked(duty, cast.contractor)
    approve_stop(duty, now=NOW, actor=cast.officer)
    # Wednesday 10:00 to Monday 10:00: three working days, due on Friday 10:00 becomes Wednesday 10:00.
    duty = resume(duty, now=NOW + 5 * DAY, actor=cast.contractor)
    assert duty.due_at == NOW + 7 * DAY


def test_nobody_approves_their_own_stop(cast: SimpleNamespace, site_project: Any) -> None:
    duty = make_duty(cast.officer, project=site_project)
    asked(duty, cast.officer)
    with pytest.raises(Denied, match="自己的申请"):
        approve_stop(duty, now=NOW, actor=cast.officer)
    with pytest.raises(Denied, match="不是这项申请的审批人"):
        approve_stop(duty, now=NOW, actor=cast.contractor)
    approve_stop(duty, now=NOW, actor=cast.director)


def test_an_approved_stop_owes_its_review(cast: SimpleNamespace, site_project: Any) -> None:
    duty = make_duty(cast.contractor, project=site_project)
    asked(duty, cast.contractor)
    approve_stop(duty, now=NOW, actor=cast.officer)
    review = Duty.objects.get(subject_type="duties.clock_stop", closed_at=None)
    assert (review.holder, review.due_at) == (cast.contractor, NOW + 5 * DAY)


def test_a_refused_stop_changes_nothing_and_says_why(cast: SimpleNamespace, site_project: Any) -> None:
    duty = make_duty(cast.contractor, project=site_project)
    asked(duty, cast.contractor)
    with pytest.raises(Refused, match="写明理由"):
        refuse_stop(duty, reason="", now=NOW, actor=cast.officer)
    refuse_stop(duty, reason="停工令未覆盖该部位", now=NOW, actor=cast.officer)
    duty.refresh_from_db()
    assert (duty.stopped_since, duty.due_at) == (None, NOW + 10 * DAY)
    asked(duty, cast.contractor)


def test_no_request_after_expiry(cast: SimpleNamespace) -> None:
    duty = make_duty(cast.contractor, days=1)
    late = NOW + 2 * DAY
    with pytest.raises(Refused, match="时限已过"):
        asked(duty, cast.contractor, now=late, expected_until=late + DAY)
    with pytest.raises(Refused, match="时限已过"):
        ask_extension(duty, wanted_due_at=late + DAY, reason="x", now=late, actor=cast.contractor)


def test_two_extensions_each_one_rung_higher(cast: SimpleNamespace, site_project: Any) -> None:
    duty = make_duty(cast.contractor, project=site_project)
    first = ask_extension(
        duty, wanted_due_at=NOW + 12 * DAY, reason="材料未到", now=NOW, actor=cast.contractor
    )
    assert first.decision_duty is not None
    assert first.decision_duty.holder == cast.officer
    with pytest.raises(Refused, match="在办"):
        ask_extension(duty, wanted_due_at=NOW + 12 * DAY, reason="x", now=NOW, actor=cast.contractor)
    decide_extension(duty, granted=True, reason="", now=NOW, actor=cast.officer)
    duty.refresh_from_db()
    assert (duty.due_at, duty.original_due_at) == (NOW + 12 * DAY, NOW + 10 * DAY)
    second = ask_extension(
        duty, wanted_due_at=NOW + 14 * DAY, reason="又未到", now=NOW, actor=cast.contractor
    )
    assert second.decision_duty is not None
    assert second.decision_duty.holder == cast.director
    with pytest.raises(Denied):
        decide_extension(duty, granted=True, reason="", now=NOW, actor=cast.officer)
    decide_extension(duty, granted=True, reason="", now=NOW, actor=cast.director)
    with pytest.raises(Refused, match="延期两次"):
        ask_extension(duty, wanted_due_at=NOW + 16 * DAY, reason="x", now=NOW, actor=cast.contractor)


def test_a_refused_extension_needs_a_reason_and_leaves_the_due_time(
    cast: SimpleNamespace, site_project: Any
) -> None:
    duty = make_duty(cast.contractor, project=site_project)
    ask_extension(duty, wanted_due_at=NOW + 12 * DAY, reason="材料未到", now=NOW, actor=cast.contractor)
    with pytest.raises(Refused, match="写明理由"):
        decide_extension(duty, granted=False, reason=" ", now=NOW, actor=cast.officer)
    decide_extension(duty, granted=False, reason="理由不充分", now=NOW, actor=cast.officer)
    duty.refresh_from_db()
    assert (duty.due_at, duty.extensions) == (NOW + 10 * DAY, 0)


def test_a_decision_cannot_itself_be_put_off(cast: SimpleNamespace, site_project: Any) -> None:
    duty = make_duty(cast.contractor, project=site_project)
    decision = asked(duty, cast.contractor).decision_duty
    assert decision is not None
    with pytest.raises(Refused, match="审批和裁定事项"):
        asked(decision, cast.officer)


def test_closing_withdraws_what_is_pending(cast: SimpleNamespace, site_project: Any) -> None:
    duty = make_duty(cast.contractor, project=site_project)
    asked(duty, cast.contractor)
    ask_extension(duty, wanted_due_at=NOW + 12 * DAY, reason="x", now=NOW, actor=cast.contractor)
    close_duty(duty, now=NOW + DAY, actor=cast.contractor, outcome="完成")
    assert not Duty.objects.filter(closed_at=None).exists()
    assert Extension.objects.get().granted is False
    assert list(verify_duties()) == []


def test_a_duty_closed_while_stopped_is_judged_by_its_moved_due_time(
    cast: SimpleNamespace, site_project: Any
) -> None:
    duty = make_duty(cast.contractor, project=site_project, days=1)
    asked(duty, cast.contractor)
    approve_stop(duty, now=NOW, actor=cast.officer)
    closed = close_duty(duty, now=NOW + 3 * DAY, actor=cast.contractor, outcome="完成")
    assert closed.closed_at is not None
    assert closed.closed_at <= closed.due_at
