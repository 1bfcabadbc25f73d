"""The register's verbs: what they store, what they tell, what they refuse."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.cast import NOW

from lantu.core import subscriptions
from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.core.services.verify_chain import verify_events
from lantu.core.subscriptions import inline_delivery
from lantu.projects.forms import ProjectForm
from lantu.projects.jobs import recompute_all_lamps
from lantu.projects.lamp_facts import LampFactSource, lamp_facts, recompute_after
from lantu.projects.models import MonthlyFigure, Party, Project, ProjectCode, YearPlan
from lantu.projects.selectors import ProjectFilter, find_projects, get_visible
from lantu.projects.services.change_project import ChangedMeanwhile, change_project
from lantu.projects.services.recompute_lamp import recompute_lamps
from lantu.projects.services.register_project import register_project
from lantu.projects.services.replace_code import replace_code
from lantu.projects.services.report_month import done_by_year, report_month
from lantu.projects.services.set_party import set_party
from lantu.projects.services.set_year_plan import set_year_plan


def values(owner: Any, **more: Any) -> dict[str, Any]:
    return {
        "code": "2603-371402-04-01-200001",
        "name": "新运河公园改造工程",
        "category": "government",
        "plan_class": "new_start",
        "sector": "ecology",
        "stage": "design",
        "area_code": "371402",
        "total_investment_yuan": Decimal("350000000"),
        "owner_org": owner,
    } | more


@pytest.fixture
def park(cast: Any) -> Project:
    return register_project(values=values(cast.owner.organisation), actor=cast.officer, now=NOW)


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_registering_keeps_code_history_and_pinyin(park: Project) -> None:
    assert park.name_pinyin == "xinyunhegongyuangaizaogongcheng xyhgygzgc"
    assert park.code_scheme == "new"
    assert [c.code for c in park.codes.all()] == [park.code]
    assert kinds() == ["projects.project_registered"]
    assert list(verify_events()) == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("code", "not-a-code", "不是项目代码"),
        ("name", "", "没有填写"),
        ("name", "长" * 161, "最多 160"),
        ("area_code", "999999", "没有“999999”这个县市区"),
        ("total_investment_yuan", "约3亿", "不是数字"),
        ("total_investment_yuan", -5, "不在合理范围"),
        ("total_investment_yuan", "NaN", "不在合理范围"),
        ("stage", "flying", "没有“flying”这一项"),
        ("planned_start_on", "2026-02-30", "不是日期"),
        ("owner_org", 77, "没有找到"),
    ],
)
def test_unfit_values_are_refused_with_field_and_remedy(
    cast: Any, field: str, value: Any, words: str
) -> None:
    with pytest.raises(Unacceptable) as refusal:
        register_project(
            values=values(cast.owner.organisation, **{field: value}), actor=cast.officer, now=NOW
        )
    assert refusal.value.field == field
    assert words in refusal.value.detail
    assert refusal.value.remedy
    assert not Project.objects.exists()


def test_rules_between_fields(cast: Any) -> None:
    bad = values(
        cast.owner.organisation, planned_start_on=date(2026, 5, 1), planned_finish_on=date(2026, 4, 1)
    )
    with pytest.raises(Unacceptable, match="早于"):
        register_project(values=bad, actor=cast.officer, now=NOW)
    with pytest.raises(Unacceptable, match="超过总投资"):
        register_project(
            values=values(cast.owner.organisation, works_yuan=Decimal(400_000_000)),
            actor=cast.officer,
            now=NOW,
        )


def test_a_county_registers_only_in_its_own_area(cast: Any) -> None:
    with pytest.raises(Denied):
        register_project(
            values=values(cast.owner.organisation, area_code="371425"), actor=cast.county, now=NOW
        )
    with pytest.raises(Denied):
        register_project(values=values(cast.owner.organisation), actor=cast.outsider, now=NOW)
    assert register_project(values=values(cast.owner.organisation), actor=cast.county, now=NOW).pk


def test_the_same_code_is_registered_once_even_after_replacement(cast: Any, park: Project) -> None:
    with pytest.raises(Refused, match="已属于"):
        register_project(values=values(cast.owner.organisation, name="另一个"), actor=cast.officer, now=NOW)
    old = park.code
    replace_code(
        project=park,
        new_code="2604-371402-04-01-200009",
        reason="重新核准",
        actor=cast.officer,
        now=NOW + timedelta(days=3),
    )
    with pytest.raises(Refused, match="已属于"):
        register_project(values=values(cast.owner.organisation, code=old), actor=cast.officer, now=NOW)
    assert get_visible(cast.officer, old).pk == park.pk
    history = ProjectCode.objects.filter(project=park).order_by("id")
    assert [(c.code, c.valid_to is None) for c in history] == [
        (old, False),
        ("2604-371402-04-01-200009", True),
    ]
    with pytest.raises(Refused, match="相同"):
        replace_code(
            project=park, new_code="2604-371402-04-01-200009", reason="x", actor=cast.officer, now=NOW
        )


def test_the_second_writer_sees_the_difference(cast: Any, park: Project) -> None:
    change_project(project=park, values={"address": "运河西路"}, version=1, actor=cast.officer, now=NOW)
    with pytest.raises(ChangedMeanwhile) as refusal:
        change_project(project=park, values={"address": "湖滨大道"}, version=1, actor=cast.county, now=NOW)
    assert refusal.value.differences == [("建设地点", "运河西路", "湖滨大道")]
    assert "欧经办" in refusal.value.detail
    park.refresh_from_db()
    assert (park.address, park.version) == ("运河西路", 2)
    change_project(project=park, values={"address": "运河西路"}, version=1, actor=cast.county, now=NOW)
    assert kinds().count("projects.project_changed") == 1


def test_a_form_leaves_lists_nobody_touched_as_they_are(cast: Any, park: Project) -> None:
    stored = [{"unit": "万平方米", "item": "建设规模", "quantity": 5.9}]
    change_project(project=park, values={"content_scale": stored}, version=1, actor=cast.officer, now=NOW)
    park.refresh_from_db()
    shown = ProjectForm(project=park)
    typed = {name: "" if value is None else value for name, value in shown.initial.items()}
    form = ProjectForm(typed | {"address": "运河西路"}, project=park)
    assert form.is_valid(), form.errors
    assert form.values()["content_scale"] == stored


def test_a_change_tells_before_and_after(cast: Any, park: Project) -> None:
    change_project(
        project=park,
        values={"name": "新运河公园", "tags": ["省重大", "省重大", ""]},
        version=1,
        actor=cast.officer,
        now=NOW,
    )
    event = Event.objects.get(kind="projects.project_changed")
    assert event.payload["changes"] == {"name": ["新运河公园改造工程", "新运河公园"], "tags": ["", "省重大"]}
    park.refresh_from_db()
    assert park.name_pinyin.endswith("xyhgy")
    with pytest.raises(Denied):
        change_project(project=park, values={"name": "x"}, version=2, actor=cast.contractor, now=NOW)
    with pytest.raises(Unacceptable, match="更换代码"):
        change_project(
            project=park, values={"code": "2604-371402-04-01-200009"}, version=2, actor=cast.officer, now=NOW
        )


def test_parties_carry_one_responsible_person_of_the_unit(cast: Any, park: Project) -> None:
    unit = cast.contractor.organisation
    set_party(
        project=park, role="contractor", organisation=unit, contact=cast.contractor, actor=cast.owner, now=NOW
    )
    set_party(
        project=park, role="contractor", organisation=unit, contact=cast.contractor, actor=cast.owner, now=NOW
    )
    assert Party.objects.count() == 1
    assert kinds().count("projects.party_set") == 1
    with pytest.raises(Unacceptable, match="不是“德州一建集团”的在岗人员"):
        set_party(
            project=park,
            role="contractor",
            organisation=unit,
            contact=cast.supervisor,
            actor=cast.owner,
            now=NOW,
        )
    with pytest.raises(Denied):
        set_party(
            project=park,
            role="designer",
            organisation=unit,
            contact=cast.contractor,
            actor=cast.outsider,
            now=NOW,
        )


def test_three_truths_stay_apart_and_keep_the_project_in_step(cast: Any, site_project: Project) -> None:
    report = {"project": site_project, "actor": cast.owner, "now": NOW}
    report_month(**report, month=date(2025, 12, 9), invested_yuan=40_000_000, physical_pct=30, planned_pct=30)
    report_month(
        **report, month=date(2026, 5, 1), invested_yuan="60,000,000", physical_pct="48.5", planned_pct=50
    )
    report_month(**report, month=date(2026, 5, 1), paid_yuan=52_000_000)
    row = MonthlyFigure.objects.get(month=date(2026, 5, 1))
    assert (row.physical_pct, row.invested_yuan, row.paid_yuan) == (Decimal("48.50"), 60_000_000, 52_000_000)
    site_project.refresh_from_db()
    assert site_project.latest_month == date(2026, 5, 1)
    assert (site_project.physical_pct, site_project.planned_pct) == (Decimal("48.50"), Decimal("50.00"))
    assert (site_project.invested_yuan, site_project.paid_yuan) == (60_000_000, 52_000_000)
    done = dict(YearPlan.objects.values_list("year", "done_yuan"))
    assert done == {2025: 40_000_000, 2026: 20_000_000}
    assert kinds().count("projects.month_reported") == 3


def test_a_month_is_refused_when_it_is_future_empty_falling_or_absurd(
    cast: Any, site_project: Project
) -> None:
    report = {"project": site_project, "actor": cast.owner, "now": NOW}
    report_month(**report, month=date(2026, 4, 1), physical_pct=40)
    with pytest.raises(Unacceptable, match="还没有到"):
        report_month(**report, month=date(2026, 7, 1), physical_pct=50)
    with pytest.raises(Unacceptable, match="都没有填"):
        report_month(**report, month=date(2026, 5, 1))
    with pytest.raises(Unacceptable, match="应在 0 到 100"):
        report_month(**report, month=date(2026, 5, 1), physical_pct=101)
    with pytest.raises(Refused, match="低于 2026-04"):
        report_month(**report, month=date(2026, 5, 1), physical_pct=39)
    report_month(**report, month=date(2026, 5, 1), physical_pct=39, reason="四月误报")
    with pytest.raises(Denied):
        report_month(
            project=site_project, actor=cast.outsider, now=NOW, month=date(2026, 5, 1), physical_pct=60
        )


def test_two_reporters_of_one_month(cast: Any, site_project: Project) -> None:
    report = {"project": site_project, "month": date(2026, 5, 1), "now": NOW}
    first = report_month(**report, actor=cast.owner, physical_pct=40)
    seen = first.reported_at
    report_month(
        **(report | {"now": NOW + timedelta(minutes=1)}), actor=cast.owner, physical_pct=41, seen_at=seen
    )
    with pytest.raises(Refused, match=r"41\.00 / 45\.00"):
        report_month(**report, actor=cast.officer, physical_pct=45, seen_at=seen)


def test_year_plan_with_months(cast: Any, site_project: Project) -> None:
    months = [Decimal(n * 1_000_000) for n in range(1, 13)]
    plan = set_year_plan(
        project=site_project,
        year=2026,
        planned_yuan=12_000_000,
        monthly_yuan=months,
        actor=cast.officer,
        now=NOW,
    )
    assert plan.planned_yuan == 12_000_000
    with pytest.raises(Unacceptable, match="累计数"):
        set_year_plan(
            project=site_project,
            year=2026,
            planned_yuan=13_000_000,
            monthly_yuan=months,
            actor=cast.officer,
            now=NOW,
        )
    assert done_by_year([(date(2025, 11, 1), None)]) == {}


def test_the_lamp_follows_the_data_and_tells_only_changes(cast: Any, site_project: Project) -> None:
    report = {"project": site_project, "actor": cast.owner, "now": NOW}
    report_month(**report, month=date(2026, 4, 1), physical_pct=40, planned_pct=45)
    site_project.refresh_from_db()
    assert site_project.lamp == "green"
    report_month(**report, month=date(2026, 5, 1), physical_pct=40, planned_pct="52.5")
    site_project.refresh_from_db()
    assert (site_project.lamp, site_project.lamp_words) == ("yellow", "形象进度落后序时 12.5 个百分点")
    assert recompute_lamps(now=NOW) == 0
    turned = [e.payload for e in Event.objects.filter(kind="projects.lamp_changed").order_by("id")]
    assert [(t["before"], t["after"]) for t in turned] == [("grey", "green"), ("green", "yellow")]
    change_project(
        project=site_project,
        values={"status": "suspended"},
        version=site_project.version,
        actor=cast.officer,
        now=NOW,
    )
    site_project.refresh_from_db()
    assert site_project.lamp == "grey"


def test_higher_floors_tell_the_lamp_what_they_know(cast: Any, site_project: Project) -> None:
    said = {"open_red_warnings": 1}
    asked: list[list[int]] = []

    def read(project_ids: Any, now: Any) -> dict[int, dict[str, int]]:
        asked.append(list(project_ids))
        return {site_project.pk: dict(said)}

    lamp_facts.add(LampFactSource(key="test", read=read, order=1, recompute_on=("projects.party_set",)))
    try:
        with inline_delivery():
            set_party(
                project=site_project, role="agent", organisation=cast.owner.organisation, contact=cast.owner,
                actor=cast.officer, now=NOW,
            )  # fmt: skip
        site_project.refresh_from_db()
        assert (site_project.lamp, site_project.lamp_words) == ("red", "未销红色预警 1 项")
        said["open_red_warnings"] = 0
        recompute_all_lamps(int(NOW.timestamp()))
        site_project.refresh_from_db()
        assert site_project.lamp == "grey"
        assert asked[-1] == [site_project.pk]
        turned = Event.objects.filter(kind="projects.lamp_changed").order_by("id")
        assert turned[0].cause.kind == "projects.party_set"  # type: ignore[union-attr]
    finally:
        lamp_facts._items.pop("test")
        subscriptions._handlers["projects.party_set"].remove(recompute_after)


def test_search_finds_name_initials_codes_and_units(
    cast: Any, site_project: Project, other_project: Project, park: Project
) -> None:
    site_project.name_pinyin = "shengwuyiyaochanyeyuanyiqi swyycyyyq"
    site_project.save(update_fields=["name_pinyin"])

    def found(q: str, reader: Any = cast.officer) -> list[str]:
        return sorted(p.name for p in find_projects(reader, ProjectFilter(q=q)))

    assert found("swyy") == [site_project.name]
    assert found("生物 产业园") == [site_project.name]
    assert found("100002") == [other_project.name]
    assert found("齐河县城投") == [other_project.name]
    assert found("外地建筑") == [other_project.name]
    assert found("%") == []
    assert found("_") == []
    assert found("公园", cast.outsider) == []
    replace_code(
        project=park, new_code="2604-371402-04-01-299999", reason="换发", actor=cast.officer, now=NOW
    )
    assert found("200001") == [park.name]


def test_filters_ignore_nonsense_and_join_values(cast: Any, site_project: Project, park: Project) -> None:
    wanted = ProjectFilter.from_query(
        {"stage": "design,bogus", "lamp": "purple", "owner": "1e5", "sort": "drop"}
    )
    assert (wanted.stage, wanted.lamp, wanted.owner, wanted.sort) == ("design", "", "", "")
    assert [p.pk for p in find_projects(cast.officer, wanted)] == [park.pk]
    for sort in ("name", "-investment", "behind", "finish", "-paid"):
        assert find_projects(cast.officer, ProjectFilter(sort=sort)).count() == 2
