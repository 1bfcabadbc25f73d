"""Dust of construction sites: hourly means that may be used, and how far they lie above the county's.

Difference method: DB13/2934-2019 (Hebei): hourly PM10 of the site minus that of the county in the same hour ≤ 80 µg/m³,
the county's value capped at 150 (mark K); more than two such hours a day make the day non-compliant. Validity: 75 % of
the hour (45 minutes), as GB 3095 uses it. Humidity: optical instruments read high from 85 % RH on; such hours only warn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

VALIDITY = 0.75
DIFFERENCE_LIMIT_UGM3 = 80.0
COUNTY_CAP_UGM3 = 150.0
HOURS_A_DAY_ALLOWED = 2
HUMID_PCT = 85.0
HUMID_SEVERITY = 2


@dataclass(frozen=True)
class HourlyMean:
    """Mean of the valid minutes of a clock hour; ``value`` is ``None`` where too few are valid."""

    value: float | None
    minutes: int
    needed: int


def hourly_mean(values: Sequence[float], *, period_s: float = 60.0, validity: float = VALIDITY) -> HourlyMean:
    """45 valid minutes make an hour; 44 do not."""
    good = [value for value in values if math.isfinite(value)]
    needed = math.ceil(3600 / period_s * validity)
    enough = len(good) >= max(needed, 1)
    return HourlyMean(sum(good) / len(good) if enough else None, len(good), needed)


@dataclass(frozen=True)
class Difference:
    """``value`` µg/m³ above the county, ``exceeded`` ``None`` where a mean is missing; ``missing`` names which."""

    value: float | None
    exceeded: bool | None
    missing: tuple[str, ...] = ()


def above_county(
    site: float | None,
    county: float | None,
    *,
    limit: float = DIFFERENCE_LIMIT_UGM3,
    cap: float = COUNTY_CAP_UGM3,
) -> Difference:
    """Site 205, county 110: 95 > 80. Site 260, county 190: the county counts as 150, so 110 > 80."""
    missing = tuple(name for name, value in (("site", site), ("county", county)) if value is None)
    if site is None or county is None:
        return Difference(None, None, missing)
    value = site - min(county, cap)
    return Difference(value, value > limit)


def day_complies(hours: Sequence[Difference], *, allowed: int = HOURS_A_DAY_ALLOWED) -> bool | None:
    """Two hours above the limit are allowed, three are not. ``None``: not yet decided, because hours are missing."""
    over = sum(1 for hour in hours if hour.exceeded)
    if over > allowed:
        return False
    unknown = sum(1 for hour in hours if hour.exceeded is None)
    return None if unknown and over + unknown > allowed else True


def humid_severity(severity: int, humidity_pct: float | None, *, limit: float = HUMID_PCT) -> int:
    """The severity that an hour may reach: from 85 % relative humidity on it only warns (黄)."""
    humid = humidity_pct is not None and humidity_pct >= limit
    return min(severity, HUMID_SEVERITY) if humid else severity
