"""A schedule in values: S-curve, earned value, forecast of the end, and the claim checker.

Value is the budget where the baseline has one, else the weight, else the duration; every answer says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from lantu.calc.earned_value import EarnedValue, earned_value
from lantu.calc.work_time import to_axis
from lantu.core.refusals import Refused, Unacceptable
from lantu.lifecycle.schedule import network
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity
from lantu.lifecycle.schedule.models_kept import (
    ScheduleBaseline,
    ScheduleBaselineActivity,
    ScheduleProgress,
)
from lantu.lifecycle.schedule.states import ActivityKind
from lantu.packs.load import national

DAY = timedelta(days=1)
PERIOD_DAYS = 30
MOST_POINTS = 120
ENOUGH_HISTORY = 5
DRAWS = 200
# Work of the simulation stays about the same whatever the size of the plan.
DRAW_BUDGET = 120_000
Row = ScheduleBaselineActivity


@dataclass(frozen=True)
class SCurve:
    """Cumulative values at ``dates``. ``earned`` ends at the status, ``forecast`` begins there (None elsewhere).

    ``unit``: ``yuan``, ``weight`` or ``minutes``; ``proved``: earned with evidence of the accepted grades only.
    """

    dates: list[datetime]
    planned: list[float]
    earned: list[float | None]
    proved: list[float | None]
    actual: list[float | None]
    forecast: list[float | None]
    unit: str
    total: float
    as_of: datetime


@dataclass(frozen=True)
class Values:
    unit: str
    rows: list[Row]
    value: np.ndarray
    start: np.ndarray
    finish: np.ndarray
    total: float
    begin: datetime

    def planned(self, days: np.ndarray) -> np.ndarray:
        """Cumulative value of the baseline at days since its beginning; each row earns evenly between its dates."""
        span = np.maximum(self.finish - self.start, 1e-9)
        share = np.clip((days[:, None] - self.start) / span, 0.0, 1.0)
        done: np.ndarray = (share * self.value).sum(axis=1)
        return done


def values_of(baseline: ScheduleBaseline) -> Values:
    rows = [
        row
        for row in baseline.rows.all()
        if row.start_at is not None and row.finish_at is not None and row.kind != ActivityKind.LOE
    ]
    if not rows:
        raise Refused(
            "schedules.empty_baseline", _("基准里没有带日期的任务。"), remedy=_("请先计算计划，再冻结基准。")
        )
    choices = {
        "yuan": [float(row.budget_yuan) for row in rows],
        "weight": [row.weight for row in rows],
        "minutes": [float(row.duration_min) for row in rows],
    }
    unit = next((name for name, values in choices.items() if sum(values) > 0), "minutes")
    begin = min(row.start_at for row in rows if row.start_at is not None)
    days = [((row.start_at - begin) / DAY, (row.finish_at - begin) / DAY) for row in rows]
    dates = np.array(days, dtype=np.float64)
    value = np.array(choices[unit], dtype=np.float64)
    return Values(unit, rows, value, dates[:, 0], dates[:, 1], float(value.sum()), begin)


@dataclass(frozen=True)
class Report:
    as_of: datetime
    percent: float
    actual: float
    grade: str


def versions_of(schedule: Schedule) -> list[int]:
    """The plan and the versions that it goes back to: their reports are its history too."""
    found, before = [schedule.pk], schedule.replaces_id
    while before is not None and before not in found:
        found.append(before)
        before = Schedule.objects.filter(pk=before).values_list("replaces_id", flat=True).first()
    return found


def reports_until(schedule: Schedule, until: datetime) -> dict[str, list[Report]]:
    """Reports by code, oldest first, those of earlier versions among them; what a plan was created with counts as one report at its creation."""
    found: dict[str, list[Report]] = {}
    rows = ScheduleProgress.objects.filter(
        activity__schedule__in=versions_of(schedule), as_of__lte=until
    ).order_by("as_of", "id")
    for code, at, percent, actual, grade in rows.values_list(
        "activity__code", "as_of", "percent", "actual_yuan", "grade"
    ):
        found.setdefault(code, []).append(Report(at, percent, float(actual), grade))
    brought = schedule.activities.exclude(kind=ActivityKind.SUMMARY).filter(percent__gt=0)
    for row in brought:
        if row.code not in found:
            at = row.actual_finish_at or min(schedule.data_date, until)
            if at <= until:
                found[row.code] = [Report(at, row.percent, float(row.actual_yuan), row.evidence_grade)]
    return found


def _done_at(
    values: Values, reports: dict[str, list[Report]], at: datetime, grades: tuple[str, ...]
) -> float:
    done = 0.0
    for row, value in zip(values.rows, values.value.tolist(), strict=True):
        last = last_report(reports.get(row.code, ()), at)
        if last is not None and (not grades or last.grade in grades):
            done += value * last.percent / 100
    return done


def last_report(reports: Any, at: datetime) -> Report | None:
    found = None
    for report in reports:
        if report.as_of > at:
            break
        found = report
    return found


def _spent_at(reports: dict[str, list[Report]], at: datetime) -> float:
    return sum(last.actual for rows in reports.values() if (last := last_report(rows, at)) is not None)


def s_curve(schedule: Schedule, baseline: ScheduleBaseline, *, as_of: datetime) -> SCurve:
    """Planned, earned, proved, spent and expected, at steps of thirty days (longer for plans of more than ten years)."""
    values = values_of(baseline)
    reports = reports_until(schedule, as_of)
    ends = [values.begin + float(values.finish.max()) * DAY, as_of, schedule.finish_at or as_of]
    last = (max(ends) - values.begin) / DAY
    step = max(PERIOD_DAYS, int(np.ceil(last / MOST_POINTS)))
    marks = {*np.arange(0, last + step, step).tolist(), max((as_of - values.begin) / DAY, 0.0)}
    days = np.array(sorted(marks))
    dates = [values.begin + float(day) * DAY for day in days]
    grades = national().schedules.claim_proved_grades
    now_done = _done_at(values, reports, as_of, ())
    rest = _rest(schedule, values, as_of)
    earned, proved, actual, forecast = [], [], [], []
    for at in dates:
        past = at <= as_of
        earned.append(_done_at(values, reports, at, ()) if past else None)
        proved.append(_done_at(values, reports, at, grades) if past else None)
        actual.append(_spent_at(reports, at) if past else None)
        forecast.append(None if at < as_of else now_done + _expected(rest, at))
    return SCurve(
        dates,
        values.planned(days).tolist(),
        earned,
        proved,
        actual,
        forecast,
        values.unit,
        values.total,
        as_of,
    )


def _rest(schedule: Schedule, values: Values, as_of: datetime) -> list[tuple[datetime, datetime, float]]:
    """What is left of each activity of the baseline, and when the plan now says it will be done."""
    rows = {row.code: row for row in schedule.activities.exclude(kind=ActivityKind.SUMMARY)}
    found = []
    for frozen, value in zip(values.rows, values.value.tolist(), strict=True):
        row = rows.get(frozen.code)
        if row is None or row.percent >= 100 or row.early_start_at is None or row.early_finish_at is None:
            continue
        start, finish = max(row.early_start_at, as_of), max(row.early_finish_at, as_of)
        found.append((start, finish, value * (1 - row.percent / 100)))
    return found


def _expected(rest: list[tuple[datetime, datetime, float]], at: datetime) -> float:
    done = 0.0
    for start, finish, value in rest:
        if at >= finish:
            done += value
        elif at > start:
            done += value * ((at - start) / (finish - start))
    return done


@dataclass(frozen=True)
class Worth:
    """Earned value with what it was computed from. Periods are thirty days since the baseline's first start."""

    found: EarnedValue
    unit: str
    period_days: int
    begin: datetime
    as_of: datetime
    by_grade: dict[str, float]
    spi_severity: int | None
    cpi_severity: int | None
    expected_finish_at: datetime | None


def earned_value_of(schedule: Schedule, baseline: ScheduleBaseline, *, as_of: datetime) -> Worth:
    """Earned value and earned schedule at ``as_of``. Costs count only where the value is money."""
    values = values_of(baseline)
    if as_of < values.begin:
        raise Unacceptable(
            "schedules.before_baseline",
            _("这一天早于基准的开始 %(day)s。") % {"day": f"{values.begin:%Y-%m-%d}"},
            remedy=_("请选择基准开始之后的日期。"),
            field="as_of",
        )
    reports = reports_until(schedule, as_of)
    count = int(np.ceil(float(values.finish.max()) / PERIOD_DAYS)) + 1
    planned = values.planned(np.arange(count + 1) * float(PERIOD_DAYS)).tolist()
    planned[-1] = values.total
    spent = _spent_at(reports, as_of) if values.unit == "yuan" else 0.0
    found = earned_value(
        planned=planned,
        at=(as_of - values.begin) / DAY / PERIOD_DAYS,
        ev=_done_at(values, reports, as_of, ()),
        ac=spent,
    )
    rules = national().schedules
    expected = None if found.ieac_t is None else values.begin + found.ieac_t * PERIOD_DAYS * DAY
    return Worth(
        found=found,
        unit=values.unit,
        period_days=PERIOD_DAYS,
        begin=values.begin,
        as_of=as_of,
        by_grade={grade: _done_at(values, reports, as_of, (grade,)) for grade in ("A", "B", "C", "D")},
        spi_severity=rules.index_severity(found.spi),
        cpi_severity=rules.index_severity(found.cpi),
        expected_finish_at=expected,
    )


@dataclass(frozen=True)
class Forecast:
    """``by_network``: the computed end; ``low``/``median``/``high``: P10, P50 and P80 of the simulation, None where fewer
    than five activities are finished; ``by_earned_schedule``: planned duration ÷ SPI(t); ``days_late`` against the baseline.
    """

    by_network: datetime
    low: datetime | None
    median: datetime | None
    high: datetime | None
    by_earned_schedule: datetime | None
    baseline_finish: datetime | None
    days_late: int | None
    severity: int
    finished: int
    draws: int


def forecast_finish(schedule: Schedule, baseline: ScheduleBaseline | None, *, as_of: datetime) -> Forecast:
    """When the plan will end, with a range drawn from how long its finished activities really took.

    Each draw takes one level of performance (the mean of as many finished activities drawn with repetition) and for each
    open activity the deviation of one finished activity from the mean. The same plan gives the same answer.
    """
    loaded = network.load(schedule)
    found = network.compute(loaded)
    ratios = _ratios(loaded.activities, found.lines, loaded.network.calendar)
    draws = 0
    spread: list[datetime | None] = [None, None, None]
    if len(ratios) >= ENOUGH_HISTORY:
        draws = int(np.clip(DRAW_BUDGET // max(loaded.network.size, 1), 20, DRAWS))
        ends = _simulate(loaded, np.array(ratios), draws, seed=schedule.pk * 1_000_003 + schedule.edited_no)
        spread = [network.moment(int(value)) for value in np.percentile(ends, [10, 50, 80])]
    by_earned = None
    if baseline is not None and baseline.rows.filter(start_at__lte=as_of).exists():
        by_earned = earned_value_of(schedule, baseline, as_of=as_of).expected_finish_at
    end = network.moment(found.finish)
    late = None
    severity = 1
    if baseline is not None and baseline.finish_at is not None:
        late = round((end - baseline.finish_at) / DAY)
        remaining = max((end - as_of) / DAY, 1.0)
        severity = national().schedules.delay_severity(days_late=late, share=late / remaining)
    return Forecast(
        end, spread[0], spread[1], spread[2], by_earned, baseline.finish_at if baseline else None, late, severity,
        len(ratios), draws,
    )  # fmt: skip


def _ratios(activities: list[ScheduleActivity], lines: Any, calendar: np.ndarray) -> list[float]:
    """Real over planned working time of finished activities, kept between a fifth and five."""
    found = []
    for row, number in zip(activities, calendar.tolist(), strict=True):
        if row.actual_start_at and row.actual_finish_at and row.duration_min > 0:
            line = lines[number]
            took = line.one_work(to_axis(row.actual_finish_at)) - line.one_work(to_axis(row.actual_start_at))
            found.append(min(max(took / row.duration_min, 0.2), 5.0))
    return found


def _simulate(loaded: network.Loaded, ratios: np.ndarray, draws: int, *, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    mean = float(ratios.mean())
    planned = loaded.network.duration
    durations = np.empty((draws, planned.size), dtype=np.int64)
    for row in durations:
        level = float(rng.choice(ratios, ratios.size).mean())
        row[:] = np.rint(planned * level * rng.choice(ratios, planned.size) / mean)
    return network.ends_of(loaded, durations)
