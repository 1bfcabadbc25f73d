"""Choosing the projects of an annual plan under limits: which set is best, what binds, what would have to give.

Every candidate uses whole units of named resources (funds by source in 万元, land in 亩, energy in tce …). A plan
is a set of candidates that contains every must-have, at most one of each exclusive group, keeps every limit, and gives
each area at least and at most so many projects. Among those the one with the largest weighted sum of score and benefit
is wanted: a multidimensional 0–1 knapsack with side conditions, solved by CP-SAT of OR-Tools, which is loaded on first
use. One worker and a fixed seed: the same input gives the same set. ``violations`` judges any set without the solver;
``calc.plan_relaxing`` says what would have to give, and which trade-offs there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NOT_MORE = "limit"
AREA_LEAST = "area_least"
AREA_MOST = "area_most"
GROUP = "group"
MUST = "must"
# Deterministic seconds of the solver, so that a busy machine gives the same answer as a quiet one.
EFFORT = 4.0
WALL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """``score`` and ``benefit`` in hundredths of a point; ``uses``: resource → whole units, not negative."""

    key: str
    score: int
    benefit: int
    uses: Mapping[str, int]
    must: bool = False
    group: str = ""
    area: str = ""


@dataclass(frozen=True)
class Limits:
    """``most``: resource → whole units; ``area_least`` and ``area_most``: area → number of projects."""

    most: Mapping[str, int]
    area_least: Mapping[str, int] = field(default_factory=dict)
    area_most: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Weights:
    """How much a hundredth of score and of benefit counts; whole numbers."""

    score: int = 1
    benefit: int = 1


@dataclass(frozen=True)
class Violation:
    """A condition that a set breaks: ``used`` against ``allowed`` (at least, for ``area_least``)."""

    kind: str
    key: str
    used: int
    allowed: int

    @property
    def amount(self) -> int:
        """By how many units it is broken."""
        return abs(self.used - self.allowed)


@dataclass(frozen=True)
class Choice:
    """``chosen``: keys in the order given; ``gap``: (bound − worth) ÷ worth, 0 when proven best.

    ``feasible`` is False when no set keeps every condition; then ``chosen`` is empty.
    """

    feasible: bool
    chosen: tuple[str, ...] = ()
    worth: int = 0
    bound: int = 0
    used: Mapping[str, int] = field(default_factory=dict)
    proven: bool = False

    @property
    def gap(self) -> float:
        return max(self.bound - self.worth, 0) / self.worth if self.worth else 0.0


def check_input(candidates: Sequence[Candidate], limits: Limits) -> None:
    """Raise ValueError naming the first candidate or limit that makes no sense."""
    seen: set[str] = set()
    for candidate in candidates:
        if candidate.key in seen:
            raise ValueError(f"candidate {candidate.key} stands twice")
        seen.add(candidate.key)
        if candidate.score < 0 or candidate.benefit < 0 or any(n < 0 for n in candidate.uses.values()):
            raise ValueError(f"candidate {candidate.key}: score, benefit and uses are not negative")
    for name, amount in (*limits.most.items(), *limits.area_least.items(), *limits.area_most.items()):
        if amount < 0:
            raise ValueError(f"limit {name}: {amount} is negative")


def usage(candidates: Iterable[Candidate]) -> dict[str, int]:
    """Resource → units that these candidates use together."""
    total: dict[str, int] = {}
    for candidate in candidates:
        for name, amount in candidate.uses.items():
            total[name] = total.get(name, 0) + amount
    return total


def violations(candidates: Sequence[Candidate], limits: Limits, chosen: Collection[str]) -> list[Violation]:
    """Every condition that ``chosen`` breaks; none means that the set is admissible. O(n), no solver."""
    inside = [candidate for candidate in candidates if candidate.key in set(chosen)]
    used = usage(inside)
    found = [
        Violation(NOT_MORE, name, used.get(name, 0), most)
        for name, most in limits.most.items()
        if used.get(name, 0) > most
    ]
    groups: dict[str, int] = {}
    areas: dict[str, int] = {}
    for candidate in inside:
        areas[candidate.area] = areas.get(candidate.area, 0) + 1
        if candidate.group:
            groups[candidate.group] = groups.get(candidate.group, 0) + 1
    found += [Violation(GROUP, name, count, 1) for name, count in groups.items() if count > 1]
    found += [
        Violation(AREA_LEAST, area, areas.get(area, 0), least)
        for area, least in limits.area_least.items()
        if areas.get(area, 0) < least
    ]
    found += [
        Violation(AREA_MOST, area, areas.get(area, 0), most)
        for area, most in limits.area_most.items()
        if areas.get(area, 0) > most
    ]
    keys = {candidate.key for candidate in inside}
    found += [Violation(MUST, c.key, 0, 1) for c in candidates if c.must and c.key not in keys]
    return found


def worth_of(candidate: Candidate, weights: Weights) -> int:
    """What a candidate adds to the sum that is made as large as possible."""
    return weights.score * candidate.score + weights.benefit * candidate.benefit


def best_set(
    candidates: Sequence[Candidate],
    limits: Limits,
    weights: Weights | None = None,
    *,
    effort: float = EFFORT,
    within_gap: float = 0.0,
    hint: Collection[str] | None = None,
) -> Choice:
    """The admissible set of the largest worth. ``effort``: deterministic seconds; ``within_gap``: a relative gap that is
    good enough (0: prove it). ``hint``: a set to begin with, by default the greedy one. Raises ValueError for input that
    makes no sense."""
    check_input(candidates, limits)
    weights = weights or Weights()
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    take = [model.new_bool_var("") for _candidate in candidates]
    add_conditions(model, take, candidates, limits)
    worths = [worth_of(candidate, weights) for candidate in candidates]
    model.maximize(cp_model.LinearExpr.weighted_sum(take, worths))
    begin = set(greedy_set(candidates, limits, weights).chosen if hint is None else hint)
    for var, candidate in zip(take, candidates, strict=True):
        model.add_hint(var, candidate.key in begin)
    solver = new_solver(effort, within_gap)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Choice(False)
    inside = [c for c, var in zip(candidates, take, strict=True) if solver.boolean_value(var)]
    return Choice(
        True,
        tuple(candidate.key for candidate in inside),
        worth=sum(worth_of(candidate, weights) for candidate in inside),
        bound=int(solver.best_objective_bound),
        used=usage(inside),
        proven=status == cp_model.OPTIMAL and within_gap == 0.0,
    )


def new_solver(effort: float, within_gap: float = 0.0) -> Any:
    """CP-SAT with one worker and a fixed seed."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = 1
    parameters.random_seed = 1
    parameters.max_deterministic_time = effort
    parameters.max_time_in_seconds = WALL_SECONDS
    parameters.relative_gap_limit = within_gap
    return solver


def add_conditions(model: Any, take: Sequence[Any], candidates: Sequence[Candidate], limits: Limits) -> None:
    """All conditions of a plan, hard."""
    for name, most in limits.most.items():
        pairs = [(take[i], c.uses[name]) for i, c in enumerate(candidates) if c.uses.get(name, 0)]
        if pairs:
            model.add(sum(var * amount for var, amount in pairs) <= most)
    for members in by_group(candidates).values():
        model.add_at_most_one(take[i] for i in members)
    for area, members in by_area(candidates, limits).items():
        count = sum(take[i] for i in members)
        if area in limits.area_least:
            model.add(count >= limits.area_least[area])
        if area in limits.area_most:
            model.add(count <= limits.area_most[area])
    for var, candidate in zip(take, candidates, strict=True):
        if candidate.must:
            model.add(var == 1)


def by_group(candidates: Sequence[Candidate]) -> dict[str, list[int]]:
    """Positions of the members of each exclusive group of two or more."""
    found: dict[str, list[int]] = {}
    for position, candidate in enumerate(candidates):
        if candidate.group:
            found.setdefault(candidate.group, []).append(position)
    return {name: members for name, members in found.items() if len(members) > 1}


def by_area(candidates: Sequence[Candidate], limits: Limits) -> dict[str, list[int]]:
    """Positions of the candidates of each area that has a condition of its own, also of areas without any."""
    found: dict[str, list[int]] = {area: [] for area in (*limits.area_least, *limits.area_most)}
    for position, candidate in enumerate(candidates):
        if candidate.area in found:
            found[candidate.area].append(position)
    return found


def greedy_set(candidates: Sequence[Candidate], limits: Limits, weights: Weights | None = None) -> Choice:
    """What a careful clerk does with a sorted list: must-haves, then each area's quota, then the best worth for the share
    of the limits it uses, skipping what no longer fits. May fail where a feasible set exists."""
    check_input(candidates, limits)
    weights = weights or Weights()
    hand = _Hand(limits)
    order = sorted(candidates, key=lambda c: (-_yield(c, limits, weights), c.key))
    for candidate in candidates:
        if candidate.must:
            hand.take(candidate)
    for area, least in limits.area_least.items():
        for candidate in order:
            if hand.areas.get(area, 0) >= least:
                break
            if candidate.area == area and hand.fits(candidate):
                hand.take(candidate)
    for candidate in order:
        if hand.fits(candidate):
            hand.take(candidate)
    inside = [candidate for candidate in candidates if candidate.key in hand.keys]
    worth = sum(worth_of(candidate, weights) for candidate in inside)
    feasible = not violations(candidates, limits, hand.keys)
    return Choice(feasible, tuple(c.key for c in inside), worth=worth, bound=worth, used=usage(inside))


class _Hand:
    """What the greedy way has taken so far."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.used: dict[str, int] = {}
        self.areas: dict[str, int] = {}
        self.groups: set[str] = set()
        self.keys: set[str] = set()

    def fits(self, candidate: Candidate) -> bool:
        limits = self.limits
        if candidate.key in self.keys or (candidate.group and candidate.group in self.groups):
            return False
        most = limits.area_most.get(candidate.area)
        if most is not None and self.areas.get(candidate.area, 0) >= most:
            return False
        return all(
            self.used.get(name, 0) + amount <= limits.most[name]
            for name, amount in candidate.uses.items()
            if name in limits.most
        )

    def take(self, candidate: Candidate) -> None:
        self.keys.add(candidate.key)
        self.areas[candidate.area] = self.areas.get(candidate.area, 0) + 1
        if candidate.group:
            self.groups.add(candidate.group)
        for name, amount in candidate.uses.items():
            self.used[name] = self.used.get(name, 0) + amount


def _yield(candidate: Candidate, limits: Limits, weights: Weights) -> float:
    """Worth for the share of the limits that it uses."""
    share = sum(n / max(limits.most[r], 1) for r, n in candidate.uses.items() if r in limits.most)
    return worth_of(candidate, weights) / (share + 1e-9)
