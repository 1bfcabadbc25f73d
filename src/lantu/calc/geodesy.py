"""Places on the ellipsoid: shifted map coordinates, distances, areas, containment.

Stored coordinates are CGCS2000 longitude and latitude (EPSG:4490), which differs from WGS-84 by less
than 0.1 m. GCJ-02, the shifted datum of domestic web maps, is converted at the edge only, by the
public formula (Krasovsky ellipsoid). Longitude comes first everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]
"""Longitude and latitude in degrees."""

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG) for the haversine formula."""
SEMI_MAJOR_M = 6_378_137.0
"""CGCS2000, GB 22021-2008."""
FLATTENING = 1 / 298.257222101

_KRASOVSKY_A = 6_378_245.0
_KRASOVSKY_EE = 0.00669342162296594323


def inside_china_roughly(point: Point) -> bool:
    """The box outside which GCJ-02 equals WGS-84."""
    lon, lat = point
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def to_gcj02(point: Point) -> Point:
    """CGCS2000 to GCJ-02; points outside China come back unchanged."""
    if not inside_china_roughly(point):
        return point
    lon, lat = point
    east, north = _shift(lon - 105.0, lat - 35.0)
    radians = math.radians(lat)
    magic = 1 - _KRASOVSKY_EE * math.sin(radians) ** 2
    root = math.sqrt(magic)
    north = north * 180 / (_KRASOVSKY_A * (1 - _KRASOVSKY_EE) / (magic * root) * math.pi)
    east = east * 180 / (_KRASOVSKY_A / root * math.cos(radians) * math.pi)
    return lon + east, lat + north


def from_gcj02(point: Point) -> Point:
    """GCJ-02 to CGCS2000 by fixed-point iteration, to about 1e-9 degrees."""
    lon, lat = point
    for _ in range(10):
        there = to_gcj02((lon, lat))
        lon, lat = lon - (there[0] - point[0]), lat - (there[1] - point[1])
    return lon, lat


def _shift(x: float, y: float) -> tuple[float, float]:
    """The offset in metres before scaling, as published."""
    wave = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave
    north += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave
    east += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    return east, north


def haversine_m(a: Point, b: Point) -> float:
    """Great-circle distance in metres on the mean sphere (up to 0.3 % from the geodesic)."""
    lon1, lat1, lon2, lat2 = (math.radians(angle) for angle in (*a, *b))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


def offset(point: Point, east_m: float, north_m: float) -> Point:
    """The point so many metres east and north; for distances of some kilometres."""
    lon, lat = point
    north = math.degrees(north_m / EARTH_RADIUS_M)
    east = math.degrees(east_m / (EARTH_RADIUS_M * math.cos(math.radians(lat))))
    return lon + east, lat + north


def _degree_m(ring: Sequence[Point]) -> tuple[float, float]:
    """Metres per degree of longitude and of latitude at the ring, on the ellipsoid's local radii."""
    radians = math.radians(sum(lat for _, lat in ring) / len(ring))
    ee = FLATTENING * (2 - FLATTENING)
    w = math.sqrt(1 - ee * math.sin(radians) ** 2)
    meridian = SEMI_MAJOR_M * (1 - ee) / w**3
    parallel = SEMI_MAJOR_M / w * math.cos(radians)
    return math.radians(parallel), math.radians(meridian)


def _local(ring: Sequence[Point]) -> list[tuple[float, float]]:
    """Metres east and north of the ring's first vertex."""
    (lon0, lat0), (east, north) = ring[0], _degree_m(ring)
    return [((lon - lon0) * east, (lat - lat0) * north) for lon, lat in ring]


def _open(ring: Sequence[Point]) -> Sequence[Point]:
    opened = ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring
    if len(opened) < 3:
        raise ValueError("a ring needs three different vertices")
    return opened


def ring_area_m2(ring: Sequence[Point]) -> float:
    """Area of a simple ring in square metres, for sites of some kilometres; the ring may be closed.

    Gauss's shoelace formula on local metres. Raises ``ValueError`` for fewer than three vertices.
    """
    return abs(_twice_signed(_local(_open(ring)))) / 2


def _twice_signed(flat: Sequence[tuple[float, float]]) -> float:
    following = [*flat[1:], flat[0]]
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(flat, following, strict=True))


def ring_centroid(ring: Sequence[Point]) -> Point:
    """Centre of gravity of a simple ring; the mean of the vertices where the area is zero."""
    opened = _open(ring)
    flat = _local(opened)
    twice = _twice_signed(flat)
    if abs(twice) < 1e-6:
        return sum(lon for lon, _ in opened) / len(opened), sum(lat for _, lat in opened) / len(opened)
    following = [*flat[1:], flat[0]]
    x = y = 0.0
    for (x1, y1), (x2, y2) in zip(flat, following, strict=True):
        cross = x1 * y2 - x2 * y1
        x, y = x + (x1 + x2) * cross, y + (y1 + y2) * cross
    (lon0, lat0), (east, north) = opened[0], _degree_m(opened)
    return lon0 + x / (3 * twice) / east, lat0 + y / (3 * twice) / north


def in_ring(point: Point, ring: Sequence[Point]) -> bool:
    """True if the point lies inside the ring (even-odd rule); a point on the edge may go either way."""
    x, y = point
    inside = False
    opened = _open(ring)
    for (x1, y1), (x2, y2) in zip(opened, [*opened[1:], opened[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def in_polygon(point: Point, rings: Sequence[Sequence[Point]]) -> bool:
    """Inside the first ring and in none of the others, which are holes."""
    return in_ring(point, rings[0]) and not any(in_ring(point, hole) for hole in rings[1:])
