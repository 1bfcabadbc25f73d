"""Exclusions of outside causes, bonus, deductions, veto: one proposes with a document, another agrees, the report prints it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.checklists.appraisal.events import AdjustmentDecided, AdjustmentProposed
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalAdjustment,
    AppraisalMonth,
    ChecklistFact,
)
from lantu.lifecycle.checklists.appraisal.services.runs import lock_run
from lantu.lifecycle.checklists.appraisal.services.sheets import SEVERITY, bureau_person
from lantu.lifecycle.checklists.appraisal.states import RunState
from lantu.lifecycle.checklists.models import Checklist
from lantu.lifecycle.checklists.months import rules, term_after
from lantu.lifecycle.checklists.services.passing import clean, next_pk, reason_of

ADJUSTMENT = "lifecycle.appraisaladjustment"
Kind = AppraisalAdjustment.Kind
BEFORE_SCORES = (RunState.REPORTING, RunState.REVIEW, RunState.FROZEN)


@transaction.atomic
def propose_adjustment(
    run: AppraisalMonth,
    checklist: Checklist,
    *,
    kind: str,
    code: str,
    reason: str,
    document_no: str,
    by: User,
    now: datetime,
    fact: ChecklistFact | None = None,
    points: Decimal = Decimal(0),
) -> AppraisalAdjustment:
    """Propose one; another person of the bureau has the duty to decide. Points of deductions come from the pack."""
    require(by, "lifecycle.appraisal_run", checklist.project)
    run = lock_run(run, *BEFORE_SCORES)
    points = _points(kind, code, points)
    if (kind == Kind.EXCLUSION) != (fact is not None):
        raise Unacceptable(
            "appraisal.exclusion_item", _("扣除外因请指定一个子任务；其他调整不指定。"), field="fact"
        )
    if fact is not None and (fact.run_id, fact.checklist_id) != (run.pk, checklist.pk):
        raise Unacceptable("appraisal.exclusion_item", _("这个子任务不在本月清单里。"), field="fact")
    number = clean(document_no, 80)
    if not number:
        raise Unacceptable(
            "appraisal.no_document",
            _("请写明文号。"),
            remedy=_("扣除外因和加减分都要有文件依据。"),
            field="document_no",
        )
    pk = next_pk("lifecycle_appraisaladjustment")
    duty = open_duty(
        subject_type=ADJUSTMENT, subject_id=pk, project=checklist.project, step="decide",
        title=_("%(month)s 考核调整：%(kind)s") % {"month": run, "kind": Kind(kind).label},
        action_label=gettext_noop("第二人确认"), action_url=reverse("lifecycle:appraisal_adjustment", args=[pk]),
        holder=bureau_person(now, but={by.pk}), severity=SEVERITY,
        due_at=term_after(now, rules().calendar.decide_term), now=now, actor=by,
    )  # fmt: skip
    made = AppraisalAdjustment.objects.create(
        pk=pk, run=run, checklist=checklist, fact=fact, kind=kind, code=code, points=points, reason=reason_of(reason),
        document_no=number, proposed_by=by, proposed_at=now, duty=duty,
    )  # fmt: skip
    told = AdjustmentProposed(
        project_id=checklist.project_id,
        subject_id=checklist.pk,
        month=str(run),
        adjustment_id=pk,
        what=kind,
        code=code,
    )
    emit(told, actor=by, at=now, reason=made.reason)
    return made


def _points(kind: str, code: str, points: Decimal) -> Decimal:
    known = rules()
    match kind:
        case Kind.EXCLUSION if code in known.exclusions:
            return Decimal(0)
        case Kind.DEDUCTION if code in known.deductions:
            return Decimal(str(known.deductions[code].value))
        case Kind.VETO if code == known.veto.key:
            return Decimal(0)
        case Kind.BONUS if code:
            if abs(points) > known.rubric.bonus_cap or points == 0:
                raise Unacceptable(
                    "appraisal.bonus",
                    _("加减分在 ±%(cap)g 分以内，且不为 0。") % {"cap": known.rubric.bonus_cap},
                    field="points",
                )
            return points
        case _:
            raise Unacceptable("appraisal.unknown_code", _("请选择规定的理由代码。"), field="code")


@transaction.atomic
def decide_adjustment(
    made: AppraisalAdjustment, *, agreed: bool, by: User, now: datetime, note: str = ""
) -> AppraisalAdjustment:
    """The second person agrees or not. Never the one who proposed, nor the item's own reporter."""
    row = (
        AppraisalAdjustment.objects.select_for_update(of=("self",))
        .select_related("duty__holder", "checklist__project", "run", "fact")
        .get(pk=made.pk)
    )
    require(by, "lifecycle.appraisal_decide", row.checklist.project)
    if row.decided_at is not None:
        raise Refused("appraisal.decided", _("这项调整已经确认。"))
    if by.pk == row.proposed_by_id or (row.fact is not None and by.pk == row.fact.reporter_id):
        raise Denied(
            "appraisal.same_person", _("提出人不能确认自己提出的调整。"), remedy=_("请由另一人确认。")
        )
    if row.duty is None or row.duty.holder_id != by.pk:
        raise Denied(
            "appraisal.not_yours",
            _("这项调整由%(who)s确认。") % {"who": row.duty.holder if row.duty else "—"},
        )
    lock_run(row.run, *BEFORE_SCORES)
    row.agreed, row.decided_by, row.decided_at = agreed, by, now
    row.duty = close_duty(
        row.duty, now=now, actor=by, outcome=gettext_noop("同意") if agreed else gettext_noop("不同意")
    )
    row.save()
    if agreed and row.fact is not None:
        row.fact.excluded = True
        row.fact.save(update_fields=["excluded"])
    told = AdjustmentDecided(
        project_id=row.checklist.project_id, subject_id=row.checklist_id, month=str(row.run), adjustment_id=row.pk,
        agreed=agreed,
    )  # fmt: skip
    emit(told, actor=by, at=now, reason=clean(note, 300))
    return row
