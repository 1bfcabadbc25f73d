"""What the verbs of schedules share: lock, compare, move on, remember the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import hold_chain
from lantu.duties.deadlines import due_after
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.models_kept import ScheduleEdit
from lantu.lifecycle.schedule.states import Verb, next_status
from lantu.lifecycle.schedule.wording import told_differences
from lantu.packs.load import national

SUBJECT = "lifecycle.schedule"
SLIP_SUBJECT = "lifecycle.scheduleslip"
APPROVAL_SEVERITY = 2
SHOWN_DIFFERENCES = 20


class Stale(Refused):
    """Somebody else changed the schedule since the caller read it; ``differences`` says who, what, from and to."""

    def __init__(self, schedule: Schedule, seen: int) -> None:
        edits = ScheduleEdit.objects.filter(schedule=schedule, edited_no__gt=seen).select_related("by")
        self.differences = [
            {"label": str(change.get("label") or change.get("code") or ""), "field": change.get("what", ""),
             "before": change.get("before"), "theirs": change.get("after"), "by": str(edit.by),
             "at": edit.at.isoformat(), "edited_no": edit.edited_no}
            for edit in edits.order_by("edited_no")
            for change in edit.changes
        ]  # fmt: skip
        last = edits.order_by("-edited_no").first()
        who = _("%(person)s 于 %(at)s") % {
            "person": last.by if last else schedule.edited_by,
            "at": f"{timezone.localtime(last.at if last else schedule.edited_at):%m-%d %H:%M}",
        }
        told = told_differences(self.differences)
        super().__init__(
            "schedules.changed_meanwhile",
            _("这份计划已被%(who)s修改，您的修改没有保存：%(what)s") % {"who": who, "what": _told(told)},
            remedy=_("请对照差异，刷新后在最新一版上重新修改。"),
        )
        # For programs as they are stored, for people (``told``) with names and dates.
        self.more = {
            "differences": self.differences, "told": told, "edited_no": schedule.edited_no, "seen_no": seen,
        }  # fmt: skip


def _told(rows: Sequence[Mapping[str, Any]]) -> str:
    shown = [
        f"{row['label']} {row['field']} {_blank(row['before'])} → {_blank(row['theirs'])}"
        for row in rows[:SHOWN_DIFFERENCES]
    ]
    return "；".join(shown) or _("已重新计算。")


def _blank(value: Any) -> Any:
    return "—" if value is None or value == "" else value


def next_pk(table: str) -> int:
    """The number of a row about to be inserted: its duty names it, and it may not be without duty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        return int(cursor.fetchone()[0])


def lock(schedule: Schedule, *, edited_no: int | None = None) -> Schedule:
    """The row, locked until the end of the transaction. Raises :class:`Stale` when the caller saw an older one."""
    hold_chain(schedule.project_id)
    row = (
        Schedule.objects.select_for_update(of=("self",))
        .select_related("project", "duty", "edited_by", "proposed_by", "created_by")
        .get(pk=schedule.pk)
    )
    if edited_no is not None and edited_no != row.edited_no:
        raise Stale(row, edited_no)
    return row


def advance(schedule: Schedule, verb: Verb) -> None:
    """Walk the status on. Raises Refused for a step out of order."""
    schedule.status = next_status(schedule.status, verb)


def remember(schedule: Schedule, changes: Sequence[dict[str, Any]], *, by: User, now: datetime) -> None:
    """The next edit number, with what it changed; the caller saves."""
    schedule.edited_no += 1
    schedule.edited_by, schedule.edited_at = by, now
    ScheduleEdit.objects.create(
        schedule=schedule, edited_no=schedule.edited_no, by=by, at=now, changes=list(changes)
    )


def approval_duty(schedule: Schedule, approver: User, now: datetime) -> dict[str, Any]:
    """Keyword arguments of the duty to approve."""
    return {
        "step": "approve",
        "title": f"{schedule.name} · {schedule.project.name}"[:200],
        "action_label": gettext_noop("审批进度计划"),
        "action_url": page_of(schedule),
        "holder": approver,
        "severity": APPROVAL_SEVERITY,
        "due_at": due_after(now, working_days=national().schedules.approve_working_days),
    }


def page_of(schedule: Schedule) -> str:
    """Where people look at a schedule."""
    return reverse("lifecycle:schedule_gantt", args=[schedule.pk])


def unfit(field: str, detail: str, remedy: str = "") -> Unacceptable:
    """A value that cannot be taken, with the field's name."""
    return Unacceptable("schedules.bad_value", detail, remedy=remedy, field=field)


def clean(text: str, *, most: int) -> str:
    """Text without control characters, cut to ``most``."""
    return "".join(char for char in str(text) if char.isprintable()).strip()[:most]


def reason_of(text: str) -> str:
    """A reason that says something. Raises Unacceptable for an empty one."""
    reason = clean(text, most=300)
    if len(reason) < 2:
        raise unfit("reason", _("请写明理由。"), _("一句话即可。"))
    return reason
