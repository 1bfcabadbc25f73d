"""Anti-collision of tower cranes that overlap: plane geometry of two jibs and their hooks.

Static distances: GB 5144-2006 10.5 and JGJ 196-2010 2.0.14: jib end of the lower crane to the mast of the other ≥ 2 m;
lowest part of the higher crane (hook at its highest or counterweight) to the highest part of the lower ≥ 2 m vertically.
Dynamic bands (mark D): warn below 5 m, alarm below 3 m, cut below 2 m horizontally, where the heights overlap within 2 m.
Coordinates in metres east and north of any common origin; angles in degrees clockwise from north; heights above one datum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

STATIC_CLEARANCE_M = 2.0
VERTICAL_CLEARANCE_M = 2.0
BANDS_M = ((4, 2.0), (3, 3.0), (2, 5.0))
"""(severity, horizontal distance below which it holds), the most severe first."""
LOOK_AHEAD_S = 10.0

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Crane:
    """A saddle-jib tower crane: place of its mast, lengths and the height of its jib, metres."""

    x: float
    y: float
    jib_m: float
    counter_jib_m: float
    jib_height_m: float
    top_m: float = 0.0
    """Height of the tower top (A-frame); 0: the jib itself is the highest part."""


@dataclass(frozen=True, kw_only=True)
class Pose:
    """What the monitor reports: slew angle, its speed, trolley radius and hook height."""

    slew_deg: float
    radius_m: float
    hook_height_m: float
    slew_deg_s: float = 0.0


class Part(StrEnum):
    """What comes close to what."""

    JIBS = "jibs"
    ROPE_AND_JIB = "rope_and_jib"
    ROPES = "ropes"


@dataclass(frozen=True)
class Approach:
    """The closest approach: parts, horizontal distance in metres, seconds ahead (0: now), severity (0: none)."""

    part: Part
    distance_m: float
    ahead_s: float
    severity: int


def end_of(crane: Crane, slew_deg: float, length_m: float) -> Point:
    """A point of the jib: mast at (0, 0), 90° and 30 m is (30, 0)."""
    angle = math.radians(slew_deg)
    return crane.x + length_m * math.sin(angle), crane.y + length_m * math.cos(angle)


def point_segment_m(point: Point, start: Point, end: Point) -> float:
    """Distance of a point from a segment."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length2 = dx * dx + dy * dy
    along = 0.0 if length2 == 0 else ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length2
    along = min(1.0, max(0.0, along))
    return math.dist(point, (start[0] + along * dx, start[1] + along * dy))


def segments_m(a: Point, b: Point, c: Point, d: Point) -> float:
    """Distance of two segments in the plane, 0 where they cross."""
    if _crosses(a, b, c, d):
        return 0.0
    return min(
        point_segment_m(a, c, d), point_segment_m(b, c, d), point_segment_m(c, a, b), point_segment_m(d, a, b)
    )


def _crosses(a: Point, b: Point, c: Point, d: Point) -> bool:
    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def overlap(one: Crane, other: Crane) -> bool:
    """True if the circles of two cranes meet at all, so that they need a group."""
    reach = max(one.jib_m, one.counter_jib_m) + max(other.jib_m, other.counter_jib_m)
    return math.dist((one.x, one.y), (other.x, other.y)) < reach + BANDS_M[-1][1]


def static_faults(one: Crane, other: Crane) -> tuple[str, ...]:
    """What the erection itself violates: ``mast`` (the lower jib reaches the other's mast) and ``height``.

    Masts 50 m apart, the lower jib 49 m long: 1 m is left where 2 m are asked.
    """
    lower, higher = sorted((one, other), key=lambda crane: crane.jib_height_m)
    if not overlap(lower, higher):
        return ()
    faults = []
    apart = math.dist((lower.x, lower.y), (higher.x, higher.y))
    if apart - lower.jib_m < STATIC_CLEARANCE_M:
        faults.append("mast")
    if higher.jib_height_m - max(lower.top_m, lower.jib_height_m) < VERTICAL_CLEARANCE_M:
        faults.append("height")
    return tuple(faults)


def approach(
    one: Crane, pose: Pose, other: Crane, other_pose: Pose, *, look_ahead_s: float = LOOK_AHEAD_S
) -> Approach:
    """The closest approach now and, at the present slewing speeds, within ``look_ahead_s``.

    Jib against jib where the jibs are less than 2 m apart in height; the hoist rope of the higher crane (it hangs from
    the trolley down to the hook) against the jib of the lower one; rope against rope where both hang in common heights.
    """
    found: list[Approach] = []
    steps = max(1, math.ceil(look_ahead_s)) if pose.slew_deg_s or other_pose.slew_deg_s else 0
    for step in range(steps + 1):
        ahead = look_ahead_s * step / max(steps, 1)
        found += _at(one, _turned(pose, ahead), other, _turned(other_pose, ahead), ahead)
    return max(found, key=lambda item: (item.severity, -item.distance_m, -item.ahead_s))


def _turned(pose: Pose, seconds: float) -> Pose:
    return Pose(
        slew_deg=pose.slew_deg + pose.slew_deg_s * seconds,
        radius_m=pose.radius_m,
        hook_height_m=pose.hook_height_m,
        slew_deg_s=pose.slew_deg_s,
    )


def _at(one: Crane, pose: Pose, other: Crane, other_pose: Pose, ahead: float) -> list[Approach]:
    jib = end_of(one, pose.slew_deg, -one.counter_jib_m), end_of(one, pose.slew_deg, one.jib_m)
    other_jib = (
        end_of(other, other_pose.slew_deg, -other.counter_jib_m),
        end_of(other, other_pose.slew_deg, other.jib_m),
    )
    rope, other_rope = (
        end_of(one, pose.slew_deg, pose.radius_m),
        end_of(other, other_pose.slew_deg, other_pose.radius_m),
    )
    same_height = abs(one.jib_height_m - other.jib_height_m) < VERTICAL_CLEARANCE_M
    found = [_judged(Part.JIBS, segments_m(*jib, *other_jib), ahead, meets=same_height)]
    first_higher = one.jib_height_m >= other.jib_height_m
    hook = pose.hook_height_m if first_higher else other_pose.hook_height_m
    lower_jib_height = min(one.jib_height_m, other.jib_height_m)
    hangs = hook < lower_jib_height + VERTICAL_CLEARANCE_M
    distance = point_segment_m(rope, *other_jib) if first_higher else point_segment_m(other_rope, *jib)
    found.append(_judged(Part.ROPE_AND_JIB, distance, ahead, meets=hangs))
    found.append(_judged(Part.ROPES, math.dist(rope, other_rope), ahead, meets=True))
    return found


def _judged(part: Part, distance: float, ahead: float, *, meets: bool) -> Approach:
    severity = next((level for level, limit in BANDS_M if distance < limit), 0) if meets else 0
    # What is only foreseen warns; it does not cut before it is there.
    return Approach(part, distance, ahead, severity if ahead == 0 else min(severity, 2))
