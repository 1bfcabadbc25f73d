"""Drafting, countersigning, issuing and adjusting a checklist."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.duties.models import Duty
from lantu.duties.verify import verify_duties
from lantu.lifecycle.checklists import services
from lantu.lifecycle.checklists.diffing import difference
from lantu.lifecycle.checklists.models import Checklist, ChecklistItem
from lantu.lifecycle.checklists.rows import ItemRow
from lantu.lifecycle.checklists.states import ChecklistState
from lantu.lifecycle.checklists.tests.stories import ISSUED, YEAR, draft, in_force, rows_for

pytestmark = pytest.mark.django_db


def test_a_draft_has_its_tree_its_months_and_its_duty(cast, site_project):
    made = draft(cast, site_project)
    assert made.state == ChecklistState.DRAFT
    assert made.duty.holder == cast.officer
    assert [str(item.weight.normalize()) for item in made.items.all()][:2] in (
        ["5E+1", "30"],
        ["50", "30"],
        ["5E+1", "3E+1"],
    )
    leaf = made.items.get(code="1.2")
    assert leaf.parent.code == "1"
    assert leaf.unit == cast.owner.organisation
    months = {target.month.month: float(target.planned_pct) for target in leaf.targets.all()}
    assert len(months) == 12
    assert (months[5], months[12]) == (100, 100)
    assert 0 < months[1] < months[2] < 100
    assert not list(verify_duties())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows, cast: setattr(rows[1], "weight", Decimal(31)), "合计为 101，应为 100"),
        (lambda rows, cast: setattr(rows[2], "verifier", rows[2].owner), "请由另一人核验"),
        (lambda rows, cast: setattr(rows[2], "code", "1.1"), "重复"),
        (lambda rows, cast: setattr(rows[4], "due_on", date(2025, 1, 1)), "完成时限早于开始"),
        (lambda rows, cast: setattr(rows[4], "owner", None), "每项只写一位责任人"),
        (lambda rows, cast: setattr(rows[1], "evidence_type", "photo"), "不应再要照片"),
        (lambda rows, cast: setattr(rows[4], "parent", "9"), "不在前面"),
        (
            lambda rows, cast: setattr(
                rows[4], "targets", {date(YEAR, 2, 1): (40, 0), date(YEAR, 3, 1): (30, 0)}
            ),
            "低于上月",
        ),
    ],
    ids=["weights", "verifier", "code", "dates", "owner", "photo", "parent", "targets"],
)
def test_what_does_not_fit_is_refused_with_place_and_remedy(cast, site_project, change, said):
    rows = rows_for(cast)
    change(rows, cast)
    with pytest.raises(Unacceptable, match=said):
        draft(cast, site_project, rows=rows)
    assert not Checklist.objects.exists()


def test_the_database_refuses_a_verifier_who_is_the_doer(cast, site_project):
    leaf = draft(cast, site_project).items.get(code="2.1")
    with pytest.raises(IntegrityError), transaction.atomic():
        ChecklistItem.objects.filter(pk=leaf.pk).update(verifier=leaf.owner)


def test_it_is_issued_after_every_unit_has_signed_and_by_another_person(cast, site_project):
    made = draft(cast, site_project)
    made = services.submit_checklist(made, by=cast.officer, now=ISSUED)
    assert {one.person for one in made.signatures.all()} == {cast.owner, cast.contractor}
    services.sign_checklist(made, by=cast.owner, now=ISSUED, agreed=True)
    with pytest.raises(Refused, match="没有会签"):
        services.issue_checklist(made, by=cast.director, now=ISSUED)
    services.sign_checklist(made, by=cast.contractor, now=ISSUED, agreed=True)
    with pytest.raises(Refused, match="不能下达自己"):
        services.issue_checklist(made, by=cast.officer, now=ISSUED)
    made = services.issue_checklist(made, by=cast.director, now=ISSUED)
    assert made.state == ChecklistState.IN_FORCE
    assert not Duty.objects.filter(closed_at=None, subject_type__startswith="lifecycle.checklist").exists()
    assert Event.objects.filter(kind="checklists.checklist_issued", project_id=site_project.pk).count() == 1


def test_an_objection_sends_it_back(cast, site_project):
    made = services.submit_checklist(draft(cast, site_project), by=cast.officer, now=ISSUED)
    services.sign_checklist(made, by=cast.contractor, now=ISSUED, agreed=False, note="2.1 工期不合理")
    made.refresh_from_db()
    assert made.state == ChecklistState.DRAFT
    assert made.signatures.filter(closed_at=None).count() == 0
    assert not list(verify_duties())


def test_an_adjustment_is_a_new_version_and_the_difference_is_shown(cast, site_project):
    old = in_force(cast, site_project)
    with pytest.raises(Refused, match="不能直接修改"):
        services.put_items(old, rows=rows_for(cast), by=cast.officer, now=ISSUED)
    new = services.ask_adjustment(old, by=cast.officer, now=ISSUED, reason="管线迁改延期两个月")
    assert (new.version, new.state, new.replaces) == (2, ChecklistState.ADJUSTING, old)
    services.change_item(
        new,
        code="2.1",
        values={"due_on": date(YEAR, 11, 30)},
        by=cast.officer,
        now=ISSUED,
        edited_no=new.edited_no + 1,
    )
    rows = difference(old, Checklist.objects.get(pk=new.pk))
    assert [(row.code, row.kind) for row in rows] == [("2.1", "changed")]
    assert ("完成时限", "2026-12-31", "2026-11-30") in rows[0].fields
    services.submit_checklist(new, by=cast.officer, now=ISSUED)
    for person in (cast.owner, cast.contractor):
        services.sign_checklist(new, by=person, now=ISSUED, agreed=True)
    services.issue_checklist(new, by=cast.director, now=ISSUED)
    old.refresh_from_db()
    assert old.state == ChecklistState.SUPERSEDED
    assert not list(verify_duties())


def test_the_second_writer_sees_the_difference(cast, site_project):
    made = Checklist.objects.get(pk=draft(cast, site_project).pk)
    seen = made.edited_no
    services.change_item(
        made, code="2.1", values={"title": "主体结构"}, by=cast.officer, now=ISSUED, edited_no=seen
    )
    with pytest.raises(Refused, match="主体结构 / 主体工程") as caught:
        services.change_item(
            made, code="2.1", values={"title": "主体工程"}, by=cast.officer, now=ISSUED, edited_no=seen
        )
    assert caught.value.status == 409
    assert made.items.get(code="2.1").title == "主体结构"


def test_one_in_preparation_one_in_force(cast, site_project):
    made = draft(cast, site_project)
    with pytest.raises(Refused, match="正在编制"):
        draft(cast, site_project)
    services.withdraw_checklist(made, by=cast.officer, now=ISSUED, reason="改由业主编制")
    in_force(cast, site_project)
    with pytest.raises(Refused, match="已经下达"):
        draft(cast, site_project)


def test_only_who_may_compiles(cast, site_project):
    with pytest.raises(Denied):
        services.create_checklist(project=site_project, year=YEAR, rows=[], by=cast.contractor, now=ISSUED)
    with pytest.raises(Denied):
        services.create_checklist(project=site_project, year=YEAR, rows=[], by=cast.outsider, now=ISSUED)


def test_groups_of_groups(cast, site_project):
    rows = rows_for(cast)
    rows.insert(0, ItemRow(code="0", title="全部", is_group=True))
    rows[1].parent = rows[4].parent = "0"
    made = draft(cast, site_project, rows=rows)
    assert made.items.get(code="0").weight == 100
