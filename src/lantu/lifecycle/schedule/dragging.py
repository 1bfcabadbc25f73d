"""A bar that was moved or stretched in the chart, as a change of the plan.

Moving says “not before this day”; the network still decides. Stretching changes the duration, counted on the
activity's own calendar.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Missing, Refused, Unacceptable
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.network import working_minutes
from lantu.lifecycle.schedule.services import Change, edit_schedule
from lantu.lifecycle.schedule.states import ActivityKind, ConstraintKind


def drag_activity(
    schedule: Schedule,
    *,
    edited_no: int,
    activity_id: int,
    kind: str,
    start_at: datetime,
    finish_at: datetime,
    by: User,
    now: datetime,
) -> Schedule:
    """Apply it. Refuses summaries, work that has begun or is finished, and a stale ``edited_no`` (409 with the difference)."""
    activity = schedule.activities.select_related("calendar").filter(pk=activity_id).first()
    if activity is None:
        raise Missing("schedules.no_activity", _("没有这项任务，可能已被删除。"))
    if activity.kind == ActivityKind.SUMMARY:
        raise Refused(
            "schedules.summary_follows",
            _("汇总行的日期由下级任务决定。"),
            remedy=_("请移动它下面的任务。"),
        )
    if activity.actual_finish_at is not None or (kind == "move" and activity.actual_start_at is not None):
        raise Refused(
            "schedules.already_begun",
            _("已经开始的任务不能移动。"),
            remedy=_("请填报进度，或调整剩余工期。"),
        )
    if kind == "move":
        values = {"constraint_kind": ConstraintKind.START_AFTER.value, "constraint_at": start_at}
    elif kind == "stretch":
        calendar = activity.calendar or schedule.calendars.filter(is_default=True).get()
        span = working_minutes(calendar, start_at, finish_at) if finish_at > start_at else 0
        if span <= 0:
            raise Unacceptable(
                "schedules.no_working_time", _("这段时间里没有工作日。"), remedy=_("请拉到下一个工作日。")
            )
        values = {"duration_min": span}
    else:
        raise Unacceptable("schedules.bad_drag", _("没有读懂这次修改。"), remedy=_("请刷新页面再试。"))
    change = Change(op="set", code=activity.code, values=values)
    return edit_schedule(schedule, edited_no=edited_no, changes=[change], by=by, now=now)
