"""The time bill: parties add up to elapsed time minus stops, whatever happened."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import NOW

from lantu.calc.workdays import working_seconds_between
from lantu.core.refusals import Refused
from lantu.duties.deadlines import work_calendar
from lantu.duties.models import ClockStop, Holding
from lantu.duties.services.clock_stop import approve_stop, ask_stop, resume
from lantu.duties.services.close import close_duty
from lantu.duties.services.hand_over import hand_over
from lantu.duties.services.move import move_duty
from lantu.duties.tests.makers import make_duty
from lantu.duties.timebill import bill_of_project, bill_of_subject

HOUR = timedelta(hours=1)


STEPS = st.lists(
    st.tuples(st.integers(1, 100), st.sampled_from(["pass", "stop", "resume", "move"])), max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, tail=st.integers(0, 300))
def test_parties_add_up(
    cast: SimpleNamespace, site_project: Any, steps: list[tuple[int, str]], tail: int
) -> None:
    with transaction.atomic():
        _play(cast, site_project, steps, tail)
        transaction.set_rollback(True)


def _play(cast: SimpleNamespace, project: Any, steps: list[tuple[int, str]], tail: int) -> None:
    people = [cast.contractor, cast.owner, cast.supervisor]
    duty = make_duty(people[0], project=project, days=3650)
    at, turn = NOW, 0
    for hours, what in steps:
        at += hours * HOUR
        turn += 1
        to = people[turn % 3]
        try:
            if what == "pass":
                duty = hand_over(duty, to=to, reason="轮换", now=at, actor=cast.officer)
            elif what == "move":
                duty = move_duty(
                    duty, step=str(turn), title="下一步", action_label="办", action_url="/", holder=to,
                    due_at=at + 9999 * HOUR, now=at, actor=cast.officer,
                )  # fmt: skip
            elif what == "stop":
                ask_stop(
                    duty, code="stop_order", note="x", expected_until=at + HOUR, now=at, actor=duty.holder
                )
                approve_stop(duty, now=at, actor=cast.officer)
            else:
                duty = resume(duty, now=at, actor=cast.officer)
        except Refused:
            continue
    now = at + tail * HOUR
    bill = bill_of_subject("tests.thing", 1, now=now)
    calendar = work_calendar()
    elapsed = working_seconds_between(NOW, now, calendar)
    stopped = sum(
        working_seconds_between(stop.asked_at, stop.resumed_at or now, calendar)
        for stop in ClockStop.objects.filter(approved_at__isnull=False)
    )
    assert bill.elapsed_seconds == elapsed
    assert bill.stopped_seconds == stopped
    assert sum(row.seconds for row in bill.rows) == elapsed - stopped
    by_unit = bill_of_subject("tests.thing", 1, now=now, by="unit")
    assert sum(row.seconds for row in by_unit.rows) == elapsed - stopped
    open_spans = Holding.objects.filter(duty__subject_type="tests.thing", ended_at=None)
    assert open_spans.count() == 1


def test_weekends_are_nobodys_time(cast: SimpleNamespace) -> None:
    # Opened on Wednesday 10:00, passed on Friday 10:00, closed on Monday 10:00.
    duty = make_duty(cast.contractor)
    hand_over(duty, to=cast.owner, reason="改派", now=NOW + 48 * HOUR, actor=cast.officer)
    close_duty(duty, now=NOW + 120 * HOUR, actor=cast.owner, outcome="完成")
    bill = bill_of_subject("tests.thing", 1, now=NOW + 900 * HOUR)
    assert {row.label: row.days for row in bill.rows} == {"单安全": 2.0, "尹业主": 1.0}
    assert bill.elapsed_days == 3.0


def test_the_bill_of_a_project_adds_its_objects(cast: SimpleNamespace, site_project: Any) -> None:
    make_duty(cast.contractor, project=site_project)
    make_duty(cast.contractor, project=site_project, subject_id=2)
    bill = bill_of_project(site_project, now=NOW + 24 * HOUR)
    assert bill.objects == 2
    assert [(row.label, row.days, row.objects) for row in bill.rows] == [("德州一建集团", 2.0, 2)]
