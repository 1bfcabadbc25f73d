"""危大工程: is a piece of work dangerous, or beyond a certain scale, on the parameters that were entered?

Source: order 37 of the ministry of housing and document 建办质〔2018〕31号; the limits themselves are rows of the
national pack. A limit that cannot be compared because its parameter was not entered is unknown, never passed and
never exceeded: the verdict abstains and names what is missing. A sub-type without limits of its own is only ever
what its row says outright; nothing defaults to the graver level.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

Value = float | bool
Parameters = Mapping[str, Value | None]


class Level(IntEnum):
    """``ORDINARY``: not in the list; ``DANGEROUS``: 危大工程; ``BEYOND``: 超过一定规模的危大工程."""

    ORDINARY = 0
    DANGEROUS = 1
    BEYOND = 2


class Compare(StrEnum):
    AT_LEAST = "ge"
    MORE_THAN = "gt"
    LESS_THAN = "lt"
    IS = "is"


@dataclass(frozen=True)
class Condition:
    """One comparison of one parameter: metres, kilonewtons … as the pack's parameter says; ``IS`` for yes or no."""

    parameter: str
    compare: Compare
    limit: Value

    def holds(self, given: Parameters) -> bool | None:
        """True, False, or None where the parameter was not entered."""
        value = given.get(self.parameter)
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        match self.compare:
            case Compare.AT_LEAST:
                return value >= self.limit
            case Compare.MORE_THAN:
                return value > self.limit
            case Compare.LESS_THAN:
                return value < self.limit
            case Compare.IS:
                return bool(value) == bool(self.limit)


@dataclass(frozen=True)
class Test:
    """Any of several ways, each of which needs all of its conditions. ``always``: without a condition."""

    always: bool = False
    ways: tuple[tuple[Condition, ...], ...] = ()

    # Not a test class for pytest.
    __test__ = False

    def parameters(self) -> tuple[str, ...]:
        """Every parameter that the test looks at, in order."""
        return tuple(dict.fromkeys(one.parameter for way in self.ways for one in way))


@dataclass(frozen=True)
class SubType:
    """A row of the two lists."""

    code: str
    dangerous: Test
    beyond: Test

    def parameters(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.dangerous.parameters(), *self.beyond.parameters())))


@dataclass(frozen=True)
class Verdict:
    """``level`` is ``None`` where it cannot be said; ``at_least`` is what is proven all the same. ``missing``: the
    parameters to enter; ``reasons``: the conditions that were met for the proven level (empty if it always holds)."""

    level: Level | None
    at_least: Level
    missing: tuple[str, ...] = ()
    reasons: tuple[Condition, ...] = ()

    @property
    def abstains(self) -> bool:
        return self.level is None


@dataclass(frozen=True)
class _Outcome:
    holds: bool | None
    met: tuple[Condition, ...] = ()
    missing: tuple[str, ...] = ()


def _ask(test: Test, given: Parameters) -> _Outcome:
    if test.always:
        return _Outcome(True)
    missing: list[str] = []
    for way in test.ways:
        answers = [(one, one.holds(given)) for one in way]
        if way and all(answer is True for _one, answer in answers):
            return _Outcome(True, met=tuple(one for one, _answer in answers))
        if not any(answer is False for _one, answer in answers):
            missing += [one.parameter for one, answer in answers if answer is None]
    if missing:
        return _Outcome(None, missing=tuple(dict.fromkeys(missing)))
    return _Outcome(False)


def judge(sub_type: SubType, given: Parameters) -> Verdict:
    """The level of one piece of work.

    A pit of 4 m is dangerous; of 5 m, beyond scale; without a depth the verdict abstains and names the depth. What
    is beyond scale is also dangerous, whatever the first test says.
    """
    beyond = _ask(sub_type.beyond, given)
    if beyond.holds:
        return Verdict(Level.BEYOND, Level.BEYOND, reasons=beyond.met)
    dangerous = _ask(sub_type.dangerous, given)
    if dangerous.holds:
        if beyond.holds is None:
            return Verdict(None, Level.DANGEROUS, missing=beyond.missing, reasons=dangerous.met)
        return Verdict(Level.DANGEROUS, Level.DANGEROUS, reasons=dangerous.met)
    missing = tuple(dict.fromkeys((*dangerous.missing, *beyond.missing)))
    if missing:
        return Verdict(None, Level.ORDINARY, missing=missing)
    return Verdict(Level.ORDINARY, Level.ORDINARY)


def scheme_gaps(present: Iterable[str], required: Iterable[str]) -> tuple[str, ...]:
    """The sections that a special scheme 专项方案 still lacks, in the order of the list."""
    there = set(present)
    return tuple(section for section in required if section not in there)
