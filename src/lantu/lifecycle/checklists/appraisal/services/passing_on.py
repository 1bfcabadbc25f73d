"""Hand an item over, or bounce it: it lies in somebody's sheet at every moment."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.duties.deadlines import DAY_SECONDS, after_working_seconds
from lantu.duties.services.bounce import BounceReason
from lantu.duties.services.hand_over import require_fit
from lantu.lifecycle.checklists.appraisal.events import ItemPassedOn
from lantu.lifecycle.checklists.appraisal.models import ChecklistFact, ChecklistSheet
from lantu.lifecycle.checklists.appraisal.services import sheets
from lantu.lifecycle.checklists.appraisal.states import OWED, SheetKind
from lantu.lifecycle.checklists.services.passing import reason_of

MOST_BOUNCES = 2


def _locked(fact: ChecklistFact) -> tuple[ChecklistFact, ChecklistSheet]:
    row = (
        ChecklistFact.objects.select_for_update(of=("self",))
        .select_related("item", "reporter", "verifier", "checklist__project", "run__officer")
        .get(pk=fact.pk)
    )
    if row.state not in OWED or row.sheet is None:
        raise Refused(
            "appraisal.not_owed",
            _("%(code)s 已经核对过，不再移交。") % {"code": row.code},
            remedy=_("只有待核对的事项可以移交或退回。"),
        )
    return row, sheets.lock_sheet(row.sheet)


@transaction.atomic
def hand_over_item(fact: ChecklistFact, *, to: User, reason: str, by: User, now: datetime) -> ChecklistFact:
    """The holder, the unit's head or the bureau gives one item to another person; the time does not move."""
    fact, sheet = _locked(fact)
    require(by, "lifecycle.checklists_report", fact.checklist.project)
    duty = sheet.duty
    assert duty is not None
    if by.pk not in {duty.holder_id, duty.unit.head_id} and not may(
        by, "lifecycle.appraisal_run", fact.checklist.project
    ):
        raise Denied("appraisal.not_yours", _("只有责任人、本单位负责人或局经办可以移交。"))
    settling = sheet.kind == SheetKind.SETTLE
    if by.pk == duty.holder_id and not settling and to.organisation_id != by.organisation_id:
        raise Refused(
            "appraisal.other_unit",
            _("移交限于本单位人员。"),
            remedy=_("不属于本单位职责的，请退回并写明依据。"),
            field="to",
        )
    return _move(fact, sheet, to=to, why=reason_of(reason), code="hand_over", by=by, now=now)


@transaction.atomic
def bounce_item(
    fact: ChecklistFact, *, code: str, to: User, reason: str, by: User, now: datetime
) -> ChecklistFact:
    """The holder sends it back within one working day, naming who should have it; the second time the bureau decides."""
    fact, sheet = _locked(fact)
    sheets.must_hold(sheet, by)
    if code not in BounceReason.values:
        raise Unacceptable("appraisal.bounce_code", _("退回须选择规定的理由。"), field="code")
    why = f"{BounceReason(code).label}：{reason_of(reason)}"
    if sheet.kind == SheetKind.SETTLE or fact.bounces >= MOST_BOUNCES:
        raise Refused(
            "appraisal.decided",
            _("这一项已经裁定，不能再退回。"),
            remedy=_("如确有困难，请与局经办联系。"),
        )
    if now > after_working_seconds(sheet.opened_at, DAY_SECONDS):
        raise Refused(
            "appraisal.bounce_too_late",
            _("收到已超过 1 个工作日，不能再退回。"),
            remedy=_("请办理，或由本单位负责人移交。"),
        )
    fact.bounces += 1
    if fact.bounces < MOST_BOUNCES:
        return _move(fact, sheet, to=to, why=why, code=code, by=by, now=now)
    officer = fact.run.officer
    fact.bounced = [*fact.bounced, _note(by, officer, why, now)]
    fact.sheet = sheets.sheet_for(
        fact.run, fact.checklist, SheetKind.SETTLE, officer, due_at=_due(sheet, now), now=now, actor=by
    )
    return _saved(fact, sheet, to=officer, why=why, by=by, now=now)


def _note(by: User, to: User, why: str, now: datetime) -> dict[str, str]:
    return {"from": str(by), "to": str(to), "why": why, "at": now.isoformat()}


def _due(sheet: ChecklistSheet, now: datetime) -> datetime:
    assert sheet.duty is not None
    due_at: datetime = max(sheet.duty.due_at, now)
    return due_at


def _move(
    fact: ChecklistFact, sheet: ChecklistSheet, *, to: User, why: str, code: str, by: User, now: datetime
) -> ChecklistFact:
    if to.pk == fact.verifier_id:
        raise Refused(
            "appraisal.same_person",
            _("%(to)s 是这一项的核验人，不能同时填报。") % {"to": to},
            remedy=_("请选择另一人。"),
            field="to",
        )
    if to.pk == fact.reporter_id and sheet.kind == SheetKind.REPORT:
        raise Refused("appraisal.same_holder", _("%(to)s 已经是责任人。") % {"to": to}, field="to")
    assert sheet.duty is not None
    require_fit(sheet.duty, to)
    fact.bounced = [*fact.bounced, _note(by, to, why, now)]
    fact.reporter = to
    fact.sheet = sheets.sheet_for(
        fact.run, fact.checklist, SheetKind.REPORT, to, due_at=_due(sheet, now), now=now, actor=by
    )
    return _saved(fact, sheet, to=to, why=f"{code} {why}", by=by, now=now)


def _saved(
    fact: ChecklistFact, sheet: ChecklistSheet, *, to: User, why: str, by: User, now: datetime
) -> ChecklistFact:
    fact.save(update_fields=["reporter", "sheet", "bounces", "bounced"])
    sheets.close_if_done(sheet, now=now, actor=by, outcome=gettext_noop("已移交"))
    told = ItemPassedOn(**sheets.event_base(sheet), rows=[[fact.code, str(by), str(to), why]])
    emit(told, actor=by, at=now, reason=why)
    return fact
