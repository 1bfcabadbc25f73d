"""One device that shouts does not cost the others their turn."""

from __future__ import annotations

import numpy as np

from lantu.monitoring.ingest.fairness import LEAST_BURST, UNKNOWN, Fairness, Limits

LIMITS = Limits(factor=20, floor_per_s=5)


def fairness(periods: list[float], limits: Limits = LIMITS) -> Fairness:
    made = Fairness(np.arange(1, len(periods) + 1), np.array(periods), limits)
    made.left[:] = made.full = np.full(len(periods), 100.0)
    return made


def ask(limiter: Fairness, devices: list[int], ms: int, size: int = 100) -> list[bool] | None:
    count = len(devices)
    held = limiter.over(np.array(devices), np.full(count, ms), np.full(count, size))
    return None if held is None else held.tolist()


def test_within_the_budget_nothing_is_held_back() -> None:
    limiter = fairness([60, 60])
    assert ask(limiter, [0] * 60 + [1] * 40, 1_000) is None
    assert limiter.left.tolist() == [40, 60]


def test_only_the_one_beyond_his_budget_is_held_back_and_his_first_messages_pass() -> None:
    limiter = fairness([60, 60])
    held = ask(limiter, [0] * 150 + [1] * 50, 1_000)
    assert held is not None
    assert held[:100] == [False] * 100
    assert held[100:150] == [True] * 50
    assert held[150:] == [False] * 50
    assert limiter.left.tolist() == [0, 50]


def test_a_bucket_fills_with_the_time_of_the_stream_and_never_beyond_full() -> None:
    limiter = fairness([60, 1])
    ask(limiter, [0] * 100 + [1] * 100, 1_000)
    assert ask(limiter, [0] * 5, 2_000) is None  # the floor: 5 a second
    assert ask(limiter, [0], 2_000) == [True]
    assert ask(limiter, [1] * 20, 2_000) is None  # twenty times one a second
    assert ask(limiter, [0], 10_000_000) is None
    assert limiter.left[0] == 99


def test_a_clock_that_goes_back_gives_nothing() -> None:
    limiter = fairness([60])
    ask(limiter, [0] * 100, 10_000)
    assert ask(limiter, [0], 5_000) == [True]
    assert ask(limiter, [0], 10_000) == [True]


def test_large_messages_cost_more() -> None:
    limiter = fairness([60])
    held = ask(limiter, [0, 0, 0], 1_000, size=50 * 1024)
    assert held == [False, True, True]


def test_unknown_devices_are_not_counted_here() -> None:
    limiter = fairness([60])
    assert ask(limiter, [UNKNOWN] * 1_000, 1_000) is None
    assert ask(limiter, [UNKNOWN] * 500 + [0] * 100, 1_000) is None
    assert limiter.left[0] == 0


def test_a_reload_fills_nobodys_bucket() -> None:
    before = fairness([60, 60])
    ask(before, [0] * 90, 1_000)
    after = Fairness(np.array([2, 1, 9]), np.array([60.0, 60.0, 60.0]), LIMITS)
    after.adopt(before)
    assert after.left.tolist() == [100, 10, LEAST_BURST]
    assert after.at_ms.tolist() == [0, 1_000, 0]


def test_a_backlog_of_two_days_fits_into_a_full_bucket() -> None:
    assert LIMITS.burst(np.array([60.0, 10.0, 0.0])).tolist() == [10_000, 17_280, 172_800]
    assert Limits(0, 5).off
