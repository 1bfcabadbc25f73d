"""Kinds of observations that AI cameras report."""

from __future__ import annotations

from dataclasses import dataclass

FIELDS = ("safety", "quality", "environment")


@dataclass(frozen=True, kw_only=True)
class ObservationType:
    """A kind of observation. Confidences are shares of 1; ``severity`` 1 to 4 (4 red); ``field``: one of FIELDS."""

    code: str
    label: str
    label_en: str
    severity: int
    field: str
    review_from: float
    automatic_from: float
