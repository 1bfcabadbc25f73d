"""Templates of finished projects: nobody is named, two people, preview before anything is made."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from tests.cast import NOW, make_project

from lantu.accounts.models import Organisation, User
from lantu.core.refusals import Refused
from lantu.duties.services.close import close_duty
from lantu.duties.verify import verify_duties
from lantu.lifecycle.checklists.models import Checklist, ChecklistItem
from lantu.lifecycle.checklists.rows import ItemRow
from lantu.lifecycle.checklists.services.drafting import create_checklist
from lantu.lifecycle.gates.models import GatePlan
from lantu.lifecycle.gates.services.open_gates import open_gates
from lantu.lifecycle.programmes.cases import services as s
from lantu.lifecycle.programmes.cases.models import CaseTemplate, CaseUse
from lantu.lifecycle.programmes.cases.parts.checklist import rows_for, targets_at
from lantu.lifecycle.programmes.cases.registry import Target, offset_of, shifted
from lantu.lifecycle.schedule.drafts import ActivityRow, LinkRow, ScheduleDraft, pack_calendars
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.services.create import create_schedule
from lantu.projects.models import Party, Project

START = date(2025, 3, 3)
P = "/lifecycle/cases"


@pytest.fixture
def finished(cast: Any, site_project: Any) -> Project:
    """The site, built and done, with gates, a checklist and a schedule full of names and numbers."""
    project: Project = site_project
    open_gates(project, actor=cast.officer, now=NOW)
    rows = [
        ItemRow(
            code="1", title="德州一建集团进场，联系人单安全 13812345678", owner=cast.contractor, verifier=cast.supervisor,
            weight=Decimal(40), start_on=date(2026, 1, 5), due_on=date(2026, 3, 2), definition_of_done="合同价 1,280万元 已签",
        ),
        ItemRow(
            code="2", title="生物医药产业园一期主体封顶", owner=cast.contractor, verifier=cast.owner, weight=Decimal(60),
            start_on=date(2026, 3, 2), due_on=date(2026, 9, 1), definition_of_done="鲁北工程监理签认",
        ),
    ]  # fmt: skip
    checklist = create_checklist(project=project, year=2026, rows=rows, by=cast.officer, now=NOW)
    assert checklist.duty is not None
    close_duty(checklist.duty, now=NOW, actor=cast.officer, outcome="年度结束")
    Checklist.objects.update(state="superseded")
    draft = ScheduleDraft(
        name="生物医药产业园一期总进度", kind="master", start_at=NOW, data_date=NOW, calendars=pack_calendars(),
        activities=[
            ActivityRow(code="A", name="土方（德州一建集团）", duration_min=4800),
            ActivityRow(code="B", name="主体", duration_min=9600),
        ],
        links=[LinkRow(predecessor_code="A", successor_code="B")],
    )  # fmt: skip
    create_schedule(project=project, draft=draft, by=cast.officer, now=NOW)
    Schedule.objects.update(status="superseded", duty=None)
    Project.objects.filter(pk=project.pk).update(
        status="finished", stage="operation", actual_start_on=START, actual_finish_on=date(2026, 5, 29),
        planned_start_on=START, planned_finish_on=date(2026, 6, 30),
    )  # fmt: skip
    project.refresh_from_db()
    return project


@pytest.fixture
def coming(cast: Any) -> Project:
    """A new project of the same people."""
    project: Project = make_project(
        cast.owner.organisation, code="2601-371402-04-01-100007", name="二期", stage="initiation"
    )
    for role in ("owner", "contractor", "supervisor", "inspector", "officer"):
        person = getattr(cast, role)
        Party.objects.create(project=project, role=role, organisation=person.organisation, contact=person)
    return project


def taken(cast: Any, project: Project, **more: Any) -> CaseTemplate:
    values: dict[str, Any] = {
        "name": "产业园建设（生物医药产业园一期经验）",
        "approver": cast.director,
    } | more
    return s.take_template(project, by=cast.officer, now=NOW, **values)


def approved(cast: Any, project: Project, **more: Any) -> CaseTemplate:
    template = s.submit_template(taken(cast, project, **more), by=cast.officer, now=NOW)
    return s.approve_template(template, by=cast.director, now=NOW)


def test_monthly_targets_follow_the_new_dates(cast: Any, finished: Project, coming: Project) -> None:
    """Half by the end of January, all by its day in March; put to work six weeks later and without any money."""
    item = ChecklistItem.objects.get(checklist__project=finished, code="1")
    item.targets.all().delete()
    for number in range(1, 13):
        pct = {1: 50, 2: 60}.get(number, 100)
        item.targets.create(month=date(2026, number, 1), planned_pct=pct, planned_yuan=Decimal(900))
    template = approved(cast, finished)
    rows = {row["code"]: row for row in template.parts["checklist"]["items"]}
    curve = rows["1"]["curve"]
    assert [pct for _day, pct in curve] == [50, 60, 100]
    assert curve[-1][0] == rows["1"]["due"]
    target = Target(project=coming, starts_on=date(2026, 2, 16), by=cast.officer, now=NOW)
    new = next(row for row in rows_for(template.parts["checklist"], target) if row.code == "1")
    found = {month.month: pct for month, (pct, _yuan) in new.targets.items()}
    assert new.due_on is not None
    assert found[1] == 0
    assert 0 < found[2] < 50
    assert found[new.due_on.month] == found[12] == 100
    assert list(found.values()) == sorted(found.values())
    assert {yuan for _pct, yuan in new.targets.values()} == {0.0}


def test_a_template_without_a_curve_goes_in_proportion_to_time(cast: Any, coming: Project) -> None:
    """Templates taken before targets were have none: the checklist then fills the months by itself."""
    target = Target(project=coming, starts_on=date(2026, 2, 16), by=cast.officer, now=NOW)
    assert targets_at([], 0, target, 2026) == {}


def test_no_name_number_or_amount_survives(cast: Any, finished: Project) -> None:
    template = taken(cast, finished)
    assert set(template.parts) == {"gates", "checklist", "schedule", "durations"}
    text = json.dumps([template.name, template.summary, template.parts], ensure_ascii=False)
    for name in User.objects.values_list("display_name", flat=True):
        assert name not in text
    for name, short in Organisation.objects.values_list("name", "short_name"):
        assert name not in text
        assert not short or short not in text
    for secret in ("13812345678", "1,280万元", finished.name, finished.code, "username"):
        assert secret not in text
    assert "施工单位进场" in text
    assert template.removed["person"] >= 1
    assert template.removed["phone"] == 1


def test_only_finished_projects_and_two_people(cast: Any, finished: Project, coming: Project) -> None:
    with pytest.raises(Refused, match="还没有竣工"):
        taken(cast, coming)
    with pytest.raises(Refused, match="另一位"):
        taken(cast, finished, approver=cast.officer)
    template = s.submit_template(taken(cast, finished), by=cast.officer, now=NOW)
    with pytest.raises(Refused, match="编制人不能批准"):
        s.approve_template(template, by=cast.officer, now=NOW)
    with pytest.raises(Refused, match="不能套用"):
        s.foresee_use(template, project=coming, starts_on=NOW.date(), by=cast.officer, now=NOW)
    assert s.approve_template(template, by=cast.director, now=NOW).state == "approved"
    assert list(verify_duties()) == []


def test_a_name_registered_later_stops_the_approval(cast: Any, finished: Project) -> None:
    template = s.submit_template(taken(cast, finished), by=cast.officer, now=NOW)
    Organisation.objects.create(name="主体", short_name="主体工程", kind="contractor", area_code="371402")
    User.objects.create_user(username="late", display_name="土方", organisation=cast.officer.organisation)
    with pytest.raises(Refused, match="仍有可识别的名称"):
        s.approve_template(template, by=cast.director, now=NOW)


def test_the_next_version_takes_the_place_of_the_last(cast: Any, finished: Project) -> None:
    first = approved(cast, finished)
    second = approved(cast, finished, replaces=first, only=["checklist"])
    first.refresh_from_db()
    assert (second.version, first.state, set(second.parts)) == (2, "superseded", {"checklist"})


def test_days_move_on_the_working_calendar() -> None:
    # Friday the 13th and a worked Saturday; then the Spring Festival until the 23rd.
    assert offset_of(date(2026, 2, 13), date(2026, 2, 24)) == 2
    assert shifted(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert shifted(date(2026, 2, 15), 0) == date(2026, 2, 24)  # a day of rest moves on
    for day in (date(2026, 1, 5), date(2026, 5, 6)):
        assert offset_of(day, shifted(day, 40)) == 40


def test_what_was_foreseen_is_what_is_made(cast: Any, finished: Project, coming: Project) -> None:
    template = approved(cast, finished)
    asked: dict[str, Any] = {"project": coming, "starts_on": date(2026, 1, 5), "by": cast.officer, "now": NOW}
    preview = s.foresee_use(template, **asked)
    assert preview.ready == ["gates", "checklist", "schedule"]
    assert not GatePlan.objects.filter(project=coming).exists()  # nothing was written
    lines = next(part.lines for part in preview.parts if part.key == "checklist")
    assert lines[0].on == date(2026, 3, 2)
    with pytest.raises(Refused, match="重新预览"):
        s.use_template(template, wanted=["gates"], preview_sha256="0" * 64, **asked)
    use = s.use_template(template, wanted=preview.ready, preview_sha256=preview.sha256, **asked)
    assert set(use.made) == {"gates", "checklist", "schedule"}
    made = Checklist.objects.get(project=coming)
    item = made.items.get(code="1")
    assert (item.owner, item.verifier, item.due_on) == (cast.contractor, cast.supervisor, date(2026, 3, 2))
    assert "施工单位进场" in item.title
    schedule = Schedule.objects.get(project=coming)
    assert (schedule.status, schedule.source) == ("draft", "template")
    assert GatePlan.objects.filter(project=coming).exists()
    with pytest.raises(Refused, match="已经套用过"):
        s.use_template(template, wanted=["gates"], preview_sha256=preview.sha256, **asked)
    assert list(verify_duties()) == []


def test_what_stands_against_it_is_said_before(cast: Any, finished: Project, coming: Project) -> None:
    template = approved(cast, finished)
    open_gates(coming, actor=cast.officer, now=NOW)
    asked: dict[str, Any] = {"project": coming, "starts_on": date(2026, 8, 3), "by": cast.officer, "now": NOW}
    preview = s.foresee_use(template, **asked)
    problems = {part.key: part.problem for part in preview.parts}
    assert "已经建立了关口" in problems["gates"]
    with pytest.raises(Refused, match="不能生成"):
        s.use_template(template, wanted=["gates"], preview_sha256=preview.sha256, **asked)
    with pytest.raises(Refused) as refused:
        s.foresee_use(template, **(asked | {"starts_on": NOW.date() + timedelta(days=9999)}))
    assert refused.value.field == "starts_on"


def test_pages_of_templates(cast: Any, finished: Project, coming: Project) -> None:
    client = Client()
    client.force_login(cast.officer)
    assert client.get(f"{P}/").status_code == 200
    assert client.get(f"{P}/new/").status_code == 200
    form = {"project": finished.code, "name": "产业园建设经验", "approver": cast.director.pk}
    assert client.post(f"{P}/new/", form | {"approver": cast.officer.pk}).status_code == 422
    assert client.post(f"{P}/new/", form).status_code == 302
    template = CaseTemplate.objects.get()
    assert client.get(template.get_absolute_url()).status_code == 200
    client.post(f"{P}/{template.pk}/do/submit/", {"edited_no": template.edited_no})
    template.refresh_from_db()
    boss = Client()
    boss.force_login(cast.director)
    boss.post(f"{P}/{template.pk}/do/approve/", {"edited_no": template.edited_no})
    reader = Client()
    reader.force_login(cast.owner)
    page = reader.get(template.get_absolute_url()).content.decode()
    assert finished.name not in page
    assert reader.get(f"{P}/{template.pk}/use/").status_code == 200
    reader.force_login(cast.contractor)
    assert reader.get(template.get_absolute_url()).status_code == 403
    page = client.get(f"{P}/{template.pk}/use/?project={coming.code}&starts_on=2026-01-05").content.decode()
    assert "确认生成" in page
    sha = page.split('name="preview_sha256" value="')[1][:64]
    form = {"project": coming.code, "starts_on": "2026-01-05", "preview_sha256": sha, "parts": ["checklist"]}
    assert client.post(f"{P}/{template.pk}/use/", form).status_code == 302
    assert CaseUse.objects.get().project == coming


def test_the_second_writer_of_a_template_sees_the_difference(cast: Any, finished: Project) -> None:
    template = taken(cast, finished)
    seen = template.edited_no
    words = {"name": template.name, "drop": [], "by": cast.officer, "now": NOW}
    s.edit_template(template, summary="第一稿", edited_no=seen, **words)
    with pytest.raises(Refused, match="第一稿 / 第二稿") as refused:
        s.edit_template(template, summary="第二稿", edited_no=seen, **words)
    assert refused.value.status == 409
