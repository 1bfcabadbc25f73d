"""Rows of a spreadsheet come in as what they truly are; a plan issued elsewhere is recorded with its paper by two people."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from tests.cast import NOW

from lantu.core.models import Event
from lantu.core.official_paper import add_text, new_paper, paper_bytes
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.duties.verify import verify_duties
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanImport
from lantu.lifecycle.annual_plan.services import recording as r
from lantu.lifecycle.annual_plan.services.importing import (
    apply_import,
    reading_of,
    remember_columns,
    start_import,
)
from lantu.lifecycle.annual_plan.tests.stories import opened, recommended, running
from lantu.projects.models import Project, YearPlan

pytestmark = pytest.mark.django_db
SHEET = """项目代码,项目名称,类别,建设性质,领域,县市区,建设单位,总投资,年度投资,资金来源
{code},续建项目1,政府投资,续建,市政,371402,{owner},20000,3000,财政资金，20000
2609-371402-04-01-200009,城南水厂,政府投资,新开工,water,371402,{owner},12000,2400,财政资金，12000
"""


def paper() -> SimpleUploadedFile:
    document = new_paper()
    add_text(document, "关于下达2026年度重点工程计划的通知")
    return SimpleUploadedFile("下达文件.docx", paper_bytes(document, title="下达", author="市政府"))


def uploaded(cast: Any, plan: AnnualPlan) -> PlanImport:
    project = running(cast, 1)
    text = SHEET.format(code=project.code, owner=cast.owner.organisation.name)
    run = start_import(plan, file=io.BytesIO(text.encode()), name="计划.csv", by=cast.officer, now=NOW)
    return remember_columns(
        run, columns=run.columns, defaults={"starts_on": "2026-03-01"}, by=cast.officer, now=NOW
    )


def prepared(cast: Any, plan: AnnualPlan) -> PlanImport:
    return r.choose_entry(
        uploaded(cast, plan), enters_as="issued", document_no="德政发〔2026〕2号", issued_on=date(2026, 2, 10),
        document=paper(), by=cast.officer, now=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["reserve", "proposed", "balanced"])
def test_rows_come_in_as_what_they_are(cast: Any, state: str) -> None:
    plan = opened(cast, 2026)
    run = r.choose_entry(uploaded(cast, plan), enters_as=state, by=cast.officer, now=NOW)
    made = apply_import(run, by=cast.officer, now=NOW)
    assert {proposal.state for proposal in made} == {state}
    holders = {proposal.duty.holder_id if proposal.duty else None for proposal in made}
    assert holders == ({None} if state == "balanced" else {cast.officer.pk})
    assert list(verify_duties()) == []


def test_a_chinese_sheet_is_read_by_an_english_reader(cast: Any) -> None:
    """The words of the sheet are the city's, not the screen's."""
    with override("en"):
        run = uploaded(cast, opened(cast, 2026))
        assert reading_of(run).troubles == []
        made = apply_import(run, by=cast.officer, now=NOW)
    assert {(p.plan_class, p.category, p.sector) for p in made} == {
        ("continuing", "government", "municipal"), ("new_start", "government", "water"),
    }  # fmt: skip


def test_an_issued_plan_is_recorded_with_its_paper_by_two_people(cast: Any) -> None:
    plan = opened(cast, 2026)
    waiting = recommended(cast, plan)
    run = r.ask_to_record(prepared(cast, plan), by=cast.officer, now=NOW)
    assert run.duty is not None
    assert run.duty.holder_id == cast.director.pk
    with pytest.raises(Denied):
        r.record(run, by=cast.officer, now=NOW)
    version = r.record(run, by=cast.director, now=NOW)
    plan.refresh_from_db()
    assert (plan.state, plan.document_no) == ("issued", "德政发〔2026〕2号")
    # What happened then keeps its date, what is done now the date of doing it.
    assert plan.issued_at is not None
    assert plan.issued_at.date() == date(2026, 2, 10)
    assert (version.kind, version.made_at, version.document_id) == ("issued", NOW, run.document_id)
    assert not Event.objects.filter(kind="plans.version_made", at__lt=NOW).exists()
    new = Project.objects.get(code="2609-371402-04-01-200009")
    assert YearPlan.objects.get(project=new, year=2026).planned_yuan == 24_000_000
    waiting.refresh_from_db()
    assert waiting.state == "reserve"
    run.refresh_from_db()
    assert run.confirmed_by_id == cast.director.pk
    assert list(verify_duties()) == []
    with pytest.raises(Refused, match="已经导入"):
        r.record(run, by=cast.director, now=NOW)


def test_the_comparison_may_end_in_a_return(cast: Any) -> None:
    plan = opened(cast, 2026)
    run = r.ask_to_record(prepared(cast, plan), by=cast.officer, now=NOW)
    with pytest.raises(Refused, match="核对"):
        remember_columns(run, columns=run.columns, defaults={}, by=cast.officer, now=NOW)
    with pytest.raises(Unacceptable):
        r.return_record(run, reason="", by=cast.director, now=NOW)
    run = r.return_record(run, reason="第 2 行金额与文件不符", by=cast.director, now=NOW)
    assert run.duty is not None
    assert (run.duty.holder_id, run.note) == (cast.officer.pk, "第 2 行金额与文件不符")
    with pytest.raises(Refused):
        r.record(run, by=cast.director, now=NOW)
    run = r.ask_to_record(run, by=cast.officer, now=NOW)
    assert run.duty is not None
    assert run.duty.holder_id == cast.director.pk
    run = r.drop_record(run, by=cast.officer, now=NOW)
    assert not run.is_asked
    assert not plan.proposals.exists()
    assert list(verify_duties()) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"document_no": ""}, "document_no"),
        ({"issued_on": None}, "issued_on"),
        ({"issued_on": date(2026, 12, 1)}, "issued_on"),
        ({"issued_on": date(2024, 12, 31)}, "issued_on"),
        ({"document": None}, "document"),
        ({"enters_as": "done"}, "enters_as"),
    ],
)
def test_what_the_paper_must_say(cast: Any, change: dict[str, Any], field: str) -> None:
    run = uploaded(cast, opened(cast, 2026))
    values = {
        "enters_as": "issued", "document_no": "德政发〔2026〕2号", "issued_on": date(2026, 2, 10), "document": paper(),
    } | change  # fmt: skip
    with pytest.raises(Unacceptable) as refused:
        r.choose_entry(run, by=cast.officer, now=NOW, **values)
    assert refused.value.field == field
    assert refused.value.remedy


def test_the_importer_cannot_take_an_issued_plan_over_alone(cast: Any) -> None:
    run = prepared(cast, opened(cast, 2026))
    with pytest.raises(Refused, match="另一人"):
        apply_import(run, by=cast.officer, now=NOW)


def test_the_pages_lead_through_it(cast: Any, client: Any) -> None:
    plan = opened(cast, 2026)
    run = uploaded(cast, plan)
    page = run.get_absolute_url()
    client.force_login(cast.officer)
    form = {
        "do": "entry",
        "enters_as": "issued",
        "document_no": "德政发〔2026〕2号",
        "issued_on": "2026-02-10",
    }
    refused = client.post(page, form)
    assert refused.status_code == 422
    assert "德政发〔2026〕2号" in refused.content.decode()
    assert client.post(page, form | {"document": paper()}).status_code == 302
    assert client.post(page, {"do": "ask"}).status_code == 302
    assert "对照文件核对" in client.get(page).content.decode()
    client.force_login(cast.director)
    assert "核对无误" in client.get(page).content.decode()
    assert client.post(page, {"do": "return", "reason": "合计不符，请核对"}).status_code == 302
    client.force_login(cast.officer)
    assert "合计不符" in client.get(page).content.decode()
    assert client.post(page, {"do": "ask"}).status_code == 302
    client.force_login(cast.director)
    assert client.post(page, {"do": "record"}).status_code == 302
    plan.refresh_from_db()
    assert plan.state == "issued"
