"""检验批: does an inspection lot pass?

GB 50300-2013 §5.0.1: every main item (主控项目) passes; the general items (一般项目) pass where, counted, at least
the share that the trade's own standard asks for conforms (80 % where it says nothing else) and nothing deviates
gravely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GENERAL_SHARE = 0.80


@dataclass(frozen=True, kw_only=True)
class LotItem:
    """``points``: measured; ``conforming``: of them in tolerance; ``grave``: any beyond 1.5 times the tolerance."""

    code: str
    main: bool
    points: int
    conforming: int
    grave: bool = False
    share: float = GENERAL_SHARE

    @property
    def passes(self) -> bool:
        if self.main:
            return self.conforming == self.points
        return not self.grave and self.conforming >= self.share * self.points


@dataclass(frozen=True)
class LotVerdict:
    """``passes`` is ``None`` while nothing was measured; ``failed``: the items at fault."""

    passes: bool | None
    failed: tuple[str, ...]


def judge_lot(items: Sequence[LotItem]) -> LotVerdict:
    """The verdict on one lot. Raises ``ValueError`` where more points conform than were measured."""
    for item in items:
        if not 0 <= item.conforming <= item.points:
            raise ValueError(f"{item.code}: {item.conforming} of {item.points} points cannot conform")
    measured = [item for item in items if item.points]
    failed = tuple(item.code for item in measured if not item.passes)
    return LotVerdict(None if not measured else not failed, failed)
