"""The vectorised engine against a plain one, and against itself cut and stopped at will."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lantu.calc.rules import DAY, NIGHT, Book, Compare, Kind, Level, Rule, Slot, Stat, State, judge_readings
from lantu.calc.rules.bands import BAND_LIMITS_PCT
from lantu.calc.rules.tests.feed import MINUTE, NOON, rule

SLOTS = [
    Slot(rule=rule(duration_s=120, samples=2), channel=0, period_s=60),
    Slot(rule=rule(compare=Compare.ABS_GT, levels=(Level(1, 5), Level(3, 8))), channel=0, period_s=60),
    Slot(
        rule=rule(stat=Stat.MEAN, window_s=600, compare=Compare.GT, levels=(Level(3, 7.0),)),
        channel=1,
        period_s=60,
    ),
    Slot(rule=rule(stat=Stat.LEQ, window_s=600, hours=DAY, levels=(Level(2, 9.0),)), channel=1, period_s=60),
    Slot(
        rule=rule(stat=Stat.LEQ, window_s=600, hours=NIGHT, levels=(Level(2, 6.0),)), channel=1, period_s=60
    ),
    Slot(
        rule=rule(kind=Kind.RATE, compare=Compare.ABS_GE, window_s=600, levels=(Level(3, 500.0),)),
        channel=2,
        period_s=60,
    ),
    Slot(
        rule=rule(kind=Kind.DIFFERENCE, compare=Compare.GT, levels=(Level(3, 6.0),)),
        channel=1,
        other=2,
        period_s=60,
    ),
    Slot(rule=rule(levels=(Level(2, 11.0),)), channel=2, period_s=60, upper_bound_only=True),
    Slot(
        rule=rule(
            kind=Kind.BAND,
            window_s=600,
            cumulative=12.0,
            rate=900.0,
            samples=2,
            levels=tuple(Level(n, limit) for n, limit in zip((2, 3, 4), BAND_LIMITS_PCT, strict=True)),
        ),
        channel=2,
        period_s=60,
    ),
]
BOOK = Book.of(SLOTS)

READINGS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([0, 10_000, 60_000, 60_000, 400_000]), st.floats(-15, 15)),
    max_size=80,
)
CUTS = st.lists(st.integers(0, 80), max_size=4)


def stream(steps: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Readings in order of time, starting shortly before 22:00; no two at one time, to cut anywhere."""
    ts, readings = NOON + 10 * 60 * MINUTE - 20 * MINUTE, []
    for channel, step, value in steps:
        ts += step + 1
        readings.append((channel, ts, value))
    return readings


def run(state: State, readings: list[tuple[int, int, float]]) -> tuple[list, set[int]]:
    if not readings:
        return [], set()
    channel, ts, value = (np.array(column) for column in zip(*readings, strict=True))
    result = judge_readings(BOOK, state, channel, ts, value.astype(float))
    moves = [(move.slot, move.ts_ms, move.level_from, move.level_to) for move in result.transitions]
    return moves, set(result.changed.tolist())


@given(READINGS, CUTS)
def test_batches_do_not_matter(steps, cuts):
    readings = stream(steps)
    whole, parts = State.blank(BOOK), State.blank(BOOK)
    expected, _ = run(whole, readings)
    edges = [0, *sorted(min(cut, len(readings)) for cut in cuts), len(readings)]
    got = []
    for start, end in pairwise(edges):
        got += run(parts, readings[start:end])[0]
    assert sorted(got) == sorted(expected)
    assert parts.core.tobytes() == whole.core.tobytes()
    np.testing.assert_allclose(parts.ring_a, whole.ring_a)


@given(READINGS, st.integers(0, 80))
def test_a_worker_resumes_from_rows_and_stored_readings(steps, stop):
    readings = stream(steps)
    live = State.blank(BOOK)
    stored: dict[int, bytes] = {}
    for reading in readings[:stop]:
        _, changed = run(live, [reading])
        stored |= {slot: live.row(slot) for slot in changed}
    resumed = State.blank(BOOK)
    for slot, row in stored.items():
        resumed.load(slot, row)
    repeated, _ = run(resumed, readings[:stop])
    assert repeated == []
    assert run(resumed, readings[stop:])[0] == run(live, readings[stop:])[0]


def test_a_row_of_another_rule_is_refused():
    state = State.blank(BOOK)
    with pytest.raises(ValueError, match="does not fit"):
        state.load(0, state.row(2))
    with pytest.raises(ValueError, match="does not fit"):
        state.load(0, b"\x09" + state.row(0)[1:])


class PlainThreshold:
    """The same rule as a reader would write it, one sample at a time."""

    def __init__(self, one: Rule, period_s: float) -> None:
        self.rule, self.gap = one, 3 * period_s * 1000
        self.level, self.below, self.last = 0, 0, None
        self.over_since: dict[int, tuple[int, int]] = {}

    def take(self, ts: int, value: float) -> None:
        broken = self.last is not None and ts - self.last > self.gap
        self.last = ts
        raised = 0
        for level in self.rule.levels:
            if value < level.limit:
                self.over_since.pop(level.severity, None)
                continue
            since, count = (ts, 0) if broken else self.over_since.get(level.severity, (ts, 0))
            self.over_since[level.severity] = (since, count + 1)
            if ts - since >= self.rule.duration_s * 1000 and count + 1 >= self.rule.samples:
                raised = level.severity
        holds = [lv.severity for lv in self.rule.levels if value >= self.rule.clear_on_axis(lv)]
        keep = min(self.level, max(holds, default=0))
        self.below = self.below + 1 if keep < self.level else 0
        if raised > self.level:
            self.level, self.below = raised, 0
        elif self.below >= self.rule.clear_samples:
            self.level, self.below = max(keep, raised), 0


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.sampled_from([30_000, 60_000, 60_000, 400_000]), st.floats(8, 16)), max_size=60),
    st.sampled_from([0, 60, 120]),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_levels_agree_with_the_plain_rule(steps, duration_s, samples, clear_samples):
    one = rule(duration_s=duration_s, samples=samples, clear_samples=clear_samples)
    plain, book = PlainThreshold(one, 60), Book.of([Slot(rule=one, channel=0, period_s=60)])
    state, ts = State.blank(book), NOON
    for step, value in steps:
        ts += step
        plain.take(ts, value)
        judge_readings(book, state, np.array([0]), np.array([ts]), np.array([value]))
        assert state.level(0) == plain.level


@given(st.lists(st.floats(30, 100), min_size=20, max_size=90))
def test_leq_lies_between_the_mean_and_the_maximum(levels):
    one = rule(stat=Stat.LEQ, window_s=1200, levels=(Level(4, 200.0),))
    book = Book.of([Slot(rule=one, channel=0, period_s=60)])
    state = State.blank(book)
    ts = NOON + MINUTE * np.arange(len(levels))
    judge_readings(book, state, np.zeros(len(levels), int), ts, np.array(levels))
    recent = levels[-20:]
    assert np.mean(recent) - 1e-9 <= state.core["x"][0] <= max(recent) + 1e-9
