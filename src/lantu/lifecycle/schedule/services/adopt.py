"""Take a levelling proposal over into a draft of one plan, with an owner and a reason; take it back; discard a draft.

A plan in force is never changed: the proposal becomes “start no earlier than” constraints in a revision, which is
approved like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing, Refused
from lantu.core.services.emit import emit
from lantu.lifecycle.schedule import network
from lantu.lifecycle.schedule.events import AdoptionUndone, LevellingAdopted, ScheduleDiscarded
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity
from lantu.lifecycle.schedule.models_kept import ScheduleAdoption, ScheduleLevelling
from lantu.lifecycle.schedule.services import passing
from lantu.lifecycle.schedule.services.approve import revise_schedule
from lantu.lifecycle.schedule.services.edit import Change, edit_schedule
from lantu.lifecycle.schedule.states import ConstraintKind, LevellingState, ScheduleStatus, Verb
from lantu.lifecycle.schedule.what_if import Consequences, consequences, with_starts

C = ConstraintKind
MORNING = time(0)
SHOWN = 5
Move = dict[str, Any]


@dataclass(frozen=True)
class Proposal:
    """What a run proposes for one plan; ``changed``: activities that no longer stand where the run found them."""

    schedule: Schedule
    moves: list[Move]
    changed: list[str]
    drafts: list[Schedule]


def proposal_for(run: ScheduleLevelling, schedule: Schedule) -> Proposal:
    """The moves of ``run`` within one plan. Raises Missing where it has none."""
    moves = [move for move in run.result.get("moves", ()) if move["schedule"] == schedule.pk]
    if run.state != LevellingState.DONE or not moves:
        raise Missing("schedules.nothing_to_adopt", _("这次资源平衡没有移动这份计划的任务。"))
    rows = {
        row.code: row
        for row in ScheduleActivity.objects.filter(
            schedule=schedule, code__in=[move["code"] for move in moves]
        )
    }
    changed = [move["code"] for move in moves if not _still(rows.get(move["code"]), move)]
    drafts = Schedule.objects.filter(
        replaces=schedule, status=ScheduleStatus.DRAFT, project=schedule.project_id
    ).order_by("-id")
    return Proposal(schedule, moves, changed, list(drafts))


def _still(row: ScheduleActivity | None, move: Move) -> bool:
    """The activity has not begun and starts on the day that the run counted from."""
    if row is None or row.actual_start_at is not None or row.early_start_at is None:
        return False
    return bool(timezone.localtime(row.early_start_at).date().isoformat() == move["from_on"])


def what_adoption_does(proposal: Proposal) -> Consequences:
    """The plan with the proposed starts, against the plan as it stands. Nothing is written."""
    loaded = network.load(proposal.schedule)
    return consequences(
        loaded, with_starts(loaded, {move["code"]: _from(move["to_on"]) for move in proposal.moves})
    )


def _from(day: str) -> datetime:
    return timezone.make_aware(datetime.combine(date.fromisoformat(day), MORNING))


@transaction.atomic
def adopt_levelling(
    run: ScheduleLevelling,
    schedule: Schedule,
    *,
    responsible: User,
    reason: str,
    by: User,
    now: datetime,
    draft: Schedule | None = None,
    edited_no: int | None = None,
) -> ScheduleAdoption:
    """Constrain the proposed starts in a new revision of ``schedule``, or in the open ``draft`` of it that was read at
    ``edited_no`` (409 with the differences when it changed). Raises Refused when the plan has moved on since the run, when
    the proposal was adopted already, Unacceptable without reason or for a person who cannot edit the plan.
    """
    require(by, "lifecycle.schedule_level")
    require(by, "lifecycle.schedule_edit", schedule.project)
    why = passing.reason_of(reason)
    if not may(responsible, "lifecycle.schedule_edit", schedule.project):
        raise passing.unfit(
            "responsible",
            _("%(person)s不能编制这个项目的计划。") % {"person": responsible},
            _("请选择建设、施工或设计单位的责任人。"),
        )
    run = ScheduleLevelling.objects.select_for_update().get(pk=run.pk)
    schedule = passing.lock(schedule)
    proposal = proposal_for(run, schedule)
    _must_fit(run, proposal)
    made = draft is None
    if draft is None:
        draft = revise_schedule(schedule, by=by, now=now)
        edited_no = draft.edited_no
    elif draft.pk not in {one.pk for one in proposal.drafts}:
        raise Missing("schedules.no_draft", _("没有这份修订稿，可能已报批或作废。"))
    rows = {
        row.code: row for row in draft.activities.filter(code__in=[move["code"] for move in proposal.moves])
    }
    kept = [_kept(rows[move["code"]], move) for move in proposal.moves if move["code"] in rows]
    if not kept:
        raise passing.unfit("draft", _("这份修订稿里没有建议移动的任务。"), _("请另存一份新的修订稿。"))
    draft = edit_schedule(
        draft, edited_no=edited_no or 0, changes=[_constrain(one) for one in kept], by=by, now=now
    )
    adoption = ScheduleAdoption.objects.create(
        run=run, schedule=schedule, draft=draft, made_draft=made, edited_no=draft.edited_no, responsible=responsible,
        reason=why, moves=kept, adopted_by=by, adopted_at=now,
    )  # fmt: skip
    emit(
        LevellingAdopted(
            project_id=schedule.project_id, subject_id=adoption.pk, run_id=run.pk, draft_id=draft.pk,
            activities=len(kept), responsible_id=responsible.pk,
        ),
        actor=by,
        at=now,
        reason=why,
    )  # fmt: skip
    return adoption


def _must_fit(run: ScheduleLevelling, proposal: Proposal) -> None:
    if proposal.schedule.status != ScheduleStatus.IN_FORCE:
        raise Refused(
            "schedules.not_in_force",
            _("这份计划已不在执行，建议不再适用。"),
            remedy=_("请对执行中的计划重新计算资源平衡。"),
        )
    known = ScheduleAdoption.objects.filter(run=run, schedule=proposal.schedule, undone_at=None).first()
    if known is not None:
        raise Refused(
            "schedules.adopted_already",
            _("这份计划已采纳这次平衡（%(person)s）。") % {"person": known.adopted_by},
            remedy=_("请打开修订稿；需要重做的，先撤销采纳。"),
        )
    if proposal.changed:
        raise Refused(
            "schedules.moved_since",
            _("平衡之后这些任务已开始或已移动：%(codes)s。") % {"codes": "、".join(proposal.changed[:SHOWN])},
            remedy=_("请按现在的计划重新计算资源平衡。"),
        )


def _kept(row: ScheduleActivity, move: Move) -> Move:
    """What will be constrained, with what stood there before. Raises Refused where both places are taken."""
    if row.constraint_kind in {C.NONE, C.START_AFTER}:
        field = "constraint"
    elif row.constraint2_kind in {C.NONE, C.START_AFTER}:
        field = "constraint2"
    else:
        raise Refused(
            "schedules.two_constraints",
            _("任务“%(task)s”已有两个限制，不能再加“不早于”。") % {"task": row},
            remedy=_("请先在修订稿里去掉其中一个限制，再采纳到那份修订稿。"),
        )
    at = getattr(row, f"{field}_at")
    return {
        "code": row.code, "name": row.name, "field": field, "from_on": move["from_on"], "to_on": move["to_on"],
        "kind_before": getattr(row, f"{field}_kind"), "at_before": at.isoformat() if at else None,
    }  # fmt: skip


def _constrain(one: Move) -> Change:
    values = {f"{one['field']}_kind": C.START_AFTER.value, f"{one['field']}_at": _from(one["to_on"])}
    return Change(op="set", code=one["code"], values=values)


@transaction.atomic
def undo_adoption(adoption: ScheduleAdoption, *, reason: str, by: User, now: datetime) -> ScheduleAdoption:
    """Take an adoption back while its draft is still one: a draft made for it that nobody edited since is discarded, else
    each constraint that still stands as it was set gives way to what stood there before.
    """
    adoption = (
        ScheduleAdoption.objects.select_for_update(of=("self",))
        .select_related("draft__project")
        .get(pk=adoption.pk)
    )
    require(by, "lifecycle.schedule_edit", adoption.draft.project)
    why = passing.reason_of(reason)
    if adoption.undone_at is not None:
        raise Refused(
            "schedules.undone_already",
            _("这次采纳已经撤销（%(who)s，%(at)s）。")
            % {"who": adoption.undone_by, "at": f"{timezone.localtime(adoption.undone_at):%m-%d %H:%M}"},
            remedy=_("无需再办。仍要采用的，请在“资源平衡”里重新采纳；计划已变动的，先重新计算。"),
        )
    draft = passing.lock(adoption.draft)
    if draft.status != ScheduleStatus.DRAFT:
        raise Refused(
            "schedules.wrong_order",
            _("修订稿当前为“%(status)s”，不能再撤销采纳。") % {"status": draft.get_status_display()},
            remedy=_("待审批的请先退回；已执行的请另存修订稿调整。"),
        )
    discard = adoption.made_draft and draft.edited_no == adoption.edited_no
    if discard:
        discard_draft(draft, edited_no=draft.edited_no, reason=why, by=by, now=now)
    elif changes := _given_back(adoption, draft):
        edit_schedule(draft, edited_no=draft.edited_no, changes=changes, by=by, now=now)
    adoption.undone_by, adoption.undone_at, adoption.undo_reason = by, now, why
    adoption.save(update_fields=["undone_by", "undone_at", "undo_reason"])
    emit(
        AdoptionUndone(
            project_id=draft.project_id, subject_id=adoption.pk, run_id=adoption.run_id, draft_id=draft.pk,
            activities=len(adoption.moves), discarded=discard,
        ),
        actor=by,
        at=now,
        reason=why,
    )  # fmt: skip
    return adoption


def _given_back(adoption: ScheduleAdoption, draft: Schedule) -> list[Change]:
    rows = {row.code: row for row in draft.activities.all()}
    changes = []
    for one in adoption.moves:
        row, field = rows.get(one["code"]), one["field"]
        if row is None or getattr(row, f"{field}_kind") != C.START_AFTER:
            continue
        if getattr(row, f"{field}_at") != _from(one["to_on"]):
            continue
        before = datetime.fromisoformat(one["at_before"]) if one["at_before"] else None
        values = {f"{field}_kind": one["kind_before"], f"{field}_at": before}
        changes.append(Change(op="set", code=one["code"], values=values))
    return changes


@transaction.atomic
def discard_draft(schedule: Schedule, *, edited_no: int, reason: str, by: User, now: datetime) -> Schedule:
    """A draft that nobody wants any more becomes history; it stays readable and can be saved as a draft again."""
    require(by, "lifecycle.schedule_edit", schedule.project)
    schedule = passing.lock(schedule, edited_no=edited_no)
    why = passing.reason_of(reason)
    passing.advance(schedule, Verb.DISCARD)
    schedule.return_reason = why
    schedule.save(update_fields=["status", "return_reason"])
    emit(
        ScheduleDiscarded(project_id=schedule.project_id, subject_id=schedule.pk, name=schedule.name),
        actor=by,
        at=now,
        reason=why,
    )
    return schedule
