"""Small calculators of a site: wind, heat, formwork, unloading platforms, hoists, lifting by two cranes, electricity.

Each names its clause. They answer for entered values what the rules of the pack answer for readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BEAUFORT_FROM_MS = (0.0, 0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7)
"""Lower bounds of Beaufort 0 to 12, m/s (GB/T 28591-2012)."""
NO_WORK_AT_HEIGHT_FROM = 6
"""JGJ 80-2016 3.0.8, JGJ 276-2012 3.0.12."""


def beaufort(wind_m_s: float) -> int:
    """Wind force: 10.8 m/s is 6, 10.7 m/s is 5. Raises ``ValueError`` for a negative speed."""
    if wind_m_s < 0:
        raise ValueError("a wind speed is not negative")
    return sum(wind_m_s >= bound for bound in BEAUFORT_FROM_MS) - 1


def may_work_at_height(wind_m_s: float) -> bool:
    """No open-air climbing or suspended work, and no lifting, from force 6 on."""
    return beaufort(wind_m_s) < NO_WORK_AT_HEIGHT_FROM


@dataclass(frozen=True)
class HeatMeasure:
    """What 安监总安健〔2012〕89号 asks for: hours allowed in the open, and whether the hottest three hours are free."""

    hours: float
    hottest_hours_free: bool
    rotate: bool


def heat_measure(highest_c: float) -> HeatMeasure:
    """40 ℃ and more: no open-air work; 37 to 40: six hours, none in the hottest three; 35 to 37: rotate."""
    if highest_c >= 40:
        return HeatMeasure(0.0, True, False)
    if highest_c >= 37:
        return HeatMeasure(6.0, True, False)
    return HeatMeasure(24.0, False, highest_c >= 35)


@dataclass(frozen=True)
class FormworkLimits:
    """Alarm values of a high formwork support; ``warn_share`` of them warns. ``axial_kn`` may be unknown."""

    horizontal_mm: float = 12.0
    settlement_mm: float = 8.0
    tilt_permille: float = 4.0
    axial_kn: float | None = None
    warn_share: float = 0.8


def formwork_severity(value: float, limit: float | None, *, warn_share: float = 0.8) -> int | None:
    """0, 2 from 80 %, 4 at the limit (DBJ/T 15-197-2020 8.0.4); ``None`` where the design load is not known.

    10 mm of 12 mm is 83 %: warn.
    """
    if limit is None:
        return None
    share = abs(value) / limit
    return 4 if share >= 1 else 2 if share >= warn_share else 0


def grows_suddenly(value: float, last: Sequence[float], *, factor: float = 1.5) -> bool | None:
    """JGJ 300-2013 table 8.0.9: at least 1.5 × the mean of the last three; ``None`` before there are three.

    4, 4, 4 and then 6: yes.
    """
    if len(last) < 3:
        return None
    mean = sum(abs(entry) for entry in last[-3:]) / 3
    return mean > 0 and abs(value) >= factor * mean


PLATFORM_BANDS = ((4, 1.0), (3, 0.9), (2, 0.8))


def platform_severity(load_kn: float, rated_kn: float) -> int:
    """Unloading platform: warn 80 %, alarm 90 %, forbidden at the rated load (mark D): 13.5 of 15 kN is 3."""
    if rated_kn <= 0:
        raise ValueError("a platform needs a rated load")
    return next((severity for severity, share in PLATFORM_BANDS if load_kn >= share * rated_kn), 0)


def tandem_lift_faults(loads_kn: Sequence[float], rated_kn: Sequence[float]) -> tuple[int, ...]:
    """Cranes that carry more than 80 % of their own rated load in a common lift (JGJ 276-2012 3.0.15)."""
    return tuple(
        i for i, (load, rated) in enumerate(zip(loads_kn, rated_kn, strict=True)) if load > 0.8 * rated
    )


RCD_PRODUCT_MA_S = 30.0


def main_breaker_allowed(current_ma: float, time_s: float) -> bool:
    """Main box: more than 30 mA and more than 0.1 s, product at most 30 mA·s: 150 mA × 0.2 s = 30 is allowed."""
    return current_ma > 30 and time_s > 0.1 and round(current_ma * time_s, 9) <= RCD_PRODUCT_MA_S


def socket_breaker_allowed(current_ma: float, time_s: float, *, damp: bool) -> bool:
    """Switch box: at most 30 mA (15 mA where it is damp) within 0.1 s (JGJ/T 46-2024, from JGJ 46 8.2.10)."""
    return current_ma <= (15 if damp else 30) and time_s <= 0.1
