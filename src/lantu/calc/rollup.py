"""Progress of many projects as one number: investment-weighted, with what it leaves out said beside it.

    physical = Σ wᵢ·pᵢ / Σ wᵢ     wᵢ: total investment of member i in yuan, pᵢ: its physical progress in percent

A member that has not begun counts with 0, a finished one with 100. A member at work whose progress nobody reported is
left out of both sums and named: it is neither 0 nor whatever the others are. ``covered_pct`` is the share of the weight
that the number stands on (docs/programmes.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class MemberState(StrEnum):
    """Where a member stands at a time."""

    NOT_BEGUN = "not_begun"
    ON_PLAN = "on_plan"
    BEHIND = "behind"
    FINISHED = "finished"
    UNREPORTED = "unreported"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One project at one time. Percentages 0 to 100 or None; money in yuan, cumulative."""

    key: int
    weight_yuan: float
    begun: bool
    finished: bool
    physical_pct: float | None = None
    planned_pct: float | None = None
    invested_yuan: float = 0.0
    paid_yuan: float = 0.0

    @property
    def counted_pct(self) -> float | None:
        """The progress that counts: 100 when finished, 0 before the start, None when nobody said."""
        if self.finished:
            return 100.0
        if self.physical_pct is not None:
            return self.physical_pct
        return None if self.begun else 0.0

    def state(self, behind_points: float) -> MemberState:
        """``behind_points``: points behind the planned progress from which it counts as behind, inclusive."""
        if self.finished:
            return MemberState.FINISHED
        if not self.begun:
            return MemberState.NOT_BEGUN
        if self.physical_pct is None:
            return MemberState.UNREPORTED
        if self.planned_pct is not None and self.planned_pct - self.physical_pct >= behind_points:
            return MemberState.BEHIND
        return MemberState.ON_PLAN


@dataclass(frozen=True, kw_only=True)
class RollUp:
    """``physical_pct`` and ``planned_pct`` are None where no member could be counted."""

    members: int
    weight_yuan: float
    physical_pct: float | None
    planned_pct: float | None
    covered_pct: float
    invested_yuan: float
    paid_yuan: float
    left_out: tuple[int, ...]


def weighted(pairs: Iterable[tuple[float, float | None]]) -> tuple[float | None, float]:
    """Σ w·v / Σ w over the pairs (weight, value) that have a value, and the weight that it stands on."""
    total = sum_of = 0.0
    for weight, value in pairs:
        if value is not None:
            total += weight
            sum_of += weight * value
    return (sum_of / total if total else None), total


def roll_up(members: Iterable[Member]) -> RollUp:
    """The members as one. Negative weights raise ValueError; members without weight count as nothing."""
    rows = list(members)
    if any(row.weight_yuan < 0 for row in rows):
        raise ValueError("a weight is negative")
    whole = sum(row.weight_yuan for row in rows)
    physical, counted = weighted((row.weight_yuan, row.counted_pct) for row in rows)
    planned, _weight = weighted((row.weight_yuan, _planned(row)) for row in rows)
    return RollUp(
        members=len(rows),
        weight_yuan=whole,
        physical_pct=None if physical is None else round(physical, 2),
        planned_pct=None if planned is None else round(planned, 2),
        covered_pct=round(counted / whole * 100, 1) if whole else 0.0,
        invested_yuan=sum(row.invested_yuan for row in rows),
        paid_yuan=sum(row.paid_yuan for row in rows),
        left_out=tuple(row.key for row in rows if row.counted_pct is None),
    )


def _planned(row: Member) -> float | None:
    if row.finished:
        return 100.0
    if row.planned_pct is not None:
        return row.planned_pct
    return None if row.begun else 0.0
