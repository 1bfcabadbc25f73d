"""Open a month: every item that is due gets its facts filled in before anybody is asked."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.duties.services.open import open_duty
from lantu.lifecycle.checklists.appraisal.events import MonthOpened
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalMonth,
    ChecklistCorrection,
    ChecklistFact,
    ChecklistSheet,
)
from lantu.lifecycle.checklists.appraisal.rulebook import stored_rules
from lantu.lifecycle.checklists.appraisal.services.sheets import SEVERITY, bureau_person, sheet_for
from lantu.lifecycle.checklists.appraisal.states import FactState, RunState, SheetKind
from lantu.lifecycle.checklists.models import Checklist, ChecklistItem, ChecklistTarget
from lantu.lifecycle.checklists.months import closing, first_of, month_end, own_day, rules
from lantu.lifecycle.checklists.services.passing import next_pk
from lantu.lifecycle.checklists.sources import read_sources
from lantu.lifecycle.checklists.states import ChecklistState
from lantu.packs.load import national
from lantu.projects.models import Status

RUN = "lifecycle.appraisalmonth"
DONE = Decimal(100)
FINISHED = gettext_noop("上月已完成，不再填报")


@transaction.atomic
def open_month(
    month: date, *, by: User | None, now: datetime, officer: User | None = None, is_demo: bool = False
) -> AppraisalMonth:
    """Prefill ``month`` for every checklist in force. ``by`` None: the calendar does it. Raises Refused when it is open already
    or has not begun.
    """
    if by is not None:
        require(by, "lifecycle.appraisal_run")
    first = first_of(month)
    if first > timezone.localtime(now).date():
        raise Unacceptable("appraisal.future", _("这个月还没有开始。"), field="month")
    if AppraisalMonth.objects.filter(month=first).exists():
        raise Refused("appraisal.open_already", _("%(month)s 已经开始。") % {"month": f"{first:%Y-%m}"})
    holder = officer or by or bureau_person(now, but=set())
    calendar = rules().calendar
    run = AppraisalMonth(
        pk=next_pk("lifecycle_appraisalmonth"), month=first, rules=stored_rules(rules()),
        pack_version=national().version, officer=holder, seed=secrets.token_hex(8), opened_at=now, is_demo=is_demo,
    )  # fmt: skip
    run.duty = open_duty(
        subject_type=RUN, subject_id=run.pk, step=RunState.REPORTING, title=_("%(month)s 月度考核") % {"month": run},
        action_label=gettext_noop("督促核对"), action_url=reverse("lifecycle:appraisal_month", args=[str(run)]),
        holder=holder, severity=SEVERITY, due_at=closing(own_day(first, calendar.correct_by_day)), now=now, actor=by,
    )  # fmt: skip
    run.save(force_insert=True)
    lists = list(
        Checklist.objects.filter(state=ChecklistState.IN_FORCE, year=first.year, issued_at__lte=now)
        .exclude(project__status__in=[Status.CANCELLED, Status.SUSPENDED])
        .select_related("project")
        .order_by("pk")
    )
    facts = sum(_prefill(run, one, by=by, now=now) for one in lists)
    ChecklistCorrection.objects.filter(shown_in=None, fact__run__month__lt=first).update(shown_in=run)
    sheets = ChecklistSheet.objects.filter(run=run).count()
    told = MonthOpened(
        project_id=None, subject_id=run.pk, month=str(run), checklists=len(lists), facts=facts, sheets=sheets
    )
    emit(told, actor=by, at=now)
    return run


def _prefill(run: AppraisalMonth, checklist: Checklist, *, by: User | None, now: datetime) -> int:
    end = month_end(run.month)
    items = list(
        checklist.items.filter(is_group=False, start_on__lte=end).select_related(
            "owner__organisation", "verifier"
        )
    )
    planned = {
        target.item_id: target
        for target in ChecklistTarget.objects.filter(item__checklist=checklist, month=run.month)
    }
    known = read_sources(checklist.project, items, run.month)
    earlier = _earlier(checklist, run.month)
    due_at = closing(own_day(run.month, rules().calendar.correct_by_day))
    sheets: dict[int, ChecklistSheet] = {}
    facts = []
    for item in items:
        before = earlier.get(item.code)
        fact = _fact(run, checklist, item, planned.get(item.pk), before)
        said = known.get(item.pk)
        if fact.before_pct >= DONE:
            fact.state, fact.source_text = FactState.AUTO_VERIFIED, FINISHED
            fact.grade = before.grade if before else "D"
            fact.done_on = before.done_on if before else None
        else:
            if said is not None:
                fact.source_pct = fact.pct = Decimal(str(round(said.pct, 2)))
                fact.source_text, fact.grade = said.text[:200], said.grade
                fact.done_yuan = Decimal(str(said.yuan)) if said.yuan is not None else fact.done_yuan
            if fact.reporter_id not in sheets:
                sheets[fact.reporter_id] = sheet_for(
                    run, checklist, SheetKind.REPORT, fact.reporter, due_at=due_at, now=now, actor=by
                )
            fact.sheet = sheets[fact.reporter_id]
        facts.append(fact)
    ChecklistFact.objects.bulk_create(facts)
    return len(facts)


def _fact(
    run: AppraisalMonth,
    checklist: Checklist,
    item: ChecklistItem,
    target: ChecklistTarget | None,
    before: ChecklistFact | None,
) -> ChecklistFact:
    assert item.owner is not None
    assert item.verifier is not None
    reporter = (
        before.reporter
        if before is not None and before.bounced and before.item.owner_id == item.owner_id
        else item.owner
    )
    known = _known_pct(before)
    return ChecklistFact(
        run=run, checklist=checklist, item=item, code=item.code,
        reporter=reporter if reporter.pk != item.verifier_id else item.owner, verifier=item.verifier,
        weight=item.weight, planned_pct=target.planned_pct if target else 0,
        planned_yuan=target.planned_yuan if target else 0, before_pct=known, pct=known,
        done_yuan=before.done_yuan if before else 0, paid_yuan=before.paid_yuan if before else 0,
        bounced=before.bounced if before is not None and reporter.pk != item.owner_id else [],
    )  # fmt: skip


def _known_pct(before: ChecklistFact | None) -> Decimal:
    """What the month before ended with; a correction made after its freeze shows now."""
    if before is None:
        return Decimal(0)
    right = list(before.corrections.all())
    if right:
        return right[-1].pct
    return before.final_pct if before.final_pct is not None else before.pct


def _earlier(checklist: Checklist, month: date) -> dict[str, ChecklistFact]:
    """The newest fact of each item before ``month``, by code, over all versions of this year's checklist."""
    rows = (
        ChecklistFact.objects.filter(
            checklist__project_id=checklist.project_id, checklist__year=checklist.year, run__month__lt=month
        )
        .select_related("reporter__organisation", "item")
        .prefetch_related("corrections")
        .order_by("code", "-run__month")
        .distinct("code")
    )
    return {fact.code: fact for fact in rows}
