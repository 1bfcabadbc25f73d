"""Publish: the month is closed, its report frozen, its own burden printed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.lifecycle.checklists.appraisal.events import MonthPublished
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalMonth,
    ChecklistFact,
    ChecklistQuestion,
)
from lantu.lifecycle.checklists.appraisal.services.runs import lock_run
from lantu.lifecycle.checklists.appraisal.services.scoring import open_matters
from lantu.lifecycle.checklists.appraisal.states import FactState, RunState


def burden_of(run: AppraisalMonth) -> dict[str, Any]:
    """Minutes and people that the month cost, estimated from what was done: lines looked through, corrections, verifications,
    answers, each by the pack's minutes. Nobody's time is measured."""
    minutes = run.rules["burden"]
    facts = list(
        run.facts.filter(reported_at__isnull=False).values_list(
            "reported_by", "verified_by", "visited_by", "corrected"
        )
    )
    answers = list(
        ChecklistQuestion.objects.filter(fact__run=run, answered_at__isnull=False).values_list(
            "answered_by", flat=True
        )
    )
    people = {pk for row in facts for pk in row[:3] if pk is not None} | set(answers)
    corrections = sum(row[3] for row in facts)
    checks = sum((row[1] is not None) + (row[2] is not None) for row in facts)
    total = (
        len(facts) * minutes["minutes_line"]
        + corrections * minutes["minutes_correction"]
        + checks * minutes["minutes_verification"]
        + len(answers) * minutes["minutes_question"]
    )
    return {
        "lines": len(facts),
        "corrections": corrections,
        "verifications": checks,
        "questions": len(answers),
        "people": len(people),
        "minutes": round(total, 1),
        "minutes_each": round(total / len(people), 1) if people else 0.0,
    }


@transaction.atomic
def publish_month(run: AppraisalMonth, *, by: User, now: datetime) -> AppraisalMonth:
    """Close the month for good. Refused while an appeal is open; not by the officer who ran it."""
    require(by, "lifecycle.appraisal_publish")
    run = lock_run(run, RunState.SCORED)
    if by.pk == run.officer_id:
        raise Refused(
            "appraisal.same_person", _("经办人不能公布自己办理的考核。"), remedy=_("请由局领导公布。")
        )
    waiting = open_matters(run)
    if waiting:
        raise Refused(
            "appraisal.appeals_open",
            _("还有 %(n)d 项申诉没有裁定。") % {"n": len(waiting)},
            remedy=_("请先裁定。"),
        )
    run.burden = burden_of(run)
    run.state, run.published_at, run.published_by = RunState.PUBLISHED, now, by
    run.save()
    ChecklistFact.objects.filter(run=run).update(state=FactState.PUBLISHED)
    if run.duty is not None:
        close_duty(run.duty, now=now, actor=by, outcome=gettext_noop("已公布"))
    told = MonthPublished(
        project_id=None, subject_id=run.pk, month=str(run), checklists=run.scores.filter(is_current=True).count(),
        burden_minutes=run.burden["minutes"],
    )  # fmt: skip
    emit(told, actor=by, at=now)
    return run
