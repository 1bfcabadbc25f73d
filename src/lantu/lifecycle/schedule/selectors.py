"""Reads of schedules. Every one starts from what the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lantu.accounts.permissions import may, require
from lantu.calc.cpm_paths import critical_paths
from lantu.core.refusals import Missing
from lantu.lifecycle.schedule import network
from lantu.lifecycle.schedule.claims import check_claim_of
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity, ScheduleCalendar, ScheduleLink
from lantu.lifecycle.schedule.models_kept import ScheduleBaseline, ScheduleBaselineActivity
from lantu.lifecycle.schedule.services.recalculate import dangling
from lantu.lifecycle.schedule.states import PAST, ActivityKind, ScheduleKind, ScheduleStatus
from lantu.lifecycle.schedule.values import (
    earned_value_of,
    forecast_finish,
    s_curve,
)
from lantu.lifecycle.schedule.what_if import WhatIf, what_if_delay
from lantu.projects.models import Project
from lantu.projects.selectors import visible_projects

DAY = timedelta(days=1)
COLUMNS = (
    "id", "code", "name", "level", "kind", "start_ms", "finish_ms", "percent", "float_min", "critical",
    "baseline_start_ms", "baseline_finish_ms", "owner", "grade", "longest", "actual_start_ms", "actual_finish_ms", "mine",
)  # fmt: skip


def visible_schedules(reader: Any) -> QuerySet[Schedule]:
    """Schedules of projects that the reader may know of."""
    require(reader, "lifecycle.schedule_read")
    return Schedule.objects.filter(project__in=visible_projects(reader)).select_related("project")


def get_visible(reader: Any, pk: int) -> Schedule:
    """The schedule, or Missing when it is not there for this reader."""
    found = (
        visible_schedules(reader)
        .select_related(
            "project", "duty__holder", "edited_by", "created_by", "proposed_by", "approved_by", "replaces"
        )
        .filter(pk=pk)
        .first()
        if 0 < pk < 2**62
        else None
    )
    if found is None:
        raise Missing(
            "schedules.unknown", _("没有这份计划，或您无权查看。"), remedy=_("请从项目的“进度”页进入。")
        )
    return found


def schedule_in_force(project: Project) -> Schedule | None:
    """The plan that the project is held to: the master in force, else a section in force, else the newest mirror."""
    rows = Schedule.objects.filter(project=project).exclude(status__in=PAST)
    own = rows.filter(status=ScheduleStatus.IN_FORCE).exclude(kind=ScheduleKind.MIRROR)
    return (
        own.filter(kind=ScheduleKind.MASTER).first()
        or own.order_by("-id").first()
        or rows.filter(kind=ScheduleKind.MIRROR).order_by("-id").first()
    )


def baseline_of(schedule: Schedule) -> ScheduleBaseline | None:
    """The latest approved baseline, else the latest that a file stated; a revision looks at the version it replaces."""
    own = schedule.baselines.order_by("is_imported", "-number").first()
    if own is None and schedule.replaces is not None:
        return schedule.replaces.baselines.order_by("is_imported", "-number").first()
    return own


def gantt(
    schedule: Schedule, reader: Any, *, baseline: ScheduleBaseline | None, now: datetime
) -> dict[str, Any]:
    """Everything that ``<lantu-gantt>`` draws, as compact rows; ``columns`` names their places."""
    bars = {
        code: (start, finish)
        for code, start, finish in ScheduleBaselineActivity.objects.filter(
            baseline=baseline.pk if baseline else None
        ).values_list("code", "start_at", "finish_at")
    }
    rows = ScheduleActivity.objects.filter(schedule=schedule).order_by("order", "id").values_list(
        "id", "code", "name", "level", "kind", "early_start_at", "early_finish_at", "actual_start_at",
        "actual_finish_at", "percent", "total_float_min", "is_critical", "is_on_longest_path", "owner__short_name",
        "owner__name", "evidence_grade", "responsible_id",
    )  # fmt: skip
    tasks = []
    for (
        pk, code, name, level, kind, start, finish, started, ended, percent, slack, critical, longest, short, owner,
        grade, responsible,
    ) in rows:  # fmt: skip
        bar = bars.get(code, (None, None))
        tasks.append(
            [
                pk, code, name, level, kind, _ms(started or start), _ms(ended or finish), percent, slack, int(critical),
                _ms(bar[0]), _ms(bar[1]), short or owner or "", grade, int(longest), _ms(started), _ms(ended),
                int(responsible == reader.pk),
            ]
        )  # fmt: skip
    links = ScheduleLink.objects.filter(schedule=schedule).values_list(
        "predecessor_id", "successor_id", "kind", "lag_min"
    )
    return {
        "schedule": {
            "id": schedule.pk, "name": schedule.name, "project": schedule.project.code,
            "project_name": schedule.project.name, "edited_no": schedule.edited_no, "status": schedule.status,
            "data_date_ms": _ms(schedule.data_date), "finish_ms": _ms(schedule.finish_at), "as_of": now.isoformat(),
            "may_edit": editable_by(schedule, reader), "baseline": baseline.name if baseline else None,
        },
        "calendar": _shown_calendar(schedule),
        "columns": list(COLUMNS),
        "tasks": tasks,
        "links": [list(link) for link in links],
    }  # fmt: skip


def editable_by(schedule: Schedule, reader: Any) -> bool:
    """A draft that is no mirror, and the right to edit."""
    return (
        schedule.status == ScheduleStatus.DRAFT
        and schedule.kind != ScheduleKind.MIRROR
        and may(reader, "lifecycle.schedule_edit", schedule.project)
    )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() * 1000)


def _shown_calendar(schedule: Schedule) -> dict[str, Any]:
    calendar = ScheduleCalendar.objects.filter(schedule=schedule, is_default=True).first()
    if calendar is None:
        return {"name": "", "week": [1] * 7, "off": [], "on": []}
    days = calendar.exceptions.items()
    return {
        "name": calendar.name,
        "week": [int(bool(spans)) for spans in calendar.week],
        "hours_per_day": calendar.hours_per_day,
        "off": sorted(day for day, spans in days if not spans),
        "on": sorted(day for day, spans in days if spans),
    }


@dataclass(frozen=True)
class Deviation:
    """One activity against the baseline: calendar days late (negative: early), None where one side has no date.

    ``change``: ``same``, ``moved``, ``added`` since the baseline, ``dropped`` from the plan.
    """

    code: str
    name: str
    change: str
    baseline_start_at: datetime | None
    baseline_finish_at: datetime | None
    start_at: datetime | None
    finish_at: datetime | None
    start_days: float | None
    finish_days: float | None
    duration_before_min: int
    duration_after_min: int
    budget_before_yuan: float
    budget_after_yuan: float
    is_critical: bool


def compare_baseline(schedule: Schedule, baseline: ScheduleBaseline) -> list[Deviation]:
    """Every activity of either side, in the order of the plan, dropped ones last."""
    frozen = {row.code: row for row in baseline.rows.all()}
    found: list[Deviation] = []
    for row in schedule.activities.exclude(kind=ActivityKind.SUMMARY).order_by("order", "id"):
        before = frozen.pop(row.code, None)
        start, finish = row.actual_start_at or row.early_start_at, row.actual_finish_at or row.early_finish_at
        start_days = _days(before.start_at if before else None, start)
        finish_days = _days(before.finish_at if before else None, finish)
        moved = bool(start_days or finish_days)
        change = "added" if before is None else "moved" if moved else "same"
        found.append(
            Deviation(
                row.code, row.name, change, before.start_at if before else None, before.finish_at if before else None,
                start, finish, start_days, finish_days, before.duration_min if before else 0, row.duration_min,
                float(before.budget_yuan) if before else 0.0, float(row.budget_yuan), row.is_critical,
            )
        )  # fmt: skip
    for gone in frozen.values():
        found.append(
            Deviation(
                gone.code, gone.name, "dropped", gone.start_at, gone.finish_at, None, None, None, None,
                gone.duration_min, 0, float(gone.budget_yuan), 0.0, gone.is_critical,
            )
        )  # fmt: skip
    return found


def _days(before: datetime | None, after: datetime | None) -> float | None:
    return None if before is None or after is None else round((after - before) / DAY, 2)


@dataclass(frozen=True)
class NetworkReport:
    """What is said about the network as a whole: the critical paths by code, and loose ends."""

    paths: list[list[str]]
    path_count: int
    dangling: list[ScheduleActivity]
    negative: list[ScheduleActivity]


def network_report(schedule: Schedule, *, most_paths: int = 10) -> NetworkReport:
    """Computed from the rows as they stand; for mirrors too, whose dates it does not touch."""
    loaded = network.load(schedule)
    found = network.compute(loaded)
    paths = critical_paths(loaded.network, found, most_paths)
    codes = [row.code for row in loaded.activities]
    negative = [
        row for row, slack in zip(loaded.activities, found.total_float.tolist(), strict=True) if slack < 0
    ]
    return NetworkReport(
        [[codes[node] for node in path] for path in paths.paths], paths.total, dangling(loaded), negative
    )


def open_milestones(projects: Sequence[int], *, until: datetime) -> QuerySet[ScheduleActivity]:
    """Milestones of plans in force that are not reached and fall due by ``until``, soonest first."""
    return (
        ScheduleActivity.objects.filter(
            Q(schedule__status=ScheduleStatus.IN_FORCE) & ~Q(schedule__kind=ScheduleKind.MIRROR),
            schedule__project__in=projects, kind=ActivityKind.MILESTONE, actual_finish_at=None,
            early_finish_at__lte=until,
        )
        .select_related("schedule__project", "responsible", "owner")
        .order_by("early_finish_at", "id")
    )  # fmt: skip


__all__ = [
    "COLUMNS", "Deviation", "NetworkReport", "WhatIf", "baseline_of", "check_claim_of", "compare_baseline",
    "earned_value_of", "editable_by", "forecast_finish", "gantt", "get_visible", "network_report", "open_milestones",
    "s_curve", "schedule_in_force", "visible_schedules", "what_if_delay",
]  # fmt: skip
