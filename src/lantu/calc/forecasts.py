"""How long it will still take, from how long it took before: P50 and P80, or nothing.

The forecast is empirical: no distribution is assumed, and what has been waited already counts (of the past cases only
those that lasted longer can tell anything). Fewer than five such cases: the forecast abstains rather than guess.
Quantiles: linear interpolation between order statistics (Hyndman and Fan 1996, type 7, as in numpy and PostgreSQL's
``percentile_cont``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_CASES = 5


@dataclass(frozen=True)
class Forecast:
    """Half of ``n`` comparable cases ended within ``p50`` more days, four of five within ``p80``."""

    n: int
    p50: float
    p80: float


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which ``share`` of ascending values lie. Raises ``ValueError`` for none or a share outside 0–1."""
    if not ordered or not 0 <= share <= 1:
        raise ValueError("a quantile needs values and a share between 0 and 1")
    at = (len(ordered) - 1) * share
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def remaining_days(
    durations: Sequence[float], *, waited: float = 0.0, least: int = LEAST_CASES
) -> Forecast | None:
    """Days still to wait after ``waited`` days, from the durations of comparable cases (same unit of time).

    None where fewer than ``least`` of them lasted longer than ``waited``. Raises ``ValueError`` for negative numbers.
    """
    if waited < 0 or any(days < 0 for days in durations):
        raise ValueError("days are not negative")
    left = sorted(days - waited for days in durations if days > waited or not waited)
    if len(left) < least:
        return None
    return Forecast(len(left), round(quantile(left, 0.5), 1), round(quantile(left, 0.8), 1))
