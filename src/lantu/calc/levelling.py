"""Resource-constrained scheduling (RCPSP) with OR-Tools CP-SAT: shared resources without over-use, end as early as possible.

Time is in whole periods. Method, weights and measured gaps on PSPLIB: docs/algorithms/levelling.md. Sources: Kolisch and
Sprecher, PSPLIB (1996); Laborie's interval and cumulative constraints as CP-SAT implements them. OR-Tools is imported
when the first problem is solved: only workers do that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lantu.calc.cpm_graph import sequence_of


@dataclass(frozen=True)
class Task:
    """``earliest``: not before this period; ``preferred``: where the plan has it; ``due``: lateness counts from here,
    ``weight`` per period. ``demands``: resource → amount while it lasts.
    """

    duration: int
    demands: Mapping[str, int] = field(default_factory=dict)
    earliest: int = 0
    preferred: int = 0
    due: int | None = None
    weight: int = 0
    # Work under way: it stays where it is and the others go round it.
    fixed: bool = False


@dataclass(frozen=True)
class Precedence:
    """``successor`` starts at least ``lag`` periods after ``predecessor`` starts (FS with lag l: duration + l)."""

    predecessor: int
    successor: int
    lag: int


@dataclass(frozen=True)
class Levelled:
    """``status``: ``optimal``, ``feasible`` (time was up), ``infeasible`` or ``unknown``. ``bound``: no answer can cost less."""

    status: str
    starts: list[int]
    makespan: int
    cost: int
    bound: int
    moved: int

    @property
    def gap(self) -> float | None:
        """How far the cost may be from the best, as a share; None without a solution."""
        return None if not self.starts else (self.cost - self.bound) / max(self.cost, 1)


class Unsolvable(ValueError):
    """One task alone wants more of a resource than there is; ``task`` and ``resource`` say which."""

    def __init__(self, task: int, resource: str) -> None:
        super().__init__(f"task {task} wants more of {resource} than there is")
        self.task = task
        self.resource = resource


def level(
    tasks: Sequence[Task],
    precedences: Sequence[Precedence],
    capacities: Mapping[str, int],
    *,
    seconds: float,
    by_makespan: bool = False,
    workers: int = 2,
    seed: int = 1,
) -> Levelled:
    """Starts that respect precedence and capacity.

    Cost: the makespan (``by_makespan``), else the sum over tasks of weight × lateness, then the sum of moves away from
    ``preferred`` (a plan is disturbed as little as possible). Raises :class:`Unsolvable`, and ``ValueError`` for
    demands of resources without a capacity.
    """
    _check(tasks, capacities)
    from ortools.sat.python import cp_model

    model, starts = _model(cp_model, tasks, precedences, capacities, by_makespan=by_makespan)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    status = solver.solve(model)
    name = {
        cp_model.OPTIMAL: "optimal",
        cp_model.FEASIBLE: "feasible",
        cp_model.INFEASIBLE: "infeasible",
    }.get(status, "unknown")
    if name not in {"optimal", "feasible"}:
        return Levelled(name, [], 0, 0, 0, 0)
    found = [int(solver.value(start)) for start in starts]
    return Levelled(
        name,
        found,
        max((start + task.duration for start, task in zip(found, tasks, strict=True)), default=0),
        round(solver.objective_value),
        round(solver.best_objective_bound),
        sum(start != task.preferred for start, task in zip(found, tasks, strict=True)),
    )


def _model(
    cp_model: Any,
    tasks: Sequence[Task],
    precedences: Sequence[Precedence],
    capacities: Mapping[str, int],
    *,
    by_makespan: bool,
) -> tuple[Any, list[Any]]:
    """The model with its start variables, and a first answer as a hint."""
    model = cp_model.CpModel()
    horizon = _horizon(tasks, precedences)
    starts = [
        model.new_int_var(task.earliest, task.earliest if task.fixed else horizon, f"s{number}")
        for number, task in enumerate(tasks)
    ]
    for link in precedences:
        model.add(starts[link.successor] >= starts[link.predecessor] + link.lag)
    for resource, capacity in capacities.items():
        users = [number for number, task in enumerate(tasks) if task.demands.get(resource) and task.duration]
        intervals = [
            model.new_fixed_size_interval_var(starts[number], tasks[number].duration, f"i{resource}{number}")
            for number in users
        ]
        if users:
            model.add_cumulative(intervals, [tasks[number].demands[resource] for number in users], capacity)
    end = model.new_int_var(0, horizon + max((task.duration for task in tasks), default=0), "end")
    for number, task in enumerate(tasks):
        model.add(end >= starts[number] + task.duration)
    model.minimize(end if by_makespan else _disturbance(model, tasks, starts, horizon))
    for number, hint in enumerate(serial(tasks, precedences, capacities)):
        model.add_hint(starts[number], hint)
    return model, starts


def _disturbance(model: Any, tasks: Sequence[Task], starts: Sequence[Any], horizon: int) -> Any:
    """Weighted lateness first; moves away from the plan only break ties, so their factor is 1 and lateness weighs more."""
    terms = []
    factor = max(sum(1 for _task in tasks), 1)
    for number, task in enumerate(tasks):
        if task.due is not None and task.weight:
            late = model.new_int_var(0, horizon + task.duration, f"l{number}")
            model.add(late >= starts[number] + task.duration - task.due)
            terms.append(late * task.weight * factor)
        move = model.new_int_var(0, horizon, f"m{number}")
        model.add(move >= starts[number] - task.preferred)
        model.add(move >= task.preferred - starts[number])
        terms.append(move)
    return sum(terms)


def serial(
    tasks: Sequence[Task], precedences: Sequence[Precedence], capacities: Mapping[str, int]
) -> list[int]:
    """A first answer: tasks one by one in order of precedence and preference, each as early as its resources allow."""
    before: dict[int, list[Precedence]] = {}
    for link in precedences:
        before.setdefault(link.successor, []).append(link)
    horizon = _horizon(tasks, precedences) + max((task.duration for task in tasks), default=0) + 1
    used = {resource: np.zeros(horizon, dtype=np.int64) for resource in capacities}
    order = sequence_of(
        len(tasks),
        np.array([link.predecessor for link in precedences], dtype=np.int64),
        np.array([link.successor for link in precedences], dtype=np.int64),
    )
    starts = [0] * len(tasks)
    order.sort(key=lambda number: not tasks[number].fixed)
    for number in order:
        task = tasks[number]
        at = max(
            [
                task.earliest,
                task.preferred,
                *(starts[link.predecessor] + link.lag for link in before.get(number, ())),
            ]
        )
        while task.duration and at + task.duration < horizon and not _fits(task, at, used, capacities):
            at += 1
        for resource, amount in task.demands.items():
            used[resource][at : at + task.duration] += amount
        starts[number] = at
    return starts


def _fits(task: Task, at: int, used: Mapping[str, Any], capacities: Mapping[str, int]) -> bool:
    return all(
        int(used[resource][at : at + task.duration].max()) + amount <= capacities[resource]
        for resource, amount in task.demands.items()
    )


def _horizon(tasks: Sequence[Task], precedences: Sequence[Precedence]) -> int:
    latest = max((max(task.earliest, task.preferred) for task in tasks), default=0)
    return latest + sum(task.duration for task in tasks) + sum(max(link.lag, 0) for link in precedences)


def _check(tasks: Sequence[Task], capacities: Mapping[str, int]) -> None:
    for number, task in enumerate(tasks):
        if task.duration < 0:
            raise ValueError(f"task {number} has a negative duration")
        for resource, amount in task.demands.items():
            if resource not in capacities:
                raise ValueError(f"task {number} wants {resource}, whose capacity is not known")
            if amount > capacities[resource]:
                raise Unsolvable(number, resource)


def profile(tasks: Sequence[Task], starts: Sequence[int], resource: str, length: int) -> list[int]:
    """Use of a resource in each period."""
    used = [0] * length
    for task, start in zip(tasks, starts, strict=True):
        for period in range(start, min(start + task.duration, length)):
            used[period] += task.demands.get(resource, 0)
    return used
