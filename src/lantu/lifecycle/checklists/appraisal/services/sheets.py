"""Sheets: one person's pass through the items that wait for them, with one duty for all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.roles import Role
from lantu.core.refusals import Denied, Refused
from lantu.duties.models import Duty
from lantu.duties.selectors import people_in_role
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.checklists.appraisal.models import AppraisalMonth, ChecklistFact, ChecklistSheet
from lantu.lifecycle.checklists.appraisal.states import HELD, SheetKind
from lantu.lifecycle.checklists.models import Checklist
from lantu.lifecycle.checklists.services.passing import next_pk

SUBJECT = "lifecycle.checklistsheet"
SEVERITY = 2
LABELS = {
    SheetKind.REPORT: gettext_noop("核对差异"),
    SheetKind.VERIFY: gettext_noop("核验"),
    SheetKind.SETTLE: gettext_noop("裁定"),
    SheetKind.VISIT: gettext_noop("现场抽查"),
}


def sheet_for(
    run: AppraisalMonth,
    checklist: Checklist,
    kind: str,
    person: User,
    *,
    due_at: datetime,
    now: datetime,
    actor: User | None,
) -> ChecklistSheet:
    """The open sheet of this person, opened with its duty if there is none."""
    found = (
        ChecklistSheet.objects.select_related("duty")
        .filter(run=run, checklist=checklist, kind=kind, person=person, closed_at=None)
        .first()
    )
    if found is not None:
        return found
    pk = next_pk("lifecycle_checklistsheet")
    duty = open_duty(
        subject_type=SUBJECT,
        subject_id=pk,
        project=checklist.project,
        step=kind,
        title=f"{run.month:%Y-%m} {SheetKind(kind).label} · {checklist.project.name}"[:200],
        action_label=LABELS[SheetKind(kind)],
        action_url=reverse("lifecycle:checklists_sheet", args=[pk]),
        holder=person,
        severity=SEVERITY,
        due_at=due_at,
        now=now,
        actor=actor,
    )
    return ChecklistSheet.objects.create(
        pk=pk, run=run, checklist=checklist, kind=kind, person=person, opened_at=now, duty=duty
    )


def lock_sheet(sheet: ChecklistSheet) -> ChecklistSheet:
    """The sheet with its month, locked. Raises Refused when it is closed."""
    row = (
        ChecklistSheet.objects.select_for_update(of=("self",))
        .select_related("run__officer", "checklist__project", "duty__holder", "person")
        .get(pk=sheet.pk)
    )
    if row.closed_at is not None:
        raise Refused(
            "appraisal.sheet_closed",
            _("这张核对单已经办结。"),
            remedy=_("要更正的，请联系核验人退回，或在冻结后提交更正。"),
        )
    return row


def must_hold(sheet: ChecklistSheet, by: User) -> None:
    """Only the holder of the sheet's duty acts: the person, or whoever it was handed to."""
    duty: Duty | None = sheet.duty
    if duty is None or duty.holder_id != by.pk:
        raise Denied(
            "appraisal.not_yours",
            _("这张核对单由%(who)s办理。") % {"who": duty.holder if duty else sheet.person},
            remedy=_("本人外出的，请在“我的待办”里移交。"),
        )


def held_facts(sheet: ChecklistSheet) -> list[ChecklistFact]:
    """What still waits in this sheet."""
    rows = ChecklistFact.objects.select_related("item", "reporter", "verifier", "reported_by")
    if sheet.kind == SheetKind.VISIT:
        return list(
            rows.filter(run=sheet.run_id, checklist=sheet.checklist_id, sampled=True, visited_at=None)
        )
    return list(rows.filter(sheet=sheet, state__in=HELD))


def close_if_done(sheet: ChecklistSheet, *, now: datetime, actor: User | None, outcome: str) -> None:
    """Close sheet and duty when nothing waits in it any more."""
    if held_facts(sheet):
        return
    close_sheet(sheet, now=now, actor=actor, outcome=outcome)


def close_sheet(sheet: ChecklistSheet, *, now: datetime, actor: User | None, outcome: str) -> None:
    """Close sheet and duty, whatever still waits in it."""
    sheet.closed_at = max(now, sheet.opened_at)
    sheet.save(update_fields=["closed_at"])
    if sheet.duty is not None and sheet.duty.closed_at is None:
        close_duty(sheet.duty, now=now, actor=actor, outcome=outcome)


def bureau_person(now: datetime, *, but: set[int]) -> User:
    """Somebody of the bureau who has no part in the matter. Raises Refused when there is nobody."""
    for role in (Role.OFFICER, Role.DIRECTOR):
        for person in people_in_role(role, now):
            if person.pk not in but and person.organisation_id is not None:
                return person
    raise Refused(
        "appraisal.nobody",
        _("局里没有与此事无关的人可以办理。"),
        remedy=_("请先为另一人授予局经办或局领导角色。"),
    )


def event_base(sheet: ChecklistSheet) -> dict[str, Any]:
    """The fields that all events of a sheet share."""
    return {
        "project_id": sheet.checklist.project_id,
        "subject_id": sheet.pk,
        "month": f"{sheet.run.month:%Y-%m}",
    }
