"""Countersign, issue, send back, ask for an adjustment, withdraw."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.checklists.events import (
    ChecklistIssued,
    ChecklistSentBack,
    ChecklistSigned,
    ChecklistSubmitted,
    ChecklistWithdrawn,
)
from lantu.lifecycle.checklists.models import Checklist, ChecklistSignature
from lantu.lifecycle.checklists.months import rules, term_after
from lantu.lifecycle.checklists.rows import ItemRow, problems_of, refuse, row_of
from lantu.lifecycle.checklists.services import passing
from lantu.lifecycle.checklists.services.drafting import create_checklist
from lantu.lifecycle.checklists.states import ChecklistState, Verb


def stored_rows(checklist: Checklist) -> list[ItemRow]:
    """The items as rows, in order, with their months."""
    items = checklist.items.select_related("parent", "owner__organisation", "verifier").prefetch_related(
        "targets"
    )
    return [
        row_of(item, {t.month: (float(t.planned_pct), float(t.planned_yuan)) for t in item.targets.all()})
        for item in items
    ]


@transaction.atomic
def submit_checklist(
    checklist: Checklist, *, by: User, now: datetime, edited_no: int | None = None
) -> Checklist:
    """Send it to every responsible unit to countersign: one person each, whose items weigh most."""
    require(by, "lifecycle.checklists_edit", checklist.project)
    checklist = passing.lock(checklist, edited_no=edited_no)
    before, after = passing.advance(checklist, Verb.SUBMIT)
    refuse(problems_of(stored_rows(checklist), checklist.year))
    checklist.submitted_at = now
    passing.hand_on(checklist, now=now, actor=by, outcome=gettext_noop("已送会签"))
    weights: dict[int, dict[User, float]] = {}
    leaves = checklist.items.filter(is_group=False).select_related("owner__organisation")
    for item in leaves:
        assert item.unit_id is not None
        assert item.owner is not None
        people = weights.setdefault(item.unit_id, {})
        people[item.owner] = people.get(item.owner, 0.0) + float(item.weight)
    for unit_id, people in weights.items():
        _ask(checklist, unit_id, max(people, key=lambda one: (people[one], -one.pk)), by=by, now=now)
    emit(
        ChecklistSubmitted(
            project_id=checklist.project_id, subject_id=checklist.pk, before=before, after=after, unit_ids=sorted(weights)
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return checklist


def _ask(checklist: Checklist, unit_id: int, person: User, *, by: User, now: datetime) -> None:
    pk = passing.next_pk("lifecycle_checklistsignature")
    duty = open_duty(
        subject_type=passing.SIGNATURE,
        subject_id=pk,
        project=checklist.project,
        step="sign",
        title=_("会签：%(name)s") % {"name": checklist.name},
        action_label=gettext_noop("会签清单"),
        action_url=reverse("lifecycle:checklists_detail", args=[checklist.pk]),
        holder=person,
        severity=passing.SEVERITY,
        due_at=term_after(now, rules().calendar.sign_term),
        now=now,
        actor=by,
    )
    ChecklistSignature.objects.create(
        pk=pk, checklist=checklist, unit_id=unit_id, person=person, asked_at=now, duty=duty
    )


@transaction.atomic
def sign_checklist(
    checklist: Checklist, *, by: User, now: datetime, agreed: bool, note: str = ""
) -> ChecklistSignature:
    """The unit's person agrees, or objects with a reason; an objection sends the checklist back."""
    require(by, "lifecycle.checklists_sign", checklist.project)
    checklist = passing.lock(checklist)
    signature = (
        checklist.signatures.select_related("duty__holder", "unit")
        .filter(closed_at=None, duty__holder=by)
        .first()
    )
    if signature is None:
        raise Refused(
            "checklists.nothing_to_sign",
            _("没有等待您会签的事项。"),
            remedy=_("每个责任单位由一人会签，见“会签”栏。"),
        )
    signature.note = passing.clean(note, 300) if agreed else passing.reason_of(note, field="note")
    signature.agreed, signature.closed_at = agreed, now
    if signature.duty is not None:
        signature.duty = close_duty(
            signature.duty, now=now, actor=by,
            outcome=gettext_noop("已会签") if agreed else gettext_noop("会签有异议"),
        )  # fmt: skip
    signature.save()
    emit(
        ChecklistSigned(
            project_id=checklist.project_id, subject_id=checklist.pk, before=checklist.state, after=checklist.state,
            unit_id=signature.unit_id, agreed=agreed,
        ),
        actor=by,
        at=now,
        reason=signature.note,
    )  # fmt: skip
    if not agreed:
        _back(checklist, by=by, now=now, why=signature.note)
    return signature


@transaction.atomic
def send_back_checklist(checklist: Checklist, *, by: User, now: datetime, reason: str) -> Checklist:
    """The bureau sends it back to be drafted again."""
    require(by, "lifecycle.checklists_issue", checklist.project)
    return _back(passing.lock(checklist), by=by, now=now, why=passing.reason_of(reason))


def _back(checklist: Checklist, *, by: User, now: datetime, why: str) -> Checklist:
    before, _after = passing.advance(checklist, Verb.SEND_BACK)
    if checklist.replaces_id is not None:
        checklist.state = ChecklistState.ADJUSTING
    for signature in checklist.signatures.filter(closed_at=None).select_related("duty"):
        if signature.duty is not None:
            signature.duty = close_duty(
                signature.duty, now=now, actor=by, outcome=gettext_noop("清单已退回修改")
            )
        signature.closed_at = now
        signature.save()
    passing.hand_on(checklist, now=now, actor=by, outcome=gettext_noop("退回修改"))
    emit(
        ChecklistSentBack(
            project_id=checklist.project_id, subject_id=checklist.pk, before=before, after=checklist.state
        ),
        actor=by,
        at=now,
        reason=why,
    )
    return checklist


@transaction.atomic
def issue_checklist(
    checklist: Checklist, *, by: User, now: datetime, edited_no: int | None = None
) -> Checklist:
    """Put it in force once every unit has agreed; the version before it is superseded. Not by whoever compiled it."""
    require(by, "lifecycle.checklists_issue", checklist.project)
    checklist = passing.lock(checklist, edited_no=edited_no)
    before, after = passing.advance(checklist, Verb.ISSUE)
    if by.pk == checklist.created_by_id:
        raise Refused(
            "checklists.same_person", _("编制人不能下达自己编的清单。"), remedy=_("请由局里另一人下达。")
        )
    waiting = [
        str(signature.unit)
        for signature in checklist.signatures.filter(closed_at=None).select_related("unit")
    ]
    if waiting:
        raise Refused(
            "checklists.not_signed",
            _("还有 %(n)d 个单位没有会签：%(units)s。")
            % {"n": len(waiting), "units": "、".join(waiting[:6])},
            remedy=_("请催会签；确有异议的退回修改。"),
        )
    if checklist.replaces is not None:
        earlier = passing.lock(checklist.replaces)
        if earlier.state == ChecklistState.IN_FORCE:
            passing.advance(earlier, Verb.SUPERSEDE)
            earlier.closed_at = now
            passing.save(earlier)
    checklist.issued_by, checklist.issued_at = by, now
    passing.save(checklist)
    if checklist.duty is not None:
        close_duty(checklist.duty, now=now, actor=by, outcome=gettext_noop("已下达"))
    emit(
        ChecklistIssued(
            project_id=checklist.project_id, subject_id=checklist.pk, before=before, after=after,
            version=checklist.version, replaces_id=checklist.replaces_id,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return checklist


@transaction.atomic
def ask_adjustment(checklist: Checklist, *, by: User, now: datetime, reason: str) -> Checklist:
    """Ask for a change of the one in force: a new version with the same items, to be edited; the old one holds meanwhile."""
    require(by, "lifecycle.checklists_edit", checklist.project)
    why = passing.reason_of(reason)
    if checklist.state != ChecklistState.IN_FORCE:
        raise Refused(
            "checklists.not_in_force",
            _("只有已下达的清单可以申请调整。"),
            remedy=_("草稿可以直接修改。"),
        )
    return create_checklist(
        project=checklist.project, year=checklist.year, rows=stored_rows(checklist), by=by, now=now,
        name=checklist.name, replaces=checklist, reason=why, is_demo=checklist.is_demo,
    )  # fmt: skip


@transaction.atomic
def withdraw_checklist(checklist: Checklist, *, by: User, now: datetime, reason: str) -> Checklist:
    """Give up a draft; it stays readable."""
    require(by, "lifecycle.checklists_edit", checklist.project)
    checklist = passing.lock(checklist)
    why = passing.reason_of(reason)
    before, after = passing.advance(checklist, Verb.WITHDRAW)
    checklist.closed_at = now
    passing.save(checklist)
    if checklist.duty is not None:
        close_duty(checklist.duty, now=now, actor=by, outcome=gettext_noop("已撤回"))
    emit(
        ChecklistWithdrawn(
            project_id=checklist.project_id, subject_id=checklist.pk, before=before, after=after
        ),
        actor=by,
        at=now,
        reason=why,
    )
    return checklist
