"""What a pack says about schedules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CalendarTemplate:
    """A calendar that a new plan may start with. ``days``: ``national`` or ``all``; spans in minutes of the day."""

    code: str
    name: str
    name_en: str
    days: str
    spans: tuple[tuple[int, int], ...]
    hours_per_day: float


@dataclass(frozen=True)
class DelayLevel:
    """From this share of the remaining time, or from so many days, a slip is of ``severity`` (2 yellow to 4 red)."""

    severity: int
    share: float
    days: float


@dataclass(frozen=True)
class IndexLevel:
    severity: int
    at_least: float


@dataclass(frozen=True)
class ScheduleRules:
    """Calendars, levels and clocks; see ``schedules.yaml``."""

    basis: str = ""
    mark: str = "D"
    calendars: tuple[CalendarTemplate, ...] = ()
    default_calendar: str = ""
    delays: tuple[DelayLevel, ...] = ()
    indices: tuple[IndexLevel, ...] = ()
    approve_working_days: int = 5
    answer_working_days: int = 3
    claim_scope_tolerance: float = 0.0
    claim_near_share: float = 1.0
    claim_proved_share: float = 1.0
    claim_proved_grades: tuple[str, ...] = ()
    levelling_seconds: float = 20.0

    def delay_severity(self, *, days_late: float, share: float) -> int:
        """1 where the slip asks for nothing, else 2 to 4."""
        return next(
            (level.severity for level in self.delays if days_late >= level.days or share > level.share), 1
        )

    def index_severity(self, index: float | None) -> int | None:
        """1 to 4 for an index such as SPI; None where there is none."""
        if index is None:
            return None
        return next((level.severity for level in self.indices if index >= level.at_least), 4)
