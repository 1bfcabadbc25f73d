"""The forms of one activity: what was typed, as changes of the plan or as a report."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule import forms
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity
from lantu.lifecycle.schedule.services import Change, ProgressRow

DEFAULT_DAY = 480.0


def _values(values: Mapping[str, str], day_minutes: float) -> dict[str, Any]:
    """Fields that a new and a known activity share; an empty duration is left out."""
    who = forms.person(values, "responsible")
    found: dict[str, Any] = {
        "name": forms.text(values, "name"),
        "calendar_code": forms.text(values, "calendar", 60),
        "constraint_kind": forms.text(values, "constraint_kind", 14),
        "constraint_at": forms.moment(values, "constraint_at"),
        "responsible_id": who.pk if who else None,
        "owner_id": who.organisation_id if who else None,
        "weight": forms.number(values, "weight") or 0.0,
        "budget_yuan": Decimal(str(forms.number(values, "budget_yuan") or 0)),
    }
    if not found["name"]:
        raise Unacceptable("schedules.no_name", _("请填写名称。"), field="name")
    if (duration := forms.minutes(values, "days", day_minutes)) is not None:
        found["duration_min"] = duration
    return found


def activity_changes(
    values: Mapping[str, str], activity: ScheduleActivity, *, day_minutes: float
) -> list[Change]:
    """Only what differs from what is stored, so that two people may change different fields one after the other."""
    if values.get("remove") == "1":
        return [Change(op="remove", code=activity.code)]
    typed = _values(values, day_minutes)
    stored = {name: getattr(activity, name) for name in typed if name != "calendar_code"}
    stored["calendar_code"] = activity.calendar.code if activity.calendar else ""
    if typed["responsible_id"] == stored["responsible_id"]:
        del typed["owner_id"]  # the unit was set on its own: only another person brings another unit
    if forms.local_day(typed["constraint_at"]) == forms.local_day(stored["constraint_at"]):
        del typed["constraint_at"]  # the form shows the day only: its hour stays
    different = {name: value for name, value in typed.items() if value != stored[name]}
    changes = [Change(op="set", code=activity.code, values=different)] if different else []
    if activity.kind != "summary":
        known = {
            (link.predecessor.code, link.kind): link.lag_min
            for link in activity.links_in.select_related("predecessor")
        }
        changes += link_changes(activity.code, known, forms.links(values, "before", day_minutes))
    if not changes:
        raise Unacceptable("schedules.nothing_changed", _("没有改动。"), remedy=_("请修改后再保存。"))
    return changes


def link_changes(
    code: str, known: Mapping[tuple[str, str], int], wanted: Mapping[tuple[str, str], int]
) -> list[Change]:
    """Links that go, and links that come or change their lag."""
    gone = [
        Change(op="unlink", values={"predecessor_code": other, "successor_code": code, "kind": kind})
        for other, kind in known
        if (other, kind) not in wanted
    ]
    new = [
        Change(op="link", values={"predecessor_code": other, "successor_code": code, "kind": kind, "lag_min": lag})
        for (other, kind), lag in wanted.items()
        if known.get((other, kind)) != lag
    ]  # fmt: skip
    return gone + new


def new_changes(values: Mapping[str, str], schedule: Schedule) -> list[Change]:
    """A new activity with its links."""
    code = forms.text(values, "code", 60)
    if not code:
        raise Unacceptable("schedules.no_code", _("请填写编号。"), field="code")
    calendar = schedule.calendars.filter(code=forms.text(values, "calendar", 60)).first()
    calendar = calendar or schedule.calendars.filter(is_default=True).first()
    day_minutes = 60 * calendar.hours_per_day if calendar else DEFAULT_DAY
    kind = forms.text(values, "kind", 10)
    row = _values(values, day_minutes) | {"kind": kind, "parent_code": forms.text(values, "parent", 60)}
    if kind == "milestone":
        row |= {"milestone_side": "finish", "duration_min": 0}
    if kind == "summary":
        row |= {"duration_min": 0}
    return [
        Change(op="add", code=code, values=row),
        *link_changes(code, {}, forms.links(values, "before", day_minutes)),
    ]


def typed_from(activity: ScheduleActivity, *, day_minutes: float) -> dict[str, str]:
    """A stored activity as the form shows it."""
    return {
        "name": activity.name,
        "days": f"{activity.duration_min / day_minutes:g}",
        "calendar": activity.calendar.code if activity.calendar else "",
        "before": forms.links_text(
            activity.links_in.select_related("predecessor").order_by("id"), day_minutes
        ),
        "constraint_kind": activity.constraint_kind,
        "constraint_at": forms.local_day(activity.constraint_at),
        "responsible": str(activity.responsible_id or ""),
        "weight": f"{activity.weight:g}" if activity.weight else "",
        "budget_yuan": f"{activity.budget_yuan:f}" if activity.budget_yuan else "",
    }


def progress_row(values: Mapping[str, str], activity: ScheduleActivity, *, day_minutes: float) -> ProgressRow:
    """One report. Refuses a missing share; the service judges the rest."""
    percent = forms.number(values, "percent")
    if percent is None:
        raise Unacceptable("schedules.no_percent", _("请填写完成比例。"), field="percent")
    return ProgressRow(
        code=activity.code,
        percent=percent,
        remaining_min=forms.minutes(values, "remaining_days", day_minutes),
        actual_start_at=forms.moment(values, "actual_start_at"),
        actual_finish_at=forms.moment(values, "actual_finish_at"),
        expected_finish_at=forms.evening(values, "expected_finish_at"),
        forget_expected=not values.get("expected_finish_at") and activity.expected_finish_at is not None,
        grade=forms.text(values, "grade", 1) or "D",
        note=forms.text(values, "note"),
    )
