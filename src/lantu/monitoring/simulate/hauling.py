"""How a truck of the demonstration hauls earth: along its route full, back empty, a pure function of the time."""

from __future__ import annotations

import math
import zlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lantu.calc.geodesy import Point, haversine_m, offset
from lantu.calc.jt808 import Load, Position

# Loading is a stop that ends a trip (ten minutes), unloading is not: a trip is a round.
LOADING_S, UNLOADING_S = 780.0, 300.0
FULL_KMH, EMPTY_KMH = 38.0, 46.0
ACC, LOCATED = 1, 2


@dataclass(frozen=True)
class Moment:
    """Where the truck is at one time. leg: loading, out, unloading or back; share: how much of the leg is done."""

    leg: str
    share: float
    place: Point
    kmh: float
    direction: int
    load: Load


@dataclass(frozen=True)
class Haul:
    """A route from the site to the disposal site, driven round and round from ``started_at`` (unix seconds)."""

    line: Sequence[Point]
    started_at: float
    _along: list[float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Measure the line. Raises ValueError for one without length."""
        along = [0.0]
        for first, second in zip(self.line, self.line[1:], strict=False):
            along.append(along[-1] + haversine_m(first, second))
        if along[-1] <= 0:
            raise ValueError("a route has a length")
        object.__setattr__(self, "_along", along)

    @property
    def length_m(self) -> float:
        return self._along[-1]

    @property
    def round_s(self) -> float:
        """Seconds of one round trip."""
        return LOADING_S + self._driving(FULL_KMH) + UNLOADING_S + self._driving(EMPTY_KMH)

    def _driving(self, kmh: float) -> float:
        return self.length_m / (kmh / 3.6)

    def at(self, second: float) -> Moment:
        """The truck at a time."""
        into = (second - self.started_at) % self.round_s
        out, back = self._driving(FULL_KMH), self._driving(EMPTY_KMH)
        if into < LOADING_S:
            return Moment("loading", into / LOADING_S, self.line[0], 0.0, 0, Load.EMPTY)
        into -= LOADING_S
        if into < out:
            return self._moving("out", into / out, FULL_KMH, Load.FULL)
        into -= out
        if into < UNLOADING_S:
            load = Load.FULL if into < 60 else Load.EMPTY
            return Moment("unloading", into / UNLOADING_S, self.line[-1], 0.0, 0, load)
        return self._moving("back", (into - UNLOADING_S) / back, EMPTY_KMH, Load.EMPTY)

    def _moving(self, leg: str, share: float, kmh: float, load: Load) -> Moment:
        place, course = self.place(share if leg == "out" else 1 - share)
        wobble = zlib.crc32(f"{leg}{share:.3f}".encode()) % 100 / 10 - 5
        direction = round(course if leg == "out" else course + 180) % 360
        return Moment(leg, share, place, round(kmh + wobble, 1), direction, load)

    def place(self, share: float) -> tuple[Point, float]:
        """The place after this share of the line, and the course there in degrees from north."""
        wanted = min(max(share, 0.0), 1.0) * self.length_m
        index = min(bisect_right(self._along, wanted), len(self._along) - 1)
        first, second = self.line[index - 1], self.line[index]
        leg = self._along[index] - self._along[index - 1]
        part = (wanted - self._along[index - 1]) / leg if leg else 0.0
        place = (first[0] + (second[0] - first[0]) * part, first[1] + (second[1] - first[1]) * part)
        east = (second[0] - first[0]) * math.cos(math.radians(first[1]))
        return place, math.degrees(math.atan2(east, second[1] - first[1])) % 360

    def aside(self, moment: Moment, metres: float) -> Point:
        """The place so many metres to the side of the course."""
        course = math.radians(moment.direction + 90)
        return offset(moment.place, metres * math.sin(course), metres * math.cos(course))


def position_of(moment: Moment, second: float, *, has_load: bool, place: Point | None = None) -> Position:
    """The report that a terminal makes of it, whole millionths of a degree as on the wire."""
    lon, lat = place or moment.place
    return Position(
        at=datetime.fromtimestamp(second, UTC),
        lon=round(lon, 6),
        lat=round(lat, 6),
        speed_kmh=moment.kmh,
        direction=moment.direction,
        status=ACC | LOCATED | (int(moment.load) << 8 if has_load else 0),
    )
