"""Limits of foundation pits: the smaller of an absolute value and a share of the depth.

Source: GB 50497-2019 table 8.0.4 (pits in soil); 8.0.1: the designer sets the warning values, the
table is only the fallback. Ranges such as 20~30 mm resolve by policy; the cautious lower bound is
the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RangePolicy(StrEnum):
    """How a range of the table becomes one number."""

    CONSERVATIVE = "conservative"
    MIDPOINT = "midpoint"
    LENIENT = "lenient"

    def pick(self, low: float, high: float) -> float:
        """One number from the range ``low`` to ``high``."""
        match self:
            case RangePolicy.CONSERVATIVE:
                return low
            case RangePolicy.MIDPOINT:
                return (low + high) / 2
            case RangePolicy.LENIENT:
                return high


@dataclass(frozen=True)
class PitLimit:
    """A cumulative limit in millimetres.

    ``upper_bound_only``: the depth is not known, so that the true limit may be smaller: beyond it is
    an alarm, below it nothing can be said (MISSING_H) and never “normal”.
    """

    limit_mm: float
    upper_bound_only: bool


def cumulative_limit(
    absolute_mm: tuple[float, float],
    depth_share_pct: tuple[float, float] | None,
    depth_m: float | None,
    policy: RangePolicy = RangePolicy.CONSERVATIVE,
) -> PitLimit:
    """min(absolute, %H × H): for 20~30 mm, 0.2~0.3 %H and H = 5 m the limit is 10 mm.

    ``depth_share_pct`` is ``None`` for items without a %H column. Raises ``ValueError`` for a depth
    that is not positive.
    """
    absolute = policy.pick(*absolute_mm)
    if depth_share_pct is None:
        return PitLimit(absolute, upper_bound_only=False)
    if depth_m is None:
        return PitLimit(absolute, upper_bound_only=True)
    if depth_m <= 0:
        raise ValueError("the depth of a pit is a positive number of metres")
    return PitLimit(min(absolute, policy.pick(*depth_share_pct) * depth_m * 10), upper_bound_only=False)
