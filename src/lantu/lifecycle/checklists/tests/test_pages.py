"""Every page opens for who works there, and stays shut for who does not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from lantu.lifecycle.checklists import services as checklist_services
from lantu.lifecycle.checklists.appraisal import services
from lantu.lifecycle.checklists.appraisal.models import AppraisalAdjustment, ChecklistQuestion, ChecklistSheet
from lantu.lifecycle.checklists.models import Checklist, ChecklistImport
from lantu.lifecycle.checklists.tests.stories import (
    YEAR,
    at,
    change,
    frozen,
    in_force,
    opened,
    reported,
    scored,
    sheet_of,
    verified,
)
from lantu.lifecycle.checklists.tests.test_imports import excel

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


def opens(client, name, *args, status=200):
    answer = client.get(reverse(f"lifecycle:{name}", args=args))
    assert answer.status_code == status, answer.content[:800].decode()
    return answer.content.decode() if status == 200 else ""


def test_the_tab_shows_the_tree_and_its_strip(as_, cast, site_project):
    client = as_(cast.officer)
    assert "还没有清单" in opens(client, "checklists_project", site_project.code)
    in_force(cast, site_project)
    verified(cast, reported(cast, opened(cast)))
    page = client.get(
        reverse("lifecycle:checklists_project", args=[site_project.code]), {"year": YEAR}
    ).content.decode()
    assert page.count('class="cl-strip"') == 4
    assert "土建" in page
    assert "第 1 版 · 4 个子任务" in page


def test_an_outsider_sees_nothing(as_, cast, site_project):
    run = scored(cast, site_project)
    client = as_(cast.outsider)
    made = Checklist.objects.get()
    for name, args in (
        ("checklists_project", [site_project.code]),
        ("checklists_detail", [made.pk]),
        ("checklists_item", [made.pk, made.items.get(code="2.1").pk]),
        ("checklists_sheet", [ChecklistSheet.objects.first().pk]),
        ("appraisal_score", [run.scores.get().pk]),
    ):
        opens(client, name, *args, status=404)
    opens(client, "appraisal_month", str(run), status=404)


def test_a_reporter_confirms_on_the_phone(as_, cast, site_project):
    in_force(cast, site_project)
    opened(cast)
    sheet = sheet_of(cast.contractor)
    client = as_(cast.contractor)
    assert site_project.name in opens(client, "checklists_mine")
    page = opens(client, "checklists_sheet", sheet.pk)
    assert "没有差异的行不用动" in page
    fact = sheet.facts.get(code="2.1")
    answer = client.post(sheet.get_absolute_url(), {f"pct_{fact.pk}": "4o"})
    assert answer.status_code == 422
    assert "4o" in answer.content.decode()
    answer = client.post(
        sheet.get_absolute_url(), {f"pct_{fact.pk}": "40", f"note_{fact.pk}": "计量单 12 号"}
    )
    assert answer.status_code == 302
    fact.refresh_from_db()
    assert (fact.pct, fact.state) == (40, "verifying")
    assert "已办结" in opens(client, "checklists_sheet", sheet.pk)


def test_the_whole_way_to_publication_by_its_pages(as_, cast, site_project):
    in_force(cast, site_project)
    run = opened(cast)
    client = as_(cast.officer)
    assert "待核对 3" in opens(client, "appraisal_month", str(run))
    verified(cast, reported(cast, run))
    client.post(reverse("lifecycle:appraisal_step", args=[str(run), "review"]))
    visit = ChecklistSheet.objects.get(kind="visit")
    assert "随机抽中" in opens(client, "checklists_sheet", visit.pk)
    client.post(
        reverse("lifecycle:appraisal_propose", args=[str(run)]),
        {
            "code": "deduction:false_report",
            "checklist": visit.checklist_id,
            "reason": "虚报产值",
            "document_no": "德重〔2026〕9号",
        },
    )
    adjustment = AppraisalAdjustment.objects.get()
    assert adjustment.points == 10
    second = as_(cast.director)
    assert "虚报产值" in opens(second, "appraisal_adjustment", adjustment.pk)
    second.post(reverse("lifecycle:appraisal_adjustment", args=[adjustment.pk]), {"agreed": "1"})
    client = as_(cast.officer)
    for verb in ("freeze", "score"):
        client.post(reverse("lifecycle:appraisal_step", args=[str(run), verb]))
    score = run.scores.get()
    page = opens(client, "appraisal_score", score.pk)
    assert "满分 × min(1, Σ权重×实际 ÷ Σ权重×计划)" in page
    assert f"{score.total:.2f}" in page
    client = as_(cast.director)
    opens(client, "appraisal_paper", str(run), status=409)
    client.post(reverse("lifecycle:appraisal_step", args=[str(run), "publish"]))
    paper = opens(client, "appraisal_paper", str(run))
    assert "虚报产值" in paper
    assert "不记录任何人的在线时间" in paper
    word = client.get(reverse("lifecycle:appraisal_word", args=[str(run)]))
    assert word.content.startswith(b"PK")
    sheet = client.get(reverse("lifecycle:appraisal_excel", args=[str(run)]))
    assert b"".join(sheet.streaming_content).startswith(b"PK")
    opens(client, "appraisal_months")


def test_an_appeal_by_its_pages(as_, cast, site_project, monkeypatch):
    run = scored(cast, site_project)
    monkeypatch.setattr(timezone, "now", lambda: at(6, 8))
    fact = run.facts.get(code="2.1")
    client = as_(cast.owner)
    answer = client.post(
        reverse("lifecycle:appraisal_score", args=[run.scores.get().pk]),
        {"fact": fact.pk, "wanted_pct": "50", "reason": "计量单漏报"},
    )
    assert answer.status_code == 302
    client = as_(cast.director)
    appeal = fact.appeals.get()
    assert "计量单漏报" in opens(client, "appraisal_appeal", appeal.pk)
    client.post(
        reverse("lifecycle:appraisal_appeal", args=[appeal.pk]), {"outcome": "upheld", "reason": "核实无误"}
    )
    assert run.scores.count() == 2


def test_questions_are_answered_by_their_page(as_, cast, site_project):
    in_force(cast, site_project)
    run = opened(cast)
    sheet = sheet_of(cast.contractor)
    services.report_sheet(sheet, changes=change(sheet, "2.1", "100"), by=cast.contractor, now=at(5, 28))
    frozen(cast, run)
    question = ChecklistQuestion.objects.get()
    client = as_(cast.contractor)
    assert "从 0% 报到 100%" in opens(client, "checklists_question", question.pk)
    client.post(
        reverse("lifecycle:checklists_question", args=[question.pk]), {"answer": "月末一次性吊装完成"}
    )
    question.refresh_from_db()
    assert question.answered_by == cast.contractor
    assert "月末一次性吊装完成" in opens(
        client, "checklists_item", run.facts.get(code="2.1").checklist_id, run.facts.get(code="2.1").item_id
    )


def test_import_compare_and_change_by_their_pages(as_, cast, site_project):
    client = as_(cast.officer)
    address = reverse("lifecycle:checklists_new", args=[site_project.code])
    assert client.get(address).status_code == 200
    bad = client.post(address, {"year": YEAR, "file": SimpleUploadedFile("a.docx", b"no")})
    assert bad.status_code == 422
    client.post(address, {"year": YEAR, "file": SimpleUploadedFile("清单.xlsx", excel())})
    run = ChecklistImport.objects.get()
    assert "将导入的子任务" in opens(client, "checklists_import", run.pk)
    client.post(run.get_absolute_url(), {"confirm": "1"})
    made = Checklist.objects.get()
    item = made.items.get(title="基坑支护")
    address = reverse("lifecycle:checklists_item", args=[made.pk, item.pk])
    assert "保存" in client.get(address).content.decode()
    stale = client.post(address, {"edited_no": 1, "title": "基坑"})
    assert stale.status_code == 409
    ok = client.post(address, {"edited_no": made.edited_no, "title": "基坑"})
    assert ok.status_code == 302
    opens(client, "checklists_compare", made.pk, status=404)


def test_issuing_by_its_page(as_, cast, site_project):
    old = in_force(cast, site_project)
    client = as_(cast.officer)
    client.post(reverse("lifecycle:checklists_act", args=[old.pk, "adjust"]), {"reason": "管线迁改延期"})
    new = Checklist.objects.get(version=2)
    checklist_services.change_item(
        new, code="1.1", values={"weight": Decimal(30), "due_on": date(YEAR, 11, 30)}, by=cast.officer, now=at(2, 1),
        edited_no=new.edited_no,
    )  # fmt: skip
    assert "2026-11-30" in opens(client, "checklists_compare", new.pk)
    client.post(reverse("lifecycle:checklists_act", args=[new.pk, "submit"]))
    for person in (cast.owner, cast.contractor):
        as_(person).post(reverse("lifecycle:checklists_act", args=[new.pk, "sign"]))
    as_(cast.director).post(reverse("lifecycle:checklists_act", args=[new.pk, "issue"]))
    new.refresh_from_db()
    assert new.state == "in_force"


def test_passing_on_by_its_page(as_, cast, site_project):
    in_force(cast, site_project)
    run = opened(cast)
    fact = run.facts.get(code="2.1")
    client = as_(cast.officer)
    client.post(
        reverse("lifecycle:checklists_pass_on", args=[fact.pk, "hand_over"]),
        {"to": cast.owner.pk, "reason": "由业主填报"},
    )
    fact.refresh_from_db()
    assert fact.reporter == cast.owner
