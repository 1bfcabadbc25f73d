"""Appeals within the term, decided by somebody who neither reported, verified nor ran the month."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.accounts.roles import Role
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.duties.selectors import people_in_role
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.checklists.appraisal.events import AppealDecided, AppealMade
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalAppeal,
    AppraisalMonth,
    ChecklistFact,
)
from lantu.lifecycle.checklists.appraisal.services.runs import lock_run
from lantu.lifecycle.checklists.appraisal.services.scoring import rescore
from lantu.lifecycle.checklists.appraisal.services.sheets import SEVERITY, bureau_person
from lantu.lifecycle.checklists.appraisal.states import RunState, Verb, next_fact_state
from lantu.lifecycle.checklists.months import closing, following_day, rules, term_after
from lantu.lifecycle.checklists.services.passing import next_pk, reason_of

APPEAL = "lifecycle.appraisalappeal"
Outcome = AppraisalAppeal.Outcome


def appeal_until(run: AppraisalMonth) -> datetime:
    """The end of the appeal term: the calendar's day, or the term in working days after scoring, whichever is later."""
    calendar = rules().calendar
    day = closing(following_day(run.month, calendar.appeal_by_day))
    return max(day, term_after(run.scored_at, calendar.appeal_term)) if run.scored_at else day


@transaction.atomic
def appeal(
    fact: ChecklistFact, *, wanted_pct: Decimal, reason: str, by: User, now: datetime
) -> AppraisalAppeal:
    """Object to one line of a score."""
    row = (
        ChecklistFact.objects.select_for_update(of=("self",))
        .select_related("checklist__project", "run", "reporter", "verifier")
        .get(pk=fact.pk)
    )
    require(by, "lifecycle.appraisal_appeal", row.checklist.project)
    run = lock_run(row.run, RunState.SCORED)
    if now > appeal_until(run):
        raise Refused(
            "appraisal.appeal_too_late",
            _("申诉期已于 %(day)s 截止。") % {"day": f"{appeal_until(run):%Y-%m-%d}"},
            remedy=_("冻结数据确有错误的，请提交更正，下月体现。"),
        )
    if not 0 <= wanted_pct <= 100:
        raise Unacceptable("appraisal.percent", _("完成 % 应在 0 到 100 之间。"), field="wanted_pct")
    score = run.scores.get(checklist=row.checklist, is_current=True)
    row.state = next_fact_state(row.state, Verb.APPEAL)
    row.save(update_fields=["state"])
    pk = next_pk("lifecycle_appraisalappeal")
    duty = open_duty(
        subject_type=APPEAL, subject_id=pk, project=row.checklist.project, step="decide",
        title=_("%(month)s %(code)s 考核申诉") % {"month": run, "code": row.code}, action_label=gettext_noop("裁定申诉"),
        action_url=reverse("lifecycle:appraisal_appeal", args=[pk]), holder=_decider(row, by, now), severity=SEVERITY,
        due_at=term_after(now, rules().calendar.decide_term), now=now, actor=by,
    )  # fmt: skip
    made = AppraisalAppeal.objects.create(
        pk=pk, score=score, fact=row, asked_by=by, asked_at=now, wanted_pct=wanted_pct, reason=reason_of(reason), duty=duty
    )  # fmt: skip
    told = AppealMade(
        project_id=row.checklist.project_id,
        subject_id=row.checklist_id,
        month=str(run),
        appeal_id=pk,
        code=row.code,
    )
    emit(told, actor=by, at=now, reason=made.reason)
    return made


def _parties(fact: ChecklistFact) -> set[int]:
    people = {
        fact.reporter_id,
        fact.verifier_id,
        fact.reported_by_id,
        fact.verified_by_id,
        fact.visited_by_id,
    }
    return {pk for pk in people if pk is not None}


def _decider(fact: ChecklistFact, by: User, now: datetime) -> User:
    """A leader of the bureau, who took no part; else another of its people."""
    but = _parties(fact) | {by.pk, fact.run.officer_id}
    for person in people_in_role(Role.DIRECTOR, now):
        if person.pk not in but and person.organisation_id is not None:
            return person
    return bureau_person(now, but=but)


@transaction.atomic
def decide_appeal(
    made: AppraisalAppeal,
    *,
    outcome: str,
    reason: str,
    by: User,
    now: datetime,
    pct: Decimal | None = None,
) -> AppraisalAppeal:
    """Uphold, uphold partly (with ``pct``) or reject, with a reason. The checklist is scored again; no other score moves."""
    row = (
        AppraisalAppeal.objects.select_for_update(of=("self",))
        .select_related("duty__holder", "fact__checklist__project", "fact__run", "score")
        .get(pk=made.pk)
    )
    fact = row.fact
    require(by, "lifecycle.appraisal_decide", fact.checklist.project)
    if row.outcome != Outcome.OPEN:
        raise Refused("appraisal.decided", _("这项申诉已经裁定。"))
    if by.pk in _parties(fact) | {row.asked_by_id}:
        raise Denied("appraisal.same_person", _("申诉人、填报人和核验人不能裁定这项申诉。"))
    if row.duty is None or row.duty.holder_id != by.pk:
        raise Denied(
            "appraisal.not_yours",
            _("这项申诉由%(who)s裁定。") % {"who": row.duty.holder if row.duty else "—"},
        )
    run = lock_run(fact.run, RunState.SCORED)
    row.decided_pct = _decided(row, outcome, pct)
    row.outcome, row.decision = outcome, reason_of(reason)
    row.decided_by, row.decided_at = by, now
    row.duty = close_duty(row.duty, now=now, actor=by, outcome=gettext_noop("已裁定"))
    row.save()
    fact.state = next_fact_state(fact.state, Verb.RE_SCORE)
    fact.save(update_fields=["state"])
    if row.decided_pct is not None:
        rescore(run, fact.checklist, by=by, now=now)
    told = AppealDecided(
        project_id=fact.checklist.project_id, subject_id=fact.checklist_id, month=str(run), appeal_id=row.pk,
        outcome=outcome,
    )  # fmt: skip
    emit(told, actor=by, at=now, reason=row.decision)
    return row


def _decided(row: AppraisalAppeal, outcome: str, pct: Decimal | None) -> Decimal | None:
    match outcome:
        case Outcome.UPHELD:
            return row.wanted_pct
        case Outcome.PARTLY:
            if pct is None or not 0 <= pct <= 100:
                raise Unacceptable(
                    "appraisal.percent", _("部分采纳请写明认定的完成 %（0 到 100）。"), field="pct"
                )
            return pct
        case Outcome.REJECTED:
            return None
        case _:
            raise Unacceptable(
                "appraisal.unknown_outcome", _("请选择采纳、部分采纳或不采纳。"), field="outcome"
            )
