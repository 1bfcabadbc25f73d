"""Small plans that tests share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from lantu.calc.workdays import BEIJING
from lantu.lifecycle.schedule.drafts import ActivityRow, LinkRow, ScheduleDraft, pack_calendars
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.services import create_schedule, propose_schedule, put_in_force

HOUR = 60
DAY_MIN = 8 * HOUR
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def at(text: str) -> datetime:
    """“2026-09-21 08:00” in Beijing."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def activity(code: str, days: float, **more: Any) -> ActivityRow:
    """A task of so many eight-hour days."""
    return ActivityRow(**{"code": code, "name": f"任务{code}", "duration_min": round(days * DAY_MIN), **more})


def link(text: str) -> LinkRow:
    """“A B FS 2”: lag in days."""
    before, after, kind, days = text.split()
    return LinkRow(
        predecessor_code=before, successor_code=after, kind=kind, lag_min=round(float(days) * DAY_MIN)
    )


EXAMPLE_DAYS = {"A": 5, "B": 8, "C": 10, "D": 6, "E": 4, "F": 12, "G": 3, "H": 2}
EXAMPLE_LINKS = (
    "A B FS 0", "A C SS 3", "B D FS 2", "C E FF 2", "C F FS -2", "D G FS 0", "E G SF 5", "F H FS 0", "G H SS 1"
)  # fmt: skip


def draft(
    days: dict[str, float] | None = None, links: Sequence[str] = EXAMPLE_LINKS, **more: Any
) -> ScheduleDraft:
    """The worked example of docs/algorithms/cpm.md on the national calendar from 2026-09-21."""
    start = at("2026-09-21 08:00")
    rows = [
        activity(code, length, budget_yuan=Decimal(100_000) * round(length), weight=float(length))
        for code, length in (days or EXAMPLE_DAYS).items()
    ]
    plain = ScheduleDraft(
        name="总进度计划", kind="master", start_at=start, data_date=start, calendars=pack_calendars(), activities=rows,
        links=[link(text) for text in links],
    )  # fmt: skip
    return replace(plain, **more)


def new_schedule(project: Any, by: Any, *, now: datetime, **more: Any) -> Schedule:
    """The example as a draft of ``project``."""
    return create_schedule(project=project, draft=draft(**more), by=by, now=now)


def in_force(project: Any, cast: Any, *, now: datetime, **more: Any) -> Schedule:
    """The example, proposed by the contractor and approved by the officer."""
    schedule = new_schedule(project, cast.contractor, now=now, **more)
    schedule = propose_schedule(
        schedule, approver=cast.officer, edited_no=schedule.edited_no, by=cast.contractor, now=now
    )
    return put_in_force(
        schedule,
        document=PDF,
        file_name="批复.pdf",
        document_no="德重字〔2026〕1号",
        by=cast.officer,
        now=now,
    )
