"""Change a draft: all changes of one call or none, then computed anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.services.emit import emit
from lantu.lifecycle.schedule.calendar_text import differences
from lantu.lifecycle.schedule.drafts import ActivityRow, CalendarRow, LinkRow
from lantu.lifecycle.schedule.events import ScheduleEdited
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity, ScheduleCalendar, ScheduleLink
from lantu.lifecycle.schedule.services import passing
from lantu.lifecycle.schedule.services.checking import check_activity, check_calendars, check_link
from lantu.lifecycle.schedule.services.create import activity_of
from lantu.lifecycle.schedule.services.recalculate import refresh
from lantu.lifecycle.schedule.states import ActivityKind, Verb

# Fields of a row that an edit may set; progress has a door of its own.
PROGRESS = {"actual_start_at", "actual_finish_at", "percent", "evidence_grade", "actual_yuan", "stated"}
SETTABLE = {f.name for f in fields(ActivityRow)} - PROGRESS - {"source_uid", "source_row"}
MOST_CHANGES = 2_000
MOST_TOLD = 50


@dataclass(frozen=True, kw_only=True)
class Change:
    """``op``: ``set``, ``add``, ``remove`` an activity by ``code``; ``link``, ``unlink`` with ``predecessor_code``,
    ``successor_code``, ``kind``, ``lag_min``, ``lag_calendar``; ``calendar`` adds or replaces one, ``drop_calendar`` removes an unused one; ``plan`` sets the
    plan's own ``name``, ``start_at``, ``must_finish_at``. Values are those of the rows of ``drafts``.
    """

    op: str
    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


class _Desk:
    """The rows of one schedule while it is edited."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.calendars = {row.code: row for row in ScheduleCalendar.objects.filter(schedule=schedule)}
        self.rows = {
            row.code: row
            for row in ScheduleActivity.objects.filter(schedule=schedule).select_related("parent", "calendar")
        }
        self.told: list[dict[str, Any]] = []

    @property
    def kinds(self) -> dict[str, str]:
        """Kind of each code."""
        return {code: row.kind for code, row in self.rows.items()}

    def row(self, code: str) -> ScheduleActivity:
        """The activity of that code. Raises Unacceptable."""
        try:
            return self.rows[code]
        except KeyError:
            raise passing.unfit(
                f"activities.{code}",
                _("任务“%(code)s”不存在。") % {"code": code},
                _("可能已被删除，请刷新页面。"),
            ) from None

    def tell(self, code: str, label: str, what: str, before: Any, after: Any) -> None:
        """Remember one difference in plain values."""
        if before != after:
            self.told.append(
                {"code": code, "label": label, "what": what, "before": _plain(before), "after": _plain(after)}
            )


@transaction.atomic
def edit_schedule(
    schedule: Schedule, *, edited_no: int, changes: Sequence[Change], by: User, now: datetime
) -> Schedule:
    """Apply ``changes`` to a draft and compute it anew. Raises :class:`Stale` (409) with the differences when somebody
    else edited since ``edited_no``, Refused for a plan that is no draft, Unacceptable with place and remedy; cycles are
    told by name and nothing is saved.
    """
    require(by, "lifecycle.schedule_edit", schedule.project)
    schedule = passing.lock(schedule, edited_no=edited_no)
    passing.advance(schedule, Verb.EDIT)
    if not 1 <= len(changes) <= MOST_CHANGES:
        raise passing.unfit("changes", _("一次可提交 1 到 %(most)d 处修改。") % {"most": MOST_CHANGES})
    desk = _Desk(schedule)
    for number, change in enumerate(changes):
        apply = _OPERATIONS.get(change.op)
        if apply is None:
            raise passing.unfit(f"changes.{number}.op", _("没有“%(op)s”这种修改。") % {"op": change.op})
        apply(desk, change)
    passing.remember(schedule, desk.told, by=by, now=now)
    refresh(schedule, now=now)
    schedule.save()
    emit(
        ScheduleEdited(
            project_id=schedule.project_id, subject_id=schedule.pk, name=schedule.name,
            edited_no=schedule.edited_no, changes=desk.told[:MOST_TOLD],
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return schedule


def _set(desk: _Desk, change: Change) -> None:
    activity = desk.row(change.code)
    unknown = set(change.values) - SETTABLE
    if unknown:
        raise passing.unfit(
            f"activities.{change.code}.{min(unknown)}",
            _("“%(field)s”不能在这里修改。") % {"field": min(unknown)},
            _("实际日期与完成比例请用“填报进度”。"),
        )
    row = _row_of(activity, change.values)
    kinds = desk.kinds
    if row.code != change.code and row.code in kinds:
        raise passing.unfit(f"activities.{row.code}", _("编号重复：%(codes)s。") % {"codes": row.code})
    check_activity(row, set(desk.calendars), kinds | {row.code: row.kind})
    if row.kind == ActivityKind.SUMMARY and activity.kind != ActivityKind.SUMMARY:
        raise passing.unfit(f"activities.{row.code}.kind", _("任务不能改为汇总。"), _("请新建一个汇总任务。"))
    for name, value in change.values.items():
        label = f"{activity.code} {activity.name}"
        if name == "calendar_code":
            desk.tell(change.code, label, name, activity.calendar.code if activity.calendar else "", value)
            activity.calendar = desk.calendars.get(str(value))
        elif name == "parent_code":
            desk.tell(change.code, label, name, activity.parent.code if activity.parent else "", value)
            _move(desk, activity, str(value))
        else:
            desk.tell(change.code, label, name, getattr(activity, name), value)
            setattr(activity, name, value)
    if "duration_min" in change.values and "remaining_min" not in change.values:
        activity.remaining_min = (
            activity.duration_min if activity.actual_start_at is None else activity.remaining_min
        )
    activity.save()
    if row.code != change.code:
        desk.rows[row.code] = desk.rows.pop(change.code)


def _row_of(activity: ScheduleActivity, values: Mapping[str, Any]) -> ActivityRow:
    """The row as it would stand, for the same checks as a new one."""
    known = {name: getattr(activity, name) for name in SETTABLE - {"calendar_code", "parent_code"}}
    known["calendar_code"] = activity.calendar.code if activity.calendar else ""
    known["parent_code"] = activity.parent.code if activity.parent else ""
    return ActivityRow(**{**known, **values})


def _move(desk: _Desk, activity: ScheduleActivity, parent_code: str) -> None:
    parent = desk.rows.get(parent_code)
    above = parent
    while above is not None:
        if above.pk == activity.pk:
            raise passing.unfit(
                f"activities.{activity.code}.parent", _("汇总任务不能移到它自己下面。"), _("请选择别的上级。")
            )
        above = desk.rows[above.parent.code] if above.parent else None
    activity.parent = parent
    activity.level = parent.level + 1 if parent else 0


def _add(desk: _Desk, change: Change) -> None:
    unknown = set(change.values) - SETTABLE - {"code"}
    if unknown or change.code in desk.rows:
        what = min(unknown) if unknown else change.code
        raise passing.unfit(
            f"activities.{change.code}", _("不能增加：%(what)s 重复或不可用。") % {"what": what}
        )
    row = ActivityRow(**{"name": change.code, **change.values, "code": change.code})
    check_activity(row, set(desk.calendars), desk.kinds | {row.code: row.kind})
    parent = desk.rows.get(row.parent_code)
    after = [
        one.order for one in desk.rows.values() if parent is None or parent.pk in {one.pk, one.parent_id}
    ]
    order = max(after, default=-1) + 1
    desk.schedule.activities.filter(order__gte=order).update(order=F("order") + 1)
    for one in desk.rows.values():
        one.order += one.order >= order
    made = activity_of(
        desk.schedule, row, desk.calendars, order=order, level=parent.level + 1 if parent else 0
    )
    made.parent = parent
    made.save(force_insert=True)
    desk.rows[row.code] = made
    desk.tell(row.code, f"{row.code} {row.name}", "add", None, row.name)


def _remove(desk: _Desk, change: Change) -> None:
    activity = desk.row(change.code)
    if any(row.parent_id == activity.pk for row in desk.rows.values()):
        raise passing.unfit(
            f"activities.{change.code}",
            _("汇总任务“%(code)s”下面还有任务。") % {"code": change.code},
            _("请先移走或删除它下面的任务。"),
        )
    if activity.reports.exists() or activity.slips.exists():
        raise passing.unfit(
            f"activities.{change.code}",
            _("任务“%(code)s”已有进度记录，不能删除。") % {"code": change.code},
            _("可把剩余工期改为 0 并说明。"),
        )
    desk.tell(change.code, f"{activity.code} {activity.name}", "remove", activity.name, None)
    activity.delete()
    del desk.rows[change.code]


def _link_row(change: Change) -> LinkRow:
    try:
        return LinkRow(**change.values)
    except TypeError as error:
        raise passing.unfit("links", _("逻辑关系缺前后任务，或有不认识的字段。")) from error


def _link(desk: _Desk, change: Change) -> None:
    row = _link_row(change)
    check_link(row, desk.kinds)
    ends = {"predecessor": desk.row(row.predecessor_code), "successor": desk.row(row.successor_code)}
    known = ScheduleLink.objects.filter(kind=row.kind, **ends).first()
    label = f"{row.predecessor_code} {row.kind} {row.successor_code}"
    desk.tell(label, label, "link", known.lag_min if known else None, row.lag_min)
    link = known or ScheduleLink(schedule=desk.schedule, kind=row.kind, **ends)
    link.lag_min, link.lag_calendar = row.lag_min, row.lag_calendar
    link.save()


def _unlink(desk: _Desk, change: Change) -> None:
    row = _link_row(change)
    label = f"{row.predecessor_code} {row.kind} {row.successor_code}"
    gone, _rows = ScheduleLink.objects.filter(
        predecessor=desk.row(row.predecessor_code), successor=desk.row(row.successor_code), kind=row.kind
    ).delete()
    if not gone:
        raise passing.unfit(
            f"links.{label}", _("没有这条逻辑关系：%(link)s。") % {"link": label}, _("请刷新页面。")
        )
    desk.tell(label, label, "unlink", row.kind, None)


def _calendar(desk: _Desk, change: Change) -> None:
    known = desk.calendars.get(change.code)
    before = _told_of(known) if known else None
    values = {"code": change.code, "name": change.code, **change.values}
    row = CalendarRow(**{**values, "is_default": True})
    check_calendars([row])
    calendar = known or ScheduleCalendar(schedule=desk.schedule, code=row.code)
    calendar.name, calendar.hours_per_day = row.name, row.hours_per_day
    calendar.week = [[list(span) for span in day] for day in row.week]
    calendar.exceptions = {day: [list(span) for span in spans] for day, spans in row.exceptions.items()}
    if change.values.get("is_default") and not calendar.is_default:
        desk.schedule.calendars.filter(is_default=True).update(is_default=False)
        for other in desk.calendars.values():
            other.is_default = False
        calendar.is_default = True
        desk.tell(row.code, row.name, "default_calendar", None, row.name)
    calendar.save()
    desk.calendars[row.code] = calendar
    if before is None:
        desk.tell(row.code, row.name, "calendar", None, row.name)
        return
    for what, old, new in differences(before, _told_of(calendar)):
        desk.tell(row.code, row.name, what, old, new)


def _told_of(calendar: ScheduleCalendar) -> dict[str, Any]:
    names = ("name", "hours_per_day", "week", "exceptions")
    return {name: getattr(calendar, name) for name in names}


def _drop_calendar(desk: _Desk, change: Change) -> None:
    calendar = desk.calendars.get(change.code)
    if calendar is None:
        raise passing.unfit("calendars", _("没有这个日历。"), _("请刷新页面。"))
    if calendar.is_default or any(row.calendar_id == calendar.pk for row in desk.rows.values()):
        raise passing.unfit(
            f"calendars.{change.code}",
            _("日历“%(name)s”还在使用，不能删除。") % {"name": calendar.name},
            _("请先为任务改选别的日历；默认日历先改设另一个为默认。"),
        )
    desk.tell(change.code, calendar.name, "drop_calendar", calendar.name, None)
    calendar.delete()
    del desk.calendars[change.code]


def _plan(desk: _Desk, change: Change) -> None:
    for name, value in change.values.items():
        if name not in {"name", "start_at", "must_finish_at", "critical_rule", "critical_float_min"}:
            raise passing.unfit(name, _("“%(field)s”不能在这里修改。") % {"field": name})
        desk.tell("", desk.schedule.name, name, getattr(desk.schedule, name), value)
        setattr(desk.schedule, name, value)
    desk.schedule.data_date = max(desk.schedule.data_date, desk.schedule.start_at)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


_OPERATIONS: dict[str, Callable[[_Desk, Change], None]] = {
    "set": _set, "add": _add, "remove": _remove, "link": _link, "unlink": _unlink, "calendar": _calendar,
    "drop_calendar": _drop_calendar, "plan": _plan,
}  # fmt: skip
