"""Levelling: small problems whose best answer is plain, and the rules that every answer obeys."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lantu.calc.levelling import Precedence, Task, Unsolvable, level, profile, serial
from lantu.calc.tests.psplib import read_sm

CRANE = {"crane": 1}
SM = """PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        1          1           4
   3        1          1           4
   4        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1
------------------------------------------------------------------------
  1      1     0       0
  2      1     3       2
  3      1     4       1
  4      1     0       0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1
    2
"""


def test_two_sites_share_one_crane_and_the_heavier_delay_waits_less() -> None:
    tasks = [
        Task(duration=4, demands=CRANE, preferred=0, due=4, weight=1),
        Task(duration=3, demands=CRANE, preferred=0, due=3, weight=5),
    ]
    found = level(tasks, [], {"crane": 1}, seconds=5)
    assert (found.status, found.starts) == ("optimal", [3, 0])
    assert found.moved == 1
    assert profile(tasks, found.starts, "crane", 8) == [1] * 7 + [0]


def test_without_conflict_nothing_moves() -> None:
    tasks = [Task(duration=4, demands=CRANE, preferred=2), Task(duration=3, demands=CRANE, preferred=6)]
    found = level(tasks, [Precedence(0, 1, 4)], {"crane": 1}, seconds=5)
    assert (found.starts, found.moved, found.gap) == ([2, 6], 0, 0.0)


def test_an_instance_of_psplib_is_read_and_solved() -> None:
    tasks, links, capacity = read_sm(SM)
    found = level(tasks, links, capacity, seconds=5, by_makespan=True)
    assert (found.status, found.makespan) == ("optimal", 7)


def test_more_than_there_is_cannot_be_levelled() -> None:
    with pytest.raises(Unsolvable) as told:
        level([Task(duration=1, demands={"crane": 2})], [], {"crane": 1}, seconds=1)
    assert (told.value.task, told.value.resource) == (0, "crane")
    with pytest.raises(ValueError, match="capacity is not known"):
        level([Task(duration=1, demands={"ship": 1})], [], {"crane": 1}, seconds=1)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_first_answer_respects_precedence_and_capacity(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    tasks = [
        Task(
            duration=data.draw(st.integers(0, 6)),
            demands={"a": data.draw(st.integers(0, 2)), "b": data.draw(st.integers(0, 1))},
            preferred=data.draw(st.integers(0, 10)),
        )
        for _number in range(count)
    ]
    links = [
        Precedence(before, after, tasks[before].duration)
        for after in range(count)
        for before in range(after)
        if data.draw(st.booleans())
    ]
    capacity = {"a": 2, "b": 1}
    starts = serial(tasks, links, capacity)
    assert all(starts[link.successor] >= starts[link.predecessor] + link.lag for link in links)
    length = max(start + task.duration for start, task in zip(starts, tasks, strict=True)) + 1
    for name, most in capacity.items():
        assert max(profile(tasks, starts, name, length)) <= most
