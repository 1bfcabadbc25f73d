"""Readings that arrive after newer ones of their channel: judged at their own time, marked late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np
from django.utils import timezone

from lantu.calc.rules import State, Transition, judge_readings
from lantu.monitoring.ingest.columns import Columns
from lantu.monitoring.ingest.memory import Memory, as_of
from lantu.monitoring.rules.late import late_window_moves

if TYPE_CHECKING:
    from lantu.monitoring.ingest.alerting import AlertWriter

HOUR_MS = 3_600_000


def judge_late(memory: Memory, writer: AlertWriter, columns: Columns, late: np.ndarray) -> None:
    """Judge late values at their own time, by the rules of their own day, without touching the live state.

    Plain limits look at the value alone; windows, rates, durations and pairs at its stored neighbours as well.
    An excess that is already under an open alert of its rule and channel adds to that alert.
    """
    if not late.any():
        return
    at, value = columns.at[late], columns.value[late]
    ts = columns.ts_ms[columns.row[late]]
    order = np.argsort(ts, kind="stable")
    at, ts, value = at[order], ts[order], value[order]
    for day, part in _days(ts):
        then = as_of(memory, day)
        own = writer.beside(then)
        for move in _moves(then, at[part], ts[part], value[part]):
            own.raise_one(move, late=True)
        writer.take_back(own)


def _days(ts_ms: np.ndarray) -> Iterator[tuple[date, np.ndarray]]:
    """Local days of these times, and which of them lie on each."""
    hours, number = np.unique(ts_ms // HOUR_MS, return_inverse=True)
    zone = timezone.get_default_timezone()
    days = [datetime.fromtimestamp(int(hour) * 3600, UTC).astimezone(zone).date() for hour in hours]
    for day in sorted(set(days)):
        mine = np.array([one == day for one in days])
        yield day, np.flatnonzero(mine[number])


def _moves(then: Memory, at: np.ndarray, ts: np.ndarray, value: np.ndarray) -> list[Transition]:
    """The highest rise of each slot."""
    book = then.rules.book
    highest: dict[int, Transition] = {}
    for move in judge_readings(book, State.blank(book), at, ts, value).transitions:
        if book.simple[move.slot] and move.level_to > move.level_from:
            known = highest.get(move.slot)
            if known is None or move.level_to > known.level_to:
                highest[move.slot] = move
    return [*highest.values(), *late_window_moves(then.rules, at, ts)]
