"""Published Primavera exports as plans of this platform: stored, computed, and read back with the dates P6 gave them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from lantu.calc.tests.stated_schedules import EF, ES, FF, LF, LS, TF, stated
from lantu.calc.workdays import BEIJING
from lantu.lifecycle.schedule.drafts import ActivityRow, CalendarRow, LinkRow, ScheduleDraft
from lantu.lifecycle.schedule.services import create_schedule
from lantu.lifecycle.schedule.tests.scenes import at

pytestmark = pytest.mark.django_db
KINDS = {0: ("task", ""), 1: ("milestone", "start"), 2: ("milestone", "finish")}
CONSTRAINTS = {"CS_MSOB": "start_before"}


def moment(text: str | None) -> datetime | None:
    """A date of the file in Beijing time."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING) if text else None


def draft_of(entry: dict[str, Any]) -> ScheduleDraft:
    """The rows of one stated schedule, without its computed dates."""
    start = moment(entry["data_date"] if entry["data_date"] > entry["start"] else entry["start"])
    assert start is not None
    codes = [row[0] for row in entry["activities"]]
    return ScheduleDraft(
        name=entry["name"],
        kind="section",
        start_at=at(entry["start"]),
        data_date=start,
        must_finish_at=moment(entry["must_finish"]),
        calendars=[
            CalendarRow(
                code=str(number), name=row["name"], week=row["week"], exceptions=row["exceptions"], is_default=number == 0
            )
            for number, row in enumerate(entry["calendars"])
        ],
        activities=[
            ActivityRow(
                code=row[0], name=row[0], kind=KINDS[row[1]][0], milestone_side=KINDS[row[1]][1],
                calendar_code=str(row[2]), duration_min=row[3], actual_start_at=moment(row[4]),
                actual_finish_at=moment(row[5]), constraint_kind=CONSTRAINTS.get(row[6] or "", ""),
                constraint_at=moment(row[7]) if row[6] in CONSTRAINTS else None,
            )
            for row in entry["activities"]
        ],
        links=[
            LinkRow(
                predecessor_code=codes[before], successor_code=codes[after], kind=kind, lag_min=lag,
                lag_calendar=entry["lag_calendar"],
            )
            for before, after, kind, lag in entry["links"]
        ],
    )  # fmt: skip


@pytest.mark.parametrize("name", ["terminal-building-airport", "cairo-alex-road", "pyp6xer-sample"])
def test_a_plan_made_of_the_rows_has_the_dates_of_the_file(site_project: Any, cast: Any, name: str) -> None:
    entry = stated()[name]
    schedule = create_schedule(
        project=site_project, draft=draft_of(entry), by=cast.contractor, now=at("2026-06-10 10:00")
    )
    rows = {row.code: row for row in schedule.activities.all()}
    for given in entry["activities"]:
        row = rows[given[0]]
        if row.actual_finish_at is not None:
            continue
        found = (row.early_start_at, row.early_finish_at, row.late_start_at, row.late_finish_at)
        assert found == tuple(moment(given[number]) for number in (ES, EF, LS, LF)), row.code
        assert (row.total_float_min, row.free_float_min) == (given[TF], given[FF]), row.code
