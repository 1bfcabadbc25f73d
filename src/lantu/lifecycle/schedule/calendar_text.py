"""A working calendar in words: spans of a day, exceptions one a line, and what differs between two states of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _


def weekday_names() -> list[str]:
    """Monday first."""
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]


def spans_text(spans: Sequence[Sequence[int]]) -> str:
    """``[[480, 720]]`` → “08:00-12:00”."""
    return ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in spans)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def exceptions_text(exceptions: Mapping[str, Any]) -> str:
    """As the form shows them: neighbours with the same hours as one line."""
    lines: list[tuple[date, date, str]] = []
    for day, spans in sorted(exceptions.items()):
        at, hours = date.fromisoformat(day), spans_text(spans)
        if lines and lines[-1][2] == hours and at - lines[-1][1] == timedelta(days=1):
            lines[-1] = (lines[-1][0], at, hours)
        else:
            lines.append((at, at, hours))
    shown = [(f"{first}..{last}" if last > first else f"{first}", hours) for first, last, hours in lines]
    return "\n".join(f"{days} {hours}".strip() for days, hours in shown)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(what, before, after) in words for name, hours of a day, each weekday and the exceptions that came or went."""
    for what in ("name", "hours_per_day"):
        yield f"calendar_{what}", f"{before[what]}", f"{after[what]}"
    for number in range(7):
        yield f"calendar_day{number}", spans_text(before["week"][number]), spans_text(after["week"][number])
    old, new = _days(before["exceptions"]), _days(after["exceptions"])
    gone = {day: spans for day, spans in old.items() if new.get(day) != spans}
    come = {day: spans for day, spans in new.items() if old.get(day) != spans}
    yield "calendar_exceptions", _line(gone), _line(come)


def _days(exceptions: Mapping[str, Any]) -> dict[str, list[list[int]]]:
    return {day: [list(span) for span in spans] for day, spans in exceptions.items()}


def _line(exceptions: Mapping[str, Any]) -> str:
    return "; ".join(exceptions_text(exceptions).splitlines())
