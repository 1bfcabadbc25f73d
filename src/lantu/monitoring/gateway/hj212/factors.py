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
DATA_CNS = {"2011": "", "2051": "_1m", "2061": "_1h", "2031": "_1d"}
MEAN = ("Rtd", "Avg", "Data", "DayData")
SUFFIXES = {"2011": ("Rtd", "Avg", "Data")}
LONG = {"2061", "2031"}


@dataclass(slots=True)
class Reading:
    """Values of one packet by channel key, marks of what is not normal, and what could not be taken."""

    values: dict[str, float] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)


def read_factors(packet: hj212.Packet, factors: dict[str, Factor], channels: dict[str, Limits]) -> Reading:
    """Values of a data packet. ``factors``: the station's own meanings, before the standard's."""
    reading = Reading()
    period = DATA_CNS[packet.cn]
    for code, items in packet.factors.items():
        factor = factors.get(code) or STANDARD.get(code) or Factor(STATISTICS.get(code, code))
        own = f"{factor.channel}{period}"
        if not period or own not in channels:
            own = factor.channel
        if own not in channels:
            if not reading.unmapped or len(reading.unmapped) < 50:
                reading.unmapped.append(code[:24])
            continue
        mark = quality_of(items.get("Flag") or "N")
        # A mean over an hour must not pass for an instant.
        if mark is Quality.NORMAL and packet.cn in LONG and own == factor.channel:
            mark = Quality.EXCLUDED
        letter = items.get("Flag", "N") if mark is not Quality.EXCLUDED else "X"
        mean = next((items[suffix] for suffix in SUFFIXES.get(packet.cn, MEAN[1:]) if suffix in items), None)
        for key, text in ((own, mean), (f"{own}_min", items.get("Min")), (f"{own}_max", items.get("Max"))):
            if text is not None and text != "" and key in channels:
                limits, flag = channels[key], "" if mark is Quality.NORMAL else letter
                _take(reading, key, text, unit=factor.unit or limits.unit, limits=limits, letter=flag)
    return reading


def _take(reading: Reading, key: str, text: str, *, unit: str, limits: Limits, letter: str) -> None:
    """One value: number, unit, plausibility."""
    if key in reading.values:
        return  # two factors for one channel (LA and Leq): the first one stands
    try:
        value = hj212.number(text)
    except hj212.Malformed as error:
        reading.problems.append((Reason.BAD_VALUE, f"{key}: {error}"))
        return
    if unit != limits.unit:
        scale = CONVERSIONS.get((unit, limits.unit))
        if scale is None:
            reading.problems.append((Reason.WRONG_UNIT, f"{key}: {unit} ≠ {limits.unit}"))
            return
        value = round(value * scale, 9)
    if not letter and not limits.low <= value <= limits.high:
        hint = unit_hint(value, unit, limits)
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
