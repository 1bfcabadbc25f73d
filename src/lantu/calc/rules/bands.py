"""Cumulative value and rate judged together: the colour bands of structural and geotechnical monitoring.

黄: both shares ≥ 70 %, or one ≥ 85 %. 橙: both ≥ 85 %, or one ≥ 100 %. 红: both ≥ 100 %, or sudden growth. A share
is the amount of a value over its limit. All of this is one number on one axis, so that duration and hysteresis work
as for any other rule: ``max(larger share, smaller share + 15)`` in per cent, where one share alone stays below
115. Then 85, 100 and 115 are the three limits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lantu.calc.rules.book import FALSE, Book, Floats, Ints

APART_PCT = 15.0
"""A share that stands alone counts as much as two shares that are 15 points lower."""
BAND_LIMITS_PCT = (85.0, 100.0, 115.0)
"""Yellow, orange, red on the axis of ``band_index``."""
ALONE_BELOW_PCT = np.nextafter(BAND_LIMITS_PCT[2], 0.0)


def band_index(cumulative_share: Floats, rate_share: Floats, sharp: Floats | float) -> Floats:
    """The combined utilisation in per cent.

    ``cumulative_share`` and ``rate_share float64[n]``: amounts over their limits (1.0 = at the limit); a rate that
    is not known is NaN and adds nothing. ``sharp``: rate share from which growth is sudden, red by itself.
    """
    known = np.where(np.isnan(rate_share), 0.0, rate_share)
    larger = np.round(np.maximum(cumulative_share, known) * 100, 9)
    smaller = np.round(np.minimum(cumulative_share, known) * 100, 9)
    index = np.maximum(np.minimum(larger, ALONE_BELOW_PCT), smaller + APART_PCT)
    # Without a second share there is nothing to combine: a calm value is not 15 points up.
    index = np.where(smaller > 0, index, np.minimum(larger, ALONE_BELOW_PCT))
    sudden: Floats = np.where(known >= sharp, np.maximum(index, BAND_LIMITS_PCT[2]), index)
    return sudden


def combined(
    book: Book, slot: Ints, value: Floats, rate: Floats, code: NDArray[np.int8]
) -> tuple[Floats, NDArray[np.int8]]:
    """The index of each sample. Where the rate is not known yet the cumulative value can still raise an alarm; where it
    does not, the reason stands and nothing is called normal."""
    unknown = code != FALSE
    shares = np.where(unknown, np.nan, np.abs(rate) / book.rate[slot])
    index = band_index(np.abs(value) / book.cumulative[slot], shares, book.sharp[slot])
    sure = ~unknown | (index > book.limit[slot, 0])
    return index, np.where(sure, np.int8(FALSE), code)
