"""Balancing an annual plan: the solver beside a clerk's greedy list, at 127, 500 and 2,000 proposals, and an infeasible one."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

from bench.tables import Table, number
from lantu.calc.plan_balance import Candidate, Limits, best_set, greedy_set, usage, violations
from lantu.calc.plan_relaxing import smallest_relaxation

SIZES = (127, 500, 2_000)
ROUNDS = 3
SHARE = 0.55
AREAS = 14
SOURCES = ("fiscal", "bond", "loan")
T = TypeVar("T")


def measure() -> list[Table]:
    """Same proposals for both ways in one process; medians of three rounds, the first solve after the library is loaded."""
    best_set(*proposals(20))
    rows = []
    for size in SIZES:
        candidates, limits = proposals(size)
        greedy_s, greedy = _timed(lambda c=candidates, m=limits: greedy_set(c, m))
        solver_s, best = _timed(lambda c=candidates, m=limits: best_set(c, m))
        if not best.feasible or violations(candidates, limits, best.chosen):
            raise SystemExit(f"{size}: the solver's set is not admissible")
        rows.append(
            [
                f"{size:,}",
                number(solver_s, 2),
                "proven best" if best.proven and best.gap == 0 else f"≤ {best.gap * 100:.2f} %",
                number(greedy_s, 3),
                f"{(best.worth / greedy.worth - 1) * 100:.1f} %" if greedy.feasible else "greedy found none",
                f"{len(best.chosen):,} / {len(greedy.chosen):,}",
            ]
        )
    return [
        Table(
            title="Annual plan: best admissible set",
            columns=[
                "proposals",
                "solver s",
                "gap",
                "greedy s",
                "solver's worth above greedy's",
                "chosen: solver / greedy",
            ],
            rows=rows,
            notes=[
                "Six resources limited to 55 % of what all want, 15 % must-haves, exclusive groups, "
                "14 counties with a least number each. One worker, deterministic effort of 4 s."
            ],
        ),
        _infeasible(),
    ]


def _infeasible() -> Table:
    """Must-haves alone need more than there is: what has to give, and how long it takes to say so."""
    rows = []
    for size in SIZES:
        candidates, limits = proposals(size)
        needed = usage(c for c in candidates if c.must)
        tight = Limits({name: needed.get(name, 0) * 9 // 10 for name in limits.most})
        taken, relaxed = _timed(lambda c=candidates, m=tight: smallest_relaxation(c, m))
        rows.append([f"{size:,}", number(taken, 2), str(len(relaxed.gives)), f"{len(limits.most)}"])
    return Table(
        title="Annual plan: smallest relaxation where nothing is feasible",
        columns=["proposals", "s", "limits that give", "limits in all"],
        rows=rows,
        notes=["Every limit at 90 % of what the must-haves need."],
    )


def proposals(size: int) -> tuple[list[Candidate], Limits]:
    """Plausible proposals: log-normal money, scores 50–95, a fixed seed."""
    rng = random.Random(20_260_000 + size)
    found = []
    for n in range(size):
        money = int(rng.lognormvariate(9, 1)) + 100
        uses = {"annual": money, rng.choice(SOURCES): money * 6 // 10, "land_mu": rng.randint(0, 300)}
        uses["energy_tce"] = rng.randint(0, 4000) if rng.random() < 0.4 else 0
        must = rng.random() < 0.15
        group = f"G{n // 40}" if not must and rng.random() < 0.05 else ""
        found.append(
            Candidate(
                f"P{n}",
                rng.randint(5000, 9500),
                rng.randint(800, 2000),
                uses,
                must,
                group,
                f"A{rng.randrange(AREAS)}",
            )
        )
    most = {name: int(amount * SHARE) for name, amount in usage(found).items()}
    return found, Limits(most, {f"A{n}": size // 60 for n in range(AREAS)})


def _timed(do: Callable[[], T]) -> tuple[float, T]:
    taken, found = [], None
    for _ in range(ROUNDS):
        started = time.perf_counter()
        found = do()
        taken.append(time.perf_counter() - started)
    assert found is not None
    return statistics.median(taken), found


if __name__ == "__main__":
    for table in measure():
        print(table.markdown())
