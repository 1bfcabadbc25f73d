"""A month from prefill to publication: who holds what, what is frozen, what a score is made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.duties.models import Duty
from lantu.duties.verify import verify_duties
from lantu.lifecycle.checklists.appraisal import services
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalMonth,
    AppraisalScore,
    ChecklistSheet,
)
from lantu.lifecycle.checklists.appraisal.services import Decision
from lantu.lifecycle.checklists.appraisal.services.scoring import reproduce
from lantu.lifecycle.checklists.appraisal.states import FactState, RunState, SheetKind
from lantu.lifecycle.checklists.models import Checklist
from lantu.lifecycle.checklists.tests.stories import (
    YEAR,
    at,
    change,
    draft,
    frozen,
    in_force,
    opened,
    reported,
    scored,
    sheet_of,
    verified,
)
from lantu.projects.models import MonthlyFigure

pytestmark = pytest.mark.django_db


def figure(project, pct, grade="B"):
    return MonthlyFigure.objects.create(
        project=project, month=date(YEAR, 5, 1), physical_pct=pct, grade=grade, reported_at=at(5, 24)
    )


def test_everything_known_is_filled_in_before_anybody_is_asked(cast, site_project):
    in_force(cast, site_project)
    figure(site_project, 41)
    run = opened(cast)
    facts = {fact.code: fact for fact in run.facts.all()}
    assert set(facts) == {"1.1", "1.2", "2.1"}, "2.2 begins in July: nobody is asked"
    assert (facts["1.1"].pct, facts["1.1"].grade, facts["1.1"].state) == (41, "B", FactState.OPEN)
    assert facts["1.1"].source_text == "2026-05 · 41.00%"
    assert facts["1.2"].planned_pct == 100
    sheets = ChecklistSheet.objects.filter(run=run)
    assert {sheet.person for sheet in sheets} == {cast.owner, cast.contractor}
    assert {duty.holder for duty in Duty.objects.filter(subject_type="lifecycle.checklistsheet")} == {
        cast.owner,
        cast.contractor,
    }
    assert not list(verify_duties())


def test_only_differences_are_written_and_only_they_need_a_verifier(cast, site_project):
    in_force(cast, site_project)
    figure(site_project, 41)
    run = reported(cast, opened(cast))
    facts = {fact.code: fact for fact in run.facts.all()}
    assert facts["1.1"].state == FactState.AUTO_VERIFIED, "it says what its source says"
    assert (facts["1.2"].state, facts["1.2"].corrected, facts["1.2"].done_on) == (
        "verifying",
        True,
        date(YEAR, 5, 26),
    )
    assert ChecklistSheet.objects.filter(kind=SheetKind.VERIFY, closed_at=None).count() == 2
    told = Event.objects.get(kind="appraisal.sheet_reported", payload__corrections=1, actor=cast.owner)
    assert told.payload["rows"] == [["1.1", "41.00", False], ["1.2", "100", True]]
    assert not list(verify_duties())


def test_a_difference_to_a_source_needs_a_reason(cast, site_project):
    in_force(cast, site_project)
    figure(site_project, 41)
    opened(cast)
    sheet = sheet_of(cast.owner)
    with pytest.raises(Unacceptable, match="请写明理由"):
        services.report_sheet(
            sheet, changes=change(sheet, "1.1", "60", note=""), by=cast.owner, now=at(5, 26)
        )
    with pytest.raises(Unacceptable, match="0 到 100"):
        services.report_sheet(sheet, changes=change(sheet, "1.1", "160"), by=cast.owner, now=at(5, 26))
    with pytest.raises(Denied):
        services.report_sheet(sheet, changes={}, by=cast.contractor, now=at(5, 26))


def test_the_verifier_is_never_the_reporter(cast, site_project):
    in_force(cast, site_project)
    run = reported(cast, opened(cast))
    sheet = sheet_of(cast.supervisor, SheetKind.VERIFY)
    fact = sheet.facts.get()
    Duty.objects.filter(pk=sheet.duty_id).update(holder=cast.contractor)
    with pytest.raises(Unacceptable, match="不能核验自己"):
        services.verify_sheet(sheet, decisions={fact.pk: Decision()}, by=cast.contractor, now=at(5, 27))
    with pytest.raises(IntegrityError), transaction.atomic():
        run.facts.filter(pk=fact.pk).update(verified_by=cast.contractor)


def test_returned_disputed_settled(cast, site_project):
    in_force(cast, site_project)
    run = reported(cast, opened(cast))
    sheet = sheet_of(cast.supervisor, SheetKind.VERIFY)
    fact = sheet.facts.get()
    services.verify_sheet(
        sheet,
        decisions={fact.pk: Decision(verb="return", note="缺少计量单")},
        by=cast.supervisor,
        now=at(5, 27),
    )
    assert not list(verify_duties())
    again = sheet_of(cast.contractor)
    services.report_sheet(again, changes=change(again, "2.1", "45"), by=cast.contractor, now=at(5, 27))
    sheet = sheet_of(cast.supervisor, SheetKind.VERIFY)
    with pytest.raises(Unacceptable, match="您核实的"):
        services.verify_sheet(
            sheet,
            decisions={fact.pk: Decision(verb="dispute", note="现场没有这么多")},
            by=cast.supervisor,
            now=at(5, 27),
        )
    services.verify_sheet(
        sheet,
        decisions={fact.pk: Decision(verb="dispute", pct=Decimal(38), note="现场没有这么多")},
        by=cast.supervisor,
        now=at(5, 27),
    )
    settle = sheet_of(cast.officer, SheetKind.SETTLE)
    services.verify_sheet(
        settle,
        decisions={fact.pk: Decision(pct=Decimal(38), note="以监理计量为准")},
        by=cast.officer,
        now=at(5, 28),
    )
    fact.refresh_from_db()
    assert (fact.state, fact.verified_pct, fact.verified_by, fact.grade) == (
        FactState.VERIFIED,
        38,
        cast.officer,
        "B",
    )
    frozen(cast, run)
    fact.refresh_from_db()
    assert (fact.final_pct, fact.disagrees) == (38, True)


def test_an_item_is_handed_over_and_bounced_without_getting_lost(cast, site_project):
    in_force(cast, site_project)
    run = opened(cast)
    fact = run.facts.get(code="2.1")
    now = at(5, 25, 4)
    with pytest.raises(Refused, match="限于本单位"):
        services.hand_over_item(fact, to=cast.owner, reason="由业主填报", by=cast.contractor, now=now)
    services.bounce_item(
        fact, code="not_ours", to=cast.owner, reason="合同第3条由业主办理", by=cast.contractor, now=now
    )
    fact.refresh_from_db()
    assert (fact.reporter, fact.sheet.person) == (cast.owner, cast.owner)
    assert not list(verify_duties())
    assert not ChecklistSheet.objects.filter(person=cast.contractor, closed_at=None).exists()
    services.bounce_item(
        fact, code="not_ours", to=cast.contractor, reason="施工合同范围内", by=cast.owner, now=now
    )
    fact.refresh_from_db()
    assert (fact.sheet.kind, fact.sheet.person) == (SheetKind.SETTLE, cast.officer)
    services.hand_over_item(fact, to=cast.contractor, reason="裁定由施工单位填报", by=cast.officer, now=now)
    with pytest.raises(Refused, match="已经裁定"):
        services.bounce_item(
            fact, code="not_ours", to=cast.owner, reason="再退一次", by=cast.contractor, now=now
        )
    fact.refresh_from_db()
    assert [row["to"] for row in fact.bounced] == ["尹业主", "欧经办", "单安全"]
    assert not list(verify_duties())


def test_bouncing_ends_after_one_working_day(cast, site_project):
    in_force(cast, site_project)
    fact = opened(cast).facts.get(code="2.1")
    with pytest.raises(Refused, match="超过 1 个工作日"):
        services.bounce_item(
            fact, code="not_ours", to=cast.owner, reason="不是我们的", by=cast.contractor, now=at(5, 28)
        )


def test_review_draws_a_tenth_of_every_stratum_and_repeats(cast, site_project):
    in_force(cast, site_project)
    run = verified(cast, reported(cast, opened(cast)))
    run = services.start_review(run, by=cast.officer, now=at(6, 1), seed="2026-05")
    assert len(run.sample) == 3, "grades B, C and the rest: one of each"
    assert run.seed == "2026-05"
    sheet = sheet_of(cast.officer, SheetKind.VISIT)
    mine = [fact for fact in run.facts.filter(sampled=True) if cast.officer.pk != fact.verified_by_id]
    services.visit_sheet(
        sheet,
        seen={fact.pk: Decision(pct=Decimal(30), note="现场实测") for fact in mine},
        by=cast.officer,
        now=at(6, 2),
    )
    run = services.freeze_month(run, by=cast.officer, now=at(6, 4))
    for fact in mine:
        fact.refresh_from_db()
        assert (fact.final_pct, fact.grade) == (30, "A")


def test_what_nobody_reported_is_frozen_late_with_what_is_known(cast, site_project):
    in_force(cast, site_project)
    figure(site_project, 41)
    run = frozen(cast, opened(cast))
    facts = {fact.code: fact for fact in run.facts.all()}
    assert (facts["1.1"].final_pct, facts["1.1"].reported_late, facts["1.1"].state) == (41, True, "frozen")
    assert (facts["2.1"].final_pct, facts["2.1"].late_days) == (0, 0)
    assert (facts["1.2"].node_due, facts["1.2"].node_late_days, facts["1.2"].late_days) == (True, None, 11)
    assert not ChecklistSheet.objects.filter(closed_at=None).exists()
    frozen_event = Event.objects.get(kind="appraisal.checklist_frozen")
    assert frozen_event.payload["unreported"] == ["1.1", "1.2", "2.1"]
    assert not list(verify_duties())


def test_a_score_is_lines_and_every_line_opens_to_frozen_facts(cast, site_project):
    figure(site_project, 41)
    run = scored(cast, site_project)
    score = run.scores.get()
    lines = {line["part"]: line for line in score.lines}
    facts = list(run.facts.order_by("code"))
    want = sum(fact.weight * fact.final_pct for fact in facts)
    of = sum(fact.weight * fact.planned_pct for fact in facts)
    assert lines["plan"]["numerator"] == pytest.approx(float(want))
    assert lines["plan"]["denominator"] == pytest.approx(float(of))
    assert lines["plan"]["points"] == pytest.approx(40 * min(1, float(want) / float(of)))
    assert lines["nodes"]["rows"] == ["1.1", "1.2", "2.1"]
    assert lines["safety"]["points"] is None, "no data: left out and scaled"
    counted = [line for line in score.lines if line["points"] is not None]
    assert score.base == pytest.approx(
        sum(l["points"] for l in counted) / sum(l["full"] for l in counted) * 100
    )
    again = reproduce(AppraisalScore.objects.select_related("run", "checklist__project").get())
    assert (again.total, again.facts_hash, again.lines) == (
        pytest.approx(score.total),
        score.facts_hash,
        score.lines,
    )
    assert score.rank is None, "a project in its first month is not ranked"
    assert {fact.state for fact in facts} == {FactState.SCORED}


def test_an_exclusion_needs_a_second_person_and_is_printed(cast, site_project):
    in_force(cast, site_project)
    run = frozen(cast, verified(cast, reported(cast, opened(cast))))
    checklist = Checklist.objects.get()
    fact = run.facts.get(code="2.1")
    made = services.propose_adjustment(
        run, checklist, kind="exclusion", code="force_majeure", reason="五月暴雨停工十日", document_no="德重〔2026〕18号",
        by=cast.officer, now=at(6, 4), fact=fact,
    )  # fmt: skip
    with pytest.raises(Denied, match="不能确认自己"):
        services.decide_adjustment(made, agreed=True, by=cast.officer, now=at(6, 4))
    with pytest.raises(Refused, match="第二人确认"):
        services.score_month(run, by=cast.officer, now=at(6, 5))
    services.decide_adjustment(made, agreed=True, by=cast.director, now=at(6, 4))
    run = services.score_month(run, by=cast.officer, now=at(6, 5))
    score = run.scores.get()
    assert "2.1" not in score.lines[0]["rows"]
    assert score.adjustments[0]["document_no"] == "德重〔2026〕18号"
    assert (score.adjustments[0]["proposed_by"], score.adjustments[0]["decided_by"]) == ("欧经办", "丁局长")
    with pytest.raises(Unacceptable, match="文号"):
        services.propose_adjustment(
            AppraisalMonth.objects.create(
                month=date(YEAR, 8, 1), officer=cast.officer, seed="x", opened_at=at(8, 25), duty=made.duty,
                pack_version="1", rules={},
            ),
            checklist, kind="bonus", code="praise", reason="省级通报表扬", document_no="", points=Decimal(2),
            by=cast.officer, now=at(8, 26),
        )  # fmt: skip


def test_an_appeal_raises_its_own_score_and_moves_no_other(cast, site_project, other_project):
    in_force(cast, site_project)
    other = draft(cast, other_project)
    Checklist.objects.filter(pk=other.pk).update(state="in_force", issued_at=at(1, 12))
    run = frozen(cast, opened(cast))
    run = services.score_month(run, by=cast.officer, now=at(6, 5))
    before = run.scores.get(checklist=other)
    fact = run.facts.get(checklist__project=site_project, code="2.1")
    frozen_pct = fact.final_pct
    made = services.appeal(fact, wanted_pct=Decimal(50), reason="监理计量单漏报", by=cast.owner, now=at(6, 8))
    assert made.duty.holder == cast.director
    with pytest.raises(Refused, match="没有裁定"):
        services.publish_month(run, by=cast.director, now=at(6, 10))
    with pytest.raises(Denied):
        services.decide_appeal(made, outcome="upheld", reason="自己裁定", by=cast.owner, now=at(6, 9))
    services.decide_appeal(
        made, outcome="partly", pct=Decimal(40), reason="计量单核定百分之四十", by=cast.director, now=at(6, 9)
    )
    old, new = run.scores.filter(checklist=fact.checklist).order_by("revision")
    assert new.total > old.total
    assert (old.is_current, new.is_current, new.revision) == (False, True, 2)
    fact.refresh_from_db()
    assert (fact.final_pct, fact.state) == (frozen_pct, FactState.RE_SCORED), "the frozen fact stays"
    after = run.scores.get(checklist=other, is_current=True)
    assert (after.total, after.revision, after.facts_hash) == (before.total, 1, before.facts_hash)
    assert reproduce(new).total == pytest.approx(new.total)
    with pytest.raises(Refused, match="不能公布自己"):
        services.publish_month(run, by=cast.officer, now=at(6, 10))
    run = services.publish_month(run, by=cast.director, now=at(6, 10))
    assert run.state == RunState.PUBLISHED
    assert not Duty.objects.filter(closed_at=None).exclude(subject_id=other.pk).exists()


def test_appeals_end_with_their_term(cast, site_project):
    run = scored(cast, site_project)
    with pytest.raises(Refused, match="截止"):
        services.appeal(
            run.facts.first(), wanted_pct=Decimal(9), reason="晚了一周", by=cast.owner, now=at(6, 20)
        )


def test_the_report_prints_its_own_burden(cast, site_project):
    run = scored(cast, site_project)
    run = services.publish_month(run, by=cast.director, now=at(6, 10))
    # Three lines at half a minute, two corrections at three, two verifications at two.
    assert run.burden["minutes"] == pytest.approx(3 * 0.5 + 2 * 3 + 2 * 2)
    assert (run.burden["people"], run.burden["corrections"]) == (4, 2)


def test_a_correction_after_the_freeze_shows_next_month(cast, site_project):
    run = scored(cast, site_project)
    fact = run.facts.get(code="2.1")
    total = run.scores.get().total
    services.correct_fact(
        fact, pct=Decimal(35), reason="计量单有误，多报五个百分点", by=cast.contractor, now=at(6, 12)
    )
    fact.refresh_from_db()
    assert fact.final_pct == 40
    assert run.scores.get().total == total
    following = services.open_month(date(YEAR, 6, 1), by=cast.officer, now=at(6, 25))
    assert following.facts.get(code="2.1").before_pct == 35
    assert following.corrections.get().fact == fact


def test_what_is_finished_is_not_asked_again(cast, site_project):
    scored(cast, site_project)
    following = services.open_month(date(YEAR, 6, 1), by=cast.officer, now=at(6, 25))
    fact = following.facts.get(code="1.2")
    assert (fact.state, fact.pct, fact.sheet) == (FactState.AUTO_VERIFIED, 100, None)
