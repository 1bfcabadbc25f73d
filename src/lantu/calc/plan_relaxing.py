"""When no plan keeps every limit: the smallest relaxation. When many do: the trade-offs, and why a project was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lantu.calc.plan_balance import (
    AREA_LEAST,
    AREA_MOST,
    EFFORT,
    GROUP,
    MUST,
    NOT_MORE,
    Candidate,
    Choice,
    Limits,
    Violation,
    Weights,
    best_set,
    by_area,
    by_group,
    check_input,
    new_solver,
    violations,
)

# A must-have that is given up, a group broken or an area short counts like this many per mille of a limit.
PRICE_OF_ONE = 1000
SHARES_PCT = (100, 95, 90, 85, 80, 70, 60)
LEANINGS = ((1, 0), (2, 1), (1, 1), (1, 2), (0, 1))


@dataclass(frozen=True)
class Relaxation:
    """The least that has to give: each entry names a condition, what it allows now and what it would have to allow."""

    gives: tuple[Violation, ...]
    chosen: tuple[str, ...]


@dataclass(frozen=True)
class Point:
    """One plan on the line of trade-offs; sums of hundredths of points, and units of the resource that was narrowed."""

    chosen: tuple[str, ...]
    score: int
    benefit: int
    cost: int
    share_pct: int
    weights: Weights


def smallest_relaxation(
    candidates: Sequence[Candidate], limits: Limits, *, effort: float = EFFORT
) -> Relaxation:
    """Which limits would have to give, and by how much, so that all must-haves and area quotas find room.

    Minimises the sum of relative excesses (per mille of each limit, rounded up); resources only, unless an area has too
    few candidates or two must-haves exclude each other, which money cannot heal: these are named as they are.
    """
    check_input(candidates, limits)
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    take = [model.new_bool_var("") for _candidate in candidates]
    total = {name: sum(c.uses.get(name, 0) for c in candidates) for name in limits.most}
    price: list[Any] = []
    for name, most in limits.most.items():
        over = model.new_int_var(0, max(total[name] - most, 0), "")
        model.add(sum(v * c.uses.get(name, 0) for v, c in zip(take, candidates, strict=True)) <= most + over)
        mille = model.new_int_var(0, 1000 * max(total[name], 1), "")
        model.add(mille * max(most, 1) >= over * 1000)
        price.append(mille)
    for members in by_group(candidates).values():
        extra = model.new_int_var(0, len(members), "")
        model.add(sum(take[i] for i in members) <= 1 + extra)
        price.append(extra * PRICE_OF_ONE)
    for area, members in by_area(candidates, limits).items():
        count = sum(take[i] for i in members)
        short = model.new_int_var(0, limits.area_least.get(area, 0), "")
        extra = model.new_int_var(0, len(members), "")
        model.add(count + short >= limits.area_least.get(area, 0))
        model.add(count <= limits.area_most.get(area, len(members)) + extra)
        price += [short * PRICE_OF_ONE, extra * PRICE_OF_ONE]
    for var, candidate in zip(take, candidates, strict=True):
        if candidate.must:
            model.add(var == 1)
    # Among equally cheap ways the one that takes in the fewest projects: nothing beyond what is required.
    model.minimize(sum(price) * (len(candidates) + 1) + sum(take))
    solver = new_solver(effort)
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise ValueError("the relaxed plan has no solution")
    chosen = tuple(c.key for c, var in zip(candidates, take, strict=True) if solver.boolean_value(var))
    return Relaxation(tuple(violations(candidates, limits, chosen)), chosen)


def left_out_because(
    candidates: Sequence[Candidate], limits: Limits, choice: Choice
) -> dict[str, tuple[Violation, ...]]:
    """Key → the conditions that this candidate would break if it were added to the choice as it is.

    An empty tuple means that it fits: the solver then had no use for it (a worth of 0), or was stopped early.
    """
    chosen = set(choice.chosen)
    standing = {(v.kind, v.key) for v in violations(candidates, limits, chosen)}
    return {
        candidate.key: tuple(
            found
            for found in violations(candidates, limits, chosen | {candidate.key})
            if (found.kind, found.key) not in standing and found.kind != MUST
        )
        for candidate in candidates
        if candidate.key not in chosen
    }


def trade_offs(
    candidates: Sequence[Candidate], limits: Limits, *, resource: str, effort: float = EFFORT / 4
) -> list[Point]:
    """Plans of which none is better in score, in benefit and in units of ``resource`` at once (Pareto).

    Found by narrowing the resource step by step and by leaning towards score or benefit; dearest first.
    """
    by_key = {candidate.key: candidate for candidate in candidates}
    most = limits.most.get(resource, sum(c.uses.get(resource, 0) for c in candidates))
    tried = [(100, Weights(*leaning)) for leaning in LEANINGS]
    tried += [(share, Weights()) for share in SHARES_PCT if share != 100]
    points: dict[frozenset[str], Point] = {}
    for share, weights in tried:
        narrowed = Limits({**limits.most, resource: most * share // 100}, limits.area_least, limits.area_most)
        choice = best_set(candidates, narrowed, weights, effort=effort, within_gap=0.0005)
        if choice.feasible:
            inside = [by_key[key] for key in choice.chosen]
            points.setdefault(
                frozenset(choice.chosen),
                Point(
                    choice.chosen,
                    sum(c.score for c in inside),
                    sum(c.benefit for c in inside),
                    sum(c.uses.get(resource, 0) for c in inside),
                    share,
                    weights,
                ),
            )
    return sorted(_undominated(list(points.values())), key=lambda point: (-point.cost, -point.score))


def _undominated(points: list[Point]) -> list[Point]:
    def better(a: Point, b: Point) -> bool:
        as_good = a.score >= b.score and a.benefit >= b.benefit and a.cost <= b.cost
        return as_good and (a.score, a.benefit, -a.cost) != (b.score, b.benefit, -b.cost)

    return [point for point in points if not any(better(other, point) for other in points)]


def resource_headroom(limits: Limits, used: Mapping[str, int]) -> dict[str, int]:
    """Resource → units left (negative: over the limit)."""
    return {name: most - used.get(name, 0) for name, most in limits.most.items()}


__all__ = [
    "AREA_LEAST", "AREA_MOST", "GROUP", "MUST", "NOT_MORE", "Point", "Relaxation", "left_out_because",
    "resource_headroom", "smallest_relaxation", "trade_offs",
]  # fmt: skip
