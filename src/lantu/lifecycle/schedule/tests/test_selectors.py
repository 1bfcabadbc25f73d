"""What-if, curves, earned value, forecast, claims, comparison and the rows of the chart."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lantu.core.refusals import Missing, Refused, Unacceptable
from lantu.lifecycle.schedule import selectors
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.services import ProgressRow, record_progress
from lantu.lifecycle.schedule.tests.scenes import PDF, at, in_force, new_schedule

pytestmark = pytest.mark.django_db
NOW = at("2026-09-18 10:00")
WHEN = at("2026-10-12 18:00")


@pytest.fixture
def running(site_project: Any, cast: Any) -> Schedule:
    """The example in force, with three weeks of reports: A done, B and C under way."""
    schedule = in_force(site_project, cast, now=NOW)
    rows = [
        ProgressRow(
            code="A", actual_start_at=at("2026-09-21 08:00"), actual_finish_at=at("2026-09-28 18:00"), grade="C",
            actual_yuan=520_000,
        ),
        ProgressRow(code="B", percent=50, actual_start_at=at("2026-09-29 08:00"), actual_yuan=450_000),
        ProgressRow(code="C", percent=70, actual_start_at=at("2026-09-24 08:00"), actual_yuan=800_000),
    ]  # fmt: skip
    return record_progress(
        schedule, as_of=WHEN, rows=rows, by=cast.contractor, now=WHEN, files={"A": [("验收.pdf", PDF)]}
    )


def test_a_delay_on_the_critical_path_costs_its_days(site_project: Any, cast: Any) -> None:
    schedule = in_force(site_project, cast, now=NOW)
    found = selectors.what_if_delay(site_project, activity_code="F", days=7, now=NOW)
    assert found.critical
    assert (found.schedule_id, found.days_late, found.activities_moved) == (schedule.pk, 7, 2)
    slack = selectors.what_if_delay(schedule, activity_code="E", days=7, now=NOW)
    assert (slack.days_late, slack.critical, slack.float_days) == (0, False, 9)
    assert schedule.activities.get(code="F").early_start_at == at("2026-10-13 08:00")


def test_a_delay_of_work_under_way_counts_from_now(running: Schedule) -> None:
    found = selectors.what_if_delay(running, activity_code="C", days=2, now=WHEN)
    assert found.days_late > 0
    assert selectors.what_if_delay(running, activity_code="A", days=30, now=WHEN).days_late == 0


def test_what_if_without_plan_or_activity_says_so(site_project: Any, cast: Any) -> None:
    with pytest.raises(Missing, match="没有执行中的进度计划"):
        selectors.what_if_delay(site_project, activity_code="F", days=7, now=NOW)
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    with pytest.raises(Missing, match="没有任务"):
        selectors.what_if_delay(schedule, activity_code="ZZ", days=7, now=NOW)


def test_the_curve_ends_at_the_total_and_earned_stops_at_the_status(running: Schedule) -> None:
    baseline = selectors.baseline_of(running)
    assert baseline is not None
    curve = selectors.s_curve(running, baseline, as_of=WHEN)
    assert (curve.unit, curve.total) == ("yuan", 5_000_000)
    assert curve.planned[-1] == pytest.approx(5_000_000)
    assert curve.forecast[-1] == pytest.approx(5_000_000)
    done = [value for value in curve.earned if value is not None]
    assert done[-1] == pytest.approx(500_000 + 400_000 + 700_000)
    assert [value for value in curve.proved if value is not None][-1] == pytest.approx(500_000)
    assert all(earned is None for day, earned in zip(curve.dates, curve.earned, strict=True) if day > WHEN)


def test_earned_value_is_that_of_the_reports(running: Schedule) -> None:
    baseline = selectors.baseline_of(running)
    assert baseline is not None
    worth = selectors.earned_value_of(running, baseline, as_of=WHEN)
    assert (worth.found.ev, worth.found.ac, worth.found.bac) == (1_600_000, 1_770_000, 5_000_000)
    assert worth.by_grade == {"A": 0.0, "B": 0.0, "C": 500_000, "D": 1_100_000}
    assert worth.found.cpi == pytest.approx(1.6 / 1.77)
    assert worth.cpi_severity == 2
    with pytest.raises(Unacceptable):
        selectors.earned_value_of(running, baseline, as_of=at("2026-09-01 08:00"))


def test_the_forecast_has_a_range_only_with_history(running: Schedule, cast: Any) -> None:
    baseline = selectors.baseline_of(running)
    early = selectors.forecast_finish(running, baseline, as_of=WHEN)
    assert (early.low, early.finished) == (None, 1)
    assert early.by_network == running.finish_at
    assert early.by_earned_schedule is not None
    later = at("2026-11-20 18:00")
    done = [
        ProgressRow(code=code, actual_start_at=at(f"{start} 08:00"), actual_finish_at=at(f"{end} 18:00"))
        for code, start, end in (
            ("B", "2026-09-29", "2026-10-16"), ("C", "2026-09-24", "2026-10-16"), ("D", "2026-10-21", "2026-10-30"),
            ("E", "2026-10-16", "2026-10-23"),
        )
    ]  # fmt: skip
    schedule = record_progress(running, as_of=later, rows=done, by=cast.contractor, now=later)
    found = selectors.forecast_finish(schedule, baseline, as_of=later)
    assert found.finished == 5
    assert found.low is not None
    assert found.median is not None
    assert found.high is not None
    assert found.low <= found.median <= found.high
    assert found == selectors.forecast_finish(schedule, baseline, as_of=later)
    assert found.days_late is not None
    assert found.days_late > 10
    assert found.severity >= 3


def test_a_claim_is_judged_by_baseline_reports_and_scope(running: Schedule) -> None:
    baseline = selectors.baseline_of(running)
    assert baseline is not None
    found = selectors.check_claim_of(running, baseline, claimed_days=22, claimed_planned_days=40, as_of=WHEN)
    assert found.verdict == "fails"
    assert {name for name, _values in found.reasons} == {"too_slow", "too_little_done", "not_proved"}
    assert found.scope_share == 1
    baseline.is_imported = True
    with pytest.raises(Refused):
        selectors.check_claim_of(running, baseline, claimed_days=22, claimed_planned_days=40, as_of=WHEN)


def test_the_comparison_tells_what_moved(running: Schedule) -> None:
    baseline = selectors.baseline_of(running)
    assert baseline is not None
    rows = {row.code: row for row in selectors.compare_baseline(running, baseline)}
    assert rows["A"].change == "same"
    assert rows["B"].change == "moved"
    assert rows["B"].finish_days is not None
    assert rows["B"].finish_days > 0


def test_the_chart_gets_compact_rows(running: Schedule, cast: Any) -> None:
    found = selectors.gantt(running, cast.contractor, baseline=selectors.baseline_of(running), now=WHEN)
    row = dict(zip(found["columns"], found["tasks"][0], strict=True))
    assert (row["code"], row["kind"], row["percent"], row["grade"]) == ("A", "task", 100, "C")
    assert row["start_ms"] == row["baseline_start_ms"] == int(at("2026-09-21 08:00").timestamp() * 1000)
    assert len(found["links"]) == 9
    assert found["schedule"]["may_edit"] is False
    assert "2026-10-01" in found["calendar"]["off"]
    assert "2026-10-10" in found["calendar"]["on"]


def test_the_network_report_names_paths_and_loose_ends(site_project: Any, cast: Any) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    report = selectors.network_report(schedule)
    assert report.paths == [["A", "C", "F", "H"]]
    assert report.path_count == 1
    # Nothing decides when E starts (it is tied by its finish), and nothing waits for the finish of E and G.
    assert [row.code for row in report.dangling] == ["E", "G"]


def test_nobody_sees_a_plan_of_a_project_they_do_not_know(running: Schedule, cast: Any) -> None:
    assert selectors.get_visible(cast.contractor, running.pk) == running
    with pytest.raises(Missing):
        selectors.get_visible(cast.outsider, running.pk)
    assert (
        list(selectors.open_milestones([running.project_id], until=timezone.now() + timedelta(days=900)))
        == []
    )
