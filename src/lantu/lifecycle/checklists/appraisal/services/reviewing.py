"""Review: guards ask, a drawn tenth is visited. Nobody loses a point here."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.calc.appraisal import stratified_sample
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.checklists.appraisal.events import MonthReviewed, QuestionAnswered, QuestionsAsked
from lantu.lifecycle.checklists.appraisal.guards import odd_lines, words
from lantu.lifecycle.checklists.appraisal.models import AppraisalMonth, ChecklistFact, ChecklistQuestion
from lantu.lifecycle.checklists.appraisal.services.runs import lock_run, step_on
from lantu.lifecycle.checklists.appraisal.services.sheets import SEVERITY, sheet_for
from lantu.lifecycle.checklists.appraisal.states import RunState, SheetKind
from lantu.lifecycle.checklists.months import closing, following_day, rules, term_after
from lantu.lifecycle.checklists.services.passing import next_pk, reason_of

QUESTION = "lifecycle.checklistquestion"


@transaction.atomic
def start_review(
    run: AppraisalMonth, *, by: User | None, now: datetime, seed: str | None = None
) -> AppraisalMonth:
    """End the correcting: draw the sample, let the guards ask. The seed is drawn only now, so that nobody knows it before."""
    if by is not None:
        require(by, "lifecycle.appraisal_run")
    run = lock_run(run, RunState.REPORTING)
    run.seed = seed or secrets.token_hex(8)
    facts = list(
        run.facts.filter(reported_at__isnull=False).select_related("checklist__project", "reporter", "item")
    )
    strata = {str(fact.pk): fact.grade for fact in facts}
    drawn = (
        set(stratified_sample(strata, share=run.rules["sample_share"], seed=run.seed)) if strata else set()
    )
    run.sample = sorted(
        f"{fact.checklist.project.code}/{fact.code}" for fact in facts if str(fact.pk) in drawn
    )
    ChecklistFact.objects.filter(pk__in=[int(pk) for pk in drawn]).update(sampled=True)
    due_at = max(closing(following_day(run.month, rules().calendar.review_by_day)), now)
    for fact in {fact.checklist_id: fact for fact in facts if str(fact.pk) in drawn}.values():
        sheet_for(run, fact.checklist, SheetKind.VISIT, run.officer, due_at=due_at, now=now, actor=by)
    asked = _ask(run, by=by, now=now)
    step_on(run, by=by, now=now)
    told = MonthReviewed(
        project_id=None, subject_id=run.pk, month=str(run), sample=run.sample, seed=run.seed, questions=asked
    )
    emit(told, actor=by, at=now)
    return run


def _ask(run: AppraisalMonth, *, by: User | None, now: datetime) -> int:
    told: dict[int, list[ChecklistQuestion]] = {}
    seen = set(ChecklistQuestion.objects.filter(fact__run=run).values_list("fact_id", "guard"))
    due_at = term_after(now, rules().calendar.question_term)
    for fact, asked in odd_lines(run):
        if (fact.pk, asked.code) in seen:
            continue
        seen.add((fact.pk, asked.code))
        pk = next_pk("lifecycle_checklistquestion")
        duty = open_duty(
            subject_type=QUESTION, subject_id=pk, project=fact.checklist.project, step="answer",
            title=_("%(month)s %(code)s：%(text)s")
            % {"month": run, "code": fact.code, "text": words(asked.code, asked.values)},
            action_label=gettext_noop("答复询问"), action_url=reverse("lifecycle:checklists_question", args=[pk]),
            holder=fact.reporter, severity=SEVERITY, due_at=due_at, now=now, actor=by,
        )  # fmt: skip
        question = ChecklistQuestion.objects.create(
            pk=pk,
            fact=fact,
            guard=asked.code,
            values=asked.values,
            asked_at=now,
            person=fact.reporter,
            duty=duty,
        )
        told.setdefault(fact.checklist_id, []).append(question)
    for questions in told.values():
        checklist = questions[0].fact.checklist
        rows = [[question.fact.code, question.guard] for question in questions]
        event = QuestionsAsked(
            project_id=checklist.project_id, subject_id=checklist.pk, month=str(run), rows=rows
        )
        emit(event, actor=by, at=now)
    return sum(map(len, told.values()))


@transaction.atomic
def answer_question(
    question: ChecklistQuestion, *, by: User, now: datetime, answer: str
) -> ChecklistQuestion:
    """Say why. The answer stands beside the line; no score depends on it."""
    row = (
        ChecklistQuestion.objects.select_for_update(of=("self",))
        .select_related("duty__holder", "fact__checklist__project", "fact__run")
        .get(pk=question.pk)
    )
    require(by, "lifecycle.checklists_report", row.fact.checklist.project)
    if row.answered_at is not None:
        raise Refused("appraisal.answered", _("这个询问已经答复。"))
    if row.duty is None or row.duty.holder_id != by.pk:
        raise Refused(
            "appraisal.not_yours",
            _("这个询问由%(who)s答复。") % {"who": row.duty.holder if row.duty else row.person},
            status=403,
        )
    row.answer = reason_of(answer, field="answer")
    row.answered_by, row.answered_at = by, now
    row.duty = close_duty(row.duty, now=now, actor=by, outcome=gettext_noop("已答复"))
    row.save()
    told = QuestionAnswered(
        project_id=row.fact.checklist.project_id, subject_id=row.fact.checklist_id, month=str(row.fact.run),
        question_id=row.pk, guard=row.guard,
    )  # fmt: skip
    emit(told, actor=by, at=now, reason=row.answer)
    return row
