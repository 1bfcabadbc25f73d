"""Compute a schedule and write what comes out: dates, floats, summaries, counts."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.calc.cpm import Computed
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.lifecycle.schedule import network
from lantu.lifecycle.schedule.events import ScheduleComputed
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity
from lantu.lifecycle.schedule.network import Loaded
from lantu.lifecycle.schedule.services import passing
from lantu.lifecycle.schedule.states import ActivityKind, ScheduleKind, ScheduleStatus


def refresh(schedule: Schedule, *, now: datetime) -> Computed:
    """Compute and store everything of a locked schedule; the caller saves and tells."""
    loaded = network.load(schedule)
    found = network.compute(loaded)
    network.store(loaded, found)
    roll_up(schedule)
    settle(schedule, loaded, found, now=now)
    return found


def settle(schedule: Schedule, loaded: Loaded, found: Computed, *, now: datetime) -> None:
    """The figures of the whole."""
    schedule.finish_at = network.moment(found.finish)
    schedule.computed_at, schedule.computed_no = now, schedule.edited_no
    schedule.activity_count = len(loaded.activities)
    schedule.critical_count = int(loaded.critical(found).sum())
    schedule.dangling_count = len(dangling(loaded))


def dangling(loaded: Loaded) -> list[ScheduleActivity]:
    """Activities whose start waits for nothing or whose finish nothing waits for (a link at the other end does not
    hold them), but for the one beginning and the one end of the plan.
    """
    net = loaded.network
    point = net.duration == 0
    starts_by = np.zeros(net.size, dtype=bool)
    ends_for = np.zeros(net.size, dtype=bool)
    starts_by[net.successor[((net.kind & 2) == 0) | point[net.successor]]] = True
    ends_for[net.predecessor[((net.kind & 1) == 0) | point[net.predecessor]]] = True
    first = np.ones(net.size, dtype=bool)
    last = np.ones(net.size, dtype=bool)
    first[net.successor] = False
    last[net.predecessor] = False
    loose = np.zeros(net.size, dtype=bool)
    loose |= ~starts_by & ~(first if first.sum() == 1 else np.zeros_like(first))
    loose |= ~ends_for & ~(last if last.sum() == 1 else np.zeros_like(last))
    counts = [row.kind != ActivityKind.LOE and row.actual_finish_at is None for row in loaded.activities]
    return [
        loaded.activities[number] for number in np.flatnonzero(loose & np.array(counts, dtype=bool)).tolist()
    ]


ROLL_UP = """
WITH RECURSIVE up AS (
  SELECT a.id, a.parent_id, a.id AS leaf FROM lifecycle_scheduleactivity a WHERE a.schedule_id = %s AND a.kind <> 'summary'
  UNION ALL
  SELECT p.id, p.parent_id, up.leaf FROM up JOIN lifecycle_scheduleactivity p ON p.id = up.parent_id
), found AS (
  SELECT up.id, min(l.early_start_at) es, max(l.early_finish_at) ef, min(l.late_start_at) ls, max(l.late_finish_at) lf,
    min(l.total_float_min) FILTER (WHERE l.actual_finish_at IS NULL) tf, bool_or(l.is_critical) cr, bool_or(l.is_on_longest_path) lp,
    sum(l.percent * greatest(l.weight, 0)) / nullif(sum(greatest(l.weight, 0)), 0) weighted,
    sum(l.percent * l.duration_min) / nullif(sum(l.duration_min), 0) timed, avg(l.percent) plain,
    min(l.actual_start_at) started, bool_and(l.actual_finish_at IS NOT NULL) done, max(l.actual_finish_at) ended,
    max(l.evidence_grade) grade, sum(l.budget_yuan) budget, sum(l.actual_yuan) actual
  FROM up JOIN lifecycle_scheduleactivity l ON l.id = up.leaf WHERE up.id <> up.leaf GROUP BY up.id
)
UPDATE lifecycle_scheduleactivity s SET early_start_at = f.es, early_finish_at = f.ef, late_start_at = f.ls,
  late_finish_at = f.lf, total_float_min = f.tf, is_critical = f.cr, is_on_longest_path = f.lp,
  percent = least(100, greatest(0, coalesce(f.weighted, f.timed, f.plain, 0))), actual_start_at = f.started,
  actual_finish_at = CASE WHEN f.done THEN f.ended END, evidence_grade = f.grade, budget_yuan = f.budget,
  actual_yuan = f.actual
FROM found f WHERE f.id = s.id AND s.kind = 'summary'
"""


def roll_up(schedule: Schedule) -> None:
    """Summaries from what lies below them: dates, least float, progress by weight (else by duration), worst grade."""
    with connection.cursor() as cursor:
        cursor.execute(ROLL_UP, [schedule.pk])


@transaction.atomic
def recalculate(
    schedule: Schedule,
    *,
    by: User,
    now: datetime,
    data_date: datetime | None = None,
    edited_no: int | None = None,
) -> Schedule:
    """Compute anew, with another data date where one is given. A mirror keeps the dates of its file."""
    require(by, "lifecycle.schedule_edit", schedule.project)
    schedule = passing.lock(schedule, edited_no=edited_no)
    if schedule.kind == ScheduleKind.MIRROR:
        raise Refused(
            "schedules.mirror",
            _("外部计划的镜像保持文件里的日期，不在这里计算。"),
            remedy=_("请另存为编制稿再计算，或导入新的文件。"),
        )
    if schedule.status not in {ScheduleStatus.DRAFT, ScheduleStatus.IN_FORCE}:
        raise Refused(
            "schedules.wrong_order",
            _("计划当前为“%(status)s”，不能执行这一步。") % {"status": schedule.get_status_display()},
            remedy=_("待审批的计划请先退回，被替代的计划请打开执行中的版本。"),
        )
    before = schedule.finish_at
    if data_date is not None and data_date != schedule.data_date:
        _check_data_date(schedule, data_date, now)
        change = {"code": "", "label": _("数据日期"), "what": "data_date", "before": schedule.data_date.isoformat(),
                  "after": data_date.isoformat()}  # fmt: skip
        schedule.data_date = data_date
        passing.remember(schedule, [change], by=by, now=now)
    refresh(schedule, now=now)
    schedule.save()
    emit(
        ScheduleComputed(
            project_id=schedule.project_id, subject_id=schedule.pk, name=schedule.name,
            data_date=schedule.data_date.isoformat(), finish_before=before.isoformat() if before else "",
            finish_after=schedule.finish_at.isoformat() if schedule.finish_at else "", critical=schedule.critical_count,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return schedule


def _check_data_date(schedule: Schedule, data_date: datetime, now: datetime) -> None:
    if data_date > now:
        raise passing.unfit("data_date", _("数据日期不能在将来。"), _("请填实际数据截止的日期。"))
    if data_date < schedule.start_at:
        raise passing.unfit("data_date", _("数据日期不能早于计划开始。"), _("请核对日期。"))
    last = ScheduleActivity.objects.filter(schedule=schedule, actual_finish_at__gt=data_date).first()
    if last is not None:
        raise passing.unfit(
            "data_date",
            _("任务“%(task)s”的实际完成晚于这个数据日期。") % {"task": last},
            _("数据日期应不早于已填报的实际日期。"),
        )
