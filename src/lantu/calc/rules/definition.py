"""What a monitoring rule says: plain, validated values without any state.

Severities are 1 to 4: 1 蓝 attention, 2 黄, 3 橙, 4 红.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum, StrEnum

SEVERITIES = 4


class Kind(StrEnum):
    """What is compared with the limits."""

    THRESHOLD = "threshold"  # the statistic itself
    RATE = "rate"  # its change per day or per hour
    DIFFERENCE = "difference"  # primary channel minus another channel
    RATIO = "ratio"  # primary channel divided by another channel
    BAND = "band"  # cumulative value and its rate together, as shares of their limits, in per cent


class Stat(StrEnum):
    """How readings of the primary channel become one number."""

    INST = "inst"
    MEAN = "mean"
    LEQ = "leq"  # energy mean of sound levels


class Compare(StrEnum):
    """On which side of a limit lies the danger."""

    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"
    ABS_GT = "abs_gt"
    ABS_GE = "abs_ge"


class Per(StrEnum):
    """Unit of time of a rate."""

    DAY = "day"
    HOUR = "hour"


class Verdict(IntEnum):
    """Three values: a rule that cannot judge says so and is never read as normal."""

    NOT_YET = 0
    FALSE = 1
    TRUE = 2


class Reason(StrEnum):
    """Why a rule abstains."""

    NO_DATA = "NO_DATA"
    MISSING_PREVIOUS = "MISSING_PREVIOUS"
    NOT_ENOUGH_SAMPLES = "NOT_ENOUGH_SAMPLES"
    MISSING_H = "MISSING_H"
    STALE_PAIR = "STALE_PAIR"
    ZERO_DENOMINATOR = "ZERO_DENOMINATOR"
    OUT_OF_HOURS = "OUT_OF_HOURS"
    # The place of a reason is stored with the state: add new ones at the end. The last three leave no limit at all: a
    # fact of the place is not stated (f2, placing temperature); the standard leaves the value to the designer; the
    # second quantity is not measured here and no reference is configured.
    MISSING_FACT = "MISSING_FACT"
    MISSING_DESIGN = "MISSING_DESIGN"
    MISSING_CHANNEL = "MISSING_CHANNEL"


@dataclass(frozen=True)
class Level:
    """One severity with its limit; it clears only beyond ``clear_limit``.

    Without ``clear_limit`` the rule's hysteresis share applies (5 % of the limit).
    """

    severity: int
    limit: float
    clear_limit: float | None = None


@dataclass(frozen=True)
class HoursOfDay:
    """A daily window in local time, minutes after midnight; ``start`` > ``end`` spans midnight."""

    start_min: int
    end_min: int

    def __post_init__(self) -> None:
        """Refuse minutes outside a day and an empty window."""
        if not (0 <= self.start_min < 1440 and 0 <= self.end_min <= 1440) or self.start_min == self.end_min:
            raise ValueError("hours of day need two different times between 0 and 1440 minutes")


DAY = HoursOfDay(6 * 60, 22 * 60)
"""昼间 06:00 to 22:00 (GB 12523; a county government may set other hours)."""
NIGHT = HoursOfDay(22 * 60, 6 * 60)
"""夜间 22:00 to 06:00."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One version of one rule.

    ``window_s``: length of a mean, a Leq or the base of a rate (for a rate: the span back to the
    reference reading). ``validity``: share of the expected samples that a window must hold, or
    share of ``window_s`` that must lie between a reading and its reference. ``duration_s`` and
    ``samples``: how long, and for how many judged samples, a limit must be exceeded before the
    level rises. ``clear_samples``: judged samples below the clear limit before it falls.
    ``pair_s``: largest age difference of the two channels of a difference or ratio. ``gap_s``: a pause
    longer than this breaks an exceedance (0: three periods of the channel). ``cumulative``, ``rate``
    and ``sharp`` belong to a band: the two limits that are shared out, and the multiple of the rate
    limit from which growth counts as sudden.
    """

    code: str
    version: int
    kind: Kind
    compare: Compare
    levels: tuple[Level, ...]
    stat: Stat = Stat.INST
    per: Per = Per.DAY
    window_s: int = 0
    validity: float = 0.75
    duration_s: int = 0
    samples: int = 1
    hysteresis: float = 0.05
    clear_samples: int = 2
    pair_s: int = 600
    gap_s: int = 0
    cumulative: float = 0.0
    rate: float = 0.0
    sharp: float = 2.0
    hours: HoursOfDay | None = None

    def __post_init__(self) -> None:
        """Check the rule as a whole; raises ``ValueError`` naming what is wrong."""
        if not self.levels:
            raise ValueError(f"{self.code}: a rule needs at least one level")
        moving = self.kind in (Kind.RATE, Kind.BAND)
        windowed = self.stat is not Stat.INST or moving
        if windowed and self.window_s <= 0:
            raise ValueError(f"{self.code}: {self.stat} or a rate needs window_s")
        if moving and self.stat is not Stat.INST:
            raise ValueError(f"{self.code}: a rate is taken from readings, not from {self.stat}")
        if not 0 < self.validity <= 1 or not 0 <= self.hysteresis < 1:
            raise ValueError(f"{self.code}: validity and hysteresis are shares between 0 and 1")
        if self.kind is Kind.BAND and not (self.cumulative > 0 and self.rate > 0 and self.sharp > 1):
            raise ValueError(f"{self.code}: a band needs a cumulative limit, a rate limit and sharp above 1")
        if (
            min(self.samples, self.clear_samples) < 1
            or min(self.duration_s, self.gap_s) < 0
            or self.pair_s <= 0
        ):
            raise ValueError(f"{self.code}: counts start at 1 and times are not negative")
        self._check_levels()

    def _check_levels(self) -> None:
        severities = [level.severity for level in self.levels]
        if severities != sorted(set(severities)) or severities[0] < 1 or severities[-1] > SEVERITIES:
            raise ValueError(f"{self.code}: severities rise from 1 to {SEVERITIES}, each once")
        if any(not math.isfinite(level.limit) for level in self.levels):
            raise ValueError(f"{self.code}: a limit must be a number")
        limits = [self.on_axis(level.limit) for level in self.levels]
        clears = [self.clear_on_axis(level) for level in self.levels]
        if limits != sorted(limits) or clears != sorted(clears):
            raise ValueError(f"{self.code}: a higher severity needs a limit further out")
        if any(clear > limit for clear, limit in zip(clears, limits, strict=True)):
            raise ValueError(f"{self.code}: a clear limit lies on the safe side of its limit")

    @property
    def absolute(self) -> bool:
        """True if only the size of the value counts, not its sign."""
        return self.compare in (Compare.ABS_GT, Compare.ABS_GE)

    @property
    def sign(self) -> int:
        """-1 where small values are dangerous, else 1: danger always grows along the axis."""
        return -1 if self.compare in (Compare.LT, Compare.LE) else 1

    @property
    def inclusive(self) -> bool:
        """True if reaching the limit is enough."""
        return self.compare in (Compare.GE, Compare.LE, Compare.ABS_GE)

    def on_axis(self, limit: float) -> float:
        """A limit on the axis of danger."""
        return self.sign * limit

    def clear_on_axis(self, level: Level) -> float:
        """The clear limit of a level on the axis of danger."""
        if level.clear_limit is not None:
            return self.on_axis(level.clear_limit)
        limit = self.on_axis(level.limit)
        return limit - self.hysteresis * abs(limit)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A rule applied to a channel.

    ``channel`` and ``other`` are the caller's channel numbers (0 to 50 million); ``other`` is the
    second channel of a difference or ratio. ``period_s``: expected time between readings.
    ``upper_bound_only``: the limits are only an upper bound because a site fact is missing (pit
    depth H): beyond them the verdict is TRUE, below them it is NOT_YET/MISSING_H, never FALSE.
    """

    rule: Rule
    channel: int
    period_s: float
    other: int | None = None
    upper_bound_only: bool = False

    def __post_init__(self) -> None:
        """Check the pairing; raises ``ValueError``."""
        pair = self.rule.kind in (Kind.DIFFERENCE, Kind.RATIO)
        if pair != (self.other is not None):
            raise ValueError(f"{self.rule.code}: {self.rule.kind} and a second channel belong together")
        if self.period_s <= 0:
            raise ValueError(f"{self.rule.code}: a channel needs a positive period")
