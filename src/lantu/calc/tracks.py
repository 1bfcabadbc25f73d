"""Tracks of vehicles: distances to roads and areas, jumps of the receiver, trips.

Pure: fixes in, values out. Distances are taken on a local plane (metres per degree at the object's own
latitude), good to a metre over the few kilometres that matter here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from lantu.calc.geodesy import EARTH_RADIUS_M, Point, haversine_m, in_polygon

DEGREE_M = math.radians(EARTH_RADIUS_M)


@dataclass(frozen=True, slots=True)
class Fix:
    """One report. at: unix seconds; load: 0 empty, 1 half, 3 full; lift: body raised, if wired; located: the
    receiver knew where it was (else lon and lat say nothing)."""

    at: float
    lon: float
    lat: float
    kmh: float = 0.0
    acc: bool = True
    load: int = 0
    lift: bool = False
    located: bool = True

    @property
    def place(self) -> Point:
        return self.lon, self.lat


class Line:
    """A polyline prepared for many questions about distance. Raises ValueError for an empty one."""

    def __init__(self, vertices: Sequence[Point]) -> None:
        if not vertices:
            raise ValueError("a line needs a vertex")
        points = np.asarray([vertex[:2] for vertex in vertices], dtype=float)
        if len(points) == 1:
            points = np.vstack([points, points])
        self._scale = np.array([DEGREE_M * math.cos(math.radians(float(points[:, 1].mean()))), DEGREE_M])
        self._origin = points[0].copy()
        flat = (points - self._origin) * self._scale
        self._from, self._run = flat[:-1], flat[1:] - flat[:-1]
        self._length2 = np.maximum((self._run**2).sum(axis=1), 1e-12)

    def distance_m(self, place: Point) -> float:
        """Metres from the place to the nearest point of the line."""
        at = (np.asarray(place[:2]) - self._origin) * self._scale
        along = np.clip(((at - self._from) * self._run).sum(axis=1) / self._length2, 0.0, 1.0)
        gap = at - self._from - self._run * along[:, None]
        return float(np.sqrt((gap**2).sum(axis=1).min()))


class Area:
    """An area prepared for questions about distance: polygons, each a list of rings, the first the outer one."""

    def __init__(self, polygons: Iterable[Sequence[Sequence[Point]]]) -> None:
        self._polygons = [[[(p[0], p[1]) for p in ring] for ring in rings] for rings in polygons]
        self._edges = [Line(ring) for rings in self._polygons for ring in rings]
        if not self._edges:
            raise ValueError("an area needs a ring")

    def distance_m(self, place: Point) -> float:
        """0 inside, else metres to the boundary."""
        if any(in_polygon(place, rings) for rings in self._polygons):
            return 0.0
        return min(edge.distance_m(place) for edge in self._edges)


Shape = Line | Area


def shape_of(geometry: dict[str, Any]) -> Shape:
    """A GeoJSON geometry as something with a distance; a point becomes a line without length.

    Raises ValueError for a type that has none.
    """
    kind, coordinates = geometry.get("type"), geometry.get("coordinates", [])
    if kind == "Point":
        return Line([(coordinates[0], coordinates[1])])
    if kind == "LineString":
        return Line(coordinates)
    if kind in ("Polygon", "MultiPolygon"):
        return Area([coordinates] if kind == "Polygon" else coordinates)
    raise ValueError(f"no distance to a {kind}")


def nearest_m(shapes: Iterable[Shape], place: Point) -> float:
    """Metres to the nearest of the shapes; infinite when there is none."""
    return min((shape.distance_m(place) for shape in shapes), default=math.inf)


def speed_between_kmh(first: Fix, second: Fix) -> float:
    """What the vehicle must have driven, as the crow flies. Reports of the same second count as one second apart."""
    seconds = max(abs(second.at - first.at), 1.0)
    return haversine_m(first.place, second.place) / seconds * 3.6


@dataclass(frozen=True)
class Policy:
    """When a jump is not believed and where a trip ends.

    drift_kmh: a fix that needs more than this from the last good one is drift; anchor_points: so many
    drifting fixes that agree with one another are believed after all. A trip ends with a stop of
    ``stop_s`` below ``stop_kmh`` or a silence of ``gap_s``.
    """

    drift_kmh: float = 120.0
    anchor_points: int = 3
    stop_kmh: float = 3.0
    stop_s: float = 600.0
    gap_s: float = 1800.0


@dataclass(frozen=True)
class Anchor:
    """What the drift test remembers: the last fix believed, the last one not believed, and how many of those agree."""

    good: Fix | None = None
    doubted: Fix | None = None
    agreeing: int = 0


def believe(anchor: Anchor, fix: Fix, policy: Policy) -> tuple[bool, Anchor]:
    """Whether the fix is believed, and what to remember."""
    if anchor.good is None or speed_between_kmh(anchor.good, fix) <= policy.drift_kmh:
        return True, Anchor(fix)
    agrees = anchor.doubted is not None and speed_between_kmh(anchor.doubted, fix) <= policy.drift_kmh
    count = anchor.agreeing + 1 if agrees else 1
    if count >= policy.anchor_points:
        return True, Anchor(fix)
    return False, Anchor(anchor.good, fix, count)


@dataclass(frozen=True)
class Clock:
    """Where a trip stands: its start, and since when the vehicle has been standing (None while it moves)."""

    started_at: float | None = None
    last_at: float | None = None
    standing_since: float | None = None
    over: bool = False


def advance(clock: Clock, fix: Fix, policy: Policy) -> Clock:
    """The clock after one more believed fix. A finished trip stays current until the vehicle moves again."""
    moving = fix.kmh >= policy.stop_kmh
    silent = clock.last_at is not None and fix.at - clock.last_at >= policy.gap_s
    if clock.started_at is None or ((clock.over or silent) and moving):
        return Clock(fix.at, fix.at, None if moving else fix.at)
    if moving:
        return Clock(clock.started_at, fix.at, None)
    since = fix.at if clock.standing_since is None else clock.standing_since
    over = clock.over or silent or fix.at - since >= policy.stop_s
    return Clock(clock.started_at, fix.at, since, over)


@dataclass(frozen=True)
class Trip:
    """A run between two stops. distance_m sums the legs between believed fixes; unloaded_at: places where the
    load fell from full or half to empty."""

    started_at: float
    ended_at: float
    fixes: int
    distance_m: float
    max_kmh: float
    origin: Point
    destination: Point
    loaded: bool
    unloaded_at: tuple[Point, ...]


def trips_of(fixes: Sequence[Fix], policy: Policy) -> list[Trip]:
    """The trips in believed fixes in order of time. Standing without ever moving is no trip."""
    runs: list[list[Fix]] = []
    clock = Clock()
    for fix in fixes:
        started = clock.started_at
        clock = advance(clock, fix, policy)
        if clock.started_at != started:
            runs.append([])
        if not clock.over:
            runs[-1].append(fix)
    return [_trip(run) for run in runs if run and max(fix.kmh for fix in run) >= policy.stop_kmh]


def _trip(run: Sequence[Fix]) -> Trip:
    pairs = list(pairwise(run))
    moving = [fix for fix in run if fix.kmh > 0] or list(run)
    return Trip(
        started_at=run[0].at,
        ended_at=moving[-1].at,
        fixes=len(run),
        distance_m=sum(haversine_m(a.place, b.place) for a, b in pairs),
        max_kmh=max(fix.kmh for fix in run),
        origin=run[0].place,
        destination=run[-1].place,
        loaded=any(fix.load for fix in run),
        unloaded_at=tuple(b.place for a, b in pairs if a.load and not b.load),
    )


def thinned(fixes: Sequence[Fix], *, apart_m: float = 8.0, most: int = 4000) -> list[Fix]:
    """Fixes for drawing: those at least ``apart_m`` from the one before, the ends always, at most about ``most``."""
    kept: list[Fix] = []
    for fix in fixes:
        if not kept or haversine_m(kept[-1].place, fix.place) >= apart_m:
            kept.append(fix)
    if fixes and kept[-1] is not fixes[-1]:
        kept.append(fixes[-1])
    step = -(-len(kept) // most)
    return kept if step <= 1 else [*kept[::step], *([] if (len(kept) - 1) % step == 0 else [kept[-1]])]
