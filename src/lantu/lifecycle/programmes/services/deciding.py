"""Submit, approve, send back, finish or call off a programme."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.lifecycle.programmes import events
from lantu.lifecycle.programmes.models import Programme
from lantu.lifecycle.programmes.services import passing
from lantu.lifecycle.programmes.states import CLOSED_MILESTONES, Verb, next_state


@transaction.atomic
def submit_programme(
    programme: Programme, *, by: User, now: datetime, edited_no: int | None = None
) -> Programme:
    """Ask for approval. Raises Refused while goals, members or milestones are missing: each with what to add."""
    passing.must_be_editor(programme, by)
    programme = passing.lock(programme, edited_no=edited_no)
    before, programme.state = programme.state, next_state(programme.state, Verb.SUBMIT)
    passing.must_hold(programme.duty.holder_id if programme.duty else None, by, programme.created_by)
    counts = _complete(programme)
    programme.return_reason = ""
    passing.hand_on(programme, now=now, actor=by, outcome=gettext_noop("已提请批准"))
    emit(
        events.ProgrammeSubmitted(subject_id=programme.pk, before=before, after=programme.state, **counts),
        actor=by,
        at=now,
    )
    return programme


def _complete(programme: Programme) -> dict[str, int]:
    counts = {
        "goals": programme.goals.count(),
        "members": programme.members.filter(left_on=None).count(),
        "milestones": programme.milestones.count(),
    }
    names = {"goals": _("目标"), "members": _("成员项目"), "milestones": _("共同节点")}
    missing = [str(names[key]) for key, count in counts.items() if not count]
    if missing:
        raise Refused(
            "programmes.incomplete",
            _("还没有%(what)s，不能提请批准。") % {"what": "、".join(missing)},
            remedy=_("请在编辑页补齐后再提交。"),
        )
    return counts


@transaction.atomic
def approve_programme(
    programme: Programme, *, by: User, now: datetime, edited_no: int | None = None
) -> Programme:
    """The approver puts it in force; from now on the steward checks every month."""
    require(by, "lifecycle.programmes_approve")
    programme = passing.lock(programme, edited_no=edited_no)
    before, programme.state = programme.state, next_state(programme.state, Verb.APPROVE)
    _must_be_approver(programme, by)
    programme.approved_at = now
    passing.hand_on(programme, now=now, actor=by, outcome=gettext_noop("已批准"))
    emit(
        events.ProgrammeApproved(subject_id=programme.pk, before=before, after=programme.state),
        actor=by,
        at=now,
    )
    return programme


def _must_be_approver(programme: Programme, by: User) -> None:
    """Who wrote it or answers for it never approves it, not even when the duty was handed to them."""
    if by.pk in {programme.created_by_id, programme.steward_id}:
        raise Refused(
            "programmes.same_person",
            _("编制人和责任人不能批准自己的行动计划。"),
            remedy=_("请由批准人办理。"),
            status=403,
        )
    passing.must_hold(programme.duty.holder_id if programme.duty else None, by, programme.approver)


@transaction.atomic
def send_back_programme(
    programme: Programme, *, by: User, now: datetime, reason: str, edited_no: int | None = None
) -> Programme:
    """Do not approve: back to whoever wrote it, with the reason."""
    require(by, "lifecycle.programmes_approve")
    programme = passing.lock(programme, edited_no=edited_no)
    why = passing.reason_of(reason)
    before, programme.state = programme.state, next_state(programme.state, Verb.SEND_BACK)
    _must_be_approver(programme, by)
    programme.return_reason = why
    passing.hand_on(programme, now=now, actor=by, outcome=gettext_noop("已退回"))
    emit(
        events.ProgrammeSentBack(subject_id=programme.pk, before=before, after=programme.state),
        actor=by,
        at=now,
        reason=why,
    )
    return programme


@transaction.atomic
def finish_programme(
    programme: Programme, *, by: User, now: datetime, reason: str, edited_no: int | None = None
) -> Programme:
    """Close it as done. Raises Refused while a milestone is open."""
    require(by, "lifecycle.programmes_approve")
    programme = passing.lock(programme, edited_no=edited_no)
    open_rows = programme.milestones.exclude(state__in=CLOSED_MILESTONES)
    if left := list(open_rows.values_list("name", flat=True)[:5]):
        raise Refused(
            "programmes.milestones_open",
            _("还有未完成的共同节点：%(names)s。") % {"names": "、".join(left)},
            remedy=_("请先确认完成，或写明理由取消这些节点。"),
        )
    return _end(programme, Verb.FINISH, events.ProgrammeFinished, by=by, now=now, reason=reason)


@transaction.atomic
def void_programme(
    programme: Programme, *, by: User, now: datetime, reason: str, edited_no: int | None = None
) -> Programme:
    """Call it off, with its open milestones. A draft by those who edit; one in force by those who approve."""
    programme = passing.lock(programme, edited_no=edited_no)
    draft = programme.approved_at is None
    if draft:
        passing.must_be_editor(programme, by)
    else:
        require(by, "lifecycle.programmes_approve")
    from lantu.lifecycle.programmes.services.milestones import drop_with_programme

    next_state(programme.state, Verb.VOID)
    why = passing.reason_of(reason)
    for milestone in programme.milestones.exclude(state__in=CLOSED_MILESTONES):
        drop_with_programme(milestone, by=by, now=now, why=why)
    return _end(programme, Verb.VOID, events.ProgrammeVoided, by=by, now=now, reason=why)


def _end(
    programme: Programme, verb: Verb, happened: Any, *, by: User, now: datetime, reason: str
) -> Programme:
    why = passing.reason_of(reason)
    before, programme.state = programme.state, next_state(programme.state, verb)
    programme.closed_at, programme.end_reason = now, why
    if programme.duty is not None:
        programme.duty = close_duty(programme.duty, now=now, actor=by, outcome=gettext_noop("行动计划已结束"))
    passing.save(programme)
    emit(
        happened(subject_id=programme.pk, before=before, after=programme.state), actor=by, at=now, reason=why
    )
    return programme
