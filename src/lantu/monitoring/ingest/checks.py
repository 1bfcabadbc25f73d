"""What can be wrong with one loosely read value, time or mark, in words for quarantine."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from lantu.monitoring.ingest.registry import KnownDevice
from lantu.monitoring.telemetry.models import Reason

FUTURE_MS = 5 * 60 * 1000
OLD_MS = 400 * 86_400 * 1000
# Unit spellings that mean the same; anything else is a contract violation and not converted silently.
UNIT_ALIASES = {
    "ug/m3": "µg/m³", "μg/m³": "µg/m³", "μg/m3": "µg/m³", "µg/m3": "µg/m³", "db": "dB(A)", "db(a)": "dB(A)",
    "dba": "dB(A)", "c": "°C", "℃": "°C", "degc": "°C", "deg": "°", "m/s": "m/s", "percent": "%",
}  # fmt: skip


class Problem(NamedTuple):
    """One fault. ``record`` counts from 0 within the message, -1 for the message as a whole."""

    reason: str
    detail: str
    record: int = -1
    channel: str = ""


def flags_in_shape(flags: Any) -> bool:
    """Whether "flags" is an object of letters."""
    return isinstance(flags, dict) and all(isinstance(letter, str) for letter in flags.values())


def time_problem(ts: Any, received: int, index: int) -> Problem | None:
    """What is wrong with a time of measurement (unix ms) that came at ``received``; None when nothing is."""
    if ts is None:
        return None
    if isinstance(ts, bool) or not isinstance(ts, int | float) or not _finite(ts):
        return Problem(Reason.BAD_TIME, f"ts = {str(ts)[:60]}", index)
    if ts > received + FUTURE_MS:
        return Problem(Reason.FUTURE_TIME, f"{_shown(ts - received)} ms ahead of receipt", index)
    if ts < received - OLD_MS:
        hint = "; looks like seconds, milliseconds are expected" if 10**9 < ts < 10**10 else ""
        return Problem(Reason.TOO_OLD, f"ts = {_shown(ts)}{hint}", index)
    return None


def _shown(number: float) -> str:
    return (
        f"{number:.0f}"
        if abs(number) < 1e18
        else f"{number:.3g}"
        if isinstance(number, float)
        else "beyond 1e18"
    )


def _finite(number: float) -> bool:
    """Whether a JSON number fits a float; whole numbers of hundreds of digits do not."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def value_problem(device: KnownDevice, key: str, value: Any, unit: Any, index: int) -> Problem | None:
    """What is wrong with one value of one channel, apart from its range; None when nothing is."""
    name = key[:40]
    if key not in device.keys:
        return Problem(Reason.UNKNOWN_CHANNEL, name, index, name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Problem(Reason.BAD_VALUE, f"{name} = {str(value)[:60]}", index, name)
    if not _finite(value):
        return Problem(Reason.NOT_FINITE, f"{name} = {str(value)[:40]}", index, name)
    if unit is not None:
        wanted = device.units[key]
        given = UNIT_ALIASES.get(str(unit).strip().lower(), str(unit).strip())
        if given != wanted:
            return Problem(Reason.WRONG_UNIT, f"{name}: {str(unit)[:20]} ≠ {wanted}", index, name)
    return None
