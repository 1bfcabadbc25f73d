"""Rules over several devices: cranes of a group, and sites against their county. And humid air, and spraying."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from lantu.core.models import Event
from lantu.core.refusals import Unacceptable
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.cranes.models import CraneGroup
from lantu.monitoring.cranes.services.judge_groups import judge_groups
from lantu.monitoring.cranes.services.set_group import set_group
from lantu.monitoring.ingest.worker import Worker
from lantu.monitoring.rules.abstentions import unjudged_of
from lantu.monitoring.rules.county import judge_county_hours
from lantu.monitoring.tests.conftest import NOW
from lantu.monitoring.tests.engineering import load_pack_rules, put_device, send, store

pytestmark = pytest.mark.django_db
WEST = {"device": "T1", "x_m": 0, "y_m": 0, "jib_m": 50, "counter_jib_m": 14, "jib_height_m": 40}
EAST = {
    "device": "T2",
    "x_m": 60,
    "y_m": 0,
    "jib_m": 50,
    "counter_jib_m": 14,
    "jib_height_m": 40,
    "slew_zero_deg": 10,
}


@pytest.fixture
def cranes(cast: SimpleNamespace, site_project: Any) -> tuple[Any, Any]:
    load_pack_rules("crane")
    return put_device(cast, site_project, "T1", "tower_crane"), put_device(
        cast, site_project, "T2", "tower_crane"
    )


def pose(device: Any, slew: float, second: float) -> None:
    for key, value in (("crane_slew_deg", slew), ("crane_radius_m", 20), ("crane_hook_m", 10)):
        store(device, key, [(second, value)])


def test_cranes_that_come_too_close(cranes: Any, cast: Any, site_project: Any) -> None:
    one, other = cranes
    set_group(project=site_project, name="1 号群塔", cranes=[WEST, EAST], now=NOW, actor=cast.officer)
    assert Event.objects.get(kind="monitoring.crane_group_set").payload["faults"] == "T1–T2: height"
    pose(one, 270, -60)
    pose(other, 100, -58)  # 10° of zero: 90°, away from the other
    assert judge_groups(now=NOW) == 0
    pose(one, 90, -20)
    pose(other, 280, -18)
    assert judge_groups(now=NOW) == 1
    alert = Alert.objects.get()
    assert (alert.rule.code, alert.severity, alert.device.code, alert.limit) == (
        "crane.collision", 4, "T1", 2,
    )  # fmt: skip
    assert (alert.inputs["partner"], alert.inputs["part"]) == ("T2", "jibs")
    assert judge_groups(now=NOW) == 0, "the same closeness is not news"
    assert judge_groups(now=NOW + timedelta(hours=1)) == 0
    alert.refresh_from_db()
    assert alert.cleared_at is None, "silence lowers nothing"


def test_a_group_needs_two_cranes_of_the_project(cranes: Any, cast: Any, site_project: Any) -> None:
    with pytest.raises(Unacceptable, match="两台"):
        set_group(project=site_project, name="x", cranes=[WEST], now=NOW, actor=cast.officer)
    with pytest.raises(Unacceptable, match="不是本项目"):
        set_group(
            project=site_project,
            name="x",
            cranes=[WEST, EAST | {"device": "D1"}],
            now=NOW,
            actor=cast.officer,
        )
    with pytest.raises(Unacceptable, match="臂长"):
        set_group(
            project=site_project, name="x", cranes=[WEST, EAST | {"jib_m": 0}], now=NOW, actor=cast.officer
        )


@pytest.fixture
def site(cast: SimpleNamespace, site_project: Any) -> Any:
    load_pack_rules("dust")
    return put_device(cast, site_project, "D9", "dust_noise")


def hour_of(device: Any, key: str, value: float, *, count: int = 60, hours_ago: int = 1) -> None:
    """One value a minute in the hour that ended ``hours_ago - 1`` hours before NOW (10:00 in Dezhou)."""
    start = -3600 * hours_ago
    store(device, key, [(start + 60 * n, value) for n in range(count)])


def station(cast: Any, project: Any) -> Any:
    return put_device(cast, project, "AQ1", "air_station", facts={"reference_area": project.area_code})


def test_without_a_county_station_nothing_is_judged(site: Any) -> None:
    hour_of(site, "pm10", 400)
    assert judge_county_hours(now=NOW + timedelta(minutes=7)) == 0
    rows = [row for row in unjudged_of([site], day=NOW.date()) if row.version.rule.code == "dust.pm10.diff"]
    assert [row.text for row in rows] == ["不作判断：缺少县域参照空气站"]


def test_a_site_above_its_county(site: Any, cast: Any, site_project: Any) -> None:
    reference = station(cast, site_project)
    for hour in range(3):
        hour_of(site, "pm10", 205, hours_ago=1 - hour)
        store(reference, "pm10_area", [(3600 * (hour - 1), 110)])
        assert judge_county_hours(now=NOW + timedelta(hours=hour, minutes=7)) == 1
        alert = Alert.objects.get(rule__code="dust.pm10.diff")
        assert alert.severity == (2 if hour < 2 else 3), "two hours a day are allowed"
    assert (alert.inputs["compared"], alert.inputs["county"], alert.inputs["hours_over"]) == (95, 110, 3)
    hour_of(site, "pm10", 120, hours_ago=-2)
    store(reference, "pm10_area", [(7200, 110)])
    judge_county_hours(now=NOW + timedelta(hours=3, minutes=7))
    alert.refresh_from_db()
    assert alert.cleared_at is not None


def test_a_late_hour_is_judged_again_at_its_own_time(site: Any, cast: Any, site_project: Any) -> None:
    reference = station(cast, site_project)
    hour_of(site, "pm10", 205)
    assert judge_county_hours(now=NOW + timedelta(minutes=7)) == 0, "the county's mean has not come"
    store(reference, "pm10_area", [(-3600, 110)], delay_s=3600 * 3)
    later = NOW + timedelta(hours=2, minutes=7)
    assert judge_county_hours(now=later) == 1
    alert = Alert.objects.get(rule__code="dust.pm10.diff")
    assert (alert.late, alert.opened_at, alert.severity) == (True, NOW, 2)
    assert alert.inputs["compared"] == 95
    assert judge_county_hours(now=later + timedelta(hours=1)) == 0, "told once"
    Alert.objects.filter(pk=alert.pk).update(closed_at=later, state="closed")
    assert judge_county_hours(now=later + timedelta(hours=1)) == 0, "also after it was closed"


def test_hours_of_a_day_count_though_they_do_not_follow_each_other(
    site: Any, cast: Any, site_project: Any
) -> None:
    """DB13/2934-2019: more than two hours of a day, in whatever order; a closed alert does not wash its hour away."""
    reference = station(cast, site_project)
    severities = []
    for hour, pm10 in enumerate((205, 120, 205, 120, 205)):
        hour_of(site, "pm10", pm10, hours_ago=1 - hour)
        store(reference, "pm10_area", [(3600 * (hour - 1), 110)])
        now = NOW + timedelta(hours=hour, minutes=7)
        judge_county_hours(now=now)
        judge_county_hours(now=now)  # a run that is repeated counts nothing twice
        newest = Alert.objects.filter(rule__code="dust.pm10.diff").latest("id")
        severities.append((newest.severity, newest.inputs["hours_over"]))
        Alert.objects.filter(closed_at=None).update(closed_at=now, state="closed")
    assert severities == [(2, 1), (2, 1), (2, 2), (2, 2), (3, 3)]
    assert Alert.objects.filter(rule__code="dust.pm10.diff").count() == 3


def test_hours_that_nobody_judged_are_made_up(site: Any, cast: Any, site_project: Any) -> None:
    reference = station(cast, site_project)
    for hour in range(3):
        hour_of(site, "pm10", 205, hours_ago=3 - hour)
        store(reference, "pm10_area", [(3600 * (hour - 3), 110)])
    assert judge_county_hours(now=NOW + timedelta(minutes=7)) == 3, "the worker was down for two hours"
    alert = Alert.objects.get(rule__code="dust.pm10.diff")
    assert (alert.severity, alert.late, alert.inputs["over"]) == (3, False, ["07", "08", "09"])


def test_what_came_in_time_is_not_judged_twice(site: Any, cast: Any, site_project: Any) -> None:
    store(station(cast, site_project), "pm10_area", [(-3600, 110)])
    hour_of(site, "pm10", 205)
    assert judge_county_hours(now=NOW + timedelta(minutes=7)) == 1
    Alert.objects.update(closed_at=NOW + timedelta(minutes=30), state="closed")
    assert judge_county_hours(now=NOW + timedelta(hours=1, minutes=7)) == 0


def test_an_hour_with_44_minutes_is_not_judged(site: Any, cast: Any, site_project: Any) -> None:
    store(station(cast, site_project), "pm10_area", [(-3600, 50)])
    hour_of(site, "pm10", 400, count=44)
    assert judge_county_hours(now=NOW + timedelta(minutes=7)) == 0


def test_humid_air_holds_the_severity_until_it_dries(site: Any, site_project: Any) -> None:
    worker = Worker(partition="t", now=NOW)
    send(worker, site_project, [("D9", {"pm10": 50, "humidity": 91}, 0)])
    send(worker, site_project, [("D9", {"pm10": 320, "humidity": 91}, 60)])
    alert = Alert.objects.get(rule__code="dust.pm10.peak")
    assert (alert.severity, alert.inputs["judged_severity"], alert.inputs["humidity"]) == (2, 3, 91)
    send(worker, site_project, [("D9", {"pm10": 330, "humidity": 60}, 120)])
    send(worker, site_project, [("D9", {"pm10": 330, "humidity": 60}, 180)])
    alert.refresh_from_db()
    assert alert.severity == 3


def test_spraying_is_called_and_sent_home(site: Any, site_project: Any) -> None:
    worker = Worker(partition="t", now=NOW)
    send(worker, site_project, [("D9", {"pm10": 340}, 60 * n) for n in range(15)])
    send(worker, site_project, [("D9", {"pm10": 20}, 60 * n) for n in range(15, 40)])
    calls = Event.objects.filter(kind="monitoring.interlock_called").order_by("id")
    assert [(event.payload["on"], event.payload["equipment"]) for event in calls] == [
        (True, "spray"),
        (False, "spray"),
    ]
    assert calls[0].payload["value"] == 340
    assert not Alert.objects.filter(rule__code="dust.pm10.spray").exists()


def test_groups_and_abstentions_over_http(cranes: Any, cast: Any, site_project: Any, client: Any) -> None:
    client.force_login(cast.officer)
    base = f"/api/v1/projects/{site_project.code}/crane-groups"
    given = {"name": "1 号群塔", "cranes": [WEST, EAST]}
    made = client.put(base, given, content_type="application/json")
    assert made.status_code == 200, made.content
    assert made.json()["faults"] == ["T1 – T2：高低塔垂直距离不足 2 米"]
    assert client.get(base).json()[0]["cranes"][1]["slew_zero_deg"] == 10
    page = client.get(f"/monitoring/projects/{site_project.code}/").content.decode()
    assert "高低塔垂直距离不足 2 米" in page
    rows = client.get("/api/v1/devices/T1/unjudged").json()
    assert {row["reason"] for row in rows} == {"NO_DATA"}
    device = client.get("/monitoring/devices/T1/").content.decode()
    assert "不作判断不等于正常" in device
    client.force_login(cast.outsider)
    assert client.put(base, given, content_type="application/json").status_code in (403, 404)


def line_of(crane: dict[str, Any], device: Any) -> dict[str, str]:
    return {f"{key}-{device.pk}": str(value) for key, value in crane.items() if key != "device"}


def test_the_page_describes_a_group_and_says_what_is_wrong_where(
    client: Any, cranes: Any, cast: Any, site_project: Any
) -> None:
    one, other = cranes
    address = f"/monitoring/crane-groups/{site_project.code}/"
    client.force_login(cast.officer)
    assert "T1" in client.get(address).content.decode()
    form = {"name": "1 号群塔", **line_of(WEST, one)}
    alone = client.post(address, form)
    assert alone.status_code == 422
    assert "两台" in alone.content.decode()
    both = form | line_of(EAST, other)
    for wrong in ({f"jib_m-{other.pk}": ""}, {f"jib_m-{other.pk}": "-3"}, {f"x_m-{one.pk}": "1e300"}):
        assert client.post(address, both | wrong).status_code == 422
    assert not CraneGroup.objects.exists()
    assert client.post(address, both).status_code == 302
    group = CraneGroup.objects.get()
    page = client.get(f"{address}?group={group.pk}").content.decode()
    assert "修改群塔" in page
    assert client.post(address, both).status_code == 422, "a known name is opened from the list"
    changed = both | {f"jib_m-{one.pk}": "31.5"}
    assert client.post(f"{address}?group={group.pk}", changed).status_code == 302
    assert CraneGroup.objects.count() == 1
    assert group.members.get(device=one).jib_m == 31.5
    assert client.get(f"{address}?group=9{group.pk}").status_code == 404
    client.force_login(cast.inspector)
    assert client.post(address, both).status_code == 403
    client.force_login(cast.outsider)
    assert client.get(address).status_code == 404
