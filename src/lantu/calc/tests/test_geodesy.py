import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.geodesy import (
    from_gcj02,
    haversine_m,
    in_polygon,
    in_ring,
    offset,
    ring_area_m2,
    ring_centroid,
    to_gcj02,
)

DEZHOU = (116.30, 37.45)
POINTS = st.tuples(st.floats(115.5, 118.0), st.floats(36.2, 38.1))


def test_gcj02_of_dezhou():
    assert to_gcj02(DEZHOU) == pytest.approx((116.305782671, 37.450766606), abs=1e-9)
    assert haversine_m(DEZHOU, to_gcj02(DEZHOU)) == pytest.approx(518, abs=5)


def test_outside_china_nothing_is_shifted():
    assert to_gcj02((2.35, 48.85)) == (2.35, 48.85)


@given(POINTS)
def test_gcj02_there_and_back(point):
    assert from_gcj02(to_gcj02(point)) == pytest.approx(point, abs=1e-9)


def test_haversine_vector():
    assert haversine_m(DEZHOU, (116.36, 37.44)) == pytest.approx(5412.37, abs=0.01)


@given(POINTS, st.floats(-4000, 4000), st.floats(-4000, 4000))
def test_an_offset_has_the_length_asked_for(point, east, north):
    assert haversine_m(point, offset(point, east, north)) == pytest.approx(
        math.hypot(east, north), rel=2e-3, abs=0.01
    )


def square(side_m: float) -> list[tuple[float, float]]:
    return [DEZHOU, offset(DEZHOU, side_m, 0), offset(DEZHOU, side_m, side_m), offset(DEZHOU, 0, side_m)]


def test_area_of_a_square_kilometre():
    assert ring_area_m2(square(1000)) == pytest.approx(1e6, rel=5e-3)
    assert ring_area_m2([*square(1000), DEZHOU]) == ring_area_m2(square(1000))
    assert ring_area_m2(square(1000)[::-1]) == pytest.approx(ring_area_m2(square(1000)))


def test_centroid_of_a_square():
    assert ring_centroid(square(1000)) == pytest.approx(offset(DEZHOU, 500, 500), abs=1e-5)


def test_centroid_of_a_flat_ring_is_the_mean_of_its_vertices():
    assert ring_centroid([(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]) == pytest.approx((2.0, 2.0))


def test_containment_with_a_hole():
    outer, hole = square(1000), [offset(p, 400, 400) for p in square(200)]
    assert in_ring(offset(DEZHOU, 500, 500), outer)
    assert not in_ring(offset(DEZHOU, 1500, 500), outer)
    assert not in_polygon(offset(DEZHOU, 500, 500), [outer, hole])
    assert in_polygon(offset(DEZHOU, 100, 100), [outer, hole])


def test_two_points_are_no_ring():
    with pytest.raises(ValueError, match="three"):
        ring_area_m2([DEZHOU, (116.4, 37.5), DEZHOU])
