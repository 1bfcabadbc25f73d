"""The claim checker over a schedule: frozen baseline, reports with evidence, scope."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lantu.calc.progress_claims import ClaimItem, ClaimResult, check_claim
from lantu.core.refusals import Refused, Unacceptable
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity
from lantu.lifecycle.schedule.models_kept import ScheduleBaseline, ScheduleBaselineActivity
from lantu.lifecycle.schedule.states import ActivityKind
from lantu.lifecycle.schedule.values import Report, Values, last_report, reports_until, values_of
from lantu.packs.load import national

DAY = timedelta(days=1)
Row = ScheduleBaselineActivity


def check_claim_of(
    schedule: Schedule,
    baseline: ScheduleBaseline,
    *,
    claimed_days: float,
    claimed_planned_days: float,
    as_of: datetime,
) -> ClaimResult:
    """Whether ``claimed_planned_days`` of the baseline's work were done in ``claimed_days``, until ``as_of``.

    Raises Refused for a baseline that nobody approved, Unacceptable for durations that are not positive.
    """
    if baseline.is_imported:
        raise Refused(
            "schedules.unapproved_baseline",
            _("这个基准来自导入文件，没有批准文件，不能作为核实依据。"),
            remedy=_("请选择经批准冻结的基准。"),
        )
    values = values_of(baseline)
    reports = reports_until(schedule, as_of)
    rows = {row.code: row for row in schedule.activities.exclude(kind=ActivityKind.SUMMARY)}
    starts = [row.actual_start_at for row in rows.values() if row.actual_start_at is not None]
    if not starts:
        raise Refused(
            "schedules.nothing_begun", _("计划里还没有实际开始的任务。"), remedy=_("请先填报实际进度。")
        )
    items = [
        _claim_item(
            frozen, rows.get(frozen.code), last_report(reports.get(frozen.code, ()), as_of), values, number
        )
        for number, frozen in enumerate(values.rows)
    ]
    rules = national().schedules
    try:
        return check_claim(
            items,
            first_day=(min(starts) - values.begin) / DAY,
            as_of_day=(_counted_until(items, rows.values(), as_of) - values.begin) / DAY,
            claimed_days=claimed_days,
            claimed_planned_days=claimed_planned_days,
            scope_tolerance=rules.claim_scope_tolerance,
            near_share=rules.claim_near_share,
            proved_share=rules.claim_proved_share,
            proved_grades=rules.claim_proved_grades,
        )
    except ValueError as error:
        raise Unacceptable(
            "schedules.bad_claim",
            _("宣称的时间应当大于零，截至日期应晚于实际开工。"),
            remedy=_("例如：365 天完成计划 913 天的任务量。"),
            field="claimed_days",
        ) from error


def _counted_until(items: list[ClaimItem], rows: Iterable[ScheduleActivity], as_of: datetime) -> datetime:
    """``as_of``, or the day of the last finish where everything is done: later days are no working time."""
    ends = [row.actual_finish_at for row in rows if row.actual_finish_at is not None]
    done = all(item.share >= 1 for item in items if item.still_there)
    return min(as_of, max(ends)) if done and ends else as_of


def _claim_item(
    frozen: Row, row: ScheduleActivity | None, last: Report | None, values: Values, number: int
) -> ClaimItem:
    now = None
    if row is not None and frozen.quantity is None:
        now = {"yuan": float(row.budget_yuan), "weight": row.weight, "minutes": float(row.duration_min)}[
            values.unit
        ]
        # A shorter duration is the compression itself, not a smaller scope.
        now = None if values.unit == "minutes" else now
    return ClaimItem(
        code=frozen.code,
        start_day=float(values.start[number]),
        finish_day=float(values.finish[number]),
        weight=float(values.value[number]),
        share=last.percent / 100 if last else 0.0,
        grade=last.grade if last else "",
        still_there=row is not None,
        quantity_then=frozen.quantity,
        quantity_now=row.quantity if row else None,
        weight_now=now,
    )
