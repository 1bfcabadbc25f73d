import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.lots import LotItem, judge_lot


def general(points, conforming, **more):
    return LotItem(code="g", main=False, points=points, conforming=conforming, **more)


def test_main_items_pass_entirely_or_not():
    main = LotItem(code="m", main=True, points=10, conforming=9)
    assert judge_lot([main, general(10, 10)]).failed == ("m",)


@pytest.mark.parametrize(("conforming", "passes"), [(8, True), (7, False)])
def test_general_items_pass_from_eighty_per_cent(conforming, passes):
    assert judge_lot([general(10, conforming)]).passes is passes


def test_a_grave_deviation_fails_whatever_the_share():
    assert judge_lot([general(10, 9, grave=True)]).passes is False


def test_nothing_measured_is_no_verdict():
    assert judge_lot([general(0, 0)]).passes is None


def test_more_than_measured_cannot_conform():
    with pytest.raises(ValueError, match="11 of 10"):
        judge_lot([general(10, 11)])


@given(st.integers(1, 60), st.data())
def test_one_more_conforming_point_never_fails_a_lot(points, data):
    conforming = data.draw(st.integers(0, points - 1))
    before, after = judge_lot([general(points, conforming)]), judge_lot([general(points, conforming + 1)])
    assert after.passes or not before.passes
