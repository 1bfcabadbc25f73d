"""The schedule: activities, links, calendars and durations. Dates are not taken: they are computed anew from the start."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.lifecycle.programmes.cases.registry import Content, Foreseen, Line, Target, offset_of
from lantu.lifecycle.schedule.drafts import (
    ActivityRow,
    CalendarRow,
    LinkRow,
    ScheduleDraft,
    pack_calendars,
)
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity, ScheduleCalendar, ScheduleLink
from lantu.lifecycle.schedule.services.create import create_schedule
from lantu.projects.models import Project

OPENS = time(8, 0)
MOST_LINES = 400


def take(project: Project, start: date) -> Content | None:
    """The latest schedule in force, or the one it replaced."""
    rows = Schedule.objects.filter(project=project, status__in=("in_force", "superseded"))
    schedule = rows.exclude(kind="mirror").order_by("-revision", "-pk").first()
    if schedule is None:
        return None
    activities = list(
        ScheduleActivity.objects.filter(schedule=schedule)
        .select_related("parent", "calendar")
        .order_by("order", "pk")
    )
    links = ScheduleLink.objects.filter(schedule=schedule).select_related("predecessor", "successor")
    return {
        "name": schedule.name,
        "critical_rule": schedule.critical_rule,
        "calendars": [
            {
                "code": row.code,
                "name": row.name,
                "week": row.week,
                "hours_per_day": row.hours_per_day,
                "is_default": row.is_default,
            }
            for row in ScheduleCalendar.objects.filter(schedule=schedule)
        ],
        "activities": [_activity(row, start) for row in activities],
        "links": [
            [link.predecessor.code, link.successor.code, link.kind, link.lag_min, link.lag_calendar]
            for link in links
        ],
    }


def _activity(row: ScheduleActivity, start: date) -> Content:
    finish = row.actual_finish_at or row.early_finish_at
    return {
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "parent": row.parent.code if row.parent else "",
        "wbs": row.wbs_path,
        "side": row.milestone_side,
        "calendar": row.calendar.code if row.calendar else "",
        "duration_min": row.duration_min,
        "weight": row.weight,
        "finish": None if finish is None else offset_of(start, timezone.localtime(finish).date()),
    }


def _draft(content: Content, target: Target) -> ScheduleDraft:
    """Calendars of the pack where they have the same code: their holidays are those of the new years."""
    known = {row.code: row for row in pack_calendars()}
    calendars: list[CalendarRow] = []
    for row in content["calendars"]:
        mine = known.get(row["code"])
        calendars.append(
            CalendarRow(
                code=row["code"],
                name=row["name"],
                week=mine.week if mine else row["week"],
                exceptions=mine.exceptions if mine else {},
                hours_per_day=row["hours_per_day"],
                is_default=row["is_default"],
            )
        )
    begin = timezone.make_aware(datetime.combine(target.day(0), OPENS))
    return ScheduleDraft(
        name=content["name"],
        kind="master",
        start_at=begin,
        data_date=begin,
        calendars=calendars,
        activities=[_row(item) for item in content["activities"]],
        links=[
            LinkRow(
                predecessor_code=before, successor_code=after, kind=kind, lag_min=lag, lag_calendar=calendar
            )
            for before, after, kind, lag, calendar in content["links"]
        ],
        source="template",
        critical_rule=content["critical_rule"],
    )


def _row(item: dict[str, Any]) -> ActivityRow:
    return ActivityRow(
        code=item["code"],
        name=item["name"],
        kind=item["kind"],
        parent_code=item["parent"],
        wbs_path=item["wbs"],
        milestone_side=item["side"],
        calendar_code=item["calendar"],
        duration_min=item["duration_min"],
        weight=item["weight"],
    )


def foresee(content: Content, target: Target) -> Foreseen:
    """Activities with the day that the case suggests; the network computes the real ones."""
    problem = ""
    if Schedule.objects.filter(project=target.project, kind="master").exists():
        problem = _("这个项目已经有总进度计划。")
    lines = [
        Line(
            what=f"{item['code']} {item['name']}",
            offset=item["finish"],
            on=None if item["finish"] is None else target.day(item["finish"]),
        )
        for item in content["activities"][:MOST_LINES]
        if item["kind"] != "summary"
    ]
    return Foreseen(lines=lines, problem=problem)


def make(content: Content, target: Target) -> str:
    """A draft that is computed at once; it is proposed and approved as any other."""
    made = create_schedule(
        project=target.project, draft=_draft(content, target), by=target.by, now=target.now
    )
    return _("已建立进度计划草稿，%(n)d 项作业") % {"n": len(content["activities"])} + f" #{made.pk}"
