import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.lec import CONSEQUENCE, EXPOSURE, LIKELIHOOD, Colour, assess, colour_of


@pytest.mark.parametrize(
    ("steps", "d", "colour", "level"),
    [
        ((3, 6, 15), 270, Colour.ORANGE, "project"),
        ((1, 6, 7), 42, Colour.BLUE, "post"),
        ((6, 6, 15), 540, Colour.RED, "company"),
        ((3, 6, 7), 126, Colour.YELLOW, "team"),
        ((0.1, 0.5, 1), 0.05, Colour.BLUE, "post"),
    ],
)
def test_worked_examples(steps, d, colour, level):
    found = assess(*steps)
    assert (found.d, found.colour, found.control_level) == (d, colour, level)


@pytest.mark.parametrize(("d", "colour"), [(320, 3), (320.1, 4), (160, 3), (159.9, 2), (70, 2), (69.9, 1)])
def test_borders_of_the_bands(d, colour):
    assert colour_of(d) == colour


@pytest.mark.parametrize(("steps", "factor"), [((2, 6, 15), "L"), ((3, 4, 15), "E"), ((3, 6, 16), "C")])
def test_a_value_that_is_no_step_is_named(steps, factor):
    with pytest.raises(ValueError, match=f"^{factor} ="):
        assess(*steps)


def test_a_product_is_positive():
    with pytest.raises(ValueError, match="positive"):
        colour_of(0)


@given(st.sampled_from(LIKELIHOOD), st.sampled_from(EXPOSURE), st.sampled_from(CONSEQUENCE), st.data())
def test_a_larger_factor_never_lowers_the_colour(likelihood, exposure, consequence, data):
    more = data.draw(st.sampled_from([step for step in LIKELIHOOD if step >= likelihood]))
    assert assess(more, exposure, consequence).colour >= assess(likelihood, exposure, consequence).colour
