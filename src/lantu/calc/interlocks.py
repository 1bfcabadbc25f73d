"""Interlocks: which step waits for which, as a graph without circles.

Phases of a project run in parallel; nothing is held up by the calendar of a stage, only by the steps that it
really needs. A rule such as 无净地不得开工 is one link: it blocks the dependent step and whatever follows from it,
and nothing else. Method: ``docs/algorithms/interlocks.md``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from lantu.calc.workdays import BEIJING, WorkCalendar, add_working_days

K = TypeVar("K")


@dataclass(frozen=True)
class Step:
    """A step with the working days that it lawfully takes. ``lane``: what runs beside what; ``group``: its gate."""

    code: str
    lane: str
    group: str
    term_days: int = 0


@dataclass(frozen=True)
class Link:
    """``step`` waits for ``needs``. ``label`` names the rule where it has a name of its own."""

    needs: str
    step: str
    label: str = ""
    basis: str = ""


class UnknownStep(ValueError):
    """A link names a step that is not there."""

    def __init__(self, code: str) -> None:
        super().__init__(f"a link names the step “{code}”, which does not exist")
        self.code = code


class Circle(ValueError):
    """Steps wait for each other in a circle. ``steps``: the circle, each waiting for the next, the first again last."""

    def __init__(self, steps: tuple[str, ...]) -> None:
        super().__init__(" → ".join(steps))
        self.steps = steps


@dataclass(frozen=True)
class Interlocks:
    """The graph. Raises ``UnknownStep`` or ``Circle`` when it is built from links that cannot hold."""

    steps: Mapping[str, Step]
    links: tuple[Link, ...]
    order: tuple[str, ...] = field(init=False)
    _needs: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _followers: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the links both ways and find an order in which every step comes after what it needs."""
        needs: dict[str, list[str]] = {code: [] for code in self.steps}
        followers: dict[str, list[str]] = {code: [] for code in self.steps}
        for link in self.links:
            for code in (link.needs, link.step):
                if code not in self.steps:
                    raise UnknownStep(code)
            needs[link.step].append(link.needs)
            followers[link.needs].append(link.step)
        object.__setattr__(self, "_needs", {code: tuple(found) for code, found in needs.items()})
        object.__setattr__(self, "_followers", {code: tuple(found) for code, found in followers.items()})
        object.__setattr__(self, "order", self._sorted())

    def _sorted(self) -> tuple[str, ...]:
        left = {code: len(found) for code, found in self._needs.items()}
        free = [code for code in self.steps if not left[code]]
        done: list[str] = []
        for code in free:
            done.append(code)
            for follower in self._followers[code]:
                left[follower] -= 1
                if not left[follower]:
                    free.append(follower)
        if len(done) < len(self.steps):
            raise Circle(self._circle({code for code, number in left.items() if number}))
        return tuple(done)

    def _circle(self, left: Collection[str]) -> tuple[str, ...]:
        """One circle among the steps that no order can hold: walk back along what each waits for until one repeats."""
        walk: list[str] = [next(code for code in self.steps if code in left)]
        while True:
            before = next(code for code in self._needs[walk[-1]] if code in left)
            if before in walk:
                return (*walk[walk.index(before) :], before)
            walk.append(before)

    def needs(self, code: str) -> tuple[str, ...]:
        """What a step waits for directly."""
        return self._needs[code]

    def blockers(self, code: str, done: Collection[str]) -> tuple[str, ...]:
        """What is still missing directly before a step; empty: it may be taken."""
        return tuple(before for before in self._needs[code] if before not in done)

    def roots(self, code: str, done: Collection[str]) -> tuple[str, ...]:
        """Where the ball really lies: the unfinished steps behind the blockers that wait for nothing themselves."""
        found = [step for step in self.behind(code) if step not in done and not self.blockers(step, done)]
        return tuple(sorted(found, key=self.order.index))

    def behind(self, code: str) -> frozenset[str]:
        """Everything that a step needs, directly or not."""
        return _reach(code, self._needs)

    def held_up_by(self, code: str, done: Collection[str]) -> tuple[str, ...]:
        """The unfinished steps that wait for this one, directly or not, in order."""
        waiting = _reach(code, self._followers)
        return tuple(step for step in self.order if step in waiting and step not in done)

    def layers(self) -> dict[str, int]:
        """Column of each step in a drawing: one to the right of the last step that it needs."""
        column: dict[str, int] = {}
        for code in self.order:
            column[code] = max((column[before] + 1 for before in self._needs[code]), default=0)
        return column

    def finishes(
        self, start: date, calendar: WorkCalendar, done: Mapping[str, date] | None = None
    ) -> dict[str, date]:
        """The day on which each step ends if every one takes its term and begins as soon as it may.

        ``done``: the days on which steps have ended already. A step never begins before ``start``.
        """
        ended = dict(done or {})
        for code in self.order:
            if code not in ended:
                begin = max((ended[before] for before in self._needs[code]), default=start)
                ended[code] = _after(max(begin, start), self.steps[code].term_days, calendar)
        return ended


def _reach(code: str, next_of: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    found: set[str] = set()
    todo = list(next_of[code])
    while todo:
        step = todo.pop()
        if step not in found:
            found.add(step)
            todo += next_of[step]
    return frozenset(found)


def _after(day: date, working_days: int, calendar: WorkCalendar) -> date:
    if not working_days:
        return day
    return add_working_days(datetime.combine(day, time(9), BEIJING), working_days, calendar).date()


def interlocks(steps: Iterable[Step], links: Iterable[Link]) -> Interlocks:
    """The graph of these steps and links. Raises ``UnknownStep`` or ``Circle``."""
    return Interlocks({step.code: step for step in steps}, tuple(links))


def cost_of_waiting_yuan(annual_investment_yuan: Decimal | int, working_days: int) -> Decimal:
    """What one working day of waiting costs: the investment of the year that is not made on that day.

    ``working_days``: how many of them a year is counted with (250 in the national pack). Rounded to whole yuan.
    Raises ``ValueError`` unless that number is positive.
    """
    if working_days <= 0:
        raise ValueError("a year has at least one working day")
    share = Decimal(annual_investment_yuan) / working_days
    return share.quantize(Decimal(1), rounding=ROUND_HALF_UP)
