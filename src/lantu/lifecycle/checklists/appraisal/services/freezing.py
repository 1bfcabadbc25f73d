"""Freeze: what is known on the day stands. Later corrections are new rows that the next month shows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.lifecycle.checklists.appraisal.events import ChecklistFrozen, FactCorrected
from lantu.lifecycle.checklists.appraisal.hashing import facts_hash
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalMonth,
    ChecklistCorrection,
    ChecklistFact,
)
from lantu.lifecycle.checklists.appraisal.services.runs import lock_run, step_on
from lantu.lifecycle.checklists.appraisal.services.sheets import close_sheet
from lantu.lifecycle.checklists.appraisal.states import (
    BEFORE_FREEZE,
    OWED,
    FactState,
    RunState,
    Verb,
    next_fact_state,
)
from lantu.lifecycle.checklists.models import Checklist
from lantu.lifecycle.checklists.months import closing, month_end, own_day, rules
from lantu.lifecycle.checklists.services.passing import reason_of

DONE = Decimal(100)
FROZEN_FIELDS = [
    "state", "sheet", "final_pct", "grade", "done_on", "late_days", "node_due", "node_late_days", "reported_late",
    "disagrees",
]  # fmt: skip


@transaction.atomic
def freeze_month(run: AppraisalMonth, *, by: User | None, now: datetime) -> AppraisalMonth:
    """Freeze every line as it stands; what nobody reported is frozen with its source or the month before."""
    if by is not None:
        require(by, "lifecycle.appraisal_run")
    run = lock_run(run, RunState.REVIEW)
    facts = list(
        run.facts.select_related("item", "checklist__project").order_by("checklist_id", "item__order")
    )
    unreported: dict[int, list[str]] = {fact.checklist_id: [] for fact in facts}
    closes = closing(own_day(run.month, rules().calendar.correct_by_day))
    for fact in facts:
        if fact.state in OWED:
            unreported[fact.checklist_id].append(fact.code)
        freeze_fact(fact, run.month, closes)
    ChecklistFact.objects.bulk_update(facts, FROZEN_FIELDS, batch_size=500)
    for sheet in run.sheets.filter(closed_at=None).select_related("duty"):
        close_sheet(sheet, now=now, actor=by, outcome=gettext_noop("冻结时未办结"))
    run.frozen_at = now
    step_on(run, by=by, now=now)
    lists: dict[int, Checklist] = {fact.checklist_id: fact.checklist for fact in facts}
    for pk, checklist in lists.items():
        mine = [fact for fact in facts if fact.checklist_id == pk]
        told = ChecklistFrozen(
            project_id=checklist.project_id, subject_id=pk, month=str(run), facts_hash=facts_hash(mine, {}),
            unreported=unreported[pk],
        )  # fmt: skip
        emit(told, actor=by, at=now)
    return run


def freeze_fact(fact: ChecklistFact, month: date, closes: datetime) -> None:
    """Set the frozen fields of one line (not saved)."""
    assert fact.state in BEFORE_FREEZE
    stated = (
        fact.verified_pct if fact.state == FactState.VERIFIED and fact.verified_pct is not None else fact.pct
    )
    if fact.state in OWED:
        stated = fact.source_pct if fact.source_pct is not None else fact.before_pct
    fact.final_pct = stated if fact.visit_pct is None else fact.visit_pct
    fact.grade = "A" if fact.visit_pct is not None else fact.grade
    fact.reported_late = fact.state in OWED or (fact.reported_at is not None and fact.reported_at > closes)
    told_apart = fact.verified_pct is not None and fact.verified_pct != fact.pct
    fact.disagrees = told_apart or (fact.visit_pct is not None and fact.visit_pct != stated)
    fact.state, fact.sheet = next_fact_state(fact.state, Verb.FREEZE), None
    end = month_end(month)
    done = fact.final_pct >= DONE
    fact.done_on = (fact.done_on or end) if done else None
    due_on, start_on = fact.item.due_on, fact.item.start_on
    assert due_on is not None
    assert start_on is not None
    reached = fact.done_on if fact.done_on is not None else end
    fact.late_days = max((reached - due_on).days, 0)
    fact.node_due, fact.node_late_days = False, None
    if due_on <= end and fact.before_pct < DONE:
        fact.node_due = True
        fact.node_late_days = fact.late_days if done else None
    elif start_on <= end and fact.before_pct == 0:
        fact.node_due = True
        late = max((month.replace(day=1) - start_on).days, 0)
        fact.node_late_days = late if fact.final_pct > 0 else None


@transaction.atomic
def correct_fact(
    fact: ChecklistFact, *, pct: Decimal, reason: str, by: User, now: datetime
) -> ChecklistCorrection:
    """A frozen line was wrong: say what is right. The frozen line and its score stay; the next month begins from here."""
    row = (
        ChecklistFact.objects.select_for_update(of=("self",))
        .select_related("checklist__project", "run")
        .get(pk=fact.pk)
    )
    require(by, "lifecycle.checklists_report", row.checklist.project)
    if row.state in BEFORE_FREEZE:
        raise Refused(
            "appraisal.not_frozen",
            _("本月还没有冻结，可以直接更正。"),
            remedy=_("请在核对单里修改。"),
        )
    if not 0 <= pct <= DONE:
        raise Unacceptable("appraisal.percent", _("完成 % 应在 0 到 100 之间。"), field="pct")
    why = reason_of(reason)
    made = ChecklistCorrection.objects.create(fact=row, pct=pct, reason=why, made_by=by, made_at=now)
    told = FactCorrected(
        project_id=row.checklist.project_id, subject_id=row.checklist_id, month=str(row.run), code=row.code,
        frozen_pct=str(row.final_pct), right_pct=str(pct),
    )  # fmt: skip
    emit(told, actor=by, at=now, reason=why)
    return made
