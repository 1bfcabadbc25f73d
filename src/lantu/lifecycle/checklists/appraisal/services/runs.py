"""What the steps of the month share: its lock, its duty."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.duties.services.move import move_duty
from lantu.lifecycle.checklists.appraisal.events import MonthMoved
from lantu.lifecycle.checklists.appraisal.models import AppraisalMonth
from lantu.lifecycle.checklists.appraisal.states import RunState, must_be, run_after
from lantu.lifecycle.checklists.months import closing, following_day, rules

LABELS = {
    RunState.REVIEW: gettext_noop("复核异常"),
    RunState.FROZEN: gettext_noop("评分"),
    RunState.SCORED: gettext_noop("受理申诉并公布"),
}


def lock_run(run: AppraisalMonth, *wanted: str) -> AppraisalMonth:
    """The month, locked, at one of the wanted steps. Raises Refused otherwise."""
    row = (
        AppraisalMonth.objects.select_for_update(of=("self",))
        .select_related("duty", "officer")
        .get(pk=run.pk)
    )
    must_be(row.state, *wanted)
    return row


def step_on(run: AppraisalMonth, *, by: User | None, now: datetime) -> None:
    """The next step of the month, with its due day; the caller saves what else changed."""
    before = run.state
    run.state = run_after(before)
    calendar = rules().calendar
    day = {
        RunState.REVIEW: calendar.review_by_day,
        RunState.FROZEN: calendar.score_day,
        RunState.SCORED: calendar.publish_day,
    }[RunState(run.state)]
    assert run.duty is not None
    run.duty = move_duty(
        run.duty, step=run.state, title=run.duty.title, action_label=LABELS[RunState(run.state)],
        action_url=run.duty.action_url, holder=run.officer, due_at=max(closing(following_day(run.month, day)), now),
        now=now, actor=by, outcome=str(before),
    )  # fmt: skip
    run.save()
    told = MonthMoved(project_id=None, subject_id=run.pk, month=str(run), before=before, after=run.state)
    emit(told, actor=by, at=now)
