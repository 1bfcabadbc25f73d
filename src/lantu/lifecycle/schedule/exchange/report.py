"""The mapping report: what was read, what was missing or replaced, and where our dates differ from the file's.

Plain JSON values only, without sentences: ``words`` puts them into the language of the reader.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from heapq import nsmallest
from typing import Any

import numpy as np

from lantu.calc import cpm
from lantu.lifecycle.schedule.exchange.network import Laid, days, lay_network, minute, moment_of
from lantu.lifecycle.schedule.exchange.neutral import (
    Activity,
    Finding,
    Kind,
    NeutralSchedule,
    Reading,
    day_minutes,
)

SHOWN_FINDINGS = 400
SHOWN_MOVED = 200
SHOWN_ACTIVITIES = 60
SHOWN_CYCLES = 10
FROM_PROJECT = ("mspdi", "mpp")


def report_on(reading: Reading, project: NeutralSchedule) -> dict[str, Any]:
    """The whole report of one project of a file. ``blockers``: findings that forbid taking it over."""
    dates, cycles, more = _dates(reading, project)
    findings = [*reading.findings, *project.findings, *more, *_not_stored(project)]
    blockers = [Finding(code="cycle", level="bad", params={"names": cycle}) for cycle in cycles]
    blockers += [finding for finding in findings if finding.code in ("no_activities", "tree_in_a_ring")]
    if (
        not any(a.start_at or a.early_start_at or a.planned_start_at for a in project.leaves)
        and not project.start_at
    ):
        blockers.append(Finding(code="no_dates", level="bad"))
    order = {"bad": 0, "warn": 1, "info": 2}
    findings.sort(key=lambda finding: order.get(finding.level, 3))
    return {
        "file": {
            "format": reading.file_format,
            "application": reading.application,
            "version": reading.version,
            "encoding": reading.encoding,
            "encoding_why": reading.encoding_why,
            "rows": reading.rows,
        },
        "project": {
            "uid": project.uid,
            "code": project.code,
            "name": project.name,
            "data_date": _text(project.data_date),
            "start": _text(project.start_at),
            "finish": _text(project.finish_at),
            "must_finish": _text(project.must_finish_at),
        },
        "projects": [{"uid": p.uid, "code": p.code, "name": p.name, "activities": len(p.leaves)} for p in reading.projects],
        "counts": _counts(project),
        "calendars": _calendars(project),
        "findings": [as_json(finding) for finding in findings[:SHOWN_FINDINGS]],
        "finding_counts": dict(Counter(finding.code for finding in findings)),
        "blockers": [as_json(finding) for finding in blockers],
        "cycles": cycles,
        "dates": dates,
        "sample": [_sample(activity) for activity in project.activities[:SHOWN_ACTIVITIES]],
    }  # fmt: skip


def _not_stored(project: NeutralSchedule) -> list[Finding]:
    """Links that hang on a summary: a mirror has links between activities only."""
    codes = {activity.uid: activity.code for activity in project.activities}
    leaves = {activity.uid for activity in project.leaves}
    return [
        Finding(
            code="link_of_summary",
            level="warn",
            line=link.line,
            params={
                "from": codes[link.predecessor_uid],
                "to": codes[link.successor_uid],
                "kind": link.kind.value,
            },
        )
        for link in project.links
        if link.predecessor_uid not in leaves or link.successor_uid not in leaves
    ]


def as_json(finding: Finding) -> dict[str, Any]:
    """A finding as it is stored."""
    return {"code": finding.code, "level": finding.level, "line": finding.line, "params": finding.params}


def _text(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else None


def _counts(project: NeutralSchedule) -> dict[str, Any]:
    leaves = project.leaves
    return {
        "activities": len(leaves),
        "summaries": len(project.activities) - len(leaves),
        "milestones": sum(a.kind in (Kind.START_MILESTONE, Kind.FINISH_MILESTONE) for a in leaves),
        "loe": sum(a.kind is Kind.LOE for a in leaves),
        "complete": sum(a.actual_finish_at is not None for a in leaves),
        "in_progress": sum(a.actual_start_at is not None and a.actual_finish_at is None for a in leaves),
        "constraints": sum(bool(a.constraint) for a in leaves),
        "links": len(project.links),
        "link_kinds": dict(Counter(link.kind.value for link in project.links)),
        "lags": sum(link.lag_min != 0 for link in project.links),
        "calendars": len(project.calendars),
        "resources": len(project.resources),
        "assignments": len(project.assignments),
        "baselines": sorted({span.number for a in leaves for span in a.baselines}),
        "percent_kinds": dict(Counter(a.percent_kind for a in leaves if a.percent_kind)),
        "critical_stated": sum(a.is_critical is True for a in leaves),
        "longest_stated": sum(a.is_on_longest_path is True for a in leaves),
    }


def _calendars(project: NeutralSchedule) -> list[dict[str, Any]]:
    used = Counter(activity.calendar_uid or project.calendar_uid for activity in project.leaves)
    return [
        {
            "name": calendar.name,
            "origin": calendar.origin,
            "hours_per_week": round(sum(day_minutes(day) for day in calendar.week) / 60, 1),
            "days_per_week": sum(bool(day) for day in calendar.week),
            "exceptions": len(calendar.exceptions),
            "used": used.get(calendar.uid, 0),
            "default": calendar.uid == project.calendar_uid,
        }
        for calendar in project.calendars
    ]


def _sample(activity: Activity) -> dict[str, Any]:
    return {
        "code": activity.code,
        "name": activity.name,
        "level": activity.level,
        "kind": activity.kind.value,
        "start": _text(activity.start_at),
        "finish": _text(activity.finish_at),
        "percent": activity.percent,
    }


def _dates(
    reading: Reading, project: NeutralSchedule
) -> tuple[dict[str, Any], list[list[str]], list[Finding]]:
    """Stated against computed early dates; cycles by name; links that could not take part in the calculation."""
    try:
        laid = lay_network(project, from_project=reading.file_format in FROM_PROJECT)
        computed = cpm.schedule_network(laid.network)
    except cpm.CycleFound as found:
        return (
            {"state": "cycle"},
            [_names(laid, cycle) for cycle in found.cycles[:SHOWN_CYCLES]],
            laid.skipped,
        )
    except cpm.BeyondCalendar:
        return {"state": "beyond_calendar"}, [], laid.skipped
    except ValueError:
        return {"state": "nothing_to_compute"}, [], []
    return _compared(project, laid, computed), [], laid.skipped


def _names(laid: Laid, cycle: list[int]) -> list[str]:
    rows = [laid.activities[place] for place in cycle]
    return [f"{activity.code} {activity.name}".strip() for activity in rows]


def _compared(project: NeutralSchedule, laid: Laid, computed: cpm.Computed) -> dict[str, Any]:
    activities = laid.activities
    result: dict[str, Any] = {"state": "computed", "finish_computed": _text(moment_of(computed.finish))}
    ends = [a.finish_at for a in activities if a.finish_at]
    result["finish_stated"] = _text(max(ends)) if ends else None
    moved: list[tuple[int, int, Activity, str, int]] = []
    tally: Counter[str] = Counter()
    for what, mine in (("start", computed.early_start), ("finish", computed.early_finish)):
        stated = np.array([minute(_stated(a, what)) for a in activities], dtype=np.int64)
        for place in range(len(activities)):
            activity = activities[place]
            if (
                activity.actual_finish_at
                or (what == "start" and activity.actual_start_at)
                or activity.kind is Kind.LOE
            ):
                tally["actual"] += 1
                continue
            if stated[place] == cpm.NONE:
                tally["unstated"] += 1
                continue
            # Friday 17:00 and Monday 08:00 are the same working moment.
            line = computed.lines[int(laid.network.calendar[place])]
            if line.one_work(int(stated[place])) == line.one_work(int(mine[place])):
                tally["same"] += 1
                continue
            tally["moved"] += 1
            shift = int(mine[place]) - int(stated[place])
            moved.append((-abs(shift), shift, activity, what, int(stated[place])))
    floats = [
        activity.total_float_min == int(computed.total_float[place])
        for place, activity in enumerate(activities)
        if activity.total_float_min is not None
        and not activity.actual_finish_at
        and activity.kind is not Kind.LOE
    ]
    rows = [
        _moved(activity, what, was, was + shift)
        for _size, shift, activity, what, was in nsmallest(SHOWN_MOVED, moved, key=lambda row: row[0])
    ]
    return result | {
        "same": tally["same"],
        "moved": tally["moved"],
        "unstated": tally["unstated"],
        "actual": tally["actual"],
        "floats_same": sum(floats),
        "floats_differ": len(floats) - sum(floats),
        "longest_computed": int(computed.longest.sum()),
        "moved_rows": rows,
    }  # fmt: skip


def _stated(activity: Activity, what: str) -> datetime | None:
    if what == "start":
        return activity.early_start_at or activity.start_at
    return activity.early_finish_at or activity.finish_at


def _moved(activity: Activity, what: str, stated: int, computed: int) -> dict[str, Any]:
    return {
        "code": activity.code,
        "name": activity.name,
        "what": what,
        "stated": _text(moment_of(stated)),
        "computed": _text(moment_of(computed)),
        "days": days(computed - stated),
    }
