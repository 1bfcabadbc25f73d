"""The way of a proposal and of a plan: each step, each refusal, each invariant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from tests.cast import NOW

from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.duties.models import Duty
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanProposal, PlanVersion, PlanVersionItem
from lantu.lifecycle.annual_plan.selectors import plan_as_issued, plan_in_force
from lantu.lifecycle.annual_plan.services.balancing import advance, save_balance, set_limits
from lantu.lifecycle.annual_plan.services.issuing import Change, adjust, appraise, issue
from lantu.lifecycle.annual_plan.services.proposing import change_proposal, make_proposal, move_early
from lantu.lifecycle.annual_plan.services.reviewing import (
    check,
    give_opinion,
    send_back,
    send_to_elements,
    send_to_expert,
    tick_element,
)
from lantu.lifecycle.annual_plan.states import PlanVerb, Verb
from lantu.lifecycle.annual_plan.tests.stories import (
    BENEFIT,
    YEAR,
    clerks,
    issued,
    opened,
    recommended,
    values,
)
from lantu.lifecycle.annual_plan.totals import disagreements
from lantu.projects.models import Project, YearPlan

pytestmark = pytest.mark.django_db
PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def test_from_proposal_to_issue_every_step_has_one_holder(cast: Any) -> None:
    plan = opened(cast)
    proposal = recommended(cast, plan)
    assert proposal.state == "balanced"
    assert proposal.score == Decimal("65.2")
    assert sum(Decimal(str(line["got"])) for line in proposal.score_lines) == proposal.score
    assert sum(line["points"] for line in proposal.score_lines) == 100
    assert not Duty.objects.filter(subject_type="lifecycle.planproposal", closed_at=None).exists()
    plan.refresh_from_db()
    version = save_balance(
        plan, chosen=[proposal.pk], by=cast.officer, now=NOW, edited_no=plan.edited_no, reason="首次平衡"
    )
    assert version.number == 1
    plan.refresh_from_db()
    advance(plan, PlanVerb.CONSULT, by=cast.officer, now=NOW)
    plan.refresh_from_db()
    advance(plan, PlanVerb.SUBMIT, by=cast.officer, now=NOW, meeting="常务会")
    plan.refresh_from_db()
    assert plan.duty is not None
    assert plan.duty.holder == cast.director
    with pytest.raises(Denied):
        issue(plan, document_no="德重发〔2027〕1号", by=cast.officer, now=NOW)
    issue(plan, document_no="德重发〔2027〕1号", by=cast.director, now=NOW)
    proposal.refresh_from_db()
    project = Project.objects.get(code=proposal.code)
    assert (proposal.state, proposal.project) == ("issued", project)
    year = YearPlan.objects.get(project=project, year=YEAR)
    assert year.planned_yuan == proposal.annual_yuan
    assert Decimal(year.monthly_yuan[-1]) == proposal.annual_yuan
    assert Event.objects.filter(kind="plans.project_planned", project_id=project.pk).count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": ""}, "plans.no_code"),
        ({"funds": []}, "plans.no_funds"),
        ({"name": "北郊小火电改造"}, "plans.negative_list"),
        ({"summary": "某军事设施配套"}, "plans.secret"),
    ],
)
def test_hard_stops_refuse_and_store_nothing(cast: Any, change: dict[str, Any], code: str) -> None:
    plan = opened(cast)
    before = Event.objects.count()
    with pytest.raises(Unacceptable) as refused:
        make_proposal(plan=plan, values=values(cast.owner.organisation, **change), by=cast.owner, now=NOW)
    assert refused.value.code == code
    assert refused.value.remedy
    assert "军事" not in str(refused.value)
    assert not PlanProposal.objects.exists()
    assert Event.objects.count() == before


def test_a_project_stands_once_in_a_plan(cast: Any) -> None:
    plan = opened(cast)
    first = make_proposal(plan=plan, values=values(cast.owner.organisation), by=cast.owner, now=NOW)
    with pytest.raises(Refused) as refused:
        make_proposal(
            plan=plan,
            values=values(cast.owner.organisation, category="special_bond"),
            by=cast.officer,
            now=NOW,
        )
    assert "政府投资" in refused.value.detail
    first.pk, first.category = None, "special_bond"
    first._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def test_values_are_refused_with_place_and_remedy(cast: Any) -> None:
    plan = opened(cast)

    def refuse(**change: Any) -> Unacceptable:
        with pytest.raises(Unacceptable) as refused:
            make_proposal(plan=plan, values=values(cast.owner.organisation, **change), by=cast.owner, now=NOW)
        return refused.value

    assert refuse(annual_yuan=300_000_000).field == "annual_yuan"
    months = refuse(monthly_yuan=[1] * 12)
    assert months.field == "monthly_yuan"
    assert "相差" in months.detail
    assert refuse(monthly_yuan=[1, 2]).field == "monthly_yuan"
    assert refuse(area_code="火星").field == "area_code"
    assert refuse(code="2609").field == "code"
    assert refuse(finishes_on="2026-01-01").field == "finishes_on"
    assert refuse(land_mu="许多").field == "land_mu"


def test_the_outsider_and_the_other_county_propose_nothing_here(cast: Any) -> None:
    plan = opened(cast)
    with pytest.raises(Denied):
        make_proposal(plan=plan, values=values(cast.owner.organisation), by=cast.outsider, now=NOW)
    with pytest.raises(Denied):
        make_proposal(
            plan=plan, values=values(cast.outsider.organisation, area_code="371425"), by=cast.county, now=NOW
        )


def test_four_eyes_and_one_element_each(cast: Any) -> None:
    plan, people = opened(cast), clerks()
    mine = make_proposal(plan=plan, values=values(cast.owner.organisation), by=cast.officer, now=NOW)
    with pytest.raises(Refused) as refused:
        check(mine, by=cast.officer, now=NOW)
    assert refused.value.code == "plans.own_proposal"
    check(mine, by=cast.director, now=NOW)
    send_to_elements(mine, by=cast.officer, now=NOW)
    reviews = {review.element: review for review in mine.reviews.all()}
    assert set(reviews) == {"land", "environment", "funds"}  # no energy asked for
    assert all(review.duty is not None and review.duty.holder == people[e] for e, review in reviews.items())
    with pytest.raises(Refused, match="会审"):
        tick_element(reviews["funds"], verdict="met", by=people["land"], now=NOW)
    with pytest.raises(Refused, match="签署"):
        send_to_expert(mine, expert=cast.expert, by=cast.officer, now=NOW)
    with pytest.raises(Refused):
        tick_element(reviews["funds"], verdict="unmet", by=people["funds"], now=NOW, note="")
    tick_element(reviews["funds"], verdict="unmet", by=people["funds"], now=NOW, note="本年度没有预算安排")
    tick_element(reviews["land"], verdict="met", by=people["land"], now=NOW)
    with pytest.raises(Refused, match="已经签署"):
        tick_element(reviews["land"], verdict="unmet", by=people["land"], now=NOW, note="再想想不行")
    tick_element(reviews["environment"], verdict="met", by=people["environment"], now=NOW)
    with pytest.raises(Refused, match="不落实"):
        send_to_expert(mine, expert=cast.expert, by=cast.officer, now=NOW)


def test_returned_with_a_code_and_proposed_again(cast: Any) -> None:
    plan = opened(cast)
    clerks()
    proposal = make_proposal(plan=plan, values=values(cast.owner.organisation), by=cast.owner, now=NOW)
    check(proposal, by=cast.officer, now=NOW)
    send_to_elements(proposal, by=cast.officer, now=NOW)
    with pytest.raises(Unacceptable, match="退回原因"):
        send_back(proposal, code="over_limit", reason="要素没有落实", by=cast.officer, now=NOW)
    row = send_back(proposal, code="elements_unmet", reason="用地指标没有落实", by=cast.officer, now=NOW)
    assert (row.state, row.returned_from, row.duty.holder) == ("returned", "element_review", cast.owner)  # type: ignore[union-attr]
    assert not Duty.objects.filter(subject_type="lifecycle.planelementreview", closed_at=None).exists()
    again = move_early(row, Verb.RESUBMIT, by=cast.owner, now=NOW)
    assert (again.state, again.return_code) == ("proposed", "")
    gone = move_early(again, Verb.WITHDRAW, by=cast.owner, now=NOW, reason="业主放弃建设")
    assert (gone.state, gone.closed_at) == ("exited", NOW)
    with pytest.raises(Refused):
        move_early(gone, Verb.PROPOSE, by=cast.owner, now=NOW)


def test_an_expert_of_the_owner_keeps_out(cast: Any) -> None:
    plan, people = opened(cast), clerks()
    proposal = make_proposal(plan=plan, values=values(cast.owner.organisation), by=cast.owner, now=NOW)
    check(proposal, by=cast.officer, now=NOW)
    send_to_elements(proposal, by=cast.officer, now=NOW)
    for review in proposal.reviews.all():
        tick_element(review, verdict="met", by=people[review.element], now=NOW)
    with pytest.raises(Unacceptable):
        send_to_expert(proposal, expert=cast.officer, by=cast.officer, now=NOW)
    from lantu.accounts.models import Grant

    Grant.objects.create(user=cast.expert, role="expert", reach="project", project_id=0, granted_at=NOW)
    cast.expert.organisation = cast.owner.organisation
    cast.expert.save()
    with pytest.raises(Refused, match="回避"):
        send_to_expert(proposal, expert=cast.expert, by=cast.officer, now=NOW)


def test_marks_of_the_expert_are_complete(cast: Any) -> None:
    plan = opened(cast)
    proposal = recommended(cast, plan)
    with pytest.raises(Unacceptable, match="0 到 100"):
        give_opinion(proposal, benefit={**BENEFIT, "social": 101}, note="", by=cast.expert, now=NOW)


def test_the_second_writer_of_a_proposal_sees_the_difference(cast: Any) -> None:
    plan = opened(cast)
    proposal = make_proposal(plan=plan, values=values(cast.owner.organisation), by=cast.owner, now=NOW)
    seen = proposal.version
    changed = change_proposal(
        proposal, values={"annual_yuan": 90_000_000}, version=seen, by=cast.owner, now=NOW
    )
    assert sum(Decimal(m) for m in changed.monthly_yuan) == 90_000_000
    with pytest.raises(Refused) as refused:
        change_proposal(proposal, values={"annual_goal": "竣工"}, version=seen, by=cast.officer, now=NOW)
    assert "主体完工" in refused.value.detail
    assert "竣工" in refused.value.detail
    proposal.refresh_from_db()
    assert proposal.annual_goal == "主体完工"


def test_balance_over_a_limit_is_refused_with_place_and_amount(cast: Any) -> None:
    plan = opened(cast)
    proposal = recommended(cast, plan)
    plan.refresh_from_db()
    plan = set_limits(
        plan, limits={"land_mu": 100}, by=cast.officer, now=NOW, edited_no=plan.edited_no, reason="省下达指标"
    )
    with pytest.raises(Refused) as refused:
        save_balance(
            plan, chosen=[proposal.pk], by=cast.officer, now=NOW, edited_no=plan.edited_no, reason="试一试看"
        )
    assert "用地指标超 80 亩" in refused.value.detail
    with pytest.raises(Unacceptable, match="约束"):
        set_limits(
            plan, limits={"gold": 1}, by=cast.officer, now=NOW, edited_no=plan.edited_no, reason="不存在的"
        )


def test_the_second_writer_of_the_balance_sees_the_difference(cast: Any) -> None:
    plan = opened(cast)
    one = recommended(cast, plan)
    two = recommended(cast, plan, code="2609-371402-04-01-200002", name="二号桥")
    plan.refresh_from_db()
    seen = plan.edited_no
    save_balance(plan, chosen=[one.pk], by=cast.officer, now=NOW, edited_no=seen, reason="只选公园")
    with pytest.raises(Refused) as refused:
        save_balance(plan, chosen=[two.pk], by=cast.director, now=NOW, edited_no=seen, reason="只选二号桥")
    assert refused.value.status == 409
    assert "对方已选、您未选：运河文化公园" in refused.value.detail
    assert "您已选、对方未选：二号桥" in refused.value.detail


def test_versions_diff_and_districts_sum_to_the_city(cast: Any) -> None:
    plan = issued(cast)
    versions = list(plan.versions.order_by("number"))
    assert [v.kind for v in versions] == ["balanced", "consulted", "submitted", "issued"]
    for version in versions:
        assert disagreements(version.totals) == []
        assert set(version.totals["area_code"]) == {"371402", "371403"}
        assert Decimal(version.totals["all"]["annual_yuan"]) == 120_000_000
    assert len({v.fingerprint for v in versions}) == 1


def test_the_database_keeps_versions_as_they_were(cast: Any) -> None:
    plan = issued(cast)
    version = plan.versions.first()
    assert version is not None
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).update(reason="改写")
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        PlanVersionItem.objects.filter(version=version).update(annual_yuan=0)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        PlanVersionItem.objects.filter(version=version).delete()


def test_adjustment_needs_a_document_and_keeps_the_original(cast: Any) -> None:
    plan = issued(cast)
    ids = list(plan.proposals.order_by("pk").values_list("pk", flat=True))
    changes = [
        Change(ids[0], "out", "用地长期不落实"),
        Change(ids[1], "change", "进度超前", annual_yuan=Decimal(45_000_000)),
    ]
    late = NOW + timedelta(days=40)
    asked: dict[str, Any] = {"changes": changes, "by": cast.director, "now": late, "reason": "年中调整"}
    with pytest.raises(Unacceptable) as refused:
        adjust(plan, document_no="德重发〔2026〕21号", document=None, edited_no=plan.edited_no, **asked)
    assert refused.value.field == "document"
    with pytest.raises(Unacceptable):
        adjust(plan, document_no="", document=PAPER, edited_no=plan.edited_no, **asked)
    with pytest.raises(Refused, match="已被修改"):
        adjust(plan, document_no="德重发〔2026〕21号", document=PAPER, edited_no=1, **asked)
    version = adjust(
        plan, document_no="德重发〔2026〕21号", document=PAPER, edited_no=plan.edited_no, **asked
    )
    assert {(m["kind"], m["reason"]) for m in version.moves} == {
        ("out", "用地长期不落实"),
        ("amount", "进度超前"),
    }
    original, now_in_force = plan_as_issued(2026), plan_in_force(2026)
    assert original is not None
    assert now_in_force == version
    assert original.items.filter(chosen=True).count() == 4
    assert version.items.filter(chosen=True).count() == 3
    gone, more = (PlanProposal.objects.get(pk=pk) for pk in ids[:2])
    assert (gone.state, more.state) == ("exited", "adjusted")
    assert YearPlan.objects.get(project=more.project, year=2026).planned_yuan == 45_000_000
    assert YearPlan.objects.get(project=gone.project, year=2026).planned_yuan == 0


def test_a_project_joins_in_mid_year(cast: Any) -> None:
    plan = issued(cast)
    late = recommended(cast, plan)
    plan.refresh_from_db()
    adjust(
        plan, changes=[Change(late.pk, "in", "省级增补")], document_no="德重发〔2026〕22号", document=PAPER,
        by=cast.director, now=NOW, edited_no=plan.edited_no, reason="年中增补",
    )  # fmt: skip
    late.refresh_from_db()
    assert late.state == "adjusted"
    assert late.project is not None


def test_appraisal_stands_against_issued_and_adjusted(cast: Any) -> None:
    plan = issued(cast)
    ids = list(plan.proposals.order_by("pk").values_list("pk", flat=True))
    adjust(
        plan, changes=[Change(ids[1], "change", "进度超前", annual_yuan=Decimal(45_000_000)), Change(ids[0], "out", "不再建设")],
        document_no="德重发〔2026〕21号", document=PAPER, by=cast.director, now=NOW, edited_no=plan.edited_no,
        reason="年中调整",
    )  # fmt: skip
    with pytest.raises(Refused, match="2026-12-01"):
        appraise(plan, by=cast.officer, now=NOW)
    project = PlanProposal.objects.get(pk=ids[1]).project
    YearPlan.objects.filter(project=project, year=2026).update(done_yuan=40_000_000)
    version = appraise(plan, by=cast.officer, now=datetime(2026, 12, 20, tzinfo=UTC))
    row = version.items.get(proposal_id=ids[1])
    assert (row.issued_yuan, row.annual_yuan, row.done_yuan) == (30_000_000, 45_000_000, 40_000_000)
    assert {i.outcome for i in version.items.all()} == {"carried", "exited"}
    plan.refresh_from_db()
    assert (plan.state, plan.duty is not None and plan.duty.closed_at is not None) == ("appraised", True)
    assert not AnnualPlan.objects.exclude(state="appraised").exists()


def test_going_back_from_the_meeting_thaws_the_proposals(cast: Any) -> None:
    plan = opened(cast)
    proposal = recommended(cast, plan)
    plan.refresh_from_db()
    save_balance(
        plan, chosen=[proposal.pk], by=cast.officer, now=NOW, edited_no=plan.edited_no, reason="首次平衡"
    )
    plan.refresh_from_db()
    advance(plan, PlanVerb.CONSULT, by=cast.officer, now=NOW)
    with pytest.raises(Refused, match="征求意见"):
        send_back(proposal, code="opinion", reason="一个单位反对", by=cast.officer, now=NOW)
    plan.refresh_from_db()
    advance(plan, PlanVerb.SEND_BACK, by=cast.officer, now=NOW, reason="三个县提出调整")
    proposal.refresh_from_db()
    assert proposal.state == "balanced"
    with pytest.raises(Refused):
        advance(plan, PlanVerb.SUBMIT, by=cast.officer, now=NOW)


def test_what_found_no_room_returns_to_the_reserve(cast: Any) -> None:
    plan = opened(cast)
    one = recommended(cast, plan)
    two = recommended(cast, plan, code="2609-371402-04-01-200002", name="二号桥")
    plan.refresh_from_db()
    save_balance(
        plan, chosen=[one.pk], by=cast.officer, now=NOW, edited_no=plan.edited_no, reason="先上公园",
        reasons={two.pk: "与公园同一资金来源，明年安排"},
    )  # fmt: skip
    for verb in (PlanVerb.CONSULT, PlanVerb.SUBMIT):
        plan.refresh_from_db()
        advance(plan, verb, by=cast.officer, now=NOW)
    plan.refresh_from_db()
    issue(plan, document_no="德重发〔2027〕1号", by=cast.director, now=NOW)
    two.refresh_from_db()
    assert (two.state, two.duty.holder, two.return_reason) == (
        "reserve",
        cast.owner,
        "与公园同一资金来源，明年安排",
    )  # type: ignore[union-attr]
