"""Networks with the dates that Primavera P6 (or the file's author) computed for them: oracles for the engine.

``data/p6_stated.json`` holds what the engine needs of four published exports, with their source: calendars,
activities ``[code, shape, calendar, remaining, actual start, actual finish, constraint, its date, then as stated
early start, early finish, late start, late finish, total float, free float, driving path]`` and links.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from lantu.calc.cpm import NONE, FloatKind, Kind, Network
from lantu.calc.work_time import WorkTime, axis_of

FILE = Path(__file__).parent / "data" / "p6_stated.json"
ES, EF, LS, LF, TF, FF, DRIVING = range(8, 15)
CONSTRAINTS = {"CS_MSOB": "start_before"}


def stated() -> dict[str, Any]:
    """All schedules of the file by name."""
    return {entry["name"]: entry for entry in json.loads(FILE.read_text(encoding="utf-8"))}


def minute(text: str | None) -> int:
    """“2012-05-01 08:00” on the axis; NONE for nothing."""
    if text is None:
        return NONE
    at = datetime.fromisoformat(text)
    return axis_of(at.date(), at.time())


def column(rows: list[list[Any]], number: int) -> Any:
    """One column of dates as minutes."""
    return np.array([minute(row[number]) for row in rows], dtype=np.int64)


def network_of(entry: dict[str, Any]) -> Network:
    """The network of one stated schedule."""
    rows, links = entry["activities"], entry["links"]
    calendars = [
        WorkTime.of(
            calendar["week"],
            {date.fromisoformat(day): spans for day, spans in calendar["exceptions"].items()},
        )
        for calendar in entry["calendars"]
    ]
    of_activity = np.array([row[2] for row in rows], dtype=np.int64)
    side = 1 if entry["lag_calendar"] == "successor" else 0
    bounds = {
        field: np.array(
            [minute(row[7]) if CONSTRAINTS.get(row[6] or "") == field else NONE for row in rows],
            dtype=np.int64,
        )
        for field in set(CONSTRAINTS.values())
    }
    return Network(
        duration=np.array([row[3] for row in rows], dtype=np.int64),
        calendar=of_activity,
        calendars=calendars,
        predecessor=np.array([link[0] for link in links], dtype=np.int64),
        successor=np.array([link[1] for link in links], dtype=np.int64),
        kind=np.array([Kind[link[2]] for link in links], dtype=np.int64),
        lag=np.array([link[3] for link in links], dtype=np.int64),
        lag_calendar=np.array([of_activity[link[side]] for link in links], dtype=np.int64),
        start=minute(entry["start"]),
        data_date=minute(entry["data_date"]),
        must_finish=minute(entry["must_finish"]),
        shape=np.array([row[1] for row in rows], dtype=np.int64),
        actual_start=column(rows, 4),
        actual_finish=column(rows, 5),
        float_kind=FloatKind[entry["float"]],
        **bounds,
    )
