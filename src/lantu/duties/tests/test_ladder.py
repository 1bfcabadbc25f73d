"""The ladder L0 to L5: each rung once, with an event and the people told; red repeats weekly and never stops."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import NOW

from lantu.core.models import Event
from lantu.core.refusals import Denied
from lantu.duties.deadlines import next_check
from lantu.duties.models import Duty, Notice
from lantu.duties.services.clock_stop import approve_stop, ask_stop, resume
from lantu.duties.services.close import close_duty
from lantu.duties.services.escalate import escalate_to, remind_and_escalate
from lantu.duties.services.urge import urge
from lantu.duties.tests.makers import make_duty

DAY = timedelta(days=1)
STEP = timedelta(hours=6)


def slips() -> list[tuple[int, str]]:
    rows = Event.objects.filter(kind="duties.duty_escalated").order_by("id")
    return [(row.payload["level"], row.payload["slip"]) for row in rows]


def run(start: datetime, end: datetime) -> None:
    at = start
    while at <= end:
        remind_and_escalate(at)
        at += STEP


def test_the_ladder_is_climbed_rung_by_rung(cast: SimpleNamespace, site_project: Any) -> None:
    make_duty(cast.contractor, project=site_project, days=14)
    run(NOW, NOW + 32 * DAY)
    assert slips() == [(0, "blue"), (1, "blue"), (2, "red"), (3, "red"), (4, "red"), (5, "red")]


def test_each_rung_tells_its_people(cast: SimpleNamespace, site_project: Any) -> None:
    duty = make_duty(cast.contractor, project=site_project, days=1)
    remind_and_escalate(NOW + 30 * DAY)
    told = {level: set() for level in range(6)}
    for notice in Notice.objects.exclude(kind="given").select_related("recipient"):
        told[notice.level].add(notice.recipient.username)
    # All at one moment: nobody is told twice.
    assert [told[level] for level in range(1, 6)] == [
        {"contractor"},
        {"director"},
        {"officer"},
        {"vicemayor"},
        set(),
    ]
    duty.refresh_from_db()
    assert (duty.level, duty.slip) == (5, "red")
    Notice.objects.all().delete()
    remind_and_escalate(NOW + 37 * DAY)
    again = set(Notice.objects.values_list("recipient__username", flat=True))
    assert again == {"contractor", "director", "officer", "vicemayor"}


def test_running_again_changes_nothing(cast: SimpleNamespace) -> None:
    make_duty(cast.contractor, days=1)
    assert remind_and_escalate(NOW + 2 * DAY) > 0
    assert remind_and_escalate(NOW + 2 * DAY) == 0
    Duty.objects.update(check_at=None)
    assert remind_and_escalate(NOW + 2 * DAY) == 0


def test_red_repeats_every_week_until_closed(cast: SimpleNamespace) -> None:
    duty = make_duty(cast.contractor, days=1)
    remind_and_escalate(NOW + 40 * DAY)
    before = len(slips())
    assert remind_and_escalate(NOW + 46 * DAY) == 0
    assert remind_and_escalate(NOW + 47 * DAY) == 1
    assert remind_and_escalate(NOW + 54 * DAY) == 1
    assert len(slips()) == before + 2
    close_duty(duty, now=NOW + 55 * DAY, actor=cast.contractor, outcome="完成")
    assert remind_and_escalate(NOW + 70 * DAY) == 0


def test_a_stopped_clock_climbs_nothing(cast: SimpleNamespace, site_project: Any) -> None:
    duty = make_duty(cast.contractor, project=site_project, days=1)
    ask_stop(duty, code="stop_order", note="x", expected_until=NOW + 90 * DAY, now=NOW, actor=cast.contractor)
    approve_stop(duty, now=NOW, actor=cast.officer)
    remind_and_escalate(NOW + 20 * DAY)
    assert slips() == []
    resume(duty, now=NOW + 20 * DAY, actor=cast.officer)
    remind_and_escalate(NOW + 22 * DAY)
    assert slips()[-1] == (3, "red")


def test_urging_is_a_yellow_slip_of_the_bureau(cast: SimpleNamespace, site_project: Any) -> None:
    duty = make_duty(cast.contractor, project=site_project, days=30)
    with pytest.raises(Denied):
        urge(duty, reason="太慢", now=NOW, actor=cast.owner)
    duty = urge(duty, reason="太慢", now=NOW, actor=cast.officer)
    assert (duty.slip, duty.level) == ("yellow", 2)
    assert Notice.objects.filter(kind="slip", recipient=cast.director).exists()
    assert remind_and_escalate(NOW + DAY) == 0


def test_a_grave_matter_may_start_high(cast: SimpleNamespace, site_project: Any) -> None:
    duty = make_duty(cast.contractor, project=site_project, severity=4)
    escalate_to(duty, level=4, now=NOW, actor=cast.officer, why="重大风险")
    assert [level for level, _ in slips()] == [1, 2, 3, 4]
    assert escalate_to(duty, level=2, now=NOW, actor=cast.officer, why="") == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hours=st.integers(1, 24 * 60), wait=st.integers(0, 24 * 90))
def test_the_next_check_is_never_in_the_past(hours: int, wait: int) -> None:
    at = NOW + timedelta(hours=wait)
    duty = Duty(opened_at=NOW, due_at=NOW + timedelta(hours=hours), slip="")
    found = next_check(duty, at)
    assert found is not None
    assert found > at
