"""The second person's pass: verified, returned, or disputed with the percent that they see; disputes are settled by the bureau."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Unacceptable
from lantu.core.services.emit import emit
from lantu.lifecycle.checklists.appraisal.events import SheetVerified
from lantu.lifecycle.checklists.appraisal.models import ChecklistFact, ChecklistSheet
from lantu.lifecycle.checklists.appraisal.services import sheets
from lantu.lifecycle.checklists.appraisal.states import (
    RunState,
    SheetKind,
    Verb,
    must_be,
    next_fact_state,
)
from lantu.lifecycle.checklists.months import rules, term_after
from lantu.lifecycle.checklists.services.passing import clean, reason_of

DECISIONS = (Verb.VERIFY, Verb.RETURN, Verb.DISPUTE)
MEASURED = ("measurement", "acceptance")
VERIFIED = ["state", "sheet", "verified_pct", "verified_by", "verified_at", "answer", "grade"]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """``pct``: what the verifier saw; needed for a dispute. Returning and disputing need a ``note``."""

    verb: str = Verb.VERIFY
    pct: Decimal | None = None
    note: str = ""


@transaction.atomic
def verify_sheet(
    sheet: ChecklistSheet, *, decisions: Mapping[int, Decision], by: User, now: datetime
) -> ChecklistSheet:
    """Decide lines of the sheet; those not named keep waiting. The verifier is never the reporter."""
    require(by, "lifecycle.checklists_verify", sheet.checklist.project)
    sheet = sheets.lock_sheet(sheet)
    sheets.must_hold(sheet, by)
    must_be(sheet.run.state, RunState.REPORTING, RunState.REVIEW)
    waiting = {fact.pk: fact for fact in sheets.held_facts(sheet)}
    if sheet.kind not in (SheetKind.VERIFY, SheetKind.SETTLE) or set(decisions) - set(waiting):
        raise Unacceptable(
            "appraisal.not_in_sheet", _("有些行不在这张核对单里，或已经办过。"), remedy=_("请刷新页面。")
        )
    done = []
    for pk, decision in decisions.items():
        fact = waiting[pk]
        _must_differ(fact, by)
        _decide(sheet, fact, decision, by=by, now=now)
        done.append(fact)
    ChecklistFact.objects.bulk_update(done, VERIFIED)
    sheets.close_if_done(sheet, now=now, actor=by, outcome=gettext_noop("已核验"))
    rows = [[fact.code, str(decisions[fact.pk].verb), str(fact.verified_pct)] for fact in done]
    emit(SheetVerified(**sheets.event_base(sheet), rows=rows), actor=by, at=now)
    return sheet


def _must_differ(fact: ChecklistFact, by: User) -> None:
    if by.pk in {fact.reported_by_id, fact.reporter_id}:
        raise Unacceptable(
            "appraisal.same_person",
            _("%(code)s：填报人不能核验自己的数据。") % {"code": fact.code},
            remedy=_("请移交给另一人核验。"),
        )


def _decide(
    sheet: ChecklistSheet, fact: ChecklistFact, decision: Decision, *, by: User, now: datetime
) -> None:
    if decision.verb not in DECISIONS:
        raise Unacceptable("appraisal.unknown_verb", _("请选择核验、退回或提出异议。"))
    fact.state = next_fact_state(fact.state, Verb(decision.verb))
    fact.answer = clean(decision.note, 300)
    if decision.pct is not None and not 0 <= decision.pct <= 100:
        raise Unacceptable(
            "appraisal.percent",
            _("%(code)s：完成 %% 应在 0 到 100 之间。") % {"code": fact.code},
            field=f"pct_{fact.pk}",
        )
    term = term_after(now, rules().calendar.verify_term)
    match decision.verb:
        case Verb.VERIFY:
            fact.verified_pct = fact.pct if decision.pct is None else decision.pct
            if fact.verified_pct != fact.pct:
                fact.answer = reason_of(decision.note, field=f"note_{fact.pk}")
            fact.verified_by, fact.verified_at, fact.sheet = by, now, None
            fact.grade = "B" if fact.item.evidence_type in MEASURED else "C"
        case Verb.RETURN:
            fact.answer = reason_of(decision.note, field=f"note_{fact.pk}")
            fact.sheet = sheets.sheet_for(
                sheet.run, sheet.checklist, SheetKind.REPORT, fact.reporter, due_at=term, now=now, actor=by
            )
        case _:
            fact.answer = reason_of(decision.note, field=f"note_{fact.pk}")
            if decision.pct is None or decision.pct == fact.pct:
                raise Unacceptable(
                    "appraisal.dispute_pct",
                    _("%(code)s：提出异议请写明您核实的完成 %%。") % {"code": fact.code},
                    field=f"pct_{fact.pk}",
                )
            fact.verified_pct = decision.pct
            officer = sheet.run.officer
            if officer.pk in {fact.reporter_id, fact.verifier_id}:
                officer = sheets.bureau_person(now, but={fact.reporter_id, fact.verifier_id})
            fact.sheet = sheets.sheet_for(
                sheet.run, sheet.checklist, SheetKind.SETTLE, officer, due_at=term, now=now, actor=by
            )


@transaction.atomic
def visit_sheet(
    sheet: ChecklistSheet, *, seen: Mapping[int, Decision], by: User, now: datetime
) -> ChecklistSheet:
    """Write down what was found on site about the drawn lines; a difference needs a note."""
    require(by, "lifecycle.checklists_verify", sheet.checklist.project)
    sheet = sheets.lock_sheet(sheet)
    sheets.must_hold(sheet, by)
    must_be(sheet.run.state, RunState.REVIEW)
    waiting = {fact.pk: fact for fact in sheets.held_facts(sheet)}
    if sheet.kind != SheetKind.VISIT or set(seen) - set(waiting):
        raise Unacceptable(
            "appraisal.not_in_sheet", _("有些行没有抽中，或已经抽查过。"), remedy=_("请刷新页面。")
        )
    done = []
    for pk, found in seen.items():
        fact = waiting[pk]
        _must_differ(fact, by)
        stated = fact.verified_pct if fact.verified_pct is not None else fact.pct
        fact.visit_pct = stated if found.pct is None else found.pct
        if not 0 <= fact.visit_pct <= 100:
            raise Unacceptable(
                "appraisal.percent", _("%(code)s：完成 %% 应在 0 到 100 之间。") % {"code": fact.code}
            )
        fact.visit_note = (
            clean(found.note, 300) if fact.visit_pct == stated else reason_of(found.note, field=f"note_{pk}")
        )
        fact.visited_by, fact.visited_at = by, now
        done.append(fact)
    ChecklistFact.objects.bulk_update(done, ["visit_pct", "visit_note", "visited_by", "visited_at"])
    sheets.close_if_done(sheet, now=now, actor=by, outcome=gettext_noop("已抽查"))
    rows = [[fact.code, "visit", str(fact.visit_pct)] for fact in done]
    emit(SheetVerified(**sheets.event_base(sheet), rows=rows), actor=by, at=now)
    return sheet
