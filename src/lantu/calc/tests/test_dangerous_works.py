import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.dangerous_works import Compare, Condition, Level, SubType, Test, judge, scheme_gaps

PIT = SubType(
    "pit",
    Test(
        ways=(
            (Condition("depth_m", Compare.AT_LEAST, 3.0),),
            (Condition("depth_m", Compare.LESS_THAN, 3.0), Condition("complex", Compare.IS, True)),
        )
    ),
    Test(ways=((Condition("depth_m", Compare.AT_LEAST, 5.0),),)),
)
SLIPFORM = SubType("slipform", Test(always=True), Test(always=True))
CURTAIN = SubType("hanging_basket", Test(always=True), Test())


@pytest.mark.parametrize(
    ("given_", "level"),
    [
        ({"depth_m": 2.0, "complex": False}, Level.ORDINARY),
        ({"depth_m": 2.0, "complex": True}, Level.DANGEROUS),
        ({"depth_m": 3.0}, Level.DANGEROUS),
        ({"depth_m": 4.99}, Level.DANGEROUS),
        ({"depth_m": 5.0}, Level.BEYOND),
    ],
)
def test_a_pit_by_its_depth(given_, level):
    assert judge(PIT, given_).level == level


def test_a_pit_without_a_depth_abstains_and_names_it():
    found = judge(PIT, {})
    assert found.abstains
    assert found.at_least == Level.ORDINARY
    assert found.missing == ("depth_m", "complex")


def test_a_shallow_pit_asks_for_its_surroundings():
    assert judge(PIT, {"depth_m": 2.0}).missing == ("complex",)


def test_what_is_always_dangerous_is_not_beyond_scale_for_want_of_a_limit():
    found = judge(CURTAIN, {})
    assert (found.level, found.missing) == (Level.DANGEROUS, ())


def test_what_the_list_names_outright_needs_no_parameter():
    assert judge(SLIPFORM, {}).level == Level.BEYOND


def test_dangerous_but_not_yet_excluded_from_beyond_abstains():
    formwork = SubType(
        "formwork",
        Test(ways=((Condition("height_m", Compare.AT_LEAST, 5.0),), (Condition("span_m", Compare.AT_LEAST, 10.0),))),
        Test(ways=((Condition("height_m", Compare.AT_LEAST, 8.0),), (Condition("span_m", Compare.AT_LEAST, 18.0),))),
    )  # fmt: skip
    found = judge(formwork, {"height_m": 6.0})
    assert (found.level, found.at_least, found.missing) == (None, Level.DANGEROUS, ("span_m",))
    assert judge(formwork, {"height_m": 9.0}).level == Level.BEYOND  # one way is enough
    assert judge(formwork, {"height_m": 6.0, "span_m": 9.0}).level == Level.DANGEROUS


def test_reasons_are_the_conditions_that_were_met():
    assert judge(PIT, {"depth_m": 6.0}).reasons == PIT.beyond.ways[0]


def test_not_a_number_is_not_entered():
    assert judge(PIT, {"depth_m": float("nan"), "complex": False}).abstains


def test_gaps_of_a_scheme_keep_the_order_of_the_list():
    assert scheme_gaps(["b"], ["a", "b", "c"]) == ("a", "c")


@given(
    st.one_of(st.none(), st.floats(0, 60)),
    st.one_of(st.none(), st.booleans()),
    st.floats(0, 60),
    st.booleans(),
)
def test_entering_more_never_contradicts_what_was_proven(depth, complex_, later_depth, later_complex):
    before = judge(PIT, {"depth_m": depth, "complex": complex_})
    after = judge(
        PIT,
        {
            "depth_m": later_depth if depth is None else depth,
            "complex": later_complex if complex_ is None else complex_,
        },
    )
    assert not after.abstains
    assert after.at_least >= before.at_least
    if not before.abstains:
        assert after.level == before.level
