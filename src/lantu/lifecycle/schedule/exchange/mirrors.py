"""Between a file and its mirror: the mirror before, and both sides as lines to compare."""

from __future__ import annotations

from datetime import datetime
from typing import overload

from lantu.calc.workdays import BEIJING
from lantu.lifecycle.schedule.exchange.coding import codes_of
from lantu.lifecycle.schedule.exchange.comparing import Line, LinkKey
from lantu.lifecycle.schedule.exchange.neutral import Link, NeutralSchedule
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity, ScheduleLink
from lantu.lifecycle.schedule.states import ScheduleKind, ScheduleStatus
from lantu.projects.models import Project


def mirror_before(project: Project, file: NeutralSchedule, *, lock: bool = False) -> Schedule | None:
    """The mirror in force that came of the same project of the same planner, told by its code, else its name."""
    mirrors = Schedule.objects.filter(
        project=project, kind=ScheduleKind.MIRROR, status=ScheduleStatus.IN_FORCE
    ).order_by("-id")
    if lock:
        mirrors = mirrors.select_for_update(of=("self",))
    own = file.code or file.name
    return next(
        (each for each in mirrors if own and own == each.source_facts.get("project_code")),
        None,
    )


def local(moment: datetime | None) -> datetime | None:
    """A stored moment as the file wrote it: Beijing time without zone."""
    return moment.astimezone(BEIJING).replace(tzinfo=None) if moment else None


@overload
def stored(moment: datetime) -> datetime: ...


@overload
def stored(moment: None) -> None: ...


def stored(moment: datetime | None) -> datetime | None:
    """A moment of a file as it is stored."""
    return moment.replace(tzinfo=BEIJING) if moment else None


def lines_of_file(project: NeutralSchedule) -> tuple[dict[str, Line], dict[LinkKey, int]]:
    """Activities by code and links by (from, to, kind) → lag, of a file."""
    codes = codes_of(project)
    lines = {
        codes[activity.uid]: Line(
            name=activity.name or codes[activity.uid],
            start_at=activity.start_at,
            finish_at=activity.finish_at,
            duration_min=max(activity.duration_min or 0, 0),
            percent=activity.percent or 0.0,
        )
        for activity in project.leaves
    }
    links = {
        (codes[link.predecessor_uid], codes[link.successor_uid], link.kind.value): link.lag_min
        for link in linkable(project)
    }
    return lines, links


def linkable(project: NeutralSchedule) -> list[Link]:
    """Links that a mirror stores: those between two activities."""
    leaves = {activity.uid for activity in project.leaves}
    return [link for link in project.links if link.predecessor_uid in leaves and link.successor_uid in leaves]


def lines_of_mirror(schedule: Schedule) -> tuple[dict[str, Line], dict[LinkKey, int]]:
    """The same of a mirror, from what the file before stated."""
    rows = ScheduleActivity.objects.filter(schedule=schedule).exclude(kind="summary")
    lines: dict[str, Line] = {}
    for row in rows.only("code", "name", "source_row", "duration_min", "percent").iterator(chunk_size=2000):
        stated = row.source_row
        lines[row.code] = Line(
            name=row.name,
            start_at=_read(stated.get("start")),
            finish_at=_read(stated.get("finish")),
            duration_min=row.duration_min,
            percent=row.percent,
        )
    found = ScheduleLink.objects.filter(schedule=schedule).values_list(
        "predecessor__code", "successor__code", "kind", "lag_min"
    )
    return lines, {(before, after, kind): lag for before, after, kind, lag in found}


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
