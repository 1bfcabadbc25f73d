"""Report progress as of a moment, each row with how sure it is; then the plan is computed from that data date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.models import Evidence
from lantu.core.services.emit import emit
from lantu.core.services.keep_evidence import keep_evidence
from lantu.lifecycle.schedule.events import ProgressRecorded
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity
from lantu.lifecycle.schedule.models_kept import ScheduleProgress
from lantu.lifecycle.schedule.services import passing
from lantu.lifecycle.schedule.services.recalculate import refresh
from lantu.lifecycle.schedule.services.slips import watch_milestones
from lantu.lifecycle.schedule.states import ActivityKind, EvidenceGrade, ScheduleKind, Verb

MOST_ROWS = 5_000
MOST_FILES = 9
REPORTED = (
    "percent", "remaining_min", "actual_start_at", "actual_finish_at", "actual_yuan", "evidence_grade", "expected_finish_at",
)  # fmt: skip
TOLD = ("percent", "actual_start_at", "actual_finish_at", "expected_finish_at")
RIGHTS = {EvidenceGrade.A: "lifecycle.schedule_verify", EvidenceGrade.B: "lifecycle.schedule_measure"}


@dataclass(frozen=True, kw_only=True)
class ProgressRow:
    """One report: ``percent`` 0–100; ``remaining_min`` None lets the share decide; grade A–D. What is not said stays."""

    code: str
    percent: float | None = None
    grade: str = "D"
    remaining_min: int | None = None
    actual_start_at: datetime | None = None
    actual_finish_at: datetime | None = None
    actual_yuan: Decimal | None = None
    # When it will be done; an earlier expectation that no longer holds is dropped by ``forget_expected``.
    expected_finish_at: datetime | None = None
    forget_expected: bool = False
    note: str = ""


@transaction.atomic
def record_progress(
    schedule: Schedule,
    *,
    as_of: datetime,
    rows: Sequence[ProgressRow],
    by: User,
    now: datetime,
    files: Mapping[str, Sequence[tuple[str, Any]]] | None = None,
    edited_no: int | None = None,
) -> Schedule:
    """Take reports for a plan in force. ``files``: code → (name, file or bytes), kept as evidence of that row.

    Grade D says itself; C needs a file with the report; B is the supervisor's measure, A a check by several parties, each
    with a file and the right to it. Raises Unacceptable with the place: dates after ``as_of``, progress that runs
    backwards, a finish without a start. Then the data date is ``as_of`` and the plan is computed anew.
    """
    require(by, "lifecycle.schedule_report", schedule.project)
    schedule = passing.lock(schedule, edited_no=edited_no)
    if schedule.kind == ScheduleKind.MIRROR:
        raise passing.unfit("schedule", _("外部计划的镜像不在这里填报。"), _("请导入新的文件。"))
    passing.advance(schedule, Verb.REPORT)
    _check_as_of(schedule, as_of, now)
    if not 1 <= len(rows) <= MOST_ROWS:
        raise passing.unfit("rows", _("一次可填报 1 到 %(most)d 项。") % {"most": MOST_ROWS})
    found = {row.code: row for row in schedule.activities.filter(code__in=[row.code for row in rows])}
    given = files or {}
    changes: list[dict[str, Any]] = []
    reports = [
        _take(
            schedule, found, row, as_of=as_of, by=by, now=now, files=given.get(row.code, ()), changes=changes
        )
        for row in rows
    ]
    ScheduleActivity.objects.bulk_update([found[row.code] for row in rows], REPORTED, batch_size=500)
    before = schedule.finish_at
    schedule.data_date = as_of
    passing.remember(schedule, changes, by=by, now=now)
    refresh(schedule, now=now)
    schedule.save()
    emit(
        ProgressRecorded(
            project_id=schedule.project_id, subject_id=schedule.pk, name=schedule.name, as_of=as_of.isoformat(),
            rows=len(reports), grades=dict(Counter(row.grade for row in rows)),
            finish_before=before.isoformat() if before else "",
            finish_after=schedule.finish_at.isoformat() if schedule.finish_at else "",
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    watch_milestones(schedule, now=now)
    return schedule


def _check_as_of(schedule: Schedule, as_of: datetime, now: datetime) -> None:
    if as_of > now:
        raise passing.unfit("as_of", _("截至日期不能在将来。"), _("请填实际统计的日期。"))
    if as_of < schedule.data_date:
        raise passing.unfit(
            "as_of",
            _("截至日期早于上一次填报的数据日期 %(day)s。") % {"day": f"{schedule.data_date:%Y-%m-%d}"},
            _("请按时间先后填报；更正以往数据的，请填今天的日期并在说明里写明。"),
        )


def _take(
    schedule: Schedule,
    found: Mapping[str, ScheduleActivity],
    row: ProgressRow,
    *,
    as_of: datetime,
    by: User,
    now: datetime,
    files: Sequence[tuple[str, Any]],
    changes: list[dict[str, Any]],
) -> ScheduleProgress:
    activity = found.get(row.code)
    if activity is None or activity.kind == ActivityKind.SUMMARY:
        raise passing.unfit(
            f"rows.{row.code}",
            _("没有可填报的任务“%(code)s”。") % {"code": row.code},
            _("汇总任务由下面的任务汇总，不单独填报。"),
        )
    _check_grade(schedule, row, by=by, files=files)
    before = [getattr(activity, name) for name in TOLD]
    _apply(activity, row, as_of)
    for what, old in zip(TOLD, before, strict=True):
        new = getattr(activity, what)
        if old != new:
            changes.append({"code": row.code, "label": str(activity), "what": what,
                            "before": _plain(old), "after": _plain(new)})  # fmt: skip
    activity.evidence_grade = row.grade
    report = ScheduleProgress.objects.create(
        activity=activity, as_of=as_of, percent=activity.percent, remaining_min=activity.remaining_min,
        actual_start_at=activity.actual_start_at, actual_finish_at=activity.actual_finish_at,
        actual_yuan=activity.actual_yuan, grade=row.grade, note=passing.clean(row.note, most=300), by=by, recorded_at=now,
    )  # fmt: skip
    kept: list[Evidence] = [
        keep_evidence(
            file=file, name=name, project_id=schedule.project_id, uploaded_by=by, now=now,
            supports_type="lifecycle.scheduleprogress", supports_id=report.pk, claimed_at=as_of,
            site_lon=schedule.project.lon, site_lat=schedule.project.lat,
        )
        for name, file in files
    ]  # fmt: skip
    if kept:
        report.evidence.set(kept)
    return report


def _check_grade(schedule: Schedule, row: ProgressRow, *, by: User, files: Sequence[tuple[str, Any]]) -> None:
    place = f"rows.{row.code}.grade"
    if row.grade not in {EvidenceGrade.A, EvidenceGrade.B, EvidenceGrade.C, EvidenceGrade.D}:
        raise passing.unfit(place, _("证据等级是 A、B、C、D 之一。"))
    if row.grade in RIGHTS:
        require(by, RIGHTS[EvidenceGrade(row.grade)], schedule.project)
    if row.grade != EvidenceGrade.D and not files:
        raise passing.unfit(
            place,
            _("任务“%(code)s”填报为 %(grade)s 级，但没有附文件或照片。")
            % {"code": row.code, "grade": row.grade},
            _("请附上证据，或按 D 级（自报）填报。"),
        )
    if len(files) > MOST_FILES:
        raise passing.unfit(
            f"rows.{row.code}.files", _("每项最多附 %(most)d 个文件。") % {"most": MOST_FILES}
        )


def _apply(activity: ScheduleActivity, row: ProgressRow, as_of: datetime) -> None:
    """Put the report on the row, checked against what was known and what is possible."""
    place = f"rows.{row.code}"
    start = row.actual_start_at or activity.actual_start_at
    finish = row.actual_finish_at or activity.actual_finish_at
    percent = 100.0 if finish else (activity.percent if row.percent is None else row.percent)
    if not 0 <= percent <= 100:
        raise passing.unfit(f"{place}.percent", _("完成比例应在 0 到 100 之间。"))
    if percent < activity.percent and not row.note.strip():
        raise passing.unfit(
            f"{place}.percent",
            _("任务“%(task)s”的完成比例由 %(old)g%% 变为 %(new)g%%，比上次少。")
            % {"task": activity, "old": activity.percent, "new": percent},
            _("确需更正的，请在说明里写明原因。"),
        )
    if percent >= 100 and finish is None:
        raise passing.unfit(
            f"{place}.actual_finish_at",
            _("任务“%(task)s”完成 100%%，请填实际完成日期。") % {"task": activity},
        )
    if percent > 0 and start is None:
        raise passing.unfit(
            f"{place}.actual_start_at",
            _("任务“%(task)s”有进度但没有实际开始日期。") % {"task": activity},
            _("请填实际开始日期。"),
        )
    for field, at in (("actual_start_at", start), ("actual_finish_at", finish)):
        if at is not None and at > as_of:
            raise passing.unfit(
                f"{place}.{field}",
                _("任务“%(task)s”的实际日期晚于截至日期。") % {"task": activity},
                _("实际日期不能晚于截至日期。"),
            )
    if start is not None and finish is not None and finish < start:
        raise passing.unfit(
            f"{place}.actual_finish_at",
            _("任务“%(task)s”的实际完成早于实际开始。") % {"task": activity},
            _("请核对两个日期。"),
        )
    activity.percent, activity.actual_start_at, activity.actual_finish_at = percent, start, finish
    if row.actual_yuan is not None:
        activity.actual_yuan = row.actual_yuan
    _expect(activity, row, as_of)
    if finish is not None:
        activity.remaining_min = 0
    elif row.remaining_min is not None:
        activity.remaining_min = row.remaining_min
    elif start is not None:
        activity.remaining_min = round(activity.duration_min * (100 - percent) / 100)


def _expect(activity: ScheduleActivity, row: ProgressRow, as_of: datetime) -> None:
    """The finish that is expected from now on; none of what is finished."""
    done = activity.actual_finish_at is not None
    if row.expected_finish_at is not None and not done and row.expected_finish_at <= as_of:
        raise passing.unfit(
            f"rows.{row.code}.expected_finish_at",
            _("任务“%(task)s”的预计完成不晚于截至日期。") % {"task": activity},
            _("已完成的请填实际完成；未完成的，预计完成应在截至日期之后。"),
        )
    if done or row.forget_expected:
        activity.expected_finish_at = None
    elif row.expected_finish_at is not None:
        activity.expected_finish_at = row.expected_finish_at


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
