"""A rule is changed by two people, after a replay, from a date on; nothing that was judged changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lantu.core.models import Event
from lantu.core.refusals import Refused, Unacceptable
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.rules.desk.jobs import preview_rule
from lantu.monitoring.rules.desk.models import RulePreview, RuleProposal
from lantu.monitoring.rules.desk.services.decide import approve, send_back, submit, withdraw
from lantu.monitoring.rules.desk.services.preview import ask_preview
from lantu.monitoring.rules.desk.services.propose import propose, revise
from lantu.monitoring.rules.desk.states import PreviewState, ProposalState
from lantu.monitoring.rules.desk.wording import differences, faults, wording_of
from lantu.monitoring.rules.models import Rule, RuleVersion
from lantu.monitoring.rules.selectors import versions_in_force
from lantu.monitoring.rules.services.load_rules import load_rules
from lantu.monitoring.tests.conftest import NOW, RULES

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)
HIGHER = {
    "levels": [
        {"severity": 2, "limit": 200.0, "label": "报警"},
        {"severity": 4, "limit": 300.0, "label": "控制"},
    ]
}


@pytest.fixture
def rule(equipment: SimpleNamespace) -> Rule:
    return Rule.objects.get(code="dust.pm10_inst")


def draft(rule: Rule, actor: Any, **more: Any) -> RuleProposal:
    values: dict[str, Any] = {
        "changes": HIGHER, "effective_from": TODAY + timedelta(days=1), "why": "设计单位复核后调整", "now": NOW,
        "actor": actor,
    }  # fmt: skip
    return propose(rule, **(values | more))


def test_a_draft_is_replayed_submitted_approved_and_takes_effect_on_its_day(rule: Rule, cast: Any) -> None:
    proposal = draft(rule, cast.officer)
    assert proposal.duty is not None
    assert proposal.duty.holder == cast.officer
    with pytest.raises(Refused, match="还没有回放"):
        submit(proposal, now=NOW, actor=cast.officer)
    ask_preview(proposal, now=NOW, actor=cast.officer)
    proposal = submit(proposal, now=NOW, actor=cast.officer)
    assert proposal.duty is not None
    assert (proposal.duty.holder, proposal.duty.step) == (cast.director, "approve")
    with pytest.raises(Refused, match="提出人以外"):
        approve(proposal, note="", now=NOW, actor=cast.officer)
    proposal = approve(proposal, note="同意", now=NOW, actor=cast.director)
    assert proposal.version is not None
    assert proposal.version.version == 2
    assert [v.version for v in versions_in_force(TODAY) if v.rule_id == rule.pk] == [1]
    assert [v.version for v in versions_in_force(TODAY + timedelta(days=1)) if v.rule_id == rule.pk] == [2]
    old = RuleVersion.objects.get(rule=rule, version=1)
    assert old.levels[0]["limit"] == 150
    assert old.effective_to == TODAY
    assert Event.objects.filter(kind="monitoring.rule_proposal_decided").get().payload["version"] == 2


def test_the_pack_does_not_undo_what_two_people_decided(rule: Rule, cast: Any) -> None:
    proposal = draft(rule, cast.officer)
    ask_preview(proposal, now=NOW, actor=cast.officer)
    submit(proposal, now=NOW, actor=cast.officer)
    approve(proposal, note="", now=NOW, actor=cast.director)
    again = load_rules(RULES, now=NOW + timedelta(days=2))
    assert (again.new_versions, again.kept) == (0, ())
    changed = [{**row, "note": "规则包的新说明"} if row["code"] == rule.code else row for row in RULES]
    assert load_rules(changed, now=NOW + timedelta(days=2)).kept == (rule.code,)
    assert RuleVersion.objects.filter(rule=rule).count() == 2


def test_a_wrong_draft_is_told_in_plain_words(rule: Rule, cast: Any) -> None:
    upside_down = {"levels": [{"severity": 2, "limit": 200.0}, {"severity": 4, "limit": 100.0}]}
    with pytest.raises(Unacceptable, match="没有比前一级 200 更严重") as caught:
        draft(rule, cast.officer, changes=upside_down)
    assert caught.value.field == "levels"
    with pytest.raises(Unacceptable, match="早于今天"):
        draft(rule, cast.officer, effective_from=TODAY - timedelta(days=1))
    with pytest.raises(Unacceptable, match="没有差别"):
        draft(rule, cast.officer, changes={})
    with pytest.raises(Unacceptable, match="不能修改 kind"):
        draft(rule, cast.officer, changes={"kind": "rate"})
    with pytest.raises(Unacceptable, match="理由"):
        draft(rule, cast.officer, why="改")
    assert not RuleProposal.objects.exists()


def test_one_open_change_per_rule_and_only_its_author_touches_it(rule: Rule, cast: Any) -> None:
    proposal = draft(rule, cast.officer)
    with pytest.raises(Refused, match="已有一项修订"):
        draft(rule, cast.director)
    with pytest.raises(Refused, match="只能由本人"):
        revise(
            proposal, changes=HIGHER, effective_from=TODAY, why="换一个人来修改", now=NOW, actor=cast.director
        )
    withdraw(proposal, note="", now=NOW, actor=cast.officer)
    assert draft(rule, cast.director).state == ProposalState.DRAFT


def test_a_revised_draft_must_be_replayed_again(rule: Rule, cast: Any) -> None:
    proposal = draft(rule, cast.officer)
    ask_preview(proposal, now=NOW, actor=cast.officer)
    revise(
        proposal,
        changes={"duration_s": 300},
        effective_from=TODAY,
        why="改为持续五分钟",
        now=NOW,
        actor=cast.officer,
    )
    with pytest.raises(Refused, match="还没有回放"):
        submit(proposal, now=NOW, actor=cast.officer)


def test_returned_it_goes_back_to_its_author(rule: Rule, cast: Any) -> None:
    proposal = draft(rule, cast.officer)
    ask_preview(proposal, now=NOW, actor=cast.officer)
    submit(proposal, now=NOW, actor=cast.officer)
    with pytest.raises(Unacceptable):
        send_back(proposal, note="不", now=NOW, actor=cast.director)
    back = send_back(proposal, note="请补充设计文件依据", now=NOW, actor=cast.director)
    assert back.duty is not None
    assert (back.state, back.duty.holder) == (ProposalState.DRAFT, cast.officer)


def test_the_replay_says_what_would_have_fired_and_what_would_be_lost(
    feed: Callable[..., Any], rule: Rule, cast: Any
) -> None:
    # Two excesses: one to 180 (only version 1 sees it), one to 260 (both do).
    minutes = [100, 180, 180, 100, 100, 100, 260, 260, 100, 100, 100]
    feed(*(("D1", {"pm10": value}, 60 * n) for n, value in enumerate(minutes)))
    assert Alert.objects.filter(rule=rule).count() == 1  # the same open alert took both
    proposal = draft(rule, cast.officer)
    preview = ask_preview(proposal, now=NOW + timedelta(hours=1), actor=cast.officer)
    assert preview.state == PreviewState.DONE
    assert (preview.fired, preview.fired_now, preview.readings) == (1, 2, 11)
    row = preview.rows[0]
    assert (row["value"], row["severity"], row["key"]) == (260.0, 2, "pm10")
    assert row["alert"] == Alert.objects.get(rule=rule).pk
    assert preview.lost == []
    revise(
        proposal, changes={"levels": [{"severity": 4, "limit": 900.0, "label": "控制"}]}, effective_from=TODAY,
        why="只保留最高一级试算", now=NOW, actor=cast.officer,
    )  # fmt: skip
    preview = ask_preview(RuleProposal.objects.get(), now=NOW + timedelta(hours=1), actor=cast.officer)
    assert (preview.fired, len(preview.lost)) == (0, 1)
    assert Alert.objects.filter(rule=rule).count() == 1  # a replay raises nothing


def test_a_long_replay_is_work_for_a_worker(rule: Rule, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lantu.monitoring.rules.desk.services.preview.AT_ONCE", 0)
    proposal = draft(rule, cast.officer)
    preview = ask_preview(proposal, now=NOW, actor=cast.officer)
    assert preview.state == PreviewState.QUEUED
    with pytest.raises(Refused, match="还没有结束"):
        ask_preview(proposal, now=NOW, actor=cast.officer)
    preview_rule(preview.pk)
    preview.refresh_from_db()
    assert (preview.state, preview.share) == (PreviewState.DONE, 100)
    with pytest.raises(Refused, match="1 到 92"):
        ask_preview(proposal, now=NOW, actor=cast.officer, days=0)


def test_a_replay_that_breaks_says_so(rule: Rule, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = draft(rule, cast.officer)

    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("lantu.monitoring.rules.desk.services.preview.replay", broken)
    with pytest.raises(RuntimeError):
        ask_preview(proposal, now=NOW, actor=cast.officer)


def test_a_replay_counts_abstentions_and_refuses_what_it_cannot_judge(
    equipment: SimpleNamespace, cast: Any
) -> None:
    silence = Rule.objects.get(code="device.silence")
    proposal = propose(
        silence,
        changes={"samples": 5},
        effective_from=TODAY,
        why="改为五个周期无数",
        now=NOW,
        actor=cast.officer,
    )
    with pytest.raises(Refused, match="不能用历史读数回放"):
        ask_preview(proposal, now=NOW, actor=cast.officer)
    assert submit(proposal, now=NOW, actor=cast.officer).state == ProposalState.SUBMITTED
    pit = Rule.objects.get(code="pit.displacement")
    other = propose(
        pit, changes={"samples": 2}, effective_from=TODAY, why="连续两次才报警", now=NOW, actor=cast.officer
    )
    assert ask_preview(other, now=NOW, actor=cast.officer).abstained == {"NO_DATA": 1}


def test_differences_name_what_changed() -> None:
    before = {
        "levels": [{"severity": 2, "limit": 346.20, "label": "报警"}],
        "compare": "ge",
        "unit": "µg/m³",
        "samples": 1,
    }
    after = {**before, "samples": 3, "start_min": 1320, "end_min": 360}
    shown = {change.field: (change.before, change.after) for change in differences(before, after)}
    assert shown == {"samples": ("1", "3"), "hours": ("全天", "22:00–06:00")}
    assert "346.2 " in str(differences(before, {**before, "levels": []})[0].before)


def test_faults_of_a_wording_below_its_limit(rule: Rule) -> None:
    wording = wording_of(RuleVersion.objects.get(rule=rule))
    assert faults(wording) == []
    low = {**wording, "compare": "lt", "levels": [{"severity": 2, "limit": 10.0, "clear_limit": 5.0}]}
    assert "安全一侧" in faults(low)[0].detail
    assert faults({**wording, "start_min": 60})[0].field == "hours"
    assert faults({**wording, "hysteresis": 2})[0].field == "hysteresis"
    assert faults({**wording, "levels": [{"severity": 2, "limit": "x"}]})[0].field == "levels"


def test_the_database_refuses_an_open_proposal_without_duty(rule: Rule, cast: Any) -> None:
    proposal = draft(rule, cast.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleProposal.objects.filter(pk=proposal.pk).update(duty=None)
    assert RulePreview.objects.count() == 0
