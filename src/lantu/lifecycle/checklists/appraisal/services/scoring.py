"""Score a month, and one checklist again after an appeal. A score is never changed: a new revision stands beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.calc.appraisal import Standing, ranks, talk_list
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.lifecycle.checklists.appraisal.events import ChecklistScored
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalAdjustment,
    AppraisalAppeal,
    AppraisalMonth,
    AppraisalScore,
    ChecklistFact,
)
from lantu.lifecycle.checklists.appraisal.rulebook import peer_group_of
from lantu.lifecycle.checklists.appraisal.scoring import Computed, compute, duty_rates
from lantu.lifecycle.checklists.appraisal.services.runs import lock_run, step_on
from lantu.lifecycle.checklists.appraisal.states import RunState, Verb, next_fact_state
from lantu.lifecycle.checklists.models import Checklist
from lantu.lifecycle.checklists.months import rules


@transaction.atomic
def score_month(run: AppraisalMonth, *, by: User | None, now: datetime) -> AppraisalMonth:
    """Score every checklist of the frozen month and send it to its owners. Open adjustments are decided first."""
    if by is not None:
        require(by, "lifecycle.appraisal_run")
    run = lock_run(run, RunState.FROZEN)
    waiting = run.adjustments.filter(decided_at=None).count()
    if waiting:
        raise Refused(
            "appraisal.adjustments_open",
            _("还有 %(n)d 项扣除外因或加减分等待第二人确认。") % {"n": waiting},
            remedy=_("请先确认或否决。"),
        )
    by_list = _facts_by_list(run)
    rates = duty_rates(run, {facts[0].checklist.project_id for facts in by_list.values()})
    adjustments = _adjustments(run)
    changed: list[ChecklistFact] = []
    for pk, facts in by_list.items():
        checklist = facts[0].checklist
        found = compute(run, facts, adjustments.get(pk, []), rates.get(checklist.project_id), {})
        _store(run, checklist, found, now=now, by=by, revision=1)
        scores = {task.code: task.score for task in found.tasks}
        for fact in facts:
            fact.score, fact.state = scores[fact.code], next_fact_state(fact.state, Verb.SCORE)
            changed.append(fact)
    ChecklistFact.objects.bulk_update(changed, ["score", "state"], batch_size=500)
    rank_again(run)
    run.scored_at = now
    step_on(run, by=by, now=now)
    return run


def _facts_by_list(run: AppraisalMonth, **only: int) -> dict[int, list[ChecklistFact]]:
    found: dict[int, list[ChecklistFact]] = {}
    rows = run.facts.filter(**only).select_related("checklist__project", "item")
    for fact in rows.order_by("checklist_id", "code"):
        found.setdefault(fact.checklist_id, []).append(fact)
    return found


def _adjustments(run: AppraisalMonth) -> dict[int, list[AppraisalAdjustment]]:
    found: dict[int, list[AppraisalAdjustment]] = {}
    for one in run.adjustments.select_related("fact", "proposed_by", "decided_by"):
        found.setdefault(one.checklist_id, []).append(one)
    return found


def _store(
    run: AppraisalMonth,
    checklist: Checklist,
    found: Computed,
    *,
    now: datetime,
    by: User | None,
    revision: int,
) -> AppraisalScore:
    months = (
        ChecklistFact.objects.filter(checklist__project=checklist.project_id, run__month__lte=run.month)
        .values("run")
        .distinct()
        .count()
    )
    made = AppraisalScore.objects.create(
        run=run, checklist=checklist, revision=revision, peer_group=peer_group_of(checklist.project, rules()),
        lines=found.lines, adjustments=found.adjustments, base=found.score.base, total=found.total,
        tasks_mean=found.tasks_mean, grade=found.grade, veto=found.score.veto, months_running=months,
        below_plan=found.below_plan, facts_hash=found.facts_hash, scored_at=now,
    )  # fmt: skip
    told = ChecklistScored(
        project_id=checklist.project_id, subject_id=checklist.pk, month=str(run), total=round(found.total, 2),
        grade=found.grade, revision=revision, facts_hash=found.facts_hash,
    )  # fmt: skip
    emit(told, actor=by, at=now)
    return made


def rank_again(run: AppraisalMonth) -> None:
    """Places and proposals of the current scores. Totals stay as they are: nobody's score depends on another's."""
    scores = list(run.scores.filter(is_current=True).select_related("checklist"))
    earlier: dict[int, list[float]] = {}
    before = AppraisalScore.objects.filter(
        is_current=True,
        run__month__lt=run.month,
        checklist__project__in=[one.checklist.project_id for one in scores],
    ).order_by("-run__month")
    for project_id, total in before.values_list("checklist__project_id", "total"):
        earlier.setdefault(project_id, []).append(total)
    standings = [
        Standing(
            key=str(one.pk), group=one.peer_group, total=one.total, below_plan=one.below_plan,
            months_running=one.months_running, earlier_totals=tuple(earlier.get(one.checklist.project_id, [])),
        )
        for one in scores
    ]  # fmt: skip
    ranking = run.rules["ranking"]
    least = int(ranking["least_months"])
    places = ranks(standings, least_months=least)
    talks = talk_list(
        standings, least_months=least, bottom=int(ranking["bottom"]), bottom_share=ranking["bottom_share"],
        floor=ranking["floor"], months=int(ranking["months"]),
    )  # fmt: skip
    for one in scores:
        one.rank, one.talk = places.get(str(one.pk)), talks.get(str(one.pk), "")
    AppraisalScore.objects.bulk_update(scores, ["rank", "talk"])


def decided_pcts(run: AppraisalMonth, checklist_id: int) -> dict[str, Decimal]:
    """What appeals put in the place of frozen percents, by code."""
    rows = AppraisalAppeal.objects.filter(
        fact__run=run, fact__checklist=checklist_id, outcome__in=["upheld", "partly"]
    ).order_by("pk")
    return {code: pct for code, pct in rows.values_list("fact__code", "decided_pct") if pct is not None}


def rescore(run: AppraisalMonth, checklist: Checklist, *, by: User, now: datetime) -> AppraisalScore:
    """The same frozen facts with what the appeal decided: a new revision of this checklist's score, of no other."""
    facts = _facts_by_list(run, checklist_id=checklist.pk)[checklist.pk]
    found = compute(
        run,
        facts,
        _adjustments(run).get(checklist.pk, []),
        _rates_of(run, checklist),
        decided_pcts(run, checklist.pk),
    )
    old = run.scores.get(checklist=checklist, is_current=True)
    old.is_current = False
    old.save(update_fields=["is_current"])
    made = _store(run, checklist, found, now=now, by=by, revision=old.revision + 1)
    scores: Mapping[str, float | None] = {task.code: task.score for task in found.tasks}
    for fact in facts:
        fact.score = scores[fact.code]
    ChecklistFact.objects.bulk_update(facts, ["score"])
    rank_again(run)
    return made


def _rates_of(run: AppraisalMonth, checklist: Checklist) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Rates as the first scoring saw them: duties that closed since then change nothing."""
    first = run.scores.filter(checklist=checklist).order_by("revision").first()
    if first is None:
        return None
    lines = {line["part"]: line for line in first.lines}

    def pair(part: str) -> tuple[int, int]:
        line = lines[part]
        return int(line["numerator"] or 0), int(line["denominator"] or 0)

    return pair("safety"), pair("problems")


def reproduce(score: AppraisalScore) -> Computed:
    """Compute a stored current score again from frozen facts: equal total and hash, or the books were changed."""
    run = score.run
    facts = _facts_by_list(run, checklist_id=score.checklist_id)[score.checklist_id]
    return compute(
        run,
        facts,
        _adjustments(run).get(score.checklist_id, []),
        _rates_of(run, score.checklist),
        decided_pcts(run, score.checklist_id),
    )


def open_matters(run: AppraisalMonth) -> Sequence[int]:
    """Numbers of open appeals of the month."""
    return list(AppraisalAppeal.objects.filter(fact__run=run, outcome="").values_list("pk", flat=True))
