"""A working calendar as people type it: seven days of spans, and exceptions one a line.

“08:00-12:00, 14:00-18:00” is a day; an empty one is off. An exception is a day or a stretch of days, followed by its
spans; without spans it is off: “2027-02-01..2027-02-14”, “2027-02-20 08:00-12:00”.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule import forms, network
from lantu.lifecycle.schedule.calendar_text import exceptions_text, spans_text, weekday_names
from lantu.lifecycle.schedule.drafts import CalendarRow
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity, ScheduleCalendar, ScheduleLink
from lantu.lifecycle.schedule.services import Change
from lantu.lifecycle.schedule.services.checking import check_calendars
from lantu.lifecycle.schedule.states import ActivityKind
from lantu.lifecycle.schedule.what_if import Consequences, consequences

SPAN = re.compile(r"(\d{1,2}):(\d\d)\s*[-–~至]\s*(\d{1,2}):(\d\d)")
DAYS_MOST = 400
DAY_MIN = 1440
Spans = list[list[int]]


def spans_of(typed: str, field: str, where: str) -> Spans:
    """Spans of one day, in order. Refuses what it cannot read, naming the day; an end of 00:00 is midnight."""
    found: Spans = []
    for part in filter(None, (one.strip() for one in re.split(r"[,，;；、]", typed))):
        match = SPAN.fullmatch(part)
        numbers = [int(one) for one in match.groups()] if match else []
        if not numbers or numbers[1] > 59 or numbers[3] > 59:
            raise _unread(where, part, field)
        begin, end = numbers[0] * 60 + numbers[1], (numbers[2] * 60 + numbers[3]) or DAY_MIN
        if begin >= end or end > DAY_MIN or (found and begin < found[-1][1]):
            raise _unread(where, part, field)
        found.append([begin, end])
    return found


def _unread(where: str, part: str, field: str) -> Unacceptable:
    return Unacceptable(
        "schedules.bad_spans",
        _("%(where)s的“%(part)s”不是工作时段，或与前一段重叠。") % {"where": where, "part": part[:40]},
        remedy=_("写成 08:00-12:00, 14:00-18:00；跨夜的班次分在两天写；留空为休息。"),
        field=field,
    )


def exceptions_of(typed: str, field: str) -> dict[str, Spans]:
    """ISO day → its spans (none: off). Refuses what it cannot read, naming the line."""
    found: dict[str, Spans] = {}
    for number, line in enumerate(typed.splitlines(), start=1):
        days, _space, spans = line.strip().partition(" ")
        if not days:
            continue
        first, _dots, last = days.partition("..")
        try:
            begin = date.fromisoformat(first)
            end = date.fromisoformat(last) if last else begin
        except ValueError:
            begin, end = date.max, date.min
        if not 0 <= (end - begin).days <= DAYS_MOST:
            raise Unacceptable(
                "schedules.bad_days_off",
                _("第 %(number)d 行“%(line)s”不是日期或起止日期。")
                % {"number": number, "line": line.strip()[:40]},
                remedy=_(
                    "每行一天或一段，如 2027-02-01..2027-02-14；加班日后面写时段，如 2027-02-20 08:00-12:00。"
                ),
                field=field,
            )
        where = _("第 %(number)d 行") % {"number": number}
        for step in range((end - begin).days + 1):
            found[(begin + timedelta(days=step)).isoformat()] = spans_of(spans, field, where)
    return found


def typed_from(calendar: ScheduleCalendar) -> dict[str, Any]:
    """The stored calendar as the form shows it."""
    shown: dict[str, Any] = {f"day{number}": spans_text(spans) for number, spans in enumerate(calendar.week)}
    shown |= {"name": calendar.name, "hours_per_day": f"{calendar.hours_per_day:g}"}
    return shown | {"exceptions": exceptions_text(calendar.exceptions), "is_default": calendar.is_default}


def calendar_change(values: Mapping[str, str], code: str) -> Change:
    """The form as a change of the plan. Raises Unacceptable with the field's name."""
    name = forms.text(values, "name", 120)
    if not name:
        raise Unacceptable("schedules.no_name", _("请填写日历名称。"), field="name")
    week = [
        spans_of(forms.text(values, f"day{number}", 200), f"day{number}", label)
        for number, label in enumerate(weekday_names())
    ]
    hours = forms.number(values, "hours_per_day")
    row = CalendarRow(
        code=code, name=name, week=week, exceptions=exceptions_of(forms.text(values, "exceptions", 40_000), "exceptions"),
        hours_per_day=8.0 if hours is None else hours, is_default=True,
    )  # fmt: skip
    check_calendars([row])
    given = {name: getattr(row, name) for name in ("name", "week", "exceptions", "hours_per_day")}
    return Change(op="calendar", code=code, values=given | {"is_default": values.get("is_default") == "1"})


def what_calendar_does(schedule: Schedule, change: Change) -> Consequences:
    """The plan on the changed calendar against the plan as it stands. Nothing is written."""
    before = network.load(schedule)
    calendars = list(ScheduleCalendar.objects.filter(schedule=schedule).order_by("id"))
    for one in calendars:
        one.is_default = one.is_default and not change.values["is_default"]
        if one.code == change.code:
            one.week, one.exceptions = change.values["week"], change.values["exceptions"]
            one.is_default = one.is_default or change.values["is_default"]
    activities = list(
        ScheduleActivity.objects.filter(schedule=schedule)
        .exclude(kind=ActivityKind.SUMMARY)
        .order_by("order", "id")
    )
    links = list(ScheduleLink.objects.filter(schedule=schedule).order_by("id"))
    return consequences(before, network.assemble(schedule, calendars, activities, links))
