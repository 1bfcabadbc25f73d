"""Rectification rates with their numerators and denominators.

Definitions (docs/algorithms/rates.md): the cumulative rate is closed ÷ confirmed; the on-time rate is
closed by their due time ÷ due in the period, an open overdue hazard counting as a failure; the
recurrence rate is reopened within 90 days ÷ closed; the first-pass rate is closed without a return ÷
closed. A false alarm or a voided record stands in none of them. The “98 % and more” that reports quote is
the cumulative rate; it is always shown beside the on-time rate and the oldest open hazard.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median


@dataclass(frozen=True, kw_only=True)
class HazardFacts:
    """What the rates need of one hazard; ``due_at`` is the due time in force, with extensions."""

    confirmed_at: datetime | None
    due_at: datetime | None = None
    closed_at: datetime | None = None
    grade: int = 2
    returns: int = 0
    reopened_at: datetime | None = None
    counts: bool = True
    """False for a false alarm and a voided record."""


@dataclass(frozen=True)
class Rate:
    """A share with what it was made of; ``value`` is ``None`` where there is nothing to divide by."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The share from 0 to 1."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def percent(self) -> float | None:
        """The share in per cent, one decimal, cut rather than rounded up to 100 while one is missing."""
        if not self.denominator:
            return None
        tenths = round(1000 * self.numerator / self.denominator)
        if tenths == 1000 and self.numerator < self.denominator:
            tenths = 999
        return tenths / 10


def _counted(hazards: Iterable[HazardFacts], now: datetime) -> list[HazardFacts]:
    return [h for h in hazards if h.counts and h.confirmed_at is not None and h.confirmed_at <= now]


def _closed(hazard: HazardFacts, now: datetime) -> bool:
    """Closed at ``now``; a hazard that was reopened is open until it is closed again."""
    if hazard.closed_at is None or hazard.closed_at > now:
        return False
    return hazard.reopened_at is None or hazard.reopened_at <= hazard.closed_at or hazard.reopened_at > now


def cumulative_rate(hazards: Iterable[HazardFacts], *, now: datetime) -> Rate:
    """累计整改率: closed ÷ confirmed, up to ``now``."""
    counted = _counted(hazards, now)
    return Rate(sum(_closed(hazard, now) for hazard in counted), len(counted))


def on_time_rate(hazards: Iterable[HazardFacts], *, start: datetime, end: datetime, now: datetime) -> Rate:
    """按期整改率: of the hazards due in ``[start, end)`` and already due or closed at ``now``, the share
    closed by their due time. One that is open past its due time is a failure."""
    judged = []
    for hazard in _counted(hazards, now):
        if hazard.due_at is None or not start <= hazard.due_at < end:
            continue
        if hazard.due_at <= now or _closed(hazard, now):
            judged.append(hazard)
    met = sum(
        _closed(h, now) and h.closed_at is not None and h.due_at is not None and h.closed_at <= h.due_at
        for h in judged
    )
    return Rate(met, len(judged))


def recurrence_rate(hazards: Iterable[HazardFacts], *, now: datetime, within_days: int = 90) -> Rate:
    """复发率: reopened within 90 days of closing ÷ ever closed."""
    ever = [h for h in _counted(hazards, now) if h.closed_at is not None and h.closed_at <= now]
    again = 0
    for hazard in ever:
        if hazard.reopened_at is None or hazard.closed_at is None or hazard.reopened_at > now:
            continue
        again += timedelta(0) <= hazard.reopened_at - hazard.closed_at <= timedelta(days=within_days)
    return Rate(again, len(ever))


def first_pass_rate(hazards: Iterable[HazardFacts], *, now: datetime) -> Rate:
    """首次通过率: closed without having been returned ÷ closed."""
    closed = [hazard for hazard in _counted(hazards, now) if _closed(hazard, now)]
    return Rate(sum(hazard.returns == 0 for hazard in closed), len(closed))


def false_alarm_rate(hazards: Sequence[HazardFacts], *, false_alarms: int) -> Rate:
    """误报率: false alarms ÷ all warnings of a rule, given the hazards that were confirmed."""
    return Rate(false_alarms, false_alarms + sum(hazard.counts for hazard in hazards))


def median_hours(hazards: Iterable[HazardFacts], *, now: datetime, grade: int | None = None) -> float | None:
    """中位用时: median hours from confirmation to closing, of one grade or of all; ``None`` if none."""
    hours = [
        (h.closed_at - h.confirmed_at).total_seconds() / 3600
        for h in _counted(hazards, now)
        if _closed(h, now) and h.closed_at and h.confirmed_at and grade in (None, h.grade)
    ]
    return median(hours) if hours else None


def oldest_open(hazards: Iterable[HazardFacts], *, now: datetime) -> HazardFacts | None:
    """最久未销: the open hazard confirmed first."""
    opened = [hazard for hazard in _counted(hazards, now) if not _closed(hazard, now)]
    return min(opened, key=lambda hazard: hazard.confirmed_at or now, default=None)
