"""Choosing a plan's projects: against all subsets, against itself, and when nothing fits."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from lantu.calc.plan_balance import (
    AREA_LEAST,
    GROUP,
    MUST,
    NOT_MORE,
    Candidate,
    Limits,
    Weights,
    best_set,
    greedy_set,
    usage,
    violations,
    worth_of,
)
from lantu.calc.plan_relaxing import left_out_because, resource_headroom, smallest_relaxation, trade_offs


def made(n: int, seed: int) -> tuple[list[Candidate], Limits]:
    rng = random.Random(seed)
    found = [
        Candidate(
            f"P{i}", rng.randint(4000, 9500), rng.randint(500, 2000),
            {"money": rng.randint(1, 60), "land": rng.randint(0, 30)}, must=rng.random() < 0.1,
            group=f"G{i % 3}" if rng.random() < 0.25 else "", area=f"A{i % 3}",
        )
        for i in range(n)
    ]  # fmt: skip
    return found, Limits({"money": 40 * n // 3, "land": 6 * n}, {"A0": 1}, {"A1": 2})


def by_trying_all(candidates: list[Candidate], limits: Limits) -> int | None:
    best = None
    for size in range(len(candidates) + 1):
        for some in combinations(candidates, size):
            if not violations(candidates, limits, {c.key for c in some}):
                worth = sum(worth_of(c, Weights()) for c in some)
                best = worth if best is None else max(best, worth)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_the_best_set_is_the_best_of_all_subsets(seed: int) -> None:
    candidates, limits = made(9, seed)
    want = by_trying_all(candidates, limits)
    choice = best_set(candidates, limits)
    if want is None:
        assert not choice.feasible
        assert smallest_relaxation(candidates, limits).gives
    else:
        assert choice.feasible
        assert choice.proven
        assert choice.worth == want
        assert choice.gap == 0
        assert violations(candidates, limits, choice.chosen) == []
        assert dict(choice.used) == usage(c for c in candidates if c.key in choice.chosen)


def test_greedy_never_beats_the_solver_and_keeps_the_limits() -> None:
    candidates, limits = made(60, 3)
    limits = Limits(limits.most)
    candidates = [
        Candidate(c.key, c.score, c.benefit, c.uses, area=c.area, group=c.group) for c in candidates
    ]
    greedy, best = greedy_set(candidates, limits), best_set(candidates, limits)
    assert best.feasible
    assert greedy.feasible
    assert best.worth >= greedy.worth
    assert violations(candidates, limits, greedy.chosen) == []


def test_the_same_question_gets_the_same_answer() -> None:
    candidates, limits = made(40, 5)
    assert best_set(candidates, limits) == best_set(candidates, limits)


def test_too_little_money_for_what_must_stay_names_the_limit_and_the_least_that_heals_it() -> None:
    candidates = [
        Candidate("a", 100, 10, {"money": 70, "land": 5}, must=True),
        Candidate("b", 100, 10, {"money": 50, "land": 5}, must=True),
        Candidate("c", 900, 10, {"money": 1, "land": 1}),
    ]
    limits = Limits({"money": 100, "land": 100})
    assert not best_set(candidates, limits).feasible
    relaxed = smallest_relaxation(candidates, limits)
    assert [(v.kind, v.key, v.used, v.allowed, v.amount) for v in relaxed.gives] == [
        (NOT_MORE, "money", 120, 100, 20)
    ]
    assert best_set(candidates, Limits({"money": 120, "land": 100})).feasible
    assert not best_set(candidates, Limits({"money": 119, "land": 100})).feasible


def test_what_money_cannot_heal_is_named_as_it_is() -> None:
    rivals = [
        Candidate("a", 1, 1, {"money": 1}, must=True, group="bridge", area="x"),
        Candidate("b", 1, 1, {"money": 1}, must=True, group="bridge", area="x"),
    ]
    assert [v.kind for v in smallest_relaxation(rivals, Limits({"money": 10})).gives] == [GROUP]
    alone = [Candidate("a", 1, 1, {"money": 1}, area="x")]
    short = smallest_relaxation(alone, Limits({"money": 10}, {"x": 1, "y": 1}))
    assert [(v.kind, v.key, v.used, v.allowed) for v in short.gives] == [(AREA_LEAST, "y", 0, 1)]


def test_why_a_project_is_left_out() -> None:
    candidates = [
        Candidate("a", 500, 0, {"money": 60}, group="g"),
        Candidate("b", 400, 0, {"money": 30}, group="g"),
        Candidate("c", 300, 0, {"money": 60}),
    ]
    limits = Limits({"money": 100})
    choice = best_set(candidates, limits)
    assert choice.chosen == ("b", "c")
    because = left_out_because(candidates, limits, choice)
    assert {(v.kind, v.key, v.amount) for v in because["a"]} == {(GROUP, "g", 1), (NOT_MORE, "money", 50)}
    assert resource_headroom(limits, choice.used) == {"money": 10}


def test_a_must_have_left_out_is_a_violation() -> None:
    candidates = [Candidate("a", 1, 1, {}, must=True)]
    assert [v.kind for v in violations(candidates, Limits({}), ())] == [MUST]


def test_trade_offs_are_not_dominated() -> None:
    candidates, limits = made(30, 8)
    points = trade_offs(candidates, Limits(limits.most), resource="money")
    assert points
    for one in points:
        assert violations(candidates, Limits(limits.most), one.chosen) == []
        for two in points:
            better = two.score >= one.score and two.benefit >= one.benefit and two.cost <= one.cost
            assert not better or (two.score, two.benefit, two.cost) == (one.score, one.benefit, one.cost)


@pytest.mark.parametrize(
    ("candidates", "limits"),
    [
        ([Candidate("a", 1, 1, {}), Candidate("a", 1, 1, {})], Limits({})),
        ([Candidate("a", -1, 1, {})], Limits({})),
        ([Candidate("a", 1, 1, {"money": -1})], Limits({})),
        ([], Limits({"money": -1})),
    ],
)
def test_nonsense_is_refused(candidates: list[Candidate], limits: Limits) -> None:
    with pytest.raises(ValueError, match=r"candidate|limit"):
        best_set(candidates, limits)
