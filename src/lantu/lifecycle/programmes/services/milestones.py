"""Shared milestones: set, moved with a reason, reported by the owner, confirmed by somebody else."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.duties.services.move import move_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.programmes import events
from lantu.lifecycle.programmes.models import Programme, ProgrammeMilestone
from lantu.lifecycle.programmes.services import passing
from lantu.lifecycle.programmes.services.joining import must_know_lane
from lantu.lifecycle.programmes.states import MilestoneVerb, next_milestone_state
from lantu.projects.models import Project


@transaction.atomic
def add_milestone(
    programme: Programme,
    *,
    name: str,
    lane: str,
    done_when: str,
    due_on: date,
    owner: User,
    by: User,
    now: datetime,
    project: Project | None = None,
    edited_no: int | None = None,
) -> ProgrammeMilestone:
    """A milestone with its one owner and what counts as done. Raises Unacceptable naming the field."""
    passing.must_be_editor(programme, by)
    programme = passing.lock(programme, edited_no=edited_no)
    passing.must_be_open(programme)
    must_know_lane(programme, lane)
    title, standard = passing.clean(name, most=120), passing.clean(done_when, most=300)
    if len(title) < 2:
        raise passing.unfit("name", _("请写节点名称。"))
    if len(standard) < 2:
        raise passing.unfit("done_when", _("请写完成标准。"), _("例如“净地移交单签字”。"))
    if owner.organisation_id is None or not owner.is_active:
        raise passing.unfit("owner", _("责任人必须是有所属单位的在岗人员。"))
    _fit_due(programme, due_on)
    row = ProgrammeMilestone(
        pk=passing.next_pk("lifecycle_programmemilestone"),
        programme=programme,
        name=title,
        lane=lane,
        done_when=standard,
        due_on=due_on,
        original_due_on=due_on,
        owner=owner,
        project=project,
    )
    row.duty = open_duty(
        subject_type=passing.MILESTONE,
        subject_id=row.pk,
        project=project,
        now=now,
        actor=by,
        **passing.milestone_duty(row, now=now),
    )
    row.save(force_insert=True)
    passing.save(programme)
    emit(
        events.MilestoneAdded(
            project_id=row.project_id, subject_id=row.pk, programme_id=programme.pk, before="", after=row.state,
            name=title, lane=lane, due_on=due_on.isoformat(), owner_id=owner.pk,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return row


def _fit_due(programme: Programme, due_on: date) -> None:
    if not programme.starts_on <= due_on <= programme.finishes_on:
        raise passing.unfit(
            "due_on",
            _("时限应在行动计划期间（%(a)s 至 %(b)s）。")
            % {"a": programme.starts_on, "b": programme.finishes_on},
        )


def _lock(row: ProgrammeMilestone) -> ProgrammeMilestone:
    return (
        ProgrammeMilestone.objects.select_for_update(of=("self",))
        .select_related(
            "programme__steward__organisation", "programme__approver__organisation", "programme__lead_unit", "duty__holder",
            "owner__organisation", "project",
        )
        .get(pk=row.pk)
    )  # fmt: skip


def _advance(row: ProgrammeMilestone, verb: MilestoneVerb) -> str:
    passing.must_be_open(row.programme)
    before = row.state
    row.state = next_milestone_state(before, verb)
    return before


def _hand_on(row: ProgrammeMilestone, *, now: datetime, actor: User, outcome: str) -> None:
    assert row.duty is not None
    row.duty = move_duty(
        row.duty, now=now, actor=actor, outcome=outcome, **passing.milestone_duty(row, now=now)
    )
    row.save()


@transaction.atomic
def move_milestone(
    row: ProgrammeMilestone, *, due_on: date, reason: str, by: User, now: datetime
) -> ProgrammeMilestone:
    """Another deadline, with the reason. The first one stays beside it; nobody moves their own milestone."""
    row = _lock(row)
    passing.must_be_editor(row.programme, by)
    why = passing.reason_of(reason)
    if by.pk == row.owner_id:
        raise Refused(
            "programmes.own_milestone",
            _("责任人不能调整自己节点的时限。"),
            remedy=_("请由行动计划责任人或其他经办调整。"),
            status=403,
        )
    before = _advance(row, MilestoneVerb.MOVE)
    _fit_due(row.programme, due_on)
    if due_on == row.due_on:
        raise passing.unfit("due_on", _("新的时限与原来相同。"))
    if due_on < timezone.localtime(now).date():
        raise passing.unfit("due_on", _("时限不能改到今天以前。"), _("已经完成的，请报告完成。"))
    earlier, row.due_on = row.due_on, due_on
    row.moves += 1
    _hand_on(row, now=now, actor=by, outcome=gettext_noop("时限已调整"))
    emit(
        events.MilestoneMoved(
            **_about(row, before), due_before=earlier.isoformat(), due_after=due_on.isoformat()
        ),
        actor=by,
        at=now,
        reason=why,
    )
    return row


@transaction.atomic
def report_milestone(
    row: ProgrammeMilestone, *, done_on: date, text: str, by: User, now: datetime
) -> ProgrammeMilestone:
    """The owner says that it is reached, since when and how; somebody else confirms."""
    require(by, "lifecycle.programmes_milestone")
    row = _lock(row)
    passing.must_hold(row.duty.holder_id if row.duty else None, by, row.owner)
    said = passing.clean(text, most=300)
    if len(said) < 2:
        raise passing.unfit("text", _("请写完成情况和佐证。"))
    if not row.programme.starts_on <= done_on <= timezone.localtime(now).date():
        raise passing.unfit("done_on", _("完成日期应在计划开始之后、今天之前。"))
    before = _advance(row, MilestoneVerb.REPORT)
    row.done_on, row.report_text, row.reported_by = done_on, said, by
    _hand_on(row, now=now, actor=by, outcome=gettext_noop("已报告完成"))
    emit(
        events.MilestoneReported(**_about(row, before), done_on=done_on.isoformat()),
        actor=by,
        at=now,
        reason=said,
    )
    return row


@transaction.atomic
def confirm_milestone(row: ProgrammeMilestone, *, by: User, now: datetime) -> ProgrammeMilestone:
    """A second person confirms. Raises Refused for the one who reported."""
    require(by, "lifecycle.programmes_milestone")
    row = _lock(row)
    _must_be_second(row, by)
    before = _advance(row, MilestoneVerb.CONFIRM)
    row.confirmed_by, row.closed_at = by, now
    if row.duty is not None:
        row.duty = close_duty(row.duty, now=now, actor=by, outcome=gettext_noop("节点已确认"))
    row.save()
    assert row.done_on is not None
    emit(
        events.MilestoneConfirmed(
            **_about(row, before), done_on=row.done_on.isoformat(), on_time=row.done_on <= row.original_due_on
        ),
        actor=by,
        at=now,
    )
    return row


def _must_be_second(row: ProgrammeMilestone, by: User) -> None:
    if by.pk == row.reported_by_id:
        raise Refused(
            "programmes.same_person",
            _("报告人不能确认自己的节点。"),
            remedy=_("请由行动计划责任人或批准人确认。"),
            status=403,
        )
    people = {row.programme.steward_id, row.programme.approver_id, row.duty.holder_id if row.duty else None}
    if by.pk not in people:
        raise Refused(
            "programmes.not_yours",
            _("这一步由%(person)s办理。")
            % {"person": row.duty.holder if row.duty else row.programme.steward},
            status=403,
        )


@transaction.atomic
def send_back_milestone(
    row: ProgrammeMilestone, *, reason: str, by: User, now: datetime
) -> ProgrammeMilestone:
    """Not reached after all: back to the owner with the reason."""
    require(by, "lifecycle.programmes_milestone")
    row = _lock(row)
    _must_be_second(row, by)
    why = passing.reason_of(reason)
    before = _advance(row, MilestoneVerb.SEND_BACK)
    row.done_on, row.reported_by = None, None
    _hand_on(row, now=now, actor=by, outcome=gettext_noop("报告已退回"))
    emit(events.MilestoneSentBack(**_about(row, before)), actor=by, at=now, reason=why)
    return row


@transaction.atomic
def drop_milestone(row: ProgrammeMilestone, *, reason: str, by: User, now: datetime) -> ProgrammeMilestone:
    """Give a milestone up, with the reason; it stays on the page."""
    require(by, "lifecycle.programmes_approve")
    row = _lock(row)
    passing.must_be_open(row.programme)
    return drop_with_programme(row, by=by, now=now, why=passing.reason_of(reason))


def drop_with_programme(row: ProgrammeMilestone, *, by: User, now: datetime, why: str) -> ProgrammeMilestone:
    """Drop it as part of a change that has already been allowed. A reported one is dropped as well."""
    row = _lock(row)
    before = row.state
    verb = MilestoneVerb.DROP
    if before == "reported":
        row.state = next_milestone_state(before, MilestoneVerb.SEND_BACK)
    row.state = next_milestone_state(row.state, verb)
    row.end_reason, row.closed_at = why, now
    if row.duty is not None:
        row.duty = close_duty(row.duty, now=now, actor=by, outcome=gettext_noop("节点已取消"))
    row.save()
    emit(events.MilestoneDropped(**_about(row, before)), actor=by, at=now, reason=why)
    return row


def _about(row: ProgrammeMilestone, before: str) -> dict[str, Any]:
    return {
        "project_id": row.project_id,
        "subject_id": row.pk,
        "programme_id": row.programme_id,
        "before": before,
        "after": row.state,
    }
