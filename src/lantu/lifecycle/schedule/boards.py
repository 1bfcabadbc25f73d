"""What the pages of a schedule read beside the network itself: its health in one line, and named sets of its rows.

Every number of the health line is the length of one of these sets, so that it opens to its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy

from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity
from lantu.lifecycle.schedule.models_kept import (
    ScheduleAdoption,
    ScheduleBaseline,
    ScheduleBaselineActivity,
    ScheduleProgress,
)
from lantu.lifecycle.schedule.selectors import baseline_of
from lantu.lifecycle.schedule.states import PAST, ActivityKind, ScheduleKind, ScheduleStatus
from lantu.lifecycle.schedule.values import versions_of
from lantu.lifecycle.schedule.wording import told_rows

SOON = timedelta(days=30)
DAY = timedelta(days=1)
CRITICAL = Q(is_critical=True) | Q(is_on_longest_path=True)
SETS = {
    "all": gettext_lazy("全部任务"),
    "critical": gettext_lazy("关键任务"),
    "due30": gettext_lazy("30 天内到期的关键任务"),
    "late": gettext_lazy("晚于基准"),
    "overdue": gettext_lazy("已过基准完成日未完成"),
    "going": gettext_lazy("正在进行"),
    "done": gettext_lazy("已完成的任务"),
    "ungraded": gettext_lazy("有进度而无证据等级"),
}


@dataclass(frozen=True)
class Health:
    """``days_late``: calendar days of the computed finish behind the baseline's (negative: ahead), None without one."""

    schedule: Schedule
    baseline: ScheduleBaseline | None
    finish_at: datetime | None
    days_late: int | None
    due_soon: list[ScheduleActivity]
    critical: int
    overdue: int
    going: int
    done: int
    total: int

    @property
    def tone(self) -> str:
        """bad: overdue work on the critical path decides the finish; warn: later than the baseline."""
        if self.days_late is None or self.days_late <= 0:
            return "ok"
        return "bad" if self.days_late > 30 else "warn"


def leaves(schedule: Schedule, baseline: ScheduleBaseline | None) -> QuerySet[Any]:
    """Activities without summaries, with the dates of the baseline by code (a revision has new rows, the same codes)."""
    rows = ScheduleBaselineActivity.objects.filter(
        baseline=baseline.pk if baseline else None, code=OuterRef("code")
    )
    return (
        schedule.activities.exclude(kind=ActivityKind.SUMMARY)
        .annotate(
            base_start_at=Subquery(rows.values("start_at")[:1]), base_finish_at=Subquery(rows.values("finish_at")[:1])
        )
        .select_related("responsible", "owner")
        .order_by("order", "id")
    )  # fmt: skip


def named_set(rows: Any, name: str, *, schedule: Schedule) -> QuerySet[Any]:
    """One of ``SETS``; an unknown name is the whole. All are measured at the schedule's data date."""
    at, base_finish = schedule.data_date, F("base_finish_at")
    match name:
        case "critical":
            return rows.filter(CRITICAL, percent__lt=100)
        case "due30":
            return rows.filter(CRITICAL, percent__lt=100, early_finish_at__lte=at + SOON)
        case "late":
            return rows.filter(early_finish_at__gte=base_finish + DAY)
        case "overdue":
            return rows.filter(percent__lt=100, base_finish_at__lt=at)
        case "going":
            return rows.filter(percent__lt=100, actual_start_at__isnull=False)
        case "done":
            return rows.filter(percent__gte=100)
        case "ungraded":
            return rows.filter(percent__gt=0, evidence_grade="")
        case _:
            return rows


def health(schedule: Schedule) -> Health:
    """Forecast finish, days against the baseline, and what must be done within thirty days and by whom."""
    baseline = baseline_of(schedule)
    rows = leaves(schedule, baseline)
    counts = {
        name: named_set(rows, name, schedule=schedule).count()
        for name in ("all", "critical", "overdue", "going", "done")
    }
    late = None
    if baseline is not None and baseline.finish_at is not None and schedule.finish_at is not None:
        late = round((schedule.finish_at - baseline.finish_at) / DAY)
    due = named_set(rows, "due30", schedule=schedule).order_by("early_finish_at", "order")
    return Health(
        schedule, baseline, schedule.finish_at, late, list(due), counts["critical"], counts["overdue"], counts["going"],
        counts["done"], counts["all"],
    )  # fmt: skip


def day_minutes(activity: ScheduleActivity) -> float:
    """Working minutes that people call a day on the activity's calendar (8 hours where none is known)."""
    calendar = activity.calendar or activity.schedule.calendars.filter(is_default=True).first()
    return 60 * (calendar.hours_per_day if calendar is not None and calendar.hours_per_day > 0 else 8)


def versions(schedules: Iterable[Schedule]) -> dict[str, list[Schedule]]:
    """Schedules of a project by what they are to the reader: in force, in work, mirrors of files, replaced."""
    found: dict[str, list[Schedule]] = {"in_force": [], "working": [], "mirrors": [], "past": []}
    for one in schedules:
        if one.status in PAST:
            found["past"].append(one)
        elif one.kind == ScheduleKind.MIRROR:
            found["mirrors"].append(one)
        elif one.status == ScheduleStatus.IN_FORCE:
            found["in_force"].append(one)
        else:
            found["working"].append(one)
    return found


def told(changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored changes with the names of fields, people, units and kinds, and dates as people write them."""
    return told_rows(changes, field="what", sides=("before", "after"))


def adopted(activity: ScheduleActivity) -> list[ScheduleAdoption]:
    """Adopted levelling proposals that constrain this activity."""
    rows = ScheduleAdoption.objects.filter(
        draft=activity.schedule_id, undone_at=None, moves__contains=[{"code": activity.code}]
    )
    return list(rows.select_related("responsible"))


def history_of(activity: ScheduleActivity) -> list[dict[str, Any]]:
    """Progress reports and edits of one activity, newest first."""
    lines: list[dict[str, Any]] = [
        {"at": report.recorded_at, "by": report.by, "report": report}
        for report in ScheduleProgress.objects.filter(
            activity__schedule__in=versions_of(activity.schedule), activity__code=activity.code
        )
        .select_related("by")
        .prefetch_related("evidence")
    ]
    for edit in activity.schedule.edits.select_related("by").order_by("-edited_no")[:200]:
        changes = [change for change in edit.changes if change.get("code") == activity.code]
        if changes:
            lines.append(
                {"at": edit.at, "by": edit.by, "changes": told(changes), "edited_no": edit.edited_no}
            )
    return sorted(lines, key=lambda line: line["at"], reverse=True)
