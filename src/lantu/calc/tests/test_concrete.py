import pytest

from lantu.calc.concrete import Criterion, Pour, check_pour, may_uncover


def test_the_four_criteria_of_gb_50496():
    pour = Pour(placing_c=18, core_c=62, surface_c=36, ambient_c=12, core_before_c=65, days_between=1)
    found = {check.criterion: (check.value, check.exceeded, check.near) for check in check_pour(pour)}
    assert found == {
        Criterion.RISE: (44, False, False),
        Criterion.CORE_SURFACE: (26, True, True),
        Criterion.COOLING: (3.0, True, True),
        Criterion.SURFACE_AMBIENT: (24, True, True),
    }
    assert may_uncover(pour) is False


def test_two_days_between_readings_halve_the_rate():
    cooling = check_pour(Pour(core_c=60, core_before_c=63.8, days_between=2))[2]
    assert cooling.value == pytest.approx(1.9)
    assert (cooling.exceeded, cooling.near) == (False, True)


def test_what_is_missing_is_named_and_never_normal():
    rise, difference, cooling, outside = check_pour(Pour(core_c=60))
    assert (rise.exceeded, rise.missing) == (None, ("placing_c",))
    assert (difference.exceeded, difference.missing) == (None, ("surface_c",))
    assert cooling.missing == ("core_before_c", "days_between")
    assert outside.missing == ("surface_c", "ambient_c")
    assert may_uncover(Pour(core_c=60)) is None
