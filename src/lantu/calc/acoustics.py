"""Sound levels of construction sites.

Sources: GB 12523-2011 (site boundary, day 70 / night 55 dB(A), night maximum 15 dB above the limit,
background correction of its table 2; the 2025 edition keeps the limits) and GB 3096-2008 (Leq, Ldn).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

DAY_LIMIT_DB = 70.0
NIGHT_LIMIT_DB = 55.0
NIGHT_PEAK_OVER_DB = 15.0


def leq(levels_db: Sequence[float]) -> float:
    """Equivalent continuous level of equally long samples: ``10 lg(sum(10^(L/10)) / n)``.

    Raises ``ValueError`` for an empty sequence.
    """
    if not levels_db:
        raise ValueError("a Leq needs at least one sample")
    return 10 * math.log10(sum(10 ** (level / 10) for level in levels_db) / len(levels_db))


def ldn(day_db: float, night_db: float) -> float:
    """Day-night level over 16 and 8 hours, the night 10 dB heavier."""
    energy = 16 * 10 ** (day_db / 10) + 8 * 10 ** ((night_db + 10) / 10)
    return 10 * math.log10(energy / 24)


def without_background(measured_db: float, background_db: float) -> float | None:
    """The source alone: ``10 lg(10^(M/10) - 10^(B/10))``.

    Above 10 dB apart nothing is subtracted. Below 3 dB apart the source cannot be told from its
    surroundings: ``None``, measure again (GB 12523-2011 table 2).
    """
    apart = measured_db - background_db
    if apart < 3:
        return None
    if apart > 10:
        return measured_db
    return measured_db + 10 * math.log10(1 - 10 ** (-apart / 10))


def table_correction_db(apart_db: float) -> float | None:
    """The rounded correction of GB 12523-2011 table 2: -3 at 3, -2 to 5, -1 to 10, then none."""
    rounded = math.floor(apart_db + 0.5)
    if rounded < 3:
        return None
    if rounded == 3:
        return -3.0
    if rounded <= 5:
        return -2.0
    return -1.0 if rounded <= 10 else 0.0


def night_peak_limit_db(limit_db: float = NIGHT_LIMIT_DB) -> float:
    """LAmax allowed at night: at most 15 dB above the limit (GB 12523 §4.2)."""
    return limit_db + NIGHT_PEAK_OVER_DB
