"""Record a plan that was issued before it came into the system: with its paper, compared by a second person.

What the paper says happened then keeps its date (``issued_at``); what is done here keeps the date of doing it: the version,
the year plans of the projects and every event carry today. Nothing is dated back.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.sentences import sentence
from lantu.core.services.emit import emit
from lantu.duties.deadlines import due_after
from lantu.duties.services.close import close_duty
from lantu.duties.services.move import move_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.annual_plan.events import RecordAsked, RecordReturned
from lantu.lifecycle.annual_plan.models import PlanImport, PlanVersion
from lantu.lifecycle.annual_plan.rules import plan_rules
from lantu.lifecycle.annual_plan.services import passing
from lantu.lifecycle.annual_plan.services.bringing import store_rows
from lantu.lifecycle.annual_plan.services.holding import (
    back_to_reserve,
    document_number,
    hold_for_projects,
    kept_document,
    register_new,
)
from lantu.lifecycle.annual_plan.services.importing import faultless, open_import, refuse_asked
from lantu.lifecycle.annual_plan.services.versions import item_of, make_version
from lantu.lifecycle.annual_plan.states import Entry, PlanVerb, ProposalState, VersionKind, next_plan_state

SUBJECT = "lifecycle.planimport"
RECORDED = sentence(gettext_noop("补录：%(day)s 印发，%(who)s 导入，%(by)s 对照文件核对"))
ABSENT = sentence(gettext_noop("不在已印发的文件内"))


@transaction.atomic
def choose_entry(
    run: PlanImport, *, enters_as: str, by: User, now: datetime, document_no: str = "",
    issued_on: date | None = None, document: Any = None,
) -> PlanImport:  # fmt: skip
    """As what the rows come in. A plan already issued needs number, date and the paper itself; a paper given before stays.

    Raises Unacceptable naming the field.
    """
    require(by, "lifecycle.plan_import")
    row = open_import(run)
    refuse_asked(row)
    if enters_as not in Entry.values:
        raise Unacceptable(
            "plans.bad_entry",
            _("请选择这些项目以什么状态进入计划。"),
            remedy=_("从列表中选一项。"),
            field="enters_as",
        )
    if enters_as == Entry.ISSUED:
        row.document_no = document_number(document_no)
        row.issued_on = _checked_day(row, issued_on, now)
        row.document = kept_document(document, row.plan, by=by, now=now) or row.document
        if row.document is None:
            raise Unacceptable(
                "plans.document_missing", _("补录已下达的计划必须附文件。"),
                remedy=_("请上传印发的文件（PDF、Word 或扫描件）。"), field="document",
            )  # fmt: skip
    row.enters_as = enters_as
    row.save(update_fields=["enters_as", "document_no", "issued_on", "document"])
    return row


def _checked_day(row: PlanImport, day: date | None, now: datetime) -> date:
    today = timezone.localtime(now).date()
    if day is None or not date(row.plan.year - 1, 1, 1) <= day <= today:
        raise Unacceptable(
            "plans.bad_issue_day",
            _("成文日期应在 %(first)s 到今天之间。") % {"first": date(row.plan.year - 1, 1, 1)},
            remedy=_("请照文件上的日期填写；还没有印发的，请按平衡、送审、下达办理。"),
            field="issued_on",
        )
    return day


@transaction.atomic
def ask_to_record(run: PlanImport, *, by: User, now: datetime) -> PlanImport:
    """Ask the plan's approver to compare the rows with the paper. Raises Refused while a row has a fault."""
    require(by, "lifecycle.plan_import")
    row = open_import(run)
    refuse_asked(row)
    if row.enters_as != Entry.ISSUED or row.document is None:
        raise Refused(
            "plans.no_record",
            _("只有已下达的计划需要核对。"),
            remedy=_("请先选“已下达”并附上文件，或直接导入。"),
        )
    next_plan_state(row.plan.state, PlanVerb.RECORD)
    found = faultless(row)
    passing.other_person(row.plan.approver, row.started_by, "starter_confirms")
    values = _duty_values(
        row, now=now, step="confirm", label=gettext_noop("对照文件核对并补录"), holder=row.plan.approver
    )
    held = row.duty if row.duty is not None and row.duty.closed_at is None else None
    if held is not None:
        row.duty = move_duty(held, now=now, actor=by, **values)
    else:
        row.duty = open_duty(
            subject_type=SUBJECT, subject_id=row.pk, project=None, now=now, actor=by, **values
        )
    row.asked_at, row.note = now, ""
    row.save(update_fields=["asked_at", "duty", "note"])
    emit(
        RecordAsked(
            subject_id=row.plan_id, year=row.plan.year, import_id=row.pk, document_no=row.document_no,
            issued_on=str(row.issued_on), rows=len(found.rows),
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return row


def _duty_values(row: PlanImport, *, now: datetime, step: str, label: str, holder: User) -> dict[str, Any]:
    return {
        "step": step,
        "title": f"{row.plan.title} · {row.document_no}"[:200],
        "action_label": label,
        "action_url": row.get_absolute_url(),
        "holder": holder,
        "due_at": due_after(now, working_days=plan_rules().clocks["submitted"]),
        "severity": passing.SEVERITY,
    }


def _asked(run: PlanImport, by: User) -> PlanImport:
    """The row while it waits for the comparison; whoever imported it does not compare it."""
    require(by, "lifecycle.plan_issue")
    row = open_import(run)
    if row.duty is None or not row.is_asked or row.duty.step != "confirm":
        raise Refused(
            "plans.record_not_asked", _("这份表格还没有提请核对。"), remedy=_("请由导入人先提请核对。")
        )
    passing.other_person(by, row.started_by, "starter_confirms")
    return row


@transaction.atomic
def return_record(run: PlanImport, *, reason: str, by: User, now: datetime) -> PlanImport:
    """The rows and the paper do not agree: back to whoever imported them, with the reason."""
    row = _asked(run, by)
    row.note = passing.reason_of(reason)
    assert row.duty is not None
    values = _duty_values(
        row, now=now, step="fix", label=gettext_noop("改正补录的计划"), holder=row.started_by
    )
    row.duty = move_duty(row.duty, now=now, actor=by, **values)
    row.save(update_fields=["note", "duty"])
    told = RecordReturned(subject_id=row.plan_id, year=row.plan.year, import_id=row.pk)
    emit(told, actor=by, at=now, reason=row.note)
    return row


@transaction.atomic
def drop_record(run: PlanImport, *, by: User, now: datetime) -> PlanImport:
    """Give up an asked or returned record: nothing of it came into the plan."""
    require(by, "lifecycle.plan_import")
    row = open_import(run)
    if row.duty is None or not row.is_asked:
        raise Refused("plans.record_not_asked", _("这份表格还没有提请核对。"), remedy=_("不需要撤回。"))
    row.duty = close_duty(row.duty, now=now, actor=by, outcome=gettext_noop("撤回补录"))
    row.asked_at = None
    row.save(update_fields=["asked_at", "duty"])
    return row


@transaction.atomic
def record(run: PlanImport, *, by: User, now: datetime) -> PlanVersion:
    """The paper holds: its rows are the plan as issued, the projects' year plans follow from today on.

    What stands in the balance and not in the paper goes back to the reserve. Raises Refused for the importer and the keeper.
    """
    row = _asked(run, by)
    found = faultless(row)
    plan = passing.lock_plan(row.plan)
    passing.other_person(by, plan.keeper, "keeper_issues")
    before, after = plan.state, next_plan_state(plan.state, PlanVerb.RECORD)
    made = store_rows(plan, rows=found.rows, by=by, now=now, import_id=row.pk, state=ProposalState.ISSUED)
    plan.refresh_from_db(fields=["edited_no"])
    assert row.issued_on is not None
    plan.state, plan.document_no, plan.issued_at = after, row.document_no, passing.end_of(row.issued_on)
    plan.chosen = sorted(proposal.pk for proposal in made)
    register_new(made, plan, now=now)
    passing.settle_plan(plan, now=now, by=by)
    rest = plan.proposals.filter(state=ProposalState.BALANCED).select_related("plan")
    why = dict.fromkeys(rest.values_list("pk", flat=True), ABSENT)
    items = [item_of(proposal, chosen=True) for proposal in made]
    items += [item_of(proposal, chosen=False, reason=why[proposal.pk]) for proposal in rest]
    version = make_version(
        plan, kind=VersionKind.ISSUED, items=items, by=by, now=now, before=before, document_no=row.document_no,
        document=row.document,
        reason=RECORDED % {"day": row.issued_on, "who": row.started_by, "by": by},
    )  # fmt: skip
    back_to_reserve(rest, why, now=now, by=by)
    hold_for_projects(version, made, by=by, now=now)
    assert row.duty is not None
    row.duty = close_duty(row.duty, now=now, actor=by, outcome=gettext_noop("已补录"))
    row.applied_at, row.confirmed_by = now, by
    row.save(update_fields=["applied_at", "confirmed_by", "duty"])
    return version
