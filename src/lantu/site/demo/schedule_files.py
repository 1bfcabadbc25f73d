"""A plan that somebody else keeps in Microsoft Project: the power company's, imported once, its newer file waiting to be confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from django.utils import timezone

from lantu.lifecycle.schedule.exchange.neutral import (
    FIVE_DAYS,
    Activity,
    Calendar,
    Kind,
    Link,
    NeutralSchedule,
    Span,
)
from lantu.lifecycle.schedule.exchange.services.apply_import import apply_import, ask_to_apply
from lantu.lifecycle.schedule.exchange.services.check_import import check_import
from lantu.lifecycle.schedule.exchange.services.start_import import start_import
from lantu.lifecycle.schedule.exchange.to_mspdi import write_mspdi
from lantu.packs.demo import DemoPlan
from lantu.site.demo.history import World

NAME = "外电接入专项计划（供电公司）"
# Code, name, working days, days later in the newer file.
TASKS = (
    ("D010", "供电方案批复", 0, 0),
    ("D020", "外线路径规划许可", 15, 0),
    ("D030", "施工图设计与审查", 20, 0),
    ("D040", "电缆与箱变采购", 45, 0),
    ("D050", "电缆沟道土建", 30, 0),
    ("D060", "过路顶管", 12, 8),
    ("D070", "电缆敷设", 18, 12),
    ("D080", "开闭所安装", 25, 12),
    ("D090", "电缆试验", 5, 12),
    ("D100", "继电保护调试", 8, 12),
    ("D110", "送电前验收", 4, 12),
    ("D120", "正式送电", 0, 12),
)
FIRST_AGO, NEWER_AGO = timedelta(days=24), timedelta(hours=5)


def put_schedule_files(plan: DemoPlan, world: World, *, now: datetime) -> int:
    """One mirror in force and one import that waits, on the flagship; returns how many files."""
    flagship = next(project for project in plan.projects if project.key == plan.flagship)
    actor = world.people[flagship.parties["owner"].person]
    project = world.projects[plan.flagship]
    begin = timezone.localtime(now - timedelta(days=70)).date()
    for ago, slipped in ((FIRST_AGO, False), (NEWER_AGO, True)):
        at = now - ago
        content = write_mspdi(_power_plan(datetime.combine(begin, time(8)), slipped=slipped))
        stem = f"外电接入计划-{timezone.localtime(at):%m%d}.xml"
        run = start_import(project=project, file=content, name=stem, actor=actor, now=at)
        run = check_import(run_id=run.pk, now=at)
        if not slipped:
            ask_to_apply(run=run, actor=actor, now=at + timedelta(minutes=6))
            apply_import(run_id=run.pk, now=at + timedelta(minutes=7))
    return 2


def _power_plan(begin: datetime, *, slipped: bool) -> NeutralSchedule:
    """One after another on a five-day week; the newer file moves what follows the crossing of the road."""
    calendar = Calendar(uid="1", name="五天工作制", week=FIVE_DAYS, is_default=True)
    rows = [Activity(uid="0", code="D", name=NAME, kind=Kind.SUMMARY)]
    start = begin
    for number, (code, name, days, later) in enumerate(TASKS, start=1):
        finish = start if days == 0 else _worked(start, days)
        task = Activity(
            uid=str(number), code=code, name=name, parent_uid="0", level=1, calendar_uid="1", duration_min=days * 480,
            kind=Kind.TASK if days else Kind.FINISH_MILESTONE, start_at=start, finish_at=finish, percent=0.0,
            baselines=[Span(number=0, start_at=start, finish_at=finish, duration_min=days * 480)],
        )  # fmt: skip
        rows.append(_moved(task, later) if slipped else task)
        start = finish if days == 0 else _next_day(finish)
    links = [Link(predecessor_uid=str(n), successor_uid=str(n + 1)) for n in range(1, len(TASKS))]
    return NeutralSchedule(
        uid="1", code="WD-2026", name=NAME, start_at=begin, data_date=begin, calendar_uid="1", calendars=[calendar],
        activities=rows, links=links,
    )  # fmt: skip


def _moved(task: Activity, days: int) -> Activity:
    assert task.start_at is not None
    assert task.finish_at is not None
    by = timedelta(days=days)
    return replace(task, start_at=task.start_at + by, finish_at=task.finish_at + by)


def _worked(start: datetime, days: int) -> datetime:
    day = start
    while True:
        if day.weekday() < 5:
            days -= 1
        if days == 0:
            return day.replace(hour=17)
        day += timedelta(days=1)


def _next_day(finish: datetime) -> datetime:
    day = finish + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day.replace(hour=8)
