"""The same hazard reported twice: found, merged by one press, told to whoever reported it, counted once."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused
from lantu.duties.models import Notice
from lantu.hazards import services as s
from lantu.hazards.figures import rectification_rate
from lantu.hazards.models import Hazard
from lantu.hazards.risk_points import services as risks
from lantu.hazards.risk_points.states import PointState
from lantu.hazards.risk_points.tests.stories import point_at
from lantu.hazards.states import HazardState as S
from lantu.hazards.tests.site import HOUR, MINUTE, NOW, hazard_at, photo, raise_dust_alert, reply
from lantu.hazards.twins import absorbed_by, heir_of, twins_of
from lantu.hazards.verify import verify_hazards


def found(project: Any, by: Any, title: str = "3 号楼临边未防护", *, minutes: int = 0, **more: Any) -> Hazard:
    values = {"grade": 2, "files": [("现场.jpg", photo())]} | more
    return s.report_hazard(project=project, title=title, by=by, now=NOW + minutes * MINUTE, **values)


def why(one: Hazard, reader: Any) -> dict[int, list[str]]:
    return {twin.hazard.pk: [str(reason) for reason in twin.why] for twin in twins_of(reader, one)}


def test_what_looks_alike_and_why(cast: Any, site_project: Any) -> None:
    first = found(site_project, cast.inspector, place="3 号楼东侧", lon=116.3101, lat=37.46)
    title = found(site_project, cast.supervisor, "三号楼临边未防护。")
    near = found(site_project, cast.supervisor, "洞口盖板移位", lon=116.31015, lat=37.46005)
    place = found(site_project, cast.supervisor, "临边没有护栏", place="3号楼东侧北段")
    found(site_project, cast.supervisor, "5 号楼临边未防护")
    found(site_project, cast.supervisor, "塔吊司机无证上岗")
    seen = why(first, cast.officer)
    assert set(seen) == {title.pk, near.pk, place.pk}
    assert seen[title.pk] == ["标题相近"]
    assert seen[near.pk] == ["相距约 7 米"]
    assert "同一部位" in seen[place.pk]
    assert twins_of(cast.outsider, first) == []


def test_one_risk_point_and_one_spot_on_a_drawing(cast: Any, site_project: Any) -> None:
    point = point_at(PointState.IN_CONTROL, cast, site_project)
    by_patrol = risks.check_point(
        point,
        by=cast.contractor,
        now=NOW,
        failed_controls=[1],
        note="北侧栏杆缺 6 m",
        files=[("a.jpg", photo())],
    ).hazard
    again = risks.check_point(
        point, by=cast.inspector, now=NOW, failed_controls=[2], note="无人值守", files=[("b.jpg", photo())]
    ).hazard
    assert by_patrol is not None
    assert again is not None
    assert "同一风险点" in why(by_patrol, cast.officer)[again.pk]
    pinned = [
        found(site_project, cast.inspector, title, pin={"drawing": "JK-01", "x": x, "y": 0.6})
        for title, x in (("积水未抽排", 0.4), ("排水沟堵塞", 0.41), ("坡顶堆载", 0.9))
    ]
    assert why(pinned[0], cast.officer) == {pinned[1].pk: ["图纸或模型上同一位置"]}


def test_two_devices_are_two_hazards(cast: Any, site_project: Any) -> None:
    one, other = raise_dust_alert(site_project), raise_dust_alert(site_project, code="DUST-02")
    hazards = [s.open_hazard(alert, now=NOW) for alert in (one, other)]
    assert twins_of(cast.officer, hazards[0]) == []


def test_one_press_merges_the_later_into_the_earlier(cast: Any, site_project: Any, client: Any) -> None:
    first = found(site_project, cast.inspector)
    later = found(site_project, cast.supervisor, minutes=20)
    client.force_login(cast.officer)
    for shown in (first, later):  # from either page the later one goes
        page = client.get(shown.get_absolute_url()).content.decode()
        assert reverse("hazards:act", args=[later.pk, "merge"]) in page
        assert "先看：有 1 条" in page
    got = client.post(
        reverse("hazards:act", args=[later.pk, "merge"]), {"into": first.pk, "version": later.version}
    )
    assert got.url == first.get_absolute_url()
    later.refresh_from_db()
    assert (later.state, later.merged_into, later.duty.closed_at is not None) == (S.MERGED, first, True)
    page = client.get(first.get_absolute_url()).content.decode()
    theirs = absorbed_by(first)[0].photos[0]
    assert theirs.thumbnail_url in page
    page = client.get(later.get_absolute_url()).content.decode()
    assert "未单独整改" in page
    assert first.get_absolute_url() in page
    assert verify_hazards() == []


def test_the_reporter_is_told_where_it_went_and_how_it_ended(cast: Any, site_project: Any) -> None:
    kept = hazard_at(S.ORDERED, cast, site_project)
    twin = found(site_project, cast.owner, "三号楼临边未防护", minutes=30)
    s.merge(twin, into=kept, by=cast.officer, now=NOW + HOUR)
    told = Notice.objects.get(recipient=cast.owner, kind=Notice.Kind.OUTCOME)
    assert "是同一件事" in told.text
    assert told.duty_id == Hazard.objects.get(pk=kept.pk).duty_id
    s.accept_order(kept, by=cast.contractor, now=NOW + HOUR)
    reply(kept, cast, now=NOW + 2 * HOUR)
    s.supervisor_confirm(kept, by=cast.supervisor, now=NOW + 3 * HOUR)
    s.recheck_close(kept, by=cast.inspector, now=NOW + 4 * HOUR)
    last = Notice.objects.filter(recipient=cast.owner, kind=Notice.Kind.OUTCOME).latest("pk")
    assert "已销号" in last.text
    rate = rectification_rate(cast.officer, now=NOW + 5 * HOUR)
    assert (rate.numerator, rate.denominator) == (1, 1)


def test_two_orders_for_one_thing_become_one(cast: Any, site_project: Any) -> None:
    """The order that is due first stays; the addressee of the other learns which one."""
    first = hazard_at(S.RECTIFYING, cast, site_project)
    second = hazard_at(S.RECTIFYING, cast, site_project, now=NOW + HOUR)
    with pytest.raises(Refused, match="应保留这一条"):
        s.merge(first, into=second, by=cast.officer, now=NOW + 2 * HOUR)
    s.merge(second, into=first, by=cast.officer, now=NOW + 2 * HOUR)
    assert "不再单独办理" in Notice.objects.get(recipient=cast.contractor, kind=Notice.Kind.OUTCOME).text
    assert Hazard.objects.get(pk=first.pk).state == S.RECTIFYING
    assert verify_hazards() == []


def test_an_order_stays_before_an_earlier_report(cast: Any, site_project: Any) -> None:
    report = found(site_project, cast.supervisor)
    ordered = hazard_at(S.ORDERED, cast, site_project, now=NOW + HOUR)
    assert twins_of(cast.officer, report)[0].stays == ordered
    s.merge(report, into=ordered, by=cast.officer, now=NOW + 2 * HOUR)
    assert heir_of(Hazard.objects.get(pk=report.pk)) == ordered


def test_a_graver_suspicion_and_its_nearer_clock_go_over(cast: Any, site_project: Any) -> None:
    mild = found(site_project, cast.supervisor, grade=1)
    grave = found(site_project, cast.inspector, grade=4, minutes=5)
    nearest = min(mild.duty.due_at, grave.duty.due_at)
    s.merge(grave, into=mild, by=cast.officer, now=NOW + 10 * MINUTE)
    mild.refresh_from_db()
    assert (mild.grade, mild.duty.severity, mild.duty.due_at) == (4, 4, nearest)
    assert verify_hazards() == []


def test_a_judged_grade_does_not_vanish(cast: Any, site_project: Any) -> None:
    mild = found(site_project, cast.supervisor, grade=1)
    judged = found(site_project, cast.inspector, minutes=5)
    s.confirm(judged, by=cast.officer, now=NOW + 6 * MINUTE, grade=3)
    with pytest.raises(Refused, match="较大"):
        s.merge(judged, into=mild, by=cast.officer, now=NOW + 10 * MINUTE)


def test_who_may_not_and_what_may_not(cast: Any, site_project: Any) -> None:
    first = hazard_at(S.RECTIFYING, cast, site_project)
    second = hazard_at(S.RECTIFYING, cast, site_project, now=NOW + HOUR)
    with pytest.raises(Denied):
        s.merge(second, into=first, by=cast.contractor, now=NOW + 2 * HOUR)
    s.order_stop(second, by=cast.officer, now=NOW + 2 * HOUR, scope="whole", reason="临边坠落风险")
    with pytest.raises(Refused, match="停工令"):
        s.merge(second, into=first, by=cast.officer, now=NOW + 3 * HOUR)
    assert twins_of(cast.officer, second)[0].goes is None
    replied = hazard_at(S.SUBMITTED, cast, site_project, now=NOW + 2 * HOUR)
    with pytest.raises(Refused, match="不能执行"):
        s.merge(replied, into=first, by=cast.officer, now=NOW + 3 * HOUR)


def test_a_chain_of_reports_ends_at_one(cast: Any, site_project: Any) -> None:
    first, second, third = (found(site_project, cast.supervisor, minutes=n) for n in range(3))
    s.merge(third, into=second, by=cast.officer, now=NOW + HOUR)
    s.merge(second, into=first, by=cast.officer, now=NOW + HOUR)
    assert [row.hazard.pk for row in absorbed_by(first)] == [second.pk, third.pk]
    assert heir_of(Hazard.objects.get(pk=third.pk)) == first
    taken = Event.objects.filter(kind="hazards.twin_taken_in", subject_id=first.pk).get()
    assert taken.payload["from_id"] == second.pk


def test_the_api_tells_twins_and_what_was_merged(cast: Any, site_project: Any, client: Any) -> None:
    first = found(site_project, cast.inspector)
    later = found(site_project, cast.supervisor, minutes=20)
    client.force_login(cast.officer)
    twin = client.get(f"/api/v1/hazards/{first.pk}").json()["twins"][0]
    assert (twin["id"], twin["stays"], twin["goes"], twin["why"]) == (
        later.pk,
        first.pk,
        later.pk,
        ["标题相近"],
    )
    wrong = client.post(
        f"/api/v1/hazards/{first.pk}/merge", {"into": later.pk}, content_type="application/json"
    )
    assert wrong.status_code == 409
    assert later.title in wrong.json()["remedy"]
    right = client.post(
        f"/api/v1/hazards/{later.pk}/merge", {"into": first.pk}, content_type="application/json"
    )
    assert right.json()["merged_into"] == first.pk
    absorbed = client.get(f"/api/v1/hazards/{first.pk}").json()["absorbed"]
    assert [(row["id"], len(row["evidence"])) for row in absorbed] == [(later.pk, 1)]
