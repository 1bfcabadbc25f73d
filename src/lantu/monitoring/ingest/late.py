"""Readings that arrive after newer ones of their channel: judged at their own time, marked late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lantu.calc.rules import State, Transition, judge_readings
from lantu.monitoring.ingest.columns import Columns
from lantu.monitoring.ingest.memory import Memory
from lantu.monitoring.rules.late import late_window_moves

if TYPE_CHECKING:
    from lantu.monitoring.ingest.alerting import AlertWriter


def judge_late(memory: Memory, writer: AlertWriter, columns: Columns, late: np.ndarray) -> None:
    """Judge late values at their own time, without touching the live state.

    Plain limits look at the value alone; windows, rates, durations and pairs at its stored neighbours as well.
    An excess that is already under an open alert of its rule and channel adds to that alert.
    """
    if not late.any():
        return
    book = memory.rules.book
    blank = State.blank(book)
    at, row, value = columns.at[late], columns.row[late], columns.value[late]
    ts = columns.ts_ms[row]
    order = np.argsort(ts, kind="stable")
    result = judge_readings(book, blank, at[order], ts[order], value[order])
    highest: dict[int, Transition] = {}
    for move in result.transitions:
        if book.simple[move.slot] and move.level_to > move.level_from:
            known = highest.get(move.slot)
            if known is None or move.level_to > known.level_to:
                highest[move.slot] = move
    for move in highest.values():
        writer.raise_one(move, late=True)
    for move in late_window_moves(memory.rules, at, ts):
        writer.raise_one(move, late=True)
