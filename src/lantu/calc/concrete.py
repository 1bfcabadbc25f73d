"""Temperature control of mass concrete: the four criteria of GB 50496-2018 3.0.4.

Temperature rise after placing ≤ 50 ℃; core minus surface ≤ 25 ℃; cooling ≤ 2.0 ℃/d; surface minus air ≤ 20 ℃ when
the insulation comes off. Placing temperature 5 to 30 ℃. Numbers from the standard, not re-read (mark K).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

RISE_LIMIT_C = 50.0
CORE_SURFACE_LIMIT_C = 25.0
COOLING_LIMIT_C_PER_DAY = 2.0
SURFACE_AMBIENT_LIMIT_C = 20.0
PLACING_C = (5.0, 30.0)
WARN_SHARE = 0.9
"""The platform warns at 90 % (mark D)."""


class Criterion(StrEnum):
    """What is checked."""

    RISE = "rise"
    CORE_SURFACE = "core_surface"
    COOLING = "cooling"
    SURFACE_AMBIENT = "surface_ambient"


LIMITS = {
    Criterion.RISE: RISE_LIMIT_C,
    Criterion.CORE_SURFACE: CORE_SURFACE_LIMIT_C,
    Criterion.COOLING: COOLING_LIMIT_C_PER_DAY,
    Criterion.SURFACE_AMBIENT: SURFACE_AMBIENT_LIMIT_C,
}


@dataclass(frozen=True, kw_only=True)
class Pour:
    """What is known of a pour at one moment, °C; ``None`` where it is not known."""

    placing_c: float | None = None
    core_c: float | None = None
    surface_c: float | None = None
    ambient_c: float | None = None
    core_before_c: float | None = None
    days_between: float | None = None


@dataclass(frozen=True)
class Check:
    """One criterion: its value with its limit, or the names of what is missing (then ``exceeded`` is ``None``)."""

    criterion: Criterion
    value: float | None
    limit: float
    missing: tuple[str, ...] = ()

    @property
    def exceeded(self) -> bool | None:
        """True, False, or ``None`` where it cannot be judged."""
        return None if self.value is None else self.value > self.limit

    @property
    def near(self) -> bool | None:
        """True from 90 % of the limit."""
        return None if self.value is None else self.value > WARN_SHARE * self.limit


def check_pour(pour: Pour) -> tuple[Check, ...]:
    """All four criteria. Placing 18, core 62, surface 36, air 12, core 65 a day ago: rise 44, difference 26 (too much),
    cooling 3.0 ℃/d (too fast), surface minus air 24 (keep the insulation)."""
    return (
        _check(Criterion.RISE, pour, "core_c", "placing_c"),
        _check(Criterion.CORE_SURFACE, pour, "core_c", "surface_c"),
        _cooling(pour),
        _check(Criterion.SURFACE_AMBIENT, pour, "surface_c", "ambient_c"),
    )


def _check(criterion: Criterion, pour: Pour, higher: str, lower: str) -> Check:
    a, b = getattr(pour, higher), getattr(pour, lower)
    missing = tuple(name for name, value in ((higher, a), (lower, b)) if value is None)
    return Check(criterion, None if missing else a - b, LIMITS[criterion], missing)


def _cooling(pour: Pour) -> Check:
    values = {"core_c": pour.core_c, "core_before_c": pour.core_before_c, "days_between": pour.days_between}
    missing = tuple(
        name for name, value in values.items() if not value and (value is None or name == "days_between")
    )
    if missing or pour.core_c is None or pour.core_before_c is None or pour.days_between is None:
        return Check(Criterion.COOLING, None, COOLING_LIMIT_C_PER_DAY, missing)
    return Check(
        Criterion.COOLING, (pour.core_before_c - pour.core_c) / pour.days_between, COOLING_LIMIT_C_PER_DAY
    )


def may_uncover(pour: Pour) -> bool | None:
    """True if the insulation may come off; ``None`` where a temperature is missing."""
    check = _check(Criterion.SURFACE_AMBIENT, pour, "surface_c", "ambient_c")
    return None if check.exceeded is None else not check.exceeded
