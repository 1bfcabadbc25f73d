import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.geodesy import haversine_m, offset
from lantu.calc.tracks import (
    Anchor,
    Area,
    Fix,
    Line,
    Policy,
    believe,
    nearest_m,
    shape_of,
    speed_between_kmh,
    thinned,
    trips_of,
)

HERE = (116.30, 37.45)
POLICY = Policy()


def at(east_m, north_m, seconds, kmh=40.0, **more):
    return Fix(float(seconds), *offset(HERE, east_m, north_m), kmh, **more)


def run(east_m, start, steps, kmh=36.0, every=10, **more):
    """Driving east at 36 km/h: 100 m each 10 seconds."""
    return [at(east_m + 100 * n, 0, start + every * n, kmh, **more) for n in range(steps)]


def test_distance_to_a_road_with_a_bend():
    road = Line([HERE, offset(HERE, 1000, 0), offset(HERE, 1000, 1000)])
    assert road.distance_m(offset(HERE, 500, 80)) == pytest.approx(80, abs=0.5)
    assert road.distance_m(offset(HERE, 1060, 500)) == pytest.approx(60, abs=0.5)
    assert road.distance_m(offset(HERE, -300, 400)) == pytest.approx(500, abs=1)


def test_distance_to_an_area_is_zero_inside():
    square = [HERE, offset(HERE, 200, 0), offset(HERE, 200, 200), offset(HERE, 0, 200), HERE]
    area = Area([[square]])
    assert area.distance_m(offset(HERE, 100, 100)) == 0
    assert area.distance_m(offset(HERE, 250, 100)) == pytest.approx(50, abs=0.5)


@given(st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_distance_to_a_point_agrees_with_the_great_circle(east, north):
    place = offset(HERE, east, north)
    point = shape_of({"type": "Point", "coordinates": list(HERE)})
    assert point.distance_m(place) == pytest.approx(haversine_m(HERE, place), abs=3)


def test_shapes_of_all_kinds_and_of_none():
    ring = [list(HERE), list(offset(HERE, 100, 0)), list(offset(HERE, 0, 100)), list(HERE)]
    for geometry in (
        {"type": "LineString", "coordinates": ring},
        {"type": "Polygon", "coordinates": [ring]},
        {"type": "MultiPolygon", "coordinates": [[ring]]},
    ):
        assert shape_of(geometry).distance_m(HERE) < 1
    assert nearest_m([], HERE) == math.inf
    with pytest.raises(ValueError, match="no distance"):
        shape_of({"type": "GeometryCollection"})


def test_a_jump_is_not_believed_and_the_next_good_fix_is():
    good, jump, after = at(0, 0, 0), at(5000, 0, 10), at(200, 0, 20)
    assert speed_between_kmh(good, jump) == pytest.approx(1800, rel=0.01)
    _, anchor = believe(Anchor(), good, POLICY)
    believed, anchor = believe(anchor, jump, POLICY)
    assert not believed
    believed, anchor = believe(anchor, after, POLICY)
    assert believed
    assert anchor == Anchor(after)


def test_three_fixes_that_agree_are_believed_in_the_end():
    """The first fix was the wrong one: the receiver had just been switched on."""
    anchor = Anchor(at(0, 0, 0))
    verdicts = []
    for n in range(1, 4):
        believed, anchor = believe(anchor, at(50_000 + 100 * n, 0, 10 * n), POLICY)
        verdicts.append(believed)
    assert verdicts == [False, False, True]


def test_two_reports_of_one_second_do_not_divide_by_zero():
    assert speed_between_kmh(at(0, 0, 5), at(10, 0, 5)) == pytest.approx(36, rel=0.01)


def test_a_day_with_two_trips():
    out = run(0, 0, 31, load=3)
    unloading = [at(3000, 0, 310 + 10 * n, 0.0, load=0) for n in range(90)]
    back = [at(3000 - 100 * n, 0, 1300 + 10 * n) for n in range(31)]
    first, second = trips_of([*out, *unloading, *back], POLICY)
    assert (first.started_at, first.ended_at) == (0, 300)
    assert first.distance_m == pytest.approx(3000, rel=0.01)
    assert first.loaded
    assert len(first.unloaded_at) == 1
    assert (second.started_at, second.loaded) == (1300, False)


def test_a_short_stop_does_not_end_a_trip():
    light = [at(1000, 0, 110 + 10 * n, 0.0) for n in range(12)]
    (trip,) = trips_of([*run(0, 0, 11), *light, *run(1000, 230, 11)], POLICY)
    assert trip.distance_m == pytest.approx(2000, rel=0.01)


def test_a_silence_of_half_an_hour_ends_a_trip():
    assert len(trips_of([*run(0, 0, 10), *run(900, 2000, 10)], POLICY)) == 2


def test_standing_all_day_is_no_trip():
    assert trips_of([at(0, 0, 60 * n, 0.0) for n in range(100)], POLICY) == []


@given(st.integers(0, 300), st.integers(2, 50))
def test_thinning_keeps_the_ends_and_the_measure(count, most):
    fixes = run(0, 0, count)
    kept = thinned(fixes, most=most)
    assert len(kept) <= most + 1
    if fixes:
        assert (kept[0], kept[-1]) == (fixes[0], fixes[-1])
