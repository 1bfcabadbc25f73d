"""From factors of HJ 212 to channels of a device: names, units, kinds of data.

Real-time values (2011) and minute means (2051) are values of the channel. Hour and day means (2061, 2031) go to channels of
their own where the device has them (pm10_1h, pm10_1d); else they are kept in the channel at the period's start, marked as
excluded, so that a mean is never judged as an instant. Minima and maxima are kept where a channel such as pm10_max exists.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lantu.calc import hj212
from lantu.monitoring.telemetry.models import Reason
from lantu.monitoring.telemetry.quality import Quality, quality_of


@dataclass(frozen=True, slots=True)
class Factor:
    """What a factor code means on one station: channel key, and the unit in which the logger sends it ("" = the channel's)."""

    channel: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Unit and plausible range of a channel."""

    unit: str
    low: float
    high: float


# Table B.2 and B.3 of HJ 212-2017, the 2005 codes, and names that makers invented.
STANDARD: dict[str, Factor] = {
    code: Factor(channel)
    for channel, codes in {
        "tsp": ("a34001", "TSP"),
        "pm10": ("a34002", "PM10"),
        "pm25": ("a34004", "PM25", "PM2.5", "PM2_5"),
        "noise": ("LA", "Leq", "a50001", "B03", "NOIS", "NOISE"),
        "temperature": ("a01001", "TEM", "T01"),
        "humidity": ("a01002", "RH", "H01"),
        "pressure": ("a01006", "PA"),
        "wind_speed": ("a01007", "WS", "W02"),
        "wind_direction": ("a01008", "WD", "W01"),
    }.items()
    for code in codes
}  # fmt: skip
STATISTICS = {
    "LMx": "noise_max", "LMn": "noise_min", "L5": "noise_l5", "L10": "noise_l10", "L50": "noise_l50", "L90": "noise_l90",
    "L95": "noise_l95", "Ldn": "noise_ldn", "Ld": "noise_ld", "Ln": "noise_ln",
}  # fmt: skip
# Number by which a value is multiplied, by unit sent and unit of the channel. Nothing else is converted.
CONVERSIONS = {
    ("ng/m³", "µg/m³"): 1e-3, ("mg/m³", "µg/m³"): 1e3, ("µg/m³", "mg/m³"): 1e-3, ("ng/m³", "mg/m³"): 1e-6,
    ("Pa", "kPa"): 1e-3, ("hPa", "kPa"): 0.1, ("km/h", "m/s"): 1 / 3.6,
}  # fmt: skip
UNITS = sorted({unit for pair in CONVERSIONS for unit in pair})
DATA_CNS = {"2011": "", "2051": "_1m", "2061": "_1h", "2031": "_1d", "2021": "", "2041": ""}
MEANS = ("Avg", "Data", "DayData")
# What a packet says of its factors, in order of preference; of others their means. SBx-RS: 0 off … 5; SBx-RT: hours of a day.
SUFFIXES = {"2011": ("Rtd", *MEANS), "2021": ("RS",), "2041": ("RT",)}
STATES = frozenset({"2021", "2041"})
UNMAPPED = 50
LONG = {"2061", "2031"}


@dataclass(slots=True)
class Reading:
    """Values of one packet by channel key, marks of what is not normal, and what could not be taken."""

    values: dict[str, float] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Target:
    """One channel that a factor's value goes to. ``scale``: None = no conversion known, 1 = same unit."""

    key: str
    limits: Limits
    unit: str
    scale: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the values of one factor go on one station: worked out once, for it is asked with every packet.

    ``names`` of the mean in order of preference; ``extremes``: the suffixes Min and Max with channels of their own; ``long``:
    a mean over an hour or more, kept in the channel of instants.
    """

    names: tuple[str, ...]
    mean: Target
    extremes: tuple[tuple[str, Target], ...]
    long: bool


class Plans:
    """The plans of one station under its present settings; codes without a channel have none."""

    MOST = 512  # a sender of ever new codes must not fill the memory

    def __init__(self, factors: dict[str, Factor], channels: dict[str, Limits]) -> None:
        self._factors = factors
        self._channels = channels
        self._plans: dict[tuple[str, str], Plan | None] = {}

    def of(self, cn: str, code: str) -> Plan | None:
        """The plan of a factor in packets of this kind."""
        try:
            return self._plans[cn, code]
        except KeyError:
            plan = self._make(cn, code)
            if len(self._plans) < self.MOST:
                self._plans[cn, code] = plan
            return plan

    def _make(self, cn: str, code: str) -> Plan | None:
        factor = self._factors.get(code) or STANDARD.get(code) or Factor(STATISTICS.get(code, code))
        own = f"{factor.channel}{DATA_CNS[cn]}"
        if own not in self._channels:
            own = factor.channel
        if own not in self._channels:
            return None
        extremes = tuple(
            (suffix, self._target(f"{own}_{suffix.lower()}", factor))
            for suffix in ("Min", "Max")
            if f"{own}_{suffix.lower()}" in self._channels
        )
        return Plan(
            SUFFIXES.get(cn, MEANS), self._target(own, factor), extremes, cn in LONG and own == factor.channel
        )

    def _target(self, key: str, factor: Factor) -> Target:
        limits = self._channels[key]
        unit = factor.unit or limits.unit
        return Target(key, limits, unit, 1.0 if unit == limits.unit else CONVERSIONS.get((unit, limits.unit)))


def read_factors(packet: hj212.Packet, plans: Plans) -> Reading:
    """Values of a data packet under a station's plans."""
    reading = Reading()
    for code, items in packet.factors.items():
        plan = plans.of(packet.cn, code)
        if plan is None:
            if len(reading.unmapped) < UNMAPPED:
                reading.unmapped.append(code[:24])
            continue
        letter = items.get("Flag") or "N"
        if letter == "N" or (mark := quality_of(letter)) is Quality.NORMAL:
            # A mean over an hour must not pass for an instant.
            letter = "X" if plan.long else ""
        elif mark is Quality.EXCLUDED:
            letter = "X"
        for name in plan.names:
            if name in items:
                _take(reading, plan.mean, items[name], letter)
                break
        for suffix, target in plan.extremes:
            if suffix in items:
                _take(reading, target, items[suffix], letter)
    return reading


def _take(reading: Reading, target: Target, text: str, letter: str) -> None:
    """One value: number, unit, plausibility."""
    key, limits = target.key, target.limits
    if not text or key in reading.values:
        return  # two factors for one channel (LA and Leq): the first one stands
    try:
        value = hj212.number(text)
    except hj212.Malformed as error:
        reading.problems.append((Reason.BAD_VALUE, f"{key}: {error}"))
        return
    if target.scale is None:
        reading.problems.append((Reason.WRONG_UNIT, f"{key}: {target.unit} ≠ {limits.unit}"))
        return
    if target.scale != 1.0:
        value = round(value * target.scale, 9)
    if not letter and not limits.low <= value <= limits.high:
        hint = unit_hint(value, target.unit, limits)
        detail = f"{key} = {value:g}, {limits.low:g} … {limits.high:g}"
        reading.problems.append((Reason.OUT_OF_RANGE, f"{detail}; {hint}" if hint else detail))
        return
    reading.values[key] = value
    if letter:
        reading.flags[key] = letter


def unit_hint(value: float, unit: str, limits: Limits) -> str:
    """The unit in which an implausible value would be plausible; "" when there is none."""
    for (sent, canonical), scale in CONVERSIONS.items():
        if canonical == limits.unit == unit and limits.low <= value * scale <= limits.high:
            return f"plausible in {sent}"
    return ""
