"""Readings that make exactly one rule speak, at exactly one severity."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import numpy as np

from lantu.calc.rules import Book, Slot, State, judge_readings
from lantu.packs.engine import in_scope, placed_rule, runs_live
from lantu.packs.load import national
from lantu.packs.model import Threshold

Series = tuple[tuple[int, Mapping[str, float]], ...]
"""Milliseconds after the start and values by channel."""

# (number of readings, seconds between them, value from, value to) by rule and severity
LEVELS: Mapping[str, Mapping[int, tuple[int, int, float, float]]] = {
    "dust.pm10.hour": {2: (52, 60, 124, 144), 3: (52, 60, 156, 188)},
    "dust.pm10.peak": {2: (3, 60, 256, 288), 3: (3, 60, 310, 420)},
    "noise.night.leq": {2: (17, 60, 52.8, 54.6), 3: (17, 60, 56.5, 62.5)},
    "noise.night.peak": {3: (2, 60, 71.5, 79.0)},
    "noise.day.leq": {2: (17, 60, 67.6, 69.6), 3: (17, 60, 71.5, 77.0)},
    "crane.wind": {2: (4, 30, 11.0, 11.8), 3: (4, 30, 12.2, 13.4), 4: (4, 30, 14.0, 15.5)},
    "crane.load": {2: (3, 30, 91, 97), 3: (3, 30, 101, 107)},
    "crane.moment": {2: (3, 30, 91, 97), 3: (3, 30, 101, 107)},
    "crane.tilt": {3: (3, 30, 0.205, 0.225)},
    "power.leakage": {2: (3, 60, 210, 280), 3: (3, 60, 310, 420)},
    "power.cable_temp": {2: (3, 60, 61, 68), 3: (3, 60, 71, 82)},
}
CORE_OVER_SURFACE = {2: (23.0, 24.6), 3: (25.4, 28.5)}
PIT_BAND = {2: 0.92, 3: 1.05}
"""Utilisation of the cumulative limit that alone gives a severity."""


def make_series(
    draw: Random, story: str, threshold: Threshold, severity: int, facts: Mapping[str, Any]
) -> Series:
    """Readings of one device under this rule. Raises ``KeyError`` for a rule without a recipe."""
    code, param = threshold.code, threshold.param
    if code == "concrete.core_surface":
        surface = round(draw.uniform(33, 38), 1)
        over = draw.uniform(*CORE_OVER_SURFACE[severity])
        row = {"concrete_core_c": round(surface + over, 1), "concrete_surface_c": surface}
        return tuple((step * 300_000, {**row, "ambient_c": round(surface - 15, 1)}) for step in range(3))
    band = placed_rule(threshold, facts).rule if story.startswith("pit.") else None
    if band is not None and story == "pit.cumulative":
        limit = band.cumulative
        value = round(limit * PIT_BAND[severity], 2)
        return tuple((step * 300_000, {param: round(value + 0.02 * step, 2)}) for step in range(2))
    if band is not None:
        per_day = band.rate * 1.15
        first = round(draw.uniform(1.0, 2.5), 2)
        return tuple((hour * 3_600_000, {param: round(first + per_day * hour / 24, 3)}) for hour in range(21))
    count, step_s, low, high = LEVELS[code][severity]
    return tuple(
        (index * step_s * 1000, {param: round(draw.uniform(low, high), 1 if high > 1 else 3)})
        for index in range(count)
    )


def moves_of(
    series: Series, start_ms: int, device_type: str, facts: Mapping[str, Any]
) -> list[tuple[str, int, int]]:
    """What the national rules of a device say to a series: ``(rule, severity, unix ms)`` per rise."""
    kind = national().device_types[device_type]
    number = {channel.key: index for index, channel in enumerate(kind.channels)}
    slots, codes = [], []
    for threshold in national().thresholds.values():
        other = threshold.options.get("other")
        if threshold.param not in number or (other and other not in number):
            continue
        if not runs_live(threshold) or not in_scope(threshold, device_type, facts):
            continue
        placed = placed_rule(threshold, facts)
        if placed.rule is None:
            continue
        codes.append(threshold.code)
        slots.append(
            Slot(
                rule=placed.rule,
                channel=number[threshold.param],
                other=number[other] if other else None,
                period_s=kind.period_s,
                upper_bound_only=placed.upper_bound_only,
            )
        )
    book = Book.of(slots)
    rows = [
        (number[key], start_ms + after, value) for after, values in series for key, value in values.items()
    ]
    channel, ts, value = (np.array(column) for column in zip(*rows, strict=True))
    result = judge_readings(book, State.blank(book), channel, ts, value.astype(float))
    return [(codes[m.slot], m.level_to, m.ts_ms) for m in result.transitions if m.level_to > m.level_from]
