"""Positions (0x0200) and batches of them (0x0704): decoding, encoding, and whether they can be true.

Coordinates are WGS-84, which agrees with CGCS2000 within 0.1 m: nothing is converted. Times are those of
Beijing. Meaning of the bits: JT/T 808-2013 tables 24, 25, 27; 2019 tables 23 to 27.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from types import MappingProxyType

from lantu.calc.geodesy import inside_china_roughly
from lantu.calc.jt808.framing import digits
from lantu.calc.workdays import BEIJING

HEAD = struct.Struct(">IIIIHHH6s")
MAX_SPEED_KMH = 220.0
AHEAD = timedelta(minutes=5)
OLDEST = timedelta(days=400)


class BadBody(ValueError):
    """A body that does not follow its table. ``reason`` is a stable word."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Load(IntEnum):
    """Bits 8 and 9 of the status."""

    EMPTY = 0
    HALF = 1
    RESERVED = 2
    FULL = 3


ALARMS: Mapping[int, str] = MappingProxyType({
    0: "sos", 1: "overspeed", 2: "fatigue", 4: "gnss_fault", 5: "antenna_open", 6: "antenna_short", 7: "low_voltage",
    8: "power_cut", 18: "driving_too_long", 19: "parked_too_long", 20: "area", 21: "route", 23: "off_route",
    28: "moved_unlawfully", 29: "collision", 30: "rollover",
})  # fmt: skip
"""Bits of the alarm word that mean something to a supervisor."""


@dataclass(frozen=True)
class Position:
    """One report of a terminal. lon, lat in degrees; speed km/h; direction degrees clockwise from north.

    extras: additional items (id → raw bytes) in full, also those nobody knows; cut: the list of them
    ended in the middle of an item (real terminals do that), what came before is good.
    """

    at: datetime
    lon: float
    lat: float
    speed_kmh: float = 0.0
    direction: int = 0
    altitude_m: int = 0
    status: int = 0
    alarm: int = 0
    extras: Mapping[int, bytes] = field(default_factory=lambda: MappingProxyType({}))
    cut: bool = False

    @property
    def acc_on(self) -> bool:
        return bool(self.status & 1)

    @property
    def located(self) -> bool:
        """The terminal knew where it was."""
        return bool(self.status & 2)

    @property
    def load(self) -> Load:
        return Load(self.status >> 8 & 3)

    @property
    def encrypted(self) -> bool:
        """The coordinates went through a secrecy plug-in and mean nothing here."""
        return bool(self.status & 1 << 5)

    @property
    def alarms(self) -> tuple[str, ...]:
        return tuple(word for bit, word in ALARMS.items() if self.alarm & 1 << bit)

    def _number(self, item: int, width: int) -> int | None:
        raw = self.extras.get(item)
        return int.from_bytes(raw) if raw is not None and len(raw) == width else None

    @property
    def mileage_km(self) -> float | None:
        value = self._number(0x01, 4)
        return None if value is None else value / 10

    @property
    def fuel_l(self) -> float | None:
        value = self._number(0x02, 2)
        return None if value is None else value / 10

    @property
    def recorder_kmh(self) -> float | None:
        """Speed by the vehicle's own recorder."""
        value = self._number(0x03, 2)
        return None if value is None else value / 10

    @property
    def signals(self) -> int | None:
        """Extended vehicle signals, one bit each; which bit is the lifting of the body is a matter of wiring."""
        return self._number(0x25, 4)

    @property
    def rssi(self) -> int | None:
        return self._number(0x30, 1)

    @property
    def satellites(self) -> int | None:
        return self._number(0x31, 1)


def bcd_time(raw: bytes) -> datetime:
    """YYMMDDhhmmss of Beijing. Raises BadBody."""
    try:
        text = digits(raw)
        return datetime.strptime(f"20{text}", "%Y%m%d%H%M%S").replace(tzinfo=BEIJING)
    except ValueError:
        raise BadBody("time", f"{raw.hex()} is not a time YYMMDDhhmmss") from None


def decode_position(body: bytes) -> Position:
    """A 0x0200 body. Raises BadBody: short, time, place (no degrees of this earth)."""
    if len(body) < HEAD.size:
        raise BadBody("short", f"a position has at least {HEAD.size} bytes, found {len(body)}")
    alarm, status, lat, lon, altitude, speed, direction, when = HEAD.unpack_from(body)
    if lat > 90_000_000 or lon > 180_000_000:
        raise BadBody("place", f"latitude {lat / 1e6}, longitude {lon / 1e6} are no degrees of this earth")
    extras, cut = _items(body[HEAD.size :])
    return Position(
        at=bcd_time(when),
        lon=(-lon if status & 8 else lon) / 1e6,
        lat=(-lat if status & 4 else lat) / 1e6,
        speed_kmh=speed / 10,
        direction=direction,
        altitude_m=altitude,
        status=status,
        alarm=alarm,
        extras=MappingProxyType(extras),
        cut=cut,
    )


def _items(raw: bytes) -> tuple[dict[int, bytes], bool]:
    """Additional items up to the first that runs over the end. Of a repeated item the first counts."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 2 <= len(raw):
        end = at + 2 + raw[at + 1]
        if end > len(raw):
            return found, True
        found.setdefault(raw[at], raw[at + 2 : end])
        at = end
    return found, at != len(raw)


def encode_position(position: Position) -> bytes:
    """The 0x0200 body; hemispheres go into the status. Raises ValueError for what does not fit its field."""
    local = position.at.astimezone(BEIJING)
    status = position.status & ~0b1100 | (position.lat < 0) << 2 | (position.lon < 0) << 3
    try:
        head = HEAD.pack(
            position.alarm, status, round(abs(position.lat) * 1e6), round(abs(position.lon) * 1e6), position.altitude_m,
            round(position.speed_kmh * 10), position.direction, bytes.fromhex(local.strftime("%y%m%d%H%M%S")),
        )  # fmt: skip
    except struct.error as error:
        raise ValueError(f"position does not fit: {error}") from None
    return head + b"".join(bytes([key, len(value)]) + value for key, value in position.extras.items())


def decode_batch(body: bytes) -> tuple[list[Position], list[BadBody], bool]:
    """A 0x0704 body: good positions, what was wrong with the others, and whether it fills a gap (type 1).

    Raises BadBody when the list itself is broken: short, or fewer reports than announced.
    """
    if len(body) < 3:
        raise BadBody("short", "a batch has at least 3 bytes")
    count, kind = struct.unpack_from(">HB", body)
    found: list[Position] = []
    wrong: list[BadBody] = []
    at = 3
    for number in range(1, count + 1):
        if at + 2 > len(body):
            raise BadBody("batch", f"{count} reports announced, the body ends before number {number}")
        (length,) = struct.unpack_from(">H", body, at)
        at += 2
        if at + length > len(body):
            raise BadBody("batch", f"report {number} is said to have {length} bytes, {len(body) - at} remain")
        try:
            found.append(decode_position(body[at : at + length]))
        except BadBody as problem:
            wrong.append(problem)
        at += length
    return found, wrong, kind == 1


def encode_batch(positions: Sequence[Position], *, refill: bool = True) -> bytes:
    """A 0x0704 body."""
    bodies = [encode_position(position) for position in positions]
    return struct.pack(">HB", len(bodies), refill) + b"".join(
        struct.pack(">H", len(body)) + body for body in bodies
    )


def implausible(position: Position, received_at: datetime) -> str:
    """Why a position cannot be true, as ``word: explanation``; empty if it can.

    A frame may be whole and its content shifted by a byte: the check byte does not notice, this does.
    """
    if position.encrypted:
        return "encrypted: the coordinates are encrypted by a secrecy plug-in"
    if position.direction > 359:
        return f"direction: {position.direction}° is no direction"
    if position.speed_kmh > MAX_SPEED_KMH:
        return f"speed: {position.speed_kmh:g} km/h is no speed of a truck"
    if position.at > received_at + AHEAD:
        return f"future: {position.at:%Y-%m-%d %H:%M:%S} lies more than five minutes ahead"
    if position.at < received_at - OLDEST:
        return f"old: {position.at:%Y-%m-%d %H:%M:%S} is older than 400 days"
    if position.located and not inside_china_roughly((position.lon, position.lat)):
        return f"place: {position.lon:.6f}, {position.lat:.6f} is not in China"
    return ""
