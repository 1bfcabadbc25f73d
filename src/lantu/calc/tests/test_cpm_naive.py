"""The engine against a reference written for nothing but clarity: calendars walked minute by minute, dates raised until
nothing asks for more. Random networks, several calendars, all kinds of links, lags and progress.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantu.calc import cpm_draws, cpm_graph
from lantu.calc.cpm import NONE, CycleFound, Kind, Network, Shape, schedule_network
from lantu.calc.cpm_paths import critical_paths, float_paths
from lantu.calc.work_time import WorkTime

# Small days keep the walking short: a “week” of seven days of the real length, spans of a few minutes.
CALENDARS = [
    WorkTime.of([[(480, 484), (490, 493)]] * 5 + [[], []]),
    WorkTime.of([[(480, 486)]] * 7),
    WorkTime.of([[(0, 3), (1437, 1440)]] * 6 + [[]]),
]
START = 4 * 1440  # a Monday
END = START + 70 * 1440


@dataclass
class Walk:
    """Worked minutes of a calendar, as a plain list of the minutes at which each begins."""

    minutes: list[int]

    @classmethod
    def of(cls, calendar: WorkTime) -> Walk:
        found = []
        for day in range((START - 14 * 1440) // 1440, END // 1440):
            spans = calendar.week[(day + 3) % 7]
            found += [day * 1440 + minute for start, end in spans for minute in range(start, end)]
        return cls(found)

    def work(self, t: int) -> int:
        return sum(1 for minute in self.minutes if minute < t)

    def start(self, w: int) -> int:
        return self.minutes[w]

    def finish(self, w: int) -> int:
        return self.minutes[w - 1] + 1

    def shift(self, t: int, by: int) -> int:
        if by == 0:
            return t
        w = self.work(t) + by
        return self.finish(w) if by > 0 else self.start(w)


WALKS = [Walk.of(calendar) for calendar in CALENDARS]


def reference(network: Network) -> list[tuple[int, int]]:
    """Early dates by raising starts until every link and bound is content."""
    size = network.size
    begin = max(network.start, network.data_date)
    walks = [WALKS[number] for number in network.calendar.tolist()]
    floor = [walk.work(begin) for walk in walks]
    if network.start_after is not None:
        bounds = network.start_after.tolist()
        floor = [
            max(w, walk.work(at)) if at != NONE else w
            for w, walk, at in zip(floor, walks, bounds, strict=True)
        ]
    shown = [(0, 0)] * size
    for _round in range(size + 1):
        shown = [
            (walk.start(w), walk.finish(w + int(network.duration[node])))
            for node, (walk, w) in enumerate(zip(walks, floor, strict=True))
        ]
        raised = list(floor)
        for link in range(network.predecessor.size):
            before, after = int(network.predecessor[link]), int(network.successor[link])
            kind = int(network.kind[link])
            at = shown[before][0] if kind & 1 else shown[before][1]
            at = WALKS[int(network.lag_calendar[link])].shift(at, int(network.lag[link]))
            asked = walks[after].work(at) - (int(network.duration[after]) if kind & 2 else 0)
            raised[after] = max(raised[after], asked)
        if raised == floor:
            return shown
        floor = raised
    raise AssertionError("a network without cycles settles")


@st.composite
def networks(draw: Any, *, calendars: int = 3) -> Network:
    size = draw(st.integers(1, 9))
    pairs = [(before, after) for after in range(size) for before in range(after)]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=14, unique=True)) if pairs else []
    count = len(chosen)
    # Positions are shuffled, so that the order of rows says nothing about the order of work.
    names = draw(st.permutations(range(size)))

    def column(values: Any, length: int) -> np.ndarray:
        return np.array(draw(st.lists(values, min_size=length, max_size=length)), dtype=np.int64)

    after = column(st.one_of(st.just(NONE), st.integers(START, START + 10 * 1440)), size)
    return Network(
        duration=column(st.integers(1, 20), size),
        calendar=column(st.integers(0, calendars - 1), size),
        calendars=CALENDARS[:calendars],
        predecessor=np.array([names[before] for before, _after in chosen], dtype=np.int64),
        successor=np.array([names[after_] for _before, after_ in chosen], dtype=np.int64),
        kind=column(st.integers(0, 3), count),
        lag=column(st.integers(-6, 9), count),
        lag_calendar=column(st.integers(0, calendars - 1), count),
        start=START,
        start_after=after,
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(network=networks())
def test_early_dates_are_those_of_the_reference(network: Network) -> None:
    found = schedule_network(network)
    assert list(zip(found.early_start.tolist(), found.early_finish.tolist(), strict=True)) == reference(
        network
    )


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(network=networks(), wide=st.booleans())
def test_both_ways_agree_in_everything(network: Network, wide: bool) -> None:
    first = schedule_network(network)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cpm_graph, "SMALL", 0)
        patch.setattr(cpm_graph, "LAYER_COST", 10_000)
        second = schedule_network(network)
    for name in (
        "early_start",
        "early_finish",
        "late_start",
        "late_finish",
        "total_float",
        "free_float",
        "driving",
    ):
        assert getattr(first, name).tolist() == getattr(second, name).tolist(), name


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    network=networks(), factors=st.lists(st.floats(0.2, 5.0), min_size=1, max_size=4), together=st.booleans()
)
def test_draws_side_by_side_end_like_each_alone(
    network: Network, factors: list[float], together: bool
) -> None:
    durations = np.array([np.rint(network.duration * factor) for factor in factors], dtype=np.int64)
    alone = [schedule_network(replace(network, duration=row)).finish for row in durations]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cpm_draws, "AT_ONCE", 60_000 if together else 1)
        assert cpm_draws.ends_of_draws(network, durations).tolist() == alone


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(network=networks(calendars=1), data=st.data())
def test_float_is_what_an_activity_may_lose(network: Network, data: st.DataObject) -> None:
    """On one calendar: a delay by the total float does not move the end, one minute more does; free float moves nobody."""
    found = schedule_network(network)
    node = data.draw(st.integers(0, network.size - 1))
    line = found.lines[0]

    def delayed(by: int) -> Any:
        after = network.start_after.copy() if network.start_after is not None else np.full(network.size, NONE)
        after[node] = line.one_start(line.one_work(int(found.early_start[node])) + by)
        return schedule_network(Network(**{**vars(network), "start_after": after}))

    total, free = int(found.total_float[node]), int(found.free_float[node])
    assert 0 <= free <= total
    assert delayed(total).finish == found.finish
    assert line.one_work(delayed(total + 1).finish) > line.one_work(found.finish)
    others = np.arange(network.size) != node
    assert (delayed(free).early_start[others] == found.early_start[others]).all()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(network=networks(calendars=1))
def test_a_critical_path_leads_from_a_free_start_to_the_end(network: Network) -> None:
    found = schedule_network(network)
    paths = critical_paths(network, found, most=50)
    assert paths.total >= len(paths.paths) >= 1
    for path in paths.paths:
        assert found.early_finish[path[-1]] == found.finish
        assert found.longest[path].all()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(network=networks(), data=st.data())
def test_a_link_backwards_is_told_as_a_cycle(network: Network, data: st.DataObject) -> None:
    if network.predecessor.size == 0:
        return
    link = data.draw(st.integers(0, network.predecessor.size - 1))
    whole = np.append
    looped = Network(
        **{
            **vars(network),
            "predecessor": whole(network.predecessor, network.successor[link]),
            "successor": whole(network.successor, network.predecessor[link]),
            "kind": whole(network.kind, Kind.FS),
            "lag": whole(network.lag, 0),
            "lag_calendar": whole(network.lag_calendar, 0),
        }
    )
    with pytest.raises(CycleFound) as told:
        schedule_network(looped)
    for cycle in told.value.cycles:
        hops = list(zip(looped.predecessor.tolist(), looped.successor.tolist(), strict=True))
        assert all(
            (before, after) in hops for before, after in zip(cycle, [*cycle[1:], cycle[0]], strict=True)
        )


def test_finished_work_binds_nobody_and_work_under_way_goes_on_from_the_data_date() -> None:
    line = CALENDARS[1]
    whole = lambda values: np.array(values, dtype=np.int64)  # noqa: E731
    network = Network(
        duration=whole([6, 6, 6]), calendar=whole([0, 0, 0]), calendars=[line], predecessor=whole([0, 1]),
        successor=whole([1, 2]), kind=whole([0, 0]), lag=whole([0, 0]), lag_calendar=whole([0, 0]), start=START,
        data_date=START + 10 * 1440, shape=whole([Shape.TASK] * 3), actual_start=whole([START + 480, START + 1440, NONE]),
        actual_finish=whole([START + 486, NONE, NONE]),
    )  # fmt: skip
    found = schedule_network(network)
    assert found.early_start.tolist() == [START + 480, START + 10 * 1440 + 480, START + 11 * 1440 + 480]
    assert found.total_float.tolist() == [0, 0, 0]
    assert found.longest.tolist() == [False, True, True]


def test_an_expected_finish_decides_what_is_left() -> None:
    line = CALENDARS[1]  # six minutes a day from 08:00
    whole = lambda values: np.array(values, dtype=np.int64)  # noqa: E731
    day = 1440
    network = Network(
        duration=whole([6, 6, 6]), calendar=whole([0, 0, 0]), calendars=[line], predecessor=whole([0, 1]),
        successor=whole([1, 2]), kind=whole([0, 0]), lag=whole([0, 0]), lag_calendar=whole([0, 0]), start=START,
        expected_finish=whole([START + 2 * day + 483, START + 5 * day + 486, NONE]),
    )  # fmt: skip
    found = schedule_network(network)
    assert found.early_finish.tolist() == [
        START + 2 * day + 483,
        START + 5 * day + 486,
        START + 6 * day + 486,
    ]
    assert found.duration.tolist() == [15, 21, 6]
    late = schedule_network(replace(network, expected_finish=whole([NONE, START, NONE])))
    assert late.duration.tolist() == [6, 6, 6]  # a date that is over says nothing


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(network=networks(calendars=1), by_total=st.booleans())
def test_float_paths_are_chains_of_links_and_the_first_one_drives(network: Network, by_total: bool) -> None:
    found = schedule_network(network)
    end = int(np.argmax(found.early_finish))
    paths = float_paths(network, found, end, most=50, by_total=by_total)
    hops = set(zip(network.predecessor.tolist(), network.successor.tolist(), strict=True))
    seen = [node for path in paths for node in path.nodes]
    assert len(seen) == len(set(seen))
    assert (paths[0].nodes[-1], paths[0].joins) == (end, None)
    for path in paths:
        chain = [*path.nodes, *([path.joins] if path.joins is not None else [])]
        assert all(hop in hops for hop in pairwise(chain))
        assert path.gap >= 0
    if not by_total and paths[0].nodes[0] != end:
        driving = {
            (int(network.predecessor[link]), int(network.successor[link]))
            for link in np.flatnonzero(found.driving)
        }
        into_end = {before for before, after in driving if after == end}
        assert not into_end or paths[0].nodes[-2] in into_end
