"""Schedules out: which formats there are, what they are called, and the empty workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lantu.core.refusals import Missing
from lantu.lifecycle.schedule.exchange.from_store import neutral_of
from lantu.lifecycle.schedule.exchange.neutral import (
    FIVE_DAYS,
    Activity,
    Calendar,
    Kind,
    Link,
    NeutralSchedule,
)
from lantu.lifecycle.schedule.exchange.to_ical import write_ical
from lantu.lifecycle.schedule.exchange.to_mspdi import write_mspdi
from lantu.lifecycle.schedule.exchange.to_sheet import write_workbook
from lantu.lifecycle.schedule.models import Schedule


@dataclass(frozen=True)
class Export:
    extension: str
    content_type: str


EXPORTS = {
    "mspdi": Export("xml", "application/xml"),
    "xlsx": Export("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ics": Export("ics", "text/calendar; charset=utf-8"),
}


def export_file(schedule: Schedule, kind: str, *, now: datetime) -> tuple[bytes, str]:
    """(content, file name). Raises Missing for a format that there is not."""
    if kind not in EXPORTS:
        raise Missing(
            "lifecycle.schedule_format_unknown",
            _("没有“%(kind)s”这种导出格式。") % {"kind": kind},
            remedy=_("可用：%(kinds)s。") % {"kinds": "、".join(EXPORTS)},
        )
    project = neutral_of(schedule)
    if kind == "mspdi":
        content = write_mspdi(project)
    elif kind == "xlsx":
        content = write_workbook(project)
    else:
        content = write_ical(
            project,
            plan=f"{schedule.project.code}/{schedule.name}",
            sequence=schedule.revision * 1000 + schedule.edited_no,
            url="",
            now=now,
        )
    stem = re.sub(
        r"[^A-Za-z0-9._-]+", "-", f"{schedule.project.code}-{schedule.pk}-r{schedule.revision}"
    ).strip("-")
    return content, f"{stem}.{EXPORTS[kind].extension}"


def template_file() -> bytes:
    """The workbook with one phase, two tasks and a milestone, to be overwritten."""
    phase = Activity(uid="1", code="A", name=_("示例：基础工程"), kind=Kind.SUMMARY)
    dig = Activity(
        uid="2", code="A1010", name=_("示例：土方开挖"), parent_uid="1", level=1, duration_min=4800
    )
    pour = Activity(
        uid="3", code="A1020", name=_("示例：垫层浇筑"), parent_uid="1", level=1, duration_min=1440
    )
    done = Activity(
        uid="4",
        code="A1030",
        name=_("示例：基础完成"),
        parent_uid="1",
        level=1,
        kind=Kind.FINISH_MILESTONE,
        duration_min=0,
    )
    for activity in (dig, pour):
        activity.start_at = datetime(2026, 12, 1, 8)  # noqa: DTZ001  local time of the example
    calendar = Calendar(uid="1", name=_("五天工作制"), week=FIVE_DAYS, is_default=True)
    links = [Link(predecessor_uid="2", successor_uid="3"), Link(predecessor_uid="3", successor_uid="4")]
    return write_workbook(
        NeutralSchedule(
            uid="1",
            code="",
            name="",
            calendar_uid="1",
            calendars=[calendar],
            activities=[phase, dig, pour, done],
            links=links,
        )
    )
