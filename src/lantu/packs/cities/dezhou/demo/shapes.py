"""Outlines of invented sites, inside the circles of ``places.yaml``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from lantu.calc.geodesy import Point, offset, ring_centroid

LINES = ("road", "pipe")
RECTANGLES = ("building", "plant", "park", "bridge", "water", "energy", "retrofit")


def place_in(draw: Random, circles: Sequence[Sequence[float]], room_m: float) -> Point:
    """A point in one of an area's circles, the seat's being the likeliest, with ``room_m`` to its edge."""
    weights = [3.0, *([1.0] * (len(circles) - 1))]
    lon, lat, radius = draw.choices(circles, weights)[0]
    reach = max(radius - room_m, 0) * math.sqrt(draw.random())
    angle = draw.uniform(0, 2 * math.pi)
    return offset((lon, lat), reach * math.cos(angle), reach * math.sin(angle))


def room_for(kind: str) -> float:
    """Metres that an outline of this kind may reach from its centre."""
    return 1300.0 if kind in LINES else 450.0


def outline(draw: Random, kind: str, centre: Point) -> tuple[Mapping[str, Any], Point]:
    """GeoJSON of the site and the point to show it at."""
    if kind in LINES:
        line = _line(draw, centre)
        return {"type": "LineString", "coordinates": _rounded(line)}, line[len(line) // 2]
    ring = _block(draw, centre, 1.5 if kind in ("plant", "park") else 1.0)
    return {"type": "Polygon", "coordinates": [_rounded([*ring, ring[0]])]}, ring_centroid(ring)


def _line(draw: Random, centre: Point) -> list[Point]:
    """A gently bending line of about two kilometres through the centre."""
    heading = draw.uniform(0, math.pi)
    points = []
    for step in range(-3, 4):
        along, aside = step * 350.0, draw.uniform(-70, 70)
        east = along * math.cos(heading) - aside * math.sin(heading)
        north = along * math.sin(heading) + aside * math.cos(heading)
        points.append(offset(centre, east, north))
    return points


def _block(draw: Random, centre: Point, size: float) -> list[Point]:
    """A site of some hectares: a rectangle with one corner cut off."""
    width, height = draw.uniform(110, 240) * size, draw.uniform(90, 190) * size
    cut, turn = draw.uniform(0.15, 0.4), draw.uniform(0, math.pi / 6)
    corners = [
        (-width / 2, -height / 2),
        (width / 2, -height / 2),
        (width / 2, height * (0.5 - cut)),
        (width * (0.5 - cut), height / 2),
        (-width / 2, height / 2),
    ]
    return [
        offset(centre, x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn))
        for x, y in corners
    ]


def _rounded(points: Sequence[Point]) -> list[list[float]]:
    return [[round(lon, 6), round(lat, 6)] for lon, lat in points]
