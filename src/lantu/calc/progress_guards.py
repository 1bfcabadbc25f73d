"""Guards of reported progress. Each one asks a question of a person; none of them changes a score.

Honest work can look odd: one crane lift finishes a pillar on the last day, a bank pays late, a stage is exactly half done.
So a guard returns the numbers that made it speak, and somebody answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

PERCENT = 100.0


@dataclass(frozen=True)
class Asked:
    """``code`` of the guard and the numbers behind its question."""

    code: str
    values: dict[str, float]


def last_day_spike(
    *, before_pct: float, reported_pct: float, days_to_close: int, least_jump: float, last_days: int
) -> Asked | None:
    """A jump of ``least_jump`` points or more to the full 100 % within the last days before the pass closes."""
    jump = reported_pct - before_pct
    if reported_pct >= PERCENT and jump >= least_jump and 0 <= days_to_close <= last_days:
        return Asked("last_day_spike", {"before": before_pct, "jump": jump})
    return None


def above_payment(
    *,
    reported_pct: float,
    paid_yuan: float,
    budget_yuan: float,
    least_paid_share: float,
    tolerance_pct: float,
) -> Asked | None:
    """Progress above what payments imply: at least ``least_paid_share`` of finished work is to be paid (财建〔2022〕183号: 80 %).

    paid ≥ share × progress × budget, hence progress ≤ paid ÷ (share × budget), plus a tolerance for payments under way.
    Without budget there is no bound.
    """
    if budget_yuan <= 0:
        return None
    bound = min(PERCENT, paid_yuan / (least_paid_share * budget_yuan) * PERCENT)
    if reported_pct > bound + tolerance_pct:
        return Asked("above_payment", {"reported": reported_pct, "bound": bound})
    return None


def round_numbers(
    values: Sequence[float], *, step: float, least_count: int, significance: float
) -> Asked | None:
    """Too many multiples of ``step`` among percentages between 0 and 100: binomial tail against one in ``step``.

    0 and 100 are no guesses and do not count.
    """
    counted = [value for value in values if 0 < value < PERCENT]
    if len(counted) < least_count:
        return None
    hits = sum(abs(value / step - round(value / step)) < 1e-9 for value in counted)
    chance = binomial_tail(hits, len(counted), 1 / step)
    if chance < significance:
        return Asked("round_numbers", {"hits": hits, "of": len(counted), "chance": chance})
    return None


def binomial_tail(hits: int, n: int, p: float) -> float:
    """P(X ≥ hits) for X ~ B(n, p). Raises ``ValueError`` outside 0 ≤ hits ≤ n."""
    if not 0 <= hits <= n:
        raise ValueError("hits lie between 0 and n")
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(hits, n + 1))


def fallen(*, before_pct: float, reported_pct: float) -> Asked | None:
    """A cumulative percentage that went back."""
    if reported_pct < before_pct:
        return Asked("fallen", {"before": before_pct, "reported": reported_pct})
    return None


def differs_from_source(
    *, source_pct: float | None, reported_pct: float, tolerance_pct: float
) -> Asked | None:
    """The person says something else than the source that was there."""
    if source_pct is not None and abs(source_pct - reported_pct) > tolerance_pct:
        return Asked("differs_from_source", {"source": source_pct, "reported": reported_pct})
    return None
