from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lantu.calc.geodesy import haversine_m, in_ring
from lantu.calc.identifiers import parse_project_code
from lantu.calc.workdays import BEIJING
from lantu.packs.cities.dezhou.demo.plan import DEVICES, plan
from lantu.packs.cities.dezhou.demo.series import moves_of
from lantu.packs.cities.dezhou.demo.sources import source
from lantu.packs.load import city, national

NOW = datetime(2026, 11, 22, 12, tzinfo=BEIJING)
NAMED = {
    "railtown": "高铁新城",
    "parking": "智慧停车系统",
    "canalpark": "新运河公园改造",
    "biopark": "生物医药产业园一期",
    "evpark": "新能源汽车产业园",
    "oldtown": "老城区更新改造",
    "hub": "智慧交通综合枢纽",
}


@pytest.fixture(scope="module")
def demo():
    return plan(NOW)


@pytest.fixture(scope="module")
def sites(demo):
    return [project for project in demo.projects if project.under_construction]


def test_exactly_127_under_construction_40_in_reserve_60_completed(demo, sites):
    assert len(sites) == 127
    assert sum(p.plan_class == "reserve" for p in demo.projects) == 40
    assert sum(p.status == "finished" for p in demo.projects) == 60
    stages = Counter(p.stage for p in demo.projects)
    assert min(stages["design"], stages["tender"], stages["acceptance"]) > 0


def test_every_county_and_zone_has_projects_under_construction(sites):
    assert {p.area_code for p in sites} == {area.code for area in city("dezhou").areas}


def test_the_seven_named_projects_are_under_construction_with_their_facts(demo):
    for key, words in NAMED.items():
        project = demo.project(key)
        assert words in project.name
        assert project.under_construction
        assert project.public_summary
    evpark = demo.project("evpark")
    assert evpark.total_investment_yuan > 10_000_000_000
    assert len(evpark.content_scale) == 3
    assert "30 个子任务" in demo.project("parking").public_summary
    assert "432" in demo.project("canalpark").public_summary
    biopark = demo.project("biopark")
    ahead = (biopark.planned_finish_on - biopark.forecast_finish_on).days
    assert 55 <= ahead <= 65  # two months before the plan


def test_names_keys_and_codes_are_used_once_and_codes_hold(demo):
    for field in ("key", "name", "code", "local_no"):
        values = [getattr(project, field) for project in demo.projects]
        assert len(values) == len(set(values)), field
    for project in demo.projects:
        code = parse_project_code(project.code)
        assert code.city == "3714"
        assert (project.code_scheme == "old") == (code.scheme == "before_2020")


def test_the_mark_of_a_demonstration_is_no_tag(demo):
    """Projects are registered with ``is_demo``, which every page shows once; a tag would say it again."""
    assert not any("演示" in tag for project in demo.projects for tag in project.tags)


def test_dates_fit_the_stage(demo):
    today = NOW.date()
    for p in demo.projects:
        assert p.planned_start_on < p.planned_finish_on
        if p.under_construction:
            assert p.actual_start_on < today < p.planned_finish_on
            assert p.actual_finish_on is None
        if p.status == "finished":
            assert p.actual_start_on < p.actual_finish_on < today
        if p.stage in ("initiation", "design", "tender"):
            assert p.actual_start_on is None
            assert p.months == ()


def test_sites_lie_in_the_circles_of_their_area(demo):
    for p in demo.projects:
        if p.key in NAMED:
            continue
        circles = source("places")[p.area_code]
        assert any(haversine_m((p.lon, p.lat), (lon, lat)) <= radius + 50 for lon, lat, radius in circles), (
            p.key
        )
        for device in p.devices:
            assert haversine_m((p.lon, p.lat), (device.lon, device.lat)) < 200


def test_a_polygon_holds_the_point_it_is_shown_at(demo):
    for p in demo.projects:
        if p.geometry["type"] == "Polygon":
            assert in_ring((p.lon, p.lat), p.geometry["coordinates"][0])
    assert {p.geometry["type"] for p in demo.projects} == {"Polygon", "LineString"}


def test_money_adds_up(demo):
    for p in demo.projects:
        assert p.works_yuan + p.land_yuan + p.other_yuan == p.total_investment_yuan
        assert sum(entry["yuan"] for entry in p.funds) == p.total_investment_yuan


def test_the_three_truths_are_cumulative_and_do_not_quite_agree(sites):
    for p in sites:
        for before, after in zip(p.months, p.months[1:], strict=False):
            assert before.month < after.month
            assert before.physical_pct <= after.physical_pct <= 99.5
            assert before.invested_yuan <= after.invested_yuan <= p.total_investment_yuan
            assert before.paid_yuan <= after.paid_yuan <= after.invested_yuan
    last = [p.months[-1] for p in sites]
    invested = [m.invested_yuan / p.total_investment_yuan * 100 for p, m in zip(sites, last, strict=True)]
    apart = [abs(m.physical_pct - share) for m, share in zip(last, invested, strict=True)]
    assert 0.5 < sum(apart) / len(apart) < 8
    assert {m.grade for p in sites for m in p.months} == set("ABCD")


def test_some_sites_are_behind_and_three_far_behind(sites):
    behind = [p.months[-1].planned_pct - p.months[-1].physical_pct for p in sites]
    assert sum(points > 30 for points in behind) == 3
    assert 6 <= sum(10 <= points <= 30 for points in behind) <= 25


def test_every_site_has_its_parties_and_they_exist(sites):
    people, units = city("dezhou").people, city("dezhou").units
    for p in sites:
        assert {"owner", "contractor", "supervisor", "designer", "inspector", "officer"} == set(p.parties)
        for role, party in p.parties.items():
            assert people[party.person].unit == party.unit
            assert people[party.person].role == role
        assert people[p.parties["inspector"].person].area == p.area_code
        assert units[p.lead_unit].kind == "department"
        assert people[p.sponsor].unit == "bureau"


def test_the_demo_accounts_share_the_flagship(demo):
    flagship = demo.project(demo.flagship)
    assert {role: party.person for role, party in flagship.parties.items() if role != "designer"} == {
        "owner": "owner",
        "contractor": "contractor",
        "supervisor": "supervisor",
        "inspector": "inspector",
        "officer": "officer",
    }
    assert city("dezhou").people["expert"].project == demo.flagship
    assert city("dezhou").people["county"].area == flagship.area_code


def test_about_eight_devices_a_site(sites):
    assert sum(len(p.devices) for p in sites) == DEVICES
    assert all(6 <= len(p.devices) <= 12 for p in sites)
    codes = [device.code for p in sites for device in p.devices]
    assert len(codes) == len(set(codes))
    kinds = Counter(device.type_code for p in sites for device in p.devices)
    assert (
        set(kinds)
        == {"dust_noise", "tower_crane", "pit", "mass_concrete", "power_box"}
        <= set(national().device_types)
    )


def test_86_warnings_of_which_85_closed_and_the_last_open(demo):
    assert [warning.no for warning in demo.warnings] == list(range(1, 87))
    assert Counter(warning.outcome for warning in demo.warnings) == {"closed": 85, "open": 1}
    assert demo.warnings[-1].outcome == "open"
    assert [warning.outcome for warning in demo.false_alarms] == ["false_alarm"]
    assert round(85 / 86 * 100, 1) == 98.8


def test_the_on_time_rate_is_honest(demo):
    closed = [warning for warning in demo.warnings if warning.outcome == "closed"]
    punctual = sum(warning.steps[-1].at <= warning.due_at for warning in closed)
    assert (punctual, sum(w.late for w in closed), sum(w.returned for w in closed)) == (79, 6, 8)


def test_each_series_makes_exactly_its_rule_speak(demo):
    devices = {device.code: device for p in demo.projects for device in p.devices}
    for warning in (*demo.warnings, *demo.false_alarms):
        device = devices[warning.device]
        start = int(warning.started_at.timestamp() * 1000)
        ((rule, severity, at),) = moves_of(warning.series, start, device.type_code, device.facts)
        assert (rule, severity) == (warning.rule, warning.severity)
        assert datetime.fromtimestamp(at / 1000, BEIJING) == warning.raised_at


def test_people_act_in_order_and_nobody_checks_their_own_work(demo):
    for warning in demo.warnings:
        steps = warning.steps
        assert [step.at for step in steps] == sorted(step.at for step in steps)
        assert warning.raised_at < steps[0].at
        assert steps[-1].at <= NOW
        actors = {step.verb: step.actor for step in steps}
        if warning.outcome == "open":
            assert [step.verb for step in steps] == ["take_up", "order"]
            continue
        assert steps[-1].verb == "close"
        assert len({actors["reply"], actors["confirm"], actors["recheck"]}) == 3
        assert actors["order"] != actors["recheck"]
        assert all(step.text for step in steps)


def test_the_site_existed_when_it_was_warned(demo):
    devices = {device.code: (p, device) for p in demo.projects for device in p.devices}
    for warning in demo.warnings:
        project, device = devices[warning.device]
        assert project.key == warning.project
        assert project.actual_start_on < warning.started_at.date()
        assert device.installed_on <= warning.started_at.date()
        assert warning.started_at >= NOW - timedelta(days=366)


def test_no_device_is_warned_twice_by_one_rule(demo):
    pairs = [(warning.device, warning.rule) for warning in (*demo.warnings, *demo.false_alarms)]
    assert len(pairs) == len(set(pairs))


def test_the_open_warning_waits_for_the_demo_contractor(demo):
    last = demo.warnings[-1]
    assert last.project == demo.flagship
    assert demo.project(last.project).parties["contractor"].person == "contractor"
    assert NOW - timedelta(hours=4) < last.raised_at < NOW < last.due_at


def test_a_plan_needs_a_zone_and_is_the_same_each_time(demo):
    assert plan(NOW) == demo
    with pytest.raises(ValueError, match="zone"):
        plan(datetime(2026, 11, 22))


@settings(max_examples=8, deadline=None)
@given(st.datetimes(datetime(2026, 3, 1), datetime(2029, 3, 1)))
def test_the_plan_holds_at_any_moment(moment):
    now = moment.replace(tzinfo=BEIJING)
    made = plan(now)
    assert sum(p.under_construction for p in made.projects) == 127
    closed = [warning for warning in made.warnings if warning.outcome == "closed"]
    assert len(closed) == 85
    assert sum(warning.steps[-1].at <= warning.due_at for warning in closed) == 79
    assert all(warning.steps[-1].at <= now for warning in closed)
