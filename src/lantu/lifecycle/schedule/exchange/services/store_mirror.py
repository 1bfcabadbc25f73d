"""Write a neutral schedule as a mirror: the file's own dates as they stand, nothing computed over them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.models import Evidence
from lantu.lifecycle.schedule.exchange.coding import codes_of
from lantu.lifecycle.schedule.exchange.mirrors import linkable, stored
from lantu.lifecycle.schedule.exchange.neutral import (
    Activity,
    Calendar,
    Constraint,
    Kind,
    NeutralSchedule,
    Reading,
)
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity, ScheduleCalendar, ScheduleLink
from lantu.lifecycle.schedule.models_kept import ScheduleBaseline, ScheduleBaselineActivity
from lantu.lifecycle.schedule.states import (
    ActivityKind,
    ConstraintKind,
    MilestoneSide,
    ProgressRule,
    ScheduleKind,
    ScheduleStatus,
    Source,
)
from lantu.projects.models import Project

BATCH = 2000
LARGEST_YUAN = 1e15
SOURCES = {
    "xer": Source.XER,
    "p6xml": Source.P6_XML,
    "mspdi": Source.MSPDI,
    "mpp": Source.MPP,
    "xlsx": Source.SHEET,
}
KINDS = {
    Kind.TASK: (ActivityKind.TASK, ""),
    Kind.START_MILESTONE: (ActivityKind.MILESTONE, MilestoneSide.START),
    Kind.FINISH_MILESTONE: (ActivityKind.MILESTONE, MilestoneSide.FINISH),
    Kind.LOE: (ActivityKind.LOE, ""),
    Kind.SUMMARY: (ActivityKind.SUMMARY, ""),
}
CONSTRAINTS = {
    Constraint.NONE: ConstraintKind.NONE,
    Constraint.ALAP: ConstraintKind.ALAP,
    Constraint.SNET: ConstraintKind.START_AFTER,
    Constraint.SNLT: ConstraintKind.START_BEFORE,
    Constraint.FNET: ConstraintKind.FINISH_AFTER,
    Constraint.FNLT: ConstraintKind.FINISH_BEFORE,
    Constraint.MSO: ConstraintKind.START_ON,
    Constraint.MFO: ConstraintKind.FINISH_ON,
    Constraint.MANDATORY_START: ConstraintKind.MUST_START,
    Constraint.MANDATORY_FINISH: ConstraintKind.MUST_FINISH,
}
# What a file states of an activity, kept word for word beside the columns.
STATED = (
    "start_at", "finish_at", "early_start_at", "early_finish_at", "late_start_at", "late_finish_at",
    "planned_start_at", "planned_finish_at", "actual_start_at", "actual_finish_at", "expected_finish_at",
)  # fmt: skip


def store_mirror(
    *,
    project: Project,
    file: NeutralSchedule,
    reading: Reading,
    file_name: str,
    evidence: Evidence,
    previous: Schedule | None,
    actor: User,
    now: datetime,
    tell: Callable[[int], None],
) -> Schedule:
    """The new mirror in force; ``previous`` becomes superseded. Call inside a transaction. ``tell``: rows done."""
    if previous is not None:
        previous.status = ScheduleStatus.SUPERSEDED
        previous.save(update_fields=["status"])
    schedule = _head(project, file, reading, previous=previous, actor=actor, now=now)
    schedule.source_name, schedule.source_file = file_name[:200], evidence
    schedule.save(force_insert=True)
    codes = codes_of(file)
    calendars = _calendars(schedule, file)
    rows = _activities(schedule, file, codes, calendars, tell)
    _links(schedule, file, rows)
    tell(len(file.activities) + len(file.links))
    _baselines(schedule, file, codes, rows, actor=actor, now=now)
    return schedule


def _head(
    project: Project,
    file: NeutralSchedule,
    reading: Reading,
    *,
    previous: Schedule | None,
    actor: User,
    now: datetime,
) -> Schedule:
    leaves = file.leaves
    starts = [a.start_at for a in leaves if a.start_at] or [m for m in (file.start_at,) if m]
    finishes = [a.finish_at for a in leaves if a.finish_at]
    begin = file.start_at or min(starts)
    return Schedule(
        project=project,
        name=previous.name if previous else _free_name(project, file),
        kind=ScheduleKind.MIRROR,
        status=ScheduleStatus.IN_FORCE,
        revision=previous.revision + 1 if previous else 1,
        replaces=previous,
        start_at=stored(begin),
        must_finish_at=stored(file.must_finish_at),
        data_date=stored(file.data_date or begin),
        progress_rule=ProgressRule.OVERRIDE
        if file.progress_rule == "override"
        else ProgressRule.RETAINED_LOGIC,
        critical_float_min=file.critical_float_min,
        edited_by=actor,
        edited_at=now,
        created_by=actor,
        created_at=now,
        source=SOURCES[reading.file_format],
        source_facts={
            "project_code": file.code or file.name,
            "project_uid": file.uid,
            "project_name": file.name,
            "application": reading.application,
            "version": reading.version,
            "encoding": reading.encoding,
            "data_date": _iso(file.data_date),
            "start": _iso(file.start_at),
            "finish": _iso(file.finish_at),
        },
        # A mirror shows the file's dates: nothing is ever computed over them.
        computed_no=1,
        finish_at=stored(max(finishes)) if finishes else None,
        activity_count=len(leaves),
        critical_count=sum(_is_critical(a, file) for a in leaves),
        dangling_count=_dangling(file),
    )


def _free_name(project: Project, file: NeutralSchedule) -> str:
    wanted = (file.name or file.code or _("外部计划"))[:150]
    taken = set(
        Schedule.objects.filter(project=project, status=ScheduleStatus.IN_FORCE).values_list(
            "name", flat=True
        )
    )
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted} ({number})"
    return name


def _dangling(file: NeutralSchedule) -> int:
    """Activities without a predecessor or without a successor, beyond the one start and the one finish."""
    has_in, has_out = (
        {link.successor_uid for link in file.links},
        {link.predecessor_uid for link in file.links},
    )
    leaves = [a for a in file.leaves if a.kind is not Kind.LOE]
    loose = sum(a.uid not in has_in for a in leaves) + sum(a.uid not in has_out for a in leaves)
    return max(loose - 2, 0)


def _calendars(schedule: Schedule, file: NeutralSchedule) -> dict[str, ScheduleCalendar]:
    taken: Counter[str] = Counter()
    made: dict[str, ScheduleCalendar] = {}
    for calendar in file.calendars:
        code = calendar.uid[:60]
        taken[code] += 1
        if taken[code] > 1:
            continue
        made[calendar.uid] = _calendar(schedule, calendar, code, calendar.uid == file.calendar_uid)
    ScheduleCalendar.objects.bulk_create(made.values(), batch_size=BATCH)
    return made


def _calendar(schedule: Schedule, calendar: Calendar, code: str, default: bool) -> ScheduleCalendar:
    return ScheduleCalendar(
        schedule=schedule,
        code=code,
        name=calendar.name[:120],
        week=[[list(pair) for pair in day] for day in calendar.week],
        exceptions={
            day.isoformat(): [list(pair) for pair in spans]
            for day, spans in sorted(calendar.exceptions.items())
        },
        hours_per_day=calendar.hours_per_day,
        is_default=default,
    )


def _activities(
    schedule: Schedule,
    file: NeutralSchedule,
    codes: dict[str, str],
    calendars: dict[str, ScheduleCalendar],
    tell: Callable[[int], None],
) -> dict[str, ScheduleActivity]:
    """Rows by uid. Summaries are stored depth by depth, because each needs the key of the one above."""
    rows: dict[str, ScheduleActivity] = {}
    counters: Counter[str] = Counter()
    paths: dict[str, str] = {}
    waiting: dict[int, list[Activity]] = {}
    leaves: list[ScheduleActivity] = []
    for order, activity in enumerate(file.activities):
        counters[activity.parent_uid] += 1
        above = paths.get(activity.parent_uid, "")
        number = str(counters[activity.parent_uid])
        paths[activity.uid] = f"{above}.{number}" if above else number
        row = _row(schedule, file, activity, codes[activity.uid], calendars.get(activity.calendar_uid))
        row.order, row.wbs_path = order, paths[activity.uid][:200]
        rows[activity.uid] = row
        if activity.kind is Kind.SUMMARY:
            waiting.setdefault(activity.level, []).append(activity)
        else:
            leaves.append(row)
    for level in sorted(waiting):
        for activity in waiting[level]:
            rows[activity.uid].parent = rows.get(activity.parent_uid)
        ScheduleActivity.objects.bulk_create([rows[a.uid] for a in waiting[level]], batch_size=BATCH)
    for activity in file.leaves:
        rows[activity.uid].parent = rows.get(activity.parent_uid)
    for first in range(0, len(leaves), BATCH):
        ScheduleActivity.objects.bulk_create(leaves[first : first + BATCH])
        tell(first + len(leaves[first : first + BATCH]))
    return rows


def _row(
    schedule: Schedule,
    file: NeutralSchedule,
    activity: Activity,
    code: str,
    calendar: ScheduleCalendar | None,
) -> ScheduleActivity:
    kind, side = KINDS[activity.kind]
    duration = max(activity.duration_min or 0, 0)
    began, ended = activity.actual_start_at, activity.actual_finish_at
    return ScheduleActivity(
        schedule=schedule,
        code=code,
        name=(activity.name.strip() or code)[:300],
        level=activity.level,
        kind=kind,
        milestone_side=side,
        calendar=calendar,
        duration_min=duration,
        remaining_min=max(duration if activity.remaining_min is None else activity.remaining_min, 0),
        constraint_kind=CONSTRAINTS[activity.constraint],
        constraint_at=stored(activity.constraint_at),
        constraint2_kind=CONSTRAINTS[activity.constraint2],
        constraint2_at=stored(activity.constraint2_at),
        deadline_at=stored(activity.deadline_at),
        expected_finish_at=stored(activity.expected_finish_at) if file.uses_expected_finish else None,
        early_start_at=stored(activity.early_start_at or activity.start_at),
        early_finish_at=stored(activity.early_finish_at or activity.finish_at),
        late_start_at=stored(activity.late_start_at),
        late_finish_at=stored(activity.late_finish_at),
        total_float_min=activity.total_float_min,
        free_float_min=activity.free_float_min,
        is_critical=_is_critical(activity, file),
        is_on_longest_path=bool(activity.is_on_longest_path),
        percent=min(max(activity.percent or 0.0, 0.0), 100.0),
        percent_kind=activity.percent_kind or "duration",
        # A finish before its start is kept in ``source_row``; the columns hold what can be true.
        actual_start_at=None if began and ended and ended < began else stored(began),
        actual_finish_at=stored(ended),
        budget_yuan=_money(activity.cost),
        source_uid=activity.uid.removeprefix("wbs:")[:60],
        source_row=_stated(activity),
    )


def _is_critical(activity: Activity, file: NeutralSchedule) -> bool:
    if activity.kind is Kind.SUMMARY or activity.actual_finish_at:
        return False
    if activity.is_critical is not None:
        return activity.is_critical
    return activity.total_float_min is not None and activity.total_float_min <= file.critical_float_min


def _stated(activity: Activity) -> dict[str, Any]:
    facts: dict[str, Any] = {
        name.removesuffix("_at"): moment.isoformat(timespec="minutes")
        for name in STATED
        if (moment := getattr(activity, name)) is not None
    }
    facts["line"] = activity.line
    if activity.code:
        facts["code"] = activity.code
    return facts


def _links(schedule: Schedule, file: NeutralSchedule, rows: dict[str, ScheduleActivity]) -> None:
    made = [
        ScheduleLink(
            schedule=schedule,
            predecessor=rows[link.predecessor_uid],
            successor=rows[link.successor_uid],
            kind=link.kind.value,
            lag_min=link.lag_min,
            lag_calendar=link.lag_calendar.value,
        )
        for link in linkable(file)
    ]
    ScheduleLink.objects.bulk_create(made, batch_size=BATCH)


def _baselines(
    schedule: Schedule,
    file: NeutralSchedule,
    codes: dict[str, str],
    rows: dict[str, ScheduleActivity],
    *,
    actor: User,
    now: datetime,
) -> None:
    """The file's own baselines: shown, marked as imported, never taken for approved ones."""
    numbers = sorted({span.number for activity in file.leaves for span in activity.baselines})
    for number in numbers:
        spans = [(a, span) for a in file.leaves for span in a.baselines if span.number == number]
        facts = [
            [codes[a.uid], _iso(span.start_at), _iso(span.finish_at), span.duration_min] for a, span in spans
        ]
        ends = [span.finish_at for _activity, span in spans if span.finish_at]
        baseline = ScheduleBaseline.objects.create(
            schedule=schedule,
            number=number,
            name=_("文件里的基准 %(number)s") % {"number": number},
            frozen_at=now,
            frozen_by=actor,
            is_imported=True,
            finish_at=stored(max(ends)) if ends else None,
            content_hash=hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest(),
        )
        made = [
            ScheduleBaselineActivity(
                baseline=baseline,
                activity=rows[a.uid],
                code=codes[a.uid],
                name=rows[a.uid].name,
                kind=rows[a.uid].kind,
                start_at=stored(span.start_at),
                finish_at=stored(span.finish_at),
                duration_min=max(span.duration_min or 0, 0),
                budget_yuan=_money(span.cost),
            )
            for a, span in spans
        ]
        ScheduleBaselineActivity.objects.bulk_create(made, batch_size=BATCH)


def _money(cost: float | None) -> Decimal:
    return Decimal(str(round(cost, 2))) if cost and 0 < cost < LARGEST_YUAN else Decimal(0)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="minutes") if moment else None
