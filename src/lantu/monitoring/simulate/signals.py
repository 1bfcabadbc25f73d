"""Plausible readings: daily cycles, weather, work hours, slow drifts, gaps, and now and then an exceedance.

Everything is a function of the device's code and the time, with no memory: the same moment gives the same value
whoever asks, so history that was made ahead and the live feed fit together.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

LOCAL_OFFSET_S = 8 * 3600
DAY_S = 86_400
# Chance per device and hour of a gap, and of an excess of one channel.
GAP_CHANCE = 0.004
EXCESS_CHANCE = 0.00012
EXCESS_S = 35 * 60


@dataclass(frozen=True)
class Excess:
    """A channel is driven to ``factor`` times its alarm value from ``since`` for ``seconds``."""

    channel: str
    since: float
    seconds: float
    factor: float


# Where an excess leads: about the middle level of the national pack's rules.
EXCESS_VALUES = {
    "pm10": 340.0, "noise": 88.0, "wind_speed": 14.5, "crane_load_pct": 104.0, "crane_moment_pct": 103.0,
    "leakage_ma": 330.0, "cable_temp_c": 74.0, "concrete_core_c": 78.0, "tilt_deg": 0.215,
}  # fmt: skip
# How far the other sound levels lie from the equivalent one on a site.
NOISE_ABOVE_LEQ = {"noise": 0.0, "noise_max": 7.0, "noise_l10": 3.0, "noise_l50": -1.0, "noise_l90": -4.0}


@lru_cache(maxsize=16_384, typed=True)
def unit(*words: object) -> float:
    """A number in [0, 1) fixed by the words."""
    digest = hashlib.blake2b(":".join(map(str, words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def smooth(at: float, scale_s: float, *words: object) -> float:
    """Smooth noise in [-1, 1] that changes over ``scale_s`` seconds."""
    cell, part = divmod(at / scale_s, 1.0)
    ease = part * part * (3 - 2 * part)
    left, right = unit(*words, int(cell)), unit(*words, int(cell) + 1)
    return 2 * (left + (right - left) * ease) - 1


def gust(at: float, *words: object) -> float:
    """Quick noise in about [-1, 1], new every second."""
    return 2 * unit(*words, int(at)) - 1


def local_hour(at: float) -> float:
    """Hour of day in Dezhou, 0 … 24."""
    return ((at + LOCAL_OFFSET_S) % DAY_S) / 3600


def working(at: float) -> float:
    """How busy a site is, 0 … 1: two shifts with a noon break."""
    hour = local_hour(at)
    morning = _bump(hour, 7.0, 11.7)
    return max(morning, _bump(hour, 13.2, 18.3))


def _bump(hour: float, start: float, end: float) -> float:
    edge = 0.6
    return max(0.0, min(1.0, (hour - start) / edge, (end - hour) / edge))


def season(at: float) -> float:
    """-1 in mid-January, +1 in mid-July."""
    day = datetime.fromtimestamp(at, UTC).timetuple().tm_yday
    return -math.cos(2 * math.pi * (day - 15) / 365.25)


@dataclass(frozen=True)
class Weather:
    """City-wide weather of a moment."""

    temperature: float
    humidity: float
    wind: float
    direction: float
    pressure: float
    haze: float


@lru_cache(maxsize=64)
def weather(at: float) -> Weather:
    """The same air over all sites, with passing fronts: worked out once for all that report at the same moment."""
    warmth = math.sin(2 * math.pi * (local_hour(at) - 9) / 24)
    front = smooth(at, 2.5 * DAY_S, "front")
    temperature = 13.5 + 13 * season(at) + 5.5 * warmth + 4 * front
    wind = max(0.2, 2.6 + 1.6 * smooth(at, 4 * 3600, "wind") + 1.2 * max(front, 0) + 0.8 * warmth)
    humidity = min(98.0, max(15.0, 58 + 14 * season(at) - 14 * warmth - 12 * front))
    haze = max(0.3, 1.0 + 0.55 * smooth(at, 1.8 * DAY_S, "haze") - 0.25 * season(at) - 0.08 * (wind - 2.6))
    return Weather(
        temperature, humidity, wind, (200 + 120 * front + 30 * smooth(at, 7200, "turn")) % 360,
        101.6 - 1.2 * season(at) + 0.5 * front, haze,
    )  # fmt: skip


def reading(device: str, channel: str, at: float, *, installed_at: float = 0.0) -> float:
    """The undisturbed value of a channel at unix time ``at``."""
    busy, air = working(at), weather(at)
    own = unit(device, "character")
    flutter = gust(at, device, channel)
    if channel in ("pm10", "pm25", "tsp", "pm10_area"):
        base = 46 * air.haze * (0.85 + 0.3 * own) + (
            26 * busy * (0.6 + 0.8 * own) if channel != "pm10_area" else 0
        )
        share = {"pm10": 1.0, "pm25": 0.46, "tsp": 1.75, "pm10_area": 1.0}[channel]
        return max(2.0, share * base * (1 + 0.13 * smooth(at, 600, device, "dust") + 0.05 * flutter))
    if channel in NOISE_ABOVE_LEQ:
        above = NOISE_ABOVE_LEQ[channel]
        return above + 43 + 3 * own + 15 * busy + 2.2 * smooth(at, 420, device, "noise") + 1.6 * flutter
    if channel == "wind_speed":
        return max(0.0, air.wind * (0.8 + 0.35 * own) + 0.9 * smooth(at, 120, device, "gust") + 0.3 * flutter)
    if channel in ("temperature", "ambient_c"):
        return air.temperature + 0.6 * own + 0.1 * flutter
    plain = {
        "wind_direction": (air.direction + 12 * flutter) % 360,
        "humidity": min(100.0, air.humidity + 3 * own + 0.5 * flutter),
        "pressure": air.pressure + 0.02 * flutter,
        "leakage_ma": 38 + 40 * own + 22 * busy + 6 * flutter,
        "equipment_state": 1.0 if busy > 0 else 0.0,
        "equipment_hours": 8 + 3 * own + 0.5 * flutter,
        "cable_temp_c": max(air.temperature, 2.0) + 8 + 14 * busy + 5 * own + 0.5 * flutter,
    }
    if channel in plain:
        return plain[channel]
    return _structure(
        device, channel, at, busy=busy, own=own, flutter=flutter, days=max(at - installed_at, 0.0) / DAY_S
    )


def _structure(
    device: str, channel: str, at: float, *, busy: float, own: float, flutter: float, days: float
) -> float:
    """Cranes, pits and concrete."""
    settled = 1 - math.exp(-days / 45)
    lift = busy * max(0.0, smooth(at, 240, device, "lift"))
    if channel in ("crane_load_pct", "crane_moment_pct"):
        return max(
            0.0, (70 if channel == "crane_load_pct" else 66) * lift * (0.7 + 0.4 * own) + 0.8 + 0.6 * flutter
        )
    if channel in ("crane_slew_deg", "crane_radius_m", "crane_hook_m"):
        sweep = smooth(at, 300, device, channel) * (0.2 + 0.8 * busy)
        middle, reach = {
            "crane_slew_deg": (180.0, 170.0), "crane_radius_m": (26.0, 20.0), "crane_hook_m": (22.0, 16.0),
        }[channel]  # fmt: skip
        return middle + reach * sweep
    if channel == "tilt_deg":
        return 0.035 * own + 0.03 * lift + 0.006 * smooth(at, 60, device, "sway") + 0.002 * flutter
    if channel in ("concrete_core_c", "concrete_surface_c"):
        # Hydration: up within two days, down over three weeks; then a new pour begins. Well covered against the season.
        age = days % 24
        rise = 18 * math.exp(-(((age - 2.2) / (2.0 if age < 2.2 else 12.0)) ** 2))
        mean = 13.5 + 13 * season(at)
        if channel == "concrete_core_c":
            return mean + 3 + 2 * own + rise + 0.15 * flutter
        return mean + 1 + own + 0.33 * rise + 0.2 * flutter
    scale = {
        "displacement_h_mm": 5.5, "displacement_v_mm": 3.2, "settlement_mm": 5.0, "axial_force_kn": 900.0,
        "water_level_mm": 260.0,
    }.get(channel, 10.0)  # fmt: skip
    sign = -1 if channel in ("displacement_v_mm", "settlement_mm", "water_level_mm") else 1
    wave = 0.04 * smooth(at, 6 * 3600, device, channel) + 0.006 * flutter
    return sign * scale * ((0.45 + 0.5 * own) * settled + wave)


def in_gap(device: str, at: float) -> bool:
    """True while the device is off: some hours hold a gap of 5 to 30 minutes."""
    hour = int(at // 3600)
    if unit(device, hour, "gap") >= GAP_CHANCE:
        return False
    start = unit(device, hour, "gap start") * 1800
    return start <= at % 3600 < start + 300 + 1500 * unit(device, hour, "gap length")


def in_excess(device: str, channel: str, at: float, *, chance: float = EXCESS_CHANCE) -> bool:
    """True while this channel is driven beyond its limits."""
    if channel not in EXCESS_VALUES:
        return False
    for hour in (int(at // 3600), int(at // 3600) - 1):
        if unit(device, channel, hour, "excess") < chance:
            start = hour * 3600 + 1500 * unit(device, channel, hour, "excess start")
            if start <= at < start + EXCESS_S:
                return True
    return False


def value_at(
    device: str, channel: str, at: float, *, installed_at: float = 0.0, chance: float = EXCESS_CHANCE
) -> float:
    """What the device would report."""
    value = reading(device, channel, at, installed_at=installed_at)
    if in_excess(device, channel, at, chance=chance):
        return EXCESS_VALUES[channel] * (1 + 0.03 * gust(at, device, "excess"))
    return value
