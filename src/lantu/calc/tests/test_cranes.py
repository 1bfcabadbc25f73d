"""Two cranes, 60 m apart on an east-west line."""

import pytest

from lantu.calc.cranes import Crane, Part, Pose, approach, end_of, overlap, segments_m, static_faults

WEST = Crane(x=0, y=0, jib_m=50, counter_jib_m=14, jib_height_m=40)
EAST = Crane(x=60, y=0, jib_m=50, counter_jib_m=14, jib_height_m=40)
HIGHER = Crane(x=60, y=0, jib_m=50, counter_jib_m=14, jib_height_m=48)


def pose(slew: float, *, radius: float = 20, hook: float = 20, speed: float = 0) -> Pose:
    return Pose(slew_deg=slew, radius_m=radius, hook_height_m=hook, slew_deg_s=speed)


def test_angles_are_clockwise_from_north():
    assert end_of(WEST, 90, 30) == pytest.approx((30, 0))
    assert end_of(WEST, 0, 30) == pytest.approx((0, 30))


def test_distance_of_segments():
    assert segments_m((0, 0), (10, 0), (5, -5), (5, 5)) == 0
    assert segments_m((0, 0), (10, 0), (13, 4), (13, 9)) == pytest.approx(5)


def test_jibs_at_the_same_height_cross():
    found = approach(WEST, pose(90), EAST, pose(270))
    assert (found.part, found.severity) == (Part.JIBS, 4)
    assert found.distance_m == pytest.approx(0, abs=1e-9)


def test_jibs_side_by_side_by_bands():
    """Both jibs to the north, 60 m apart at the mast; the western one turns towards the other."""
    assert approach(WEST, pose(0), EAST, pose(0)).severity == 0
    far = Crane(x=54, y=0, jib_m=50, counter_jib_m=10, jib_height_m=40)
    found = approach(WEST, pose(90), far, pose(0))
    assert (found.part, found.distance_m, found.severity) == (Part.JIBS, pytest.approx(4), 2)


def test_eight_metres_of_height_free_the_jibs_but_not_the_rope():
    above = approach(WEST, pose(90), HIGHER, pose(270, radius=20, hook=45))
    assert above.severity == 0, "the hook is carried above the lower jib"
    low = approach(WEST, pose(90), HIGHER, pose(270, radius=20, hook=10))
    assert (low.part, low.severity) == (Part.ROPE_AND_JIB, 4)


def test_the_next_seconds_are_foreseen_and_only_warn():
    found = approach(WEST, pose(20, speed=4), EAST, pose(340, speed=-4))
    assert found.severity == 2
    assert found.ahead_s > 0
    assert approach(WEST, pose(20), EAST, pose(340)).severity == 0


def test_distances_of_the_erection():
    assert static_faults(WEST, HIGHER) == ()
    assert static_faults(WEST, EAST) == ("height",)
    long = Crane(x=0, y=0, jib_m=59, counter_jib_m=14, jib_height_m=40)
    assert static_faults(long, HIGHER) == ("mast",)
    far = Crane(x=200, y=0, jib_m=50, counter_jib_m=14, jib_height_m=40)
    assert not overlap(WEST, far)
    assert static_faults(WEST, far) == ()
