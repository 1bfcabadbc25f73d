"""Patrols: rounds that are owed, walked, missed; findings that become hazards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from lantu.core.models import Evidence
from lantu.core.refusals import Denied, Refused
from lantu.hazards.models import Hazard
from lantu.hazards.risk_points import services as s
from lantu.hazards.risk_points.models import PatrolRound
from lantu.hazards.risk_points.selectors import completion, route_of, visible_rounds
from lantu.hazards.risk_points.states import PointState as S
from lantu.hazards.risk_points.tests.stories import point_at
from lantu.hazards.risk_points.weeks import read_week, week_of
from lantu.hazards.tests.site import NOW, photo

HERE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
MORNING = datetime(2026, 6, 11, 8, 0, tzinfo=HERE)


@pytest.fixture
def points(cast: Any, site_project: Any) -> Any:
    plain = {"kind": "plain.electric", "parameters": {}}
    return [point_at(S.IN_CONTROL, cast, site_project), point_at(S.IN_CONTROL, cast, site_project, **plain)]


@pytest.fixture
def plan(cast: Any, site_project: Any, points: Any) -> Any:
    return s.plan_patrol(
        project=site_project, name="日巡", period_days=1, patroller=cast.contractor, points=points,
        by=cast.supervisor, now=NOW, first_on=MORNING.date(),
    )  # fmt: skip


def test_a_round_opens_on_its_day_with_a_duty(cast: Any, plan: Any) -> None:
    assert s.open_due_rounds(now=NOW) == 0  # tomorrow's
    assert s.open_due_rounds(now=MORNING) == 1
    assert s.open_due_rounds(now=MORNING) == 0  # running twice changes nothing
    round_ = PatrolRound.objects.get()
    assert (round_.duty.holder, round_.duty.severity) == (cast.contractor, 3)
    assert round_.due_at == datetime(2026, 6, 11, 18, 0, tzinfo=HERE)


def test_walking_all_points_ends_the_round(cast: Any, plan: Any, points: Any) -> None:
    s.open_due_rounds(now=MORNING)
    s.check_point(points[0], by=cast.contractor, now=MORNING, scanned=True)
    round_ = PatrolRound.objects.get()
    assert [stop.check is not None for stop in route_of(round_)] == [True, False]
    s.check_point(points[1], by=cast.contractor, now=MORNING)
    round_.refresh_from_db()
    assert (round_.state, round_.duty.closed_at is not None) == ("done", True)
    found = completion(visible_rounds(cast.director), since=NOW, now=MORNING + DAY)
    assert (found.owed, found.on_time, found.missed) == (1, 1, 0)


def test_a_missed_round_keeps_its_duty_and_counts_every_period(cast: Any, plan: Any, points: Any) -> None:
    s.open_due_rounds(now=MORNING)
    for day in (1, 2):
        assert s.open_due_rounds(now=MORNING + day * DAY) == 1
    round_ = PatrolRound.objects.get()
    assert (round_.state, round_.missed_periods, round_.duty.closed_at) == ("open", 2, None)
    for point in points:
        s.check_point(point, by=cast.contractor, now=MORNING + 2 * DAY)
    found = completion(visible_rounds(cast.director), since=NOW, now=MORNING + 3 * DAY)
    assert (found.owed, found.on_time, found.late, found.missed) == (3, 0, 1, 2)


def test_a_finding_becomes_a_hazard_with_photo_and_pin(cast: Any, site_project: Any) -> None:
    point = point_at(S.IN_CONTROL, cast, site_project, pin={"drawing": "JK-01", "x": 0.4, "y": 0.6})
    check = s.check_point(
        point,
        by=cast.contractor,
        now=NOW,
        failed_controls=[2],
        note="北侧栏杆缺 6 m",
        files=[("a.jpg", photo())],
    )
    hazard = Hazard.objects.get()
    assert check.hazard == hazard
    assert (hazard.source, hazard.grade, hazard.state) == ("patrol", 2, "detected")
    assert hazard.pin["drawing"] == "JK-01"
    assert point.controls[1] in hazard.measures_required
    assert Evidence.objects.filter(supports_type="hazards.hazard", supports_id=hazard.pk).count() == 1


def test_a_finding_needs_words_and_a_photo(cast: Any, points: Any) -> None:
    for values in ({"note": "北侧栏杆缺 6 m"}, {"files": [("a.jpg", photo())]}):
        with pytest.raises(Refused, match="写明情况并拍照"):
            s.check_point(points[0], by=cast.contractor, now=NOW, failed_controls=[1], **values)
    with pytest.raises(Refused, match="没有这一条"):
        s.check_point(points[0], by=cast.contractor, now=NOW, failed_controls=[99], note="xxxx")
    assert not Hazard.objects.exists()


def test_strangers_do_not_patrol_and_drafts_are_not_patrolled(
    cast: Any, site_project: Any, points: Any
) -> None:
    with pytest.raises(Denied):
        s.check_point(points[0], by=cast.outsider, now=NOW)
    with pytest.raises(Refused, match="不需要巡查"):
        s.check_point(point_at(S.DRAFT, cast, site_project), by=cast.contractor, now=NOW)


def test_two_rounds_of_one_point_are_filled_by_two_checks(
    cast: Any, site_project: Any, plan: Any, points: Any
) -> None:
    """The same words moments later are the second round's, a third time they are a button pressed twice."""
    s.plan_patrol(
        project=site_project, name="周检", period_days=7, patroller=cast.contractor, points=points[:1],
        by=cast.supervisor, now=NOW, first_on=MORNING.date(),
    )  # fmt: skip
    s.open_due_rounds(now=MORNING)
    found = {"failed_controls": [1], "note": "北侧栏杆缺 6 m"}
    first, second, third = (
        s.check_point(points[0], by=cast.contractor, now=MORNING + n * timedelta(seconds=20), **found,
                      files=[("a.jpg", photo())])
        for n in range(3)
    )  # fmt: skip
    assert None not in (first.round, second.round)
    assert third == second
    assert {first.round.plan.name, second.round.plan.name} == {"日巡", "周检"}
    assert Hazard.objects.get() == first.hazard == second.hazard
    assert PatrolRound.objects.get(plan__name="周检").state == "done"


def test_an_inspectors_look_does_not_end_the_contractors_round(cast: Any, plan: Any, points: Any) -> None:
    s.open_due_rounds(now=MORNING)
    assert s.check_point(points[0], by=cast.inspector, now=MORNING).round is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"), ({"period_days": 0}, "period_days"), ({"due_hour": 24}, "due_hour"),
        ({"points": []}, "points"), ({"first_on": (NOW - DAY).date()}, "first_on"),
    ],
)  # fmt: skip
def test_a_bad_plan_is_refused_by_field(
    cast: Any, site_project: Any, points: Any, values: Any, field: str
) -> None:
    good = {"name": "日巡", "period_days": 1, "patroller": cast.contractor, "points": points}
    with pytest.raises(Refused) as refused:
        s.plan_patrol(project=site_project, by=cast.contractor, now=NOW, **(good | values))
    assert refused.value.field == field


def test_a_stranger_is_not_sent_on_patrol(cast: Any, site_project: Any, points: Any) -> None:
    with pytest.raises(Refused, match="巡查人"):
        s.plan_patrol(
            project=site_project, name="日巡", period_days=1, patroller=cast.outsider, points=points,
            by=cast.contractor, now=NOW,
        )  # fmt: skip


def test_stopping_a_plan_cancels_its_round(cast: Any, plan: Any) -> None:
    s.open_due_rounds(now=MORNING)
    s.stop_patrol(plan, by=cast.contractor, now=MORNING, reason="基坑已回填")
    assert PatrolRound.objects.get().state == "cancelled"
    assert s.open_due_rounds(now=MORNING + DAY) == 0
    with pytest.raises(Refused, match="已经停用"):
        s.stop_patrol(plan, by=cast.contractor, now=MORNING, reason="再停一次")


@given(st.dates(min_value=datetime(2000, 1, 3).date(), max_value=datetime(2100, 1, 1).date()))
@settings(max_examples=200)
def test_a_week_is_found_again_by_its_name(day: Any) -> None:
    week = week_of(day)
    assert week.monday <= day <= week.sunday
    assert read_week(week.iso, today=datetime(1999, 1, 1).date()) == week
    assert read_week(day.isoformat(), today=datetime(1999, 1, 1).date()) == week


@given(st.text(max_size=12))
def test_nonsense_is_this_week(text: str) -> None:
    today = datetime(2026, 6, 10).date()
    assert read_week(text, today=today).monday.weekday() == 0


def test_the_list_of_rounds_begins_with_those_nobody_has_walked(
    cast: Any, plan: Any, points: Any, client: Any
) -> None:
    at = timezone.now() - 2 * DAY
    s.open_due_rounds(now=at)
    first = PatrolRound.objects.get()
    for point in points:
        s.check_point(point, by=cast.contractor, now=at)
    s.open_due_rounds(now=at + DAY)
    client.force_login(cast.officer)
    shown = list(client.get("/hazards/patrols/").context["page"])
    assert [row.state for row in shown] == ["open", "done"]
    assert shown[1].pk == first.pk
