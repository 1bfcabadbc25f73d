"""Limits of foundation pits: the smaller of an absolute value and a share of the depth.

Source: GB 50497-2019 table 8.0.4 (pits in soil); 8.0.1: the designer sets the warning values, the
table is only the fallback. Ranges such as 20~30 mm resolve by policy; the cautious lower bound is
the default. Table 7.0.3: how often a pit is to be measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SLAB_FACTOR = 0.7
"""After the bottom slab is placed the rate limit falls to 70 % (notes of table 8.0.4)."""


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


def rate_limit(limit_mm_per_day: float, *, slab_done: bool) -> float:
    """The limit of the rate: 70 % of the table after the bottom slab; 3 mm/d becomes 2.1 mm/d."""
    return round(limit_mm_per_day * (SLAB_FACTOR if slab_done else 1.0), 6)


def daily_rate(value: float, previous: float, days: float) -> float:
    """Change per day over the days that really passed: 3 mm in two days are 1.5 mm/d.

    Raises ``ValueError`` for an interval that is not positive.
    """
    if days <= 0:
        raise ValueError("a rate needs two readings, the later one second")
    return (value - previous) / days


def force_limit(
    design_value: float | None, share_pct: tuple[float, float], policy: RangePolicy = RangePolicy.CONSERVATIVE
) -> float | None:
    """A share of a design value (f1, f2 or fy): (60~80) % of f2 = 2000 kN is 1200 kN; ``None`` where it is missing.

    ``None`` means abstain: there is no value that could stand in for the designer's.
    """
    return None if design_value is None else policy.pick(*share_pct) / 100 * design_value


FREQUENCY: dict[tuple[int, int], tuple[float, float]] = {
    (1, 0): (2.0, 3.0), (1, 1): (1.0, 2.0), (1, 2): (0.5, 1.0),
    (2, 0): (3.0, 3.0), (2, 1): (2.0, 2.0), (2, 2): (1.0, 1.0),
}  # fmt: skip
"""Days between readings while digging, by grade and third of the depth reached."""
AFTER_SLAB: dict[int, tuple[tuple[float, float], ...]] = {
    1: ((7, 1.0), (14, 3.0), (28, 5.0), (float("inf"), 7.0)),
    2: ((7, 2.0), (14, 3.0), (28, 7.0), (float("inf"), 10.0)),
}
"""(days since the slab up to, days between readings)."""


def days_between_readings(
    grade: int,
    *,
    dug_share: float,
    days_since_slab: float | None = None,
    policy: RangePolicy = RangePolicy.CONSERVATIVE,
) -> float:
    """GB 50497-2019 table 7.0.3 for grades 1 and 2: grade 1, dug to 80 % of the depth: twice a day (0.5 d).

    ``dug_share``: depth reached over design depth. Raises ``ValueError`` for another grade or share.
    """
    if grade not in (1, 2) or not 0 <= dug_share <= 1:
        raise ValueError("table 7.0.3 knows grades 1 and 2 and a share between 0 and 1")
    if days_since_slab is not None:
        return next(days for until, days in AFTER_SLAB[grade] if days_since_slab <= until)
    third = 0 if dug_share <= 1 / 3 else 1 if dug_share <= 2 / 3 else 2
    return policy.pick(*FREQUENCY[grade, third])
