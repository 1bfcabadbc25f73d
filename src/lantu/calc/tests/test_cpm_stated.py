"""The engine recomputes what Primavera P6 itself stored, and the worked example of the algorithm page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lantu.calc import cpm_graph
from lantu.calc.cpm import CycleFound, Kind, Network, schedule_network
from lantu.calc.tests.stated_schedules import DRIVING, EF, ES, FF, LF, LS, TF, column, network_of, stated
from lantu.calc.work_time import WorkTime, always

STATED = stated()
DAY = 1440


@pytest.fixture(params=["wide", "narrow"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways through a network: layer by layer, and one by one."""
    if request.param == "narrow":
        monkeypatch.setattr(cpm_graph, "SMALL", 0)
        monkeypatch.setattr(cpm_graph, "LAYER_COST", 10_000)
    return str(request.param)


def open_rows(entry: dict[str, Any]) -> np.ndarray:
    """Activities that are not finished: P6 states no float and nominal dates for the others."""
    return np.array([row[5] is None for row in entry["activities"]])


@pytest.mark.parametrize("name", sorted(STATED))
def test_dates_are_those_that_the_file_states(name: str, way: str) -> None:
    entry = STATED[name]
    found, chosen = schedule_network(network_of(entry)), open_rows(entry)
    for what, number in (("early_start", ES), ("early_finish", EF), ("late_start", LS), ("late_finish", LF)):
        assert (getattr(found, what) == column(entry["activities"], number))[chosen].all(), what


@pytest.mark.parametrize("name", sorted(STATED))
def test_floats_are_those_that_the_file_states(name: str, way: str) -> None:
    entry = STATED[name]
    found = schedule_network(network_of(entry))
    for number, row in enumerate(entry["activities"]):
        # The author of this synthetic file states 31 days for A1130, though its own dates are 29 days apart.
        if row[5] is None and not (name == "longpath-sample" and row[0] == "A1130"):
            assert (int(found.total_float[number]), int(found.free_float[number])) == (row[TF], row[FF]), row[
                0
            ]


def test_the_longest_path_is_not_the_float_of_zero() -> None:
    entry = STATED["terminal-building-airport"]
    found = schedule_network(network_of(entry))
    assert [row[DRIVING] == "Y" for row in entry["activities"]] == found.longest.tolist()
    assert int(found.critical().sum()) == 36
    assert int(found.critical(by_float=True).sum()) == 1


def example(links: list[tuple[str, str, str, int]]) -> Network:
    names, durations = "ABCDEFGH", [5, 8, 10, 6, 4, 12, 3, 2]

    def whole(values: list[int]) -> np.ndarray:
        return np.array(values, dtype=np.int64)

    return Network(
        duration=whole(durations) * DAY,
        calendar=whole([0] * 8),
        calendars=[always()],
        predecessor=whole([names.index(link[0]) for link in links]),
        successor=whole([names.index(link[1]) for link in links]),
        kind=whole([Kind[link[2]] for link in links]),
        lag=whole([link[3] * DAY for link in links]),
        lag_calendar=whole([0] * len(links)),
        start=0,
    )


EXAMPLE = [
    ("A", "B", "FS", 0), ("A", "C", "SS", 3), ("B", "D", "FS", 2), ("C", "E", "FF", 2), ("C", "F", "FS", -2),
    ("D", "G", "FS", 0), ("E", "G", "SF", 5), ("F", "H", "FS", 0), ("G", "H", "SS", 1),
]  # fmt: skip


def test_the_worked_example(way: str) -> None:
    found = schedule_network(example(EXAMPLE))
    columns = (
        found.early_start, found.early_finish, found.late_start, found.late_finish, found.total_float, found.free_float
    )  # fmt: skip
    table = [tuple(int(column[row]) // DAY for column in columns) for row in range(8)]
    assert table == [
        (0, 5, 0, 5, 0, 0), (5, 13, 6, 14, 1, 0), (3, 13, 3, 13, 0, 0), (15, 21, 16, 22, 1, 0),
        (11, 15, 20, 24, 9, 8), (11, 23, 11, 23, 0, 0), (21, 24, 22, 25, 1, 1), (23, 25, 23, 25, 0, 0),
    ]  # fmt: skip
    assert found.finish == 25 * DAY
    assert [name for name, on in zip("ABCDEFGH", found.longest, strict=True) if on] == list("ACFH")


def test_a_cycle_is_told_activity_by_activity(way: str) -> None:
    with pytest.raises(CycleFound) as told:
        schedule_network(example([*EXAMPLE, ("H", "F", "SS", 0), ("D", "B", "FS", 0)]))
    assert sorted(told.value.cycles) == [[1, 3], [5, 7]]


def test_a_network_may_run_for_longer_than_the_first_guess() -> None:
    long = example(EXAMPLE)
    network = Network(**{**vars(long), "duration": long.duration * 365 * 4})
    assert schedule_network(network).finish > 60 * 366 * DAY


def test_a_calendar_of_weekdays_agrees_with_counting() -> None:
    week = WorkTime.of([[(480, 720), (780, 1020)]] * 5 + [[], []])
    line = week.between(0, 400 * DAY)
    minutes = np.arange(0, 60 * DAY, 7)  # more than a binary search each is worth
    assert (line.work(line.start_of(minutes)) == minutes).all()
    assert (line.work(line.finish_of(minutes)) == minutes).all()
    moments = np.arange(DAY, 60 * DAY, 7)
    assert (line.finish_of(line.work(moments)) <= moments).all()
    assert (line.start_of(line.work(moments)) >= moments).all()
    assert [line.one_start(int(w)) for w in minutes] == line.start_of(minutes).tolist()
    assert [line.one_finish(int(w)) for w in minutes] == line.finish_of(minutes).tolist()
    assert line.start_of(minutes[:200]).tolist() == line.start_of(minutes).tolist()[:200]
