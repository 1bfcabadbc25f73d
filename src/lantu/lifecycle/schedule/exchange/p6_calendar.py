"""Primavera's ``clndr_data``: nested brackets ``(0||name(attributes)(children))``; its own small language.

Seen in real exports: line breaks as DEL DEL or spaces, ``s|08:00|f|16:00`` in either order, finish 00:00 for midnight,
days without hours, exceptions as days since 1899-12-30, sections nobody documents, and plain rubbish.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from lantu.lifecycle.schedule.exchange.neutral import DAY_MIN, Day, Week, tidy_day
from lantu.lifecycle.schedule.exchange.texts import clock

SERIAL_ZERO = date(1899, 12, 30)
LARGEST_SERIAL = 200_000
DEEPEST = 40
_TOKEN = re.compile(r"\(\s*\d+\|\|([^()]*)\(([^()]*)\)\s*\(|\)")


class CalendarUnreadable(ValueError):
    """``place``: character in the text; ``what``: a code of ``words``."""

    def __init__(self, what: str, place: int = 0) -> None:
        super().__init__(what)
        self.what, self.place = what, place


@dataclass
class Node:
    """``(0||name(attributes)(children))``; ``place``: first character."""

    name: str
    attributes: dict[str, str]
    place: int
    children: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class CalendarData:
    """``skipped``: places of exceptions and hours that were unreadable and left out."""

    week: Week
    exceptions: dict[date, Day]
    skipped: tuple[int, ...] = ()


def read_calendar_data(text: str) -> CalendarData:
    """Week and exceptions. Raises CalendarUnreadable when there is no readable week with at least one working day."""
    root = _parse(text.replace("\x7f", " "))
    skipped: list[int] = []
    days = _named(root, "DaysOfWeek")
    if days is None:
        raise CalendarUnreadable("no_week")
    # Primavera counts from Sunday = 1.
    week: list[Day] = [()] * 7
    for node in days.children:
        if not node.name.isdigit() or not 1 <= int(node.name) <= 7:
            skipped.append(node.place)
            continue
        week[(int(node.name) + 5) % 7] = _hours(node, skipped)
    exceptions: dict[date, Day] = {}
    listed = _named(root, "Exceptions")
    for node in listed.children if listed else ():
        serial = node.attributes.get("d", "")
        if not serial.isdigit() or not 0 < int(serial) < LARGEST_SERIAL:
            skipped.append(node.place)
            continue
        exceptions[SERIAL_ZERO + timedelta(days=int(serial))] = _hours(node, skipped)
    if not any(week):
        raise CalendarUnreadable("no_working_day")
    return CalendarData(tuple(week), exceptions, tuple(skipped))  # type: ignore[arg-type]


def _parse(text: str) -> Node:
    root = Node("", {}, 0)
    open_nodes = [root]
    # Each node opens two brackets at once: its own and that of its children, so each closes with two.
    closing = 0
    place = 0
    for token in _TOKEN.finditer(text):
        between = text[place : token.start()].strip()
        if between:
            raise CalendarUnreadable("syntax", place)
        place = token.end()
        if token.group().startswith("("):
            if closing or len(open_nodes) > DEEPEST:
                raise CalendarUnreadable("syntax", token.start())
            node = Node(token.group(1).strip(), _attributes(token.group(2)), token.start())
            open_nodes[-1].children.append(node)
            open_nodes.append(node)
        else:
            closing += 1
            if closing == 2:
                closing = 0
                open_nodes.pop()
                if not open_nodes:
                    raise CalendarUnreadable("syntax", token.start())
    if text[place:].strip() or len(open_nodes) != 1 or closing or not root.children:
        raise CalendarUnreadable("syntax", place)
    return root


def _attributes(text: str) -> dict[str, str]:
    parts = [part.strip() for part in text.split("|")]
    return dict(zip(parts[0::2], parts[1::2], strict=False))


def _named(node: Node, name: str) -> Node | None:
    waiting = [node]
    while waiting:
        here = waiting.pop(0)
        if here.name == name:
            return here
        waiting.extend(here.children)
    return None


def _hours(node: Node, skipped: list[int]) -> Day:
    intervals = []
    for child in node.children:
        first, last = clock(child.attributes.get("s")), clock(child.attributes.get("f"))
        if first is None or last is None:
            skipped.append(child.place)
            continue
        # Until midnight is written 00:00; a minute short of it means midnight as well.
        last = DAY_MIN if last == 0 or last == DAY_MIN - 1 else last
        if last <= first:
            skipped.append(child.place)
            continue
        intervals.append((first, last))
    return tidy_day(intervals)
