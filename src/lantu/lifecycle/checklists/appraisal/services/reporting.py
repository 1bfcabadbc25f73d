"""The reporter's pass: look at what is filled in, correct differences only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Unacceptable
from lantu.core.services.emit import emit
from lantu.lifecycle.checklists.appraisal.events import SheetReported
from lantu.lifecycle.checklists.appraisal.models import ChecklistFact, ChecklistSheet
from lantu.lifecycle.checklists.appraisal.services import sheets
from lantu.lifecycle.checklists.appraisal.states import (
    OWED,
    RunState,
    SheetKind,
    Verb,
    must_be,
    next_fact_state,
)
from lantu.lifecycle.checklists.months import month_end, rules, term_after
from lantu.lifecycle.checklists.services.passing import clean, reason_of

DONE = Decimal(100)
REPORTED = [
    "state", "sheet", "pct", "done_yuan", "paid_yuan", "done_on", "note", "corrected", "grade", "reported_by",
    "reported_at",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a person says instead of what is filled in; None leaves it. Percent and money are cumulative."""

    pct: Decimal | None = None
    done_yuan: Decimal | None = None
    paid_yuan: Decimal | None = None
    done_on: date | None = None
    note: str = ""


@transaction.atomic
def report_sheet(
    sheet: ChecklistSheet, *, changes: Mapping[int, Change], by: User, now: datetime
) -> ChecklistSheet:
    """Confirm all lines of the sheet at once; ``changes`` by fact, only where something differs, each with a reason.

    A line that says what its source says, or nothing new, needs no verifier. Raises Unacceptable naming the line.
    """
    require(by, "lifecycle.checklists_report", sheet.checklist.project)
    sheet = sheets.lock_sheet(sheet)
    sheets.must_hold(sheet, by)
    must_be(sheet.run.state, RunState.REPORTING, RunState.REVIEW)
    facts = [fact for fact in sheets.held_facts(sheet) if fact.state in OWED]
    unknown = set(changes) - {fact.pk for fact in facts}
    if sheet.kind != SheetKind.REPORT or unknown:
        raise Unacceptable(
            "appraisal.not_in_sheet", _("有些行不在这张核对单里，或已经办过。"), remedy=_("请刷新页面。")
        )
    photos = set(
        ChecklistFact.objects.filter(pk__in=[fact.pk for fact in facts], photos__isnull=False).values_list(
            "pk", flat=True
        )
    )
    for fact in facts:
        _take(fact, changes.get(fact.pk), with_photo=fact.pk in photos, now=now)
        fact.reported_by, fact.reported_at = by, now
        if fact.verifier_id == by.pk:
            raise Unacceptable(
                "appraisal.same_person",
                _("%(code)s：您是这一项的核验人，不能填报。") % {"code": fact.code},
                remedy=_("请移交给责任单位的其他人。"),
            )
    _send_on(sheet, facts, by=by, now=now)
    ChecklistFact.objects.bulk_update(facts, REPORTED)
    sheets.close_if_done(sheet, now=now, actor=by, outcome=gettext_noop("已核对"))
    told = SheetReported(
        **sheets.event_base(sheet),
        rows=[[fact.code, str(fact.pct), fact.corrected] for fact in facts],
        corrections=sum(fact.corrected for fact in facts),
    )
    emit(told, actor=by, at=now)
    return sheet


def _take(fact: ChecklistFact, change: Change | None, *, with_photo: bool, now: datetime) -> None:
    """Write one line's difference into the fact."""
    fact.state = next_fact_state(fact.state, Verb.REPORT)
    if change is not None:
        before = (fact.pct, fact.done_yuan, fact.paid_yuan, fact.done_on)
        for name in ("pct", "done_yuan", "paid_yuan", "done_on"):
            value = getattr(change, name)
            if value is not None:
                setattr(fact, name, value)
        _check(fact, now)
        if (fact.pct, fact.done_yuan, fact.paid_yuan, fact.done_on) != before:
            fact.corrected = True
            fact.note = clean(change.note, 300)
            if fact.source_pct is not None or fact.pct < fact.before_pct:
                fact.note = reason_of(change.note, field=f"note_{fact.pk}")
            fact.grade = "C" if with_photo else "D"
        elif change.note:
            fact.note = clean(change.note, 300)
    if fact.pct >= DONE and fact.done_on is None:
        fact.done_on = min(timezone.localtime(now).date(), month_end(fact.run.month))
    if fact.pct < DONE:
        fact.done_on = None


def _check(fact: ChecklistFact, now: datetime) -> None:
    if not 0 <= fact.pct <= DONE:
        raise Unacceptable(
            "appraisal.percent",
            _("%(code)s：完成 %% 应在 0 到 100 之间，您填的是 %(pct)s。")
            % {"code": fact.code, "pct": fact.pct},
            remedy=_("请填累计百分比。"),
            field=f"pct_{fact.pk}",
        )
    if fact.done_yuan < 0 or fact.paid_yuan < 0:
        raise Unacceptable(
            "appraisal.money",
            _("%(code)s：金额不能为负。") % {"code": fact.code},
            field=f"done_yuan_{fact.pk}",
        )
    today = timezone.localtime(now).date()
    if fact.done_on is not None and not (fact.item.start_on or fact.done_on) <= fact.done_on <= today:
        raise Unacceptable(
            "appraisal.done_on",
            _("%(code)s：完成日期应在开始之后、今天之前。") % {"code": fact.code},
            remedy=_("请核对日期。"),
            field=f"done_on_{fact.pk}",
        )


def _send_on(sheet: ChecklistSheet, facts: list[ChecklistFact], *, by: User, now: datetime) -> None:
    """To the verifiers, except what the system itself can vouch for."""
    due_at = term_after(now, rules().calendar.verify_term)
    waiting: dict[int, ChecklistSheet] = {}
    for fact in facts:
        if fact.pct == (fact.before_pct if fact.source_pct is None else fact.source_pct):
            fact.state, fact.sheet = next_fact_state(fact.state, Verb.AUTO), None
            continue
        fact.state = next_fact_state(fact.state, Verb.SEND)
        if fact.verifier_id not in waiting:
            waiting[fact.verifier_id] = sheets.sheet_for(
                sheet.run, sheet.checklist, SheetKind.VERIFY, fact.verifier, due_at=due_at, now=now, actor=by
            )
        fact.sheet = waiting[fact.verifier_id]
