"""Windows filled many samples at a time are those that were filled sample by sample."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.rules import (
    DAY,
    NIGHT,
    Book,
    Compare,
    Level,
    Slot,
    Stat,
    State,
    Transition,
    calm,
    judge,
    judge_readings,
)
from lantu.calc.rules.calm import take_calm
from lantu.calc.rules.filling import Run
from lantu.calc.rules.tests.feed import MINUTE, NOON, rule


@pytest.fixture(autouse=True)
def _few_samples_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm, "WORTH_SAMPLES", 1)


def window(channel: int, limit: float, **terms: object) -> Slot:
    settings = {
        "stat": Stat.MEAN,
        "window_s": 600,
        "compare": Compare.GT,
        "levels": (Level(3, limit),),
    } | terms
    return Slot(rule=rule(**settings), channel=channel, period_s=60)


def plain(channel: int, levels: tuple[Level, ...], **terms: object) -> Slot:
    settings = {"compare": Compare.GT, "levels": levels} | terms
    return Slot(rule=rule(**settings), channel=channel, period_s=60)


BOOK = Book.of(
    [
        window(0, 7.0),
        window(0, 5.0, compare=Compare.ABS_GT),
        window(0, -6.0, compare=Compare.LT),
        window(1, 9.0, stat=Stat.LEQ, hours=DAY),
        window(1, 6.0, stat=Stat.LEQ, hours=NIGHT),
        Slot(rule=rule(levels=(Level(2, 100.0),)), channel=1, period_s=60),
        window(0, 1.0),
        window(0, 2.0, compare=Compare.ABS_GT, window_s=1200, validity=0.2),
        window(0, -1.0, compare=Compare.LT, validity=0.3),
        window(1, 4.0, stat=Stat.LEQ, validity=0.2),
        plain(0, (Level(2, 4.0), Level(3, 7.0)), clear_samples=3),
        plain(
            0,
            (Level(3, 4.0),),
            compare=Compare.ABS_GT,
            duration_s=60,
            samples=2,
        ),
        plain(0, (Level(2, 3.0),), clear_samples=1),
        plain(1, (Level(2, 5.0),), hours=DAY),
        plain(1, (Level(2, 5.0),), hours=NIGHT, samples=3),
    ]
)
STEPS = st.sampled_from([1_000, 20_000, 60_000, 60_000, 400_000, 4_000_000])


def by_slot_and_time(move: Transition) -> tuple[int, int]:
    return move.slot, move.ts_ms


@given(
    st.lists(st.tuples(st.integers(0, 1), STEPS, st.one_of(st.floats(-5, 2), st.floats(-5, 9))), max_size=60),
    st.integers(0, 60),
    st.integers(-2, 2),
)
def test_many_at_a_time_or_one_by_one(steps: list, cut: int, late: int) -> None:
    ts, readings = NOON + 10 * 60 * MINUTE - 20 * MINUTE, []
    for number, (channel, step, value) in enumerate(steps):
        ts += step
        # Now and then one that is older than the one before it; no two at one time.
        readings.append((channel, ts + number + (late * step if number % 7 == 6 else 0), value))
    together: list[Transition] = []
    alone: list[Transition] = []
    whole, single = State.blank(BOOK), State.blank(BOOK)
    for part in (readings[:cut], readings[cut:]):
        if part:
            channels, times, values = (np.array(column) for column in zip(*part, strict=True))
            together += judge_readings(BOOK, whole, channels, times, values.astype(float)).transitions
    for channel, moment, value in readings:
        one = judge_readings(BOOK, single, np.array([channel]), np.array([moment]), np.array([value]))
        alone += one.transitions
    assert sorted(together, key=by_slot_and_time) == sorted(alone, key=by_slot_and_time)
    assert whole.core.tobytes() == single.core.tobytes()
    assert whole.ring_c.tolist() == single.ring_c.tolist()
    assert whole.ring_a.tolist() == single.ring_a.tolist()
    assert whole.ring_at.tolist() == single.ring_at.tolist()


def test_a_window_that_fills_on_the_way_is_judged_sample_by_sample() -> None:
    ts = NOON + np.arange(40) * 30_000
    slot, value = np.zeros(40, np.int64), np.full(40, 2.0)
    assert not take_calm(BOOK, State.blank(BOOK), Run(slot, ts, value))[0].any()
    taken, judged = take_calm(BOOK, State.blank(BOOK), Run(slot[:4], ts[:4], value[:4]))
    assert taken.all()
    assert judged == 0, "four samples are never enough"


def test_a_full_window_counts_each_sample() -> None:
    state = State.blank(BOOK)
    slot, value = np.zeros(40, np.int64), np.full(40, 2.0)
    judge(BOOK, state, slot, NOON + np.arange(40) * 30_000, value)
    taken, judged = take_calm(BOOK, state, Run(slot, NOON + 1_200_000 + np.arange(40) * 1_000, value))
    assert taken.all()
    assert judged == 40


@pytest.mark.parametrize(
    ("value", "steps"),
    [
        (7.5, np.arange(40)),  # beyond the limit
        (2.0, np.arange(40)[::-1]),  # backwards
        (2.0, np.zeros(40, np.int64)),  # all at one time
    ],
)
def test_what_may_matter_is_judged_sample_by_sample(value: float, steps: np.ndarray) -> None:
    run = Run(np.zeros(40, np.int64), NOON + steps * 30_000, np.full(40, value))
    taken, _ = take_calm(BOOK, State.blank(BOOK), run)
    assert not taken.any()
