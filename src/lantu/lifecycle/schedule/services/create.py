"""Write a schedule from its rows, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.models import Evidence
from lantu.core.services.emit import emit
from lantu.lifecycle.schedule.drafts import ActivityRow, ScheduleDraft, Stated
from lantu.lifecycle.schedule.events import ScheduleCreated
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity, ScheduleCalendar, ScheduleLink
from lantu.lifecycle.schedule.models_kept import ScheduleBaseline, ScheduleBaselineActivity
from lantu.lifecycle.schedule.services import passing
from lantu.lifecycle.schedule.services.checking import check_draft
from lantu.lifecycle.schedule.services.recalculate import refresh, roll_up
from lantu.lifecycle.schedule.states import ActivityKind, ScheduleKind
from lantu.projects.models import Project

BATCH = 2_000


@transaction.atomic
def create_schedule(
    *,
    project: Project,
    draft: ScheduleDraft,
    by: User,
    now: datetime,
    source_file: Evidence | None = None,
    is_demo: bool = False,
    compute: bool = True,
    replaces: Schedule | None = None,
    revision: int = 1,
) -> Schedule:
    """A new draft (a mirror is one too, and keeps the dates its file states). Raises Unacceptable with place and remedy
    for rows that do not fit together, and with the cycles by name.
    """
    require(by, "lifecycle.schedule_edit", project)
    check_draft(draft)
    schedule = Schedule.objects.create(
        project=project,
        name=passing.clean(draft.name, most=160),
        kind=draft.kind,
        start_at=draft.start_at,
        must_finish_at=draft.must_finish_at,
        data_date=draft.data_date,
        progress_rule=draft.progress_rule,
        critical_rule=draft.critical_rule,
        critical_float_min=draft.critical_float_min,
        edited_by=by,
        edited_at=now,
        created_by=by,
        created_at=now,
        source=draft.source,
        source_name=passing.clean(draft.source_name, most=200),
        source_file=source_file,
        source_facts=dict(draft.source_facts),
        replaces=replaces,
        revision=revision,
        is_demo=is_demo,
    )
    rows = _write_rows(schedule, draft)
    if draft.kind == ScheduleKind.MIRROR:
        _settle_mirror(schedule, list(rows.values()), now)
    elif compute:
        refresh(schedule, now=now)
    schedule.save()
    _write_baselines(schedule, draft, rows, by=by, now=now)
    emit(
        ScheduleCreated(
            project_id=project.pk, subject_id=schedule.pk, name=schedule.name, what=schedule.kind,
            source=schedule.source, activities=len(draft.activities), links=len(draft.links), revision=revision,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return schedule


def _write_rows(schedule: Schedule, draft: ScheduleDraft) -> dict[str, ScheduleActivity]:
    calendars = {
        row.code: ScheduleCalendar(
            schedule=schedule, code=row.code, name=row.name, week=[[list(span) for span in day] for day in row.week],
            exceptions={day: [list(span) for span in spans] for day, spans in row.exceptions.items()},
            hours_per_day=row.hours_per_day, is_default=row.is_default,
        )
        for row in draft.calendars
    }  # fmt: skip
    ScheduleCalendar.objects.bulk_create(calendars.values())
    parents = {row.code: row.parent_code for row in draft.activities}
    levels: dict[str, int] = {"": -1}
    made = {
        row.code: activity_of(schedule, row, calendars, order=order, level=_level(row.code, parents, levels))
        for order, row in enumerate(draft.activities)
    }
    # Parents are named by number, so each depth of the tree is written before the next.
    for depth in range(max(row.level for row in made.values()) + 1):
        layer = [row for row in made.values() if row.level == depth]
        for activity in layer:
            parent = made.get(parents[activity.code])
            activity.parent = parent
        ScheduleActivity.objects.bulk_create(layer, batch_size=BATCH)
    ScheduleLink.objects.bulk_create(
        [
            ScheduleLink(
                schedule=schedule, predecessor=made[link.predecessor_code], successor=made[link.successor_code],
                kind=link.kind, lag_min=link.lag_min, lag_calendar=link.lag_calendar,
            )
            for link in draft.links
        ],
        batch_size=BATCH,
    )  # fmt: skip
    return made


def _level(code: str, parents: Mapping[str, str], known: dict[str, int]) -> int:
    path: list[str] = []
    while code not in known:
        path.append(code)
        code = parents[code]
    for step in reversed(path):
        known[step] = known[parents[step]] + 1
    return known[path[0]] if path else known[code]


def activity_of(
    schedule: Schedule, row: ActivityRow, calendars: Mapping[str, ScheduleCalendar], *, order: int, level: int
) -> ScheduleActivity:
    """An unsaved activity of the row."""
    done = row.actual_finish_at is not None
    remaining = row.remaining_min if row.remaining_min is not None else row.duration_min
    stated = row.stated or Stated()
    return ScheduleActivity(
        schedule=schedule,
        code=row.code,
        name=passing.clean(row.name, most=300),
        wbs_path=row.wbs_path[:200],
        level=level,
        order=order,
        kind=row.kind,
        milestone_side=row.milestone_side,
        calendar=calendars.get(row.calendar_code),
        duration_min=row.duration_min,
        remaining_min=0 if done else remaining,
        constraint_kind=row.constraint_kind,
        constraint_at=row.constraint_at,
        constraint2_kind=row.constraint2_kind,
        constraint2_at=row.constraint2_at,
        deadline_at=row.deadline_at,
        expected_finish_at=row.expected_finish_at,
        percent=100.0 if done else row.percent,
        percent_kind=row.percent_kind,
        evidence_grade=row.evidence_grade,
        actual_start_at=row.actual_start_at,
        actual_finish_at=row.actual_finish_at,
        weight=row.weight,
        budget_yuan=row.budget_yuan,
        actual_yuan=row.actual_yuan,
        quantity=row.quantity,
        quantity_unit=row.quantity_unit,
        owner_id=row.owner_id,
        responsible_id=row.responsible_id,
        source_uid=row.source_uid,
        source_row=dict(row.source_row),
        **vars(stated),
    )


def _settle_mirror(schedule: Schedule, rows: list[ScheduleActivity], now: datetime) -> None:
    leaves = [row for row in rows if row.kind != ActivityKind.SUMMARY]
    roll_up(schedule)
    ends = [row.actual_finish_at or row.early_finish_at for row in leaves]
    schedule.finish_at = max((end for end in ends if end is not None), default=None)
    schedule.activity_count = len(leaves)
    schedule.critical_count = sum(row.is_critical for row in leaves)
    schedule.computed_at, schedule.computed_no = now, schedule.edited_no


def _write_baselines(
    schedule: Schedule, draft: ScheduleDraft, rows: Mapping[str, ScheduleActivity], *, by: User, now: datetime
) -> None:
    """Baselines that the file states: shown for comparison, marked as imported, approved by nobody here."""
    for number, stated in enumerate(draft.baselines, start=1):
        ends = [row[2] for row in stated.rows if row[2] is not None]
        baseline = ScheduleBaseline.objects.create(
            schedule=schedule, number=number, name=stated.name[:120], frozen_at=now, frozen_by=by, is_imported=True,
            finish_at=max(ends, default=None), budget_yuan=sum(row[4] for row in stated.rows),
            content_hash=hashed(stated.rows),
        )  # fmt: skip
        ScheduleBaselineActivity.objects.bulk_create(
            [
                ScheduleBaselineActivity(
                    baseline=baseline, activity=rows.get(code), code=code, name=rows[code].name if code in rows else "",
                    kind=rows[code].kind if code in rows else ActivityKind.TASK, start_at=start, finish_at=finish,
                    duration_min=duration, budget_yuan=budget,
                )
                for code, start, finish, duration, budget in stated.rows
            ],
            batch_size=BATCH,
        )  # fmt: skip


def hashed(rows: Any) -> str:
    """SHA-256 over the rows as text: a baseline that was touched afterwards no longer gives it."""
    return hashlib.sha256("\n".join("|".join(map(str, row)) for row in rows).encode()).hexdigest()
