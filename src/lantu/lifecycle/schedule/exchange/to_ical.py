"""Milestones and critical finishes as an iCalendar file (RFC 5545), so that they stand in people's own calendars.

UIDs are stable: the same activity of the same plan keeps its entry from one export, and one revision, to the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from lantu.lifecycle.schedule.exchange.neutral import Activity, Kind, NeutralSchedule

LINE_OCTETS = 75
PRODUCT = "-//Lantu//Schedule//ZH"


def write_ical(project: NeutralSchedule, *, plan: str, sequence: int, url: str, now: datetime) -> bytes:
    """``plan``: what names the plan through its revisions; ``sequence``: grows with every change; ``now``: aware."""
    lines: list[str] = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    lines.append(f"X-WR-CALNAME:{text(project.name)}")
    for activity in project.leaves:
        what = _what(activity)
        if what:
            lines += _event(project, activity, what, plan=plan, sequence=sequence, url=url, now=now)
    lines.append("END:VCALENDAR")
    return "".join(folded + "\r\n" for line in lines for folded in fold(line)).encode()


def _what(activity: Activity) -> str:
    if activity.kind in (Kind.START_MILESTONE, Kind.FINISH_MILESTONE):
        return "milestone"
    if activity.kind is Kind.TASK and activity.is_critical and not activity.actual_finish_at:
        return "critical"
    return ""


def _event(
    project: NeutralSchedule,
    activity: Activity,
    what: str,
    *,
    plan: str,
    sequence: int,
    url: str,
    now: datetime,
) -> list[str]:
    moment = activity.start_at if activity.kind is Kind.START_MILESTONE else activity.finish_at
    moment = moment or activity.finish_at or activity.start_at
    if moment is None:
        return []
    name = activity.name or activity.code
    title = _("里程碑：%(name)s") if what == "milestone" else _("关键任务完成：%(name)s")
    notes = [f"{activity.code} {name}", project.name]
    if activity.actual_finish_at:
        notes.append(_("已完成"))
    elif activity.total_float_min is not None:
        notes.append(_("总时差 %(hours)s 小时") % {"hours": f"{activity.total_float_min / 60:g}"})
    for span in activity.baselines[:1]:
        if span.finish_at:
            notes.append(_("基准完成 %(day)s") % {"day": f"{span.finish_at:%Y-%m-%d}"})
    return [
        "BEGIN:VEVENT",
        f"UID:{uid_of(plan, activity.code, what)}",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{sequence}",
        f"DTSTART;VALUE=DATE:{moment:%Y%m%d}",
        f"DTEND;VALUE=DATE:{moment + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{text(title % {'name': name})}",
        f"DESCRIPTION:{text(chr(10).join(notes))}",
        f"CATEGORIES:{'MILESTONE' if what == 'milestone' else 'CRITICAL'}",
        "TRANSP:TRANSPARENT",
        *([f"URL:{url}"] if url else []),
        "END:VEVENT",
    ]


def uid_of(plan: str, code: str, what: str) -> str:
    """The same for the same activity of the same plan, for ever."""
    return hashlib.sha256(f"{plan}\n{code}\n{what}".encode()).hexdigest()[:32] + "@lantu"


def text(value: str) -> str:
    """RFC 5545 §3.3.11: backslash, semicolon, comma and line breaks escaped."""
    clean = "".join(char for char in value if char >= " " or char == "\n")
    return clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> Iterator[str]:
    """RFC 5545 §3.1: at most 75 octets a line, never inside a character; what follows begins with a space."""
    room, piece = LINE_OCTETS, ""
    for char in line:
        size = len(char.encode())
        if size > room:
            yield piece
            piece, room = " ", LINE_OCTETS - 1
        piece += char
        room -= size
    yield piece
