"""The beginning of a plan: its calendars, its first and its last milestone."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule.drafts import ActivityRow, LinkRow, ScheduleDraft, pack_calendars
from lantu.lifecycle.schedule.states import ScheduleKind


def blank_draft(
    *, name: str, kind: str, start_at: datetime, must_finish_at: datetime | None
) -> ScheduleDraft:
    """An empty plan that can be calculated: begin and end, nothing between. Refuses an unknown kind or a missing name."""
    if not name:
        raise Unacceptable("schedules.no_name", _("请填写计划名称。"), field="name")
    if kind not in {ScheduleKind.MASTER, ScheduleKind.SECTION}:
        raise Unacceptable("schedules.bad_kind", _("请选择计划类别。"), field="kind")
    if must_finish_at is not None and must_finish_at <= start_at:
        raise Unacceptable(
            "schedules.finish_before_start", _("必须完成的日期早于计划开始。"), remedy=_("请核对两个日期。"), field="must_finish_at"
        )  # fmt: skip
    return ScheduleDraft(
        name=name,
        kind=kind,
        start_at=start_at,
        data_date=start_at,
        must_finish_at=must_finish_at,
        calendars=pack_calendars(),
        activities=[
            ActivityRow(code="A000", name=_("开工"), kind="milestone", milestone_side="start"),
            ActivityRow(code="Z999", name=_("竣工"), kind="milestone", milestone_side="finish"),
        ],
        links=[LinkRow(predecessor_code="A000", successor_code="Z999")],
    )
