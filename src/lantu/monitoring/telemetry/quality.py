"""How far a value can be trusted: the marks of HJ 212-2017, table 8, as one small number per value.

Everything is stored; only NORMAL is judged, shown as the latest value and averaged.
"""

from __future__ import annotations

from enum import IntEnum


class Quality(IntEnum):
    """Stored as smallint; numbers are never given a new meaning."""

    NORMAL = 0
    FAULT = 1
    MAINTENANCE = 2
    CALIBRATION = 3
    STOPPED = 4
    MANUAL = 5
    OVER_RANGE = 6
    COMMUNICATION = 7
    EXCLUDED = 8


LETTERS = {
    "N": Quality.NORMAL,
    "D": Quality.FAULT,
    "M": Quality.MAINTENANCE,
    "C": Quality.CALIBRATION,
    "F": Quality.STOPPED,
    "S": Quality.MANUAL,
    "T": Quality.OVER_RANGE,
    "B": Quality.COMMUNICATION,
}
"""Mark of a packet → quality; the empty mark is not here: a channel without a mark is normal anyway."""


def quality_of(letter: str) -> Quality:
    """Quality of a mark; a mark that nobody defined excludes its value rather than passing for normal."""
    return LETTERS.get(letter.strip().upper(), Quality.EXCLUDED)
