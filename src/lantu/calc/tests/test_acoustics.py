import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.acoustics import ldn, leq, night_peak_limit_db, table_correction_db, without_background

LEVELS = st.lists(st.floats(20, 120), min_size=1, max_size=50)


def test_worked_examples():
    assert leq([68, 72, 65, 70]) == pytest.approx(69.46, abs=0.005)
    assert ldn(66, 54) == pytest.approx(65.43, abs=0.005)
    assert night_peak_limit_db() == 70.0


@pytest.mark.parametrize(
    ("apart", "less"), [(3, 3.02), (4, 2.20), (5, 1.65), (6, 1.26), (9, 0.58), (10, 0.46)]
)
def test_background_by_the_formula(apart, less):
    assert 70 - without_background(70, 70 - apart) == pytest.approx(less, abs=0.005)


@pytest.mark.parametrize(
    ("apart", "correction"), [(2, None), (3, -3.0), (4, -2.0), (5, -2.0), (6, -1.0), (10, -1.0), (11, 0.0)]
)
def test_background_by_the_table(apart, correction):
    assert table_correction_db(apart) == correction


def test_too_close_to_the_background_is_measured_again():
    assert without_background(70, 68) is None
    assert without_background(70, 55) == 70


def test_no_samples_no_level():
    with pytest.raises(ValueError, match="at least one"):
        leq([])


@given(LEVELS)
def test_leq_lies_between_mean_and_maximum(levels):
    assert sum(levels) / len(levels) - 1e-9 <= leq(levels) <= max(levels) + 1e-9


@given(LEVELS, st.floats(-20, 20))
def test_a_shift_of_every_level_shifts_leq(levels, shift):
    assert leq([level + shift for level in levels]) == pytest.approx(leq(levels) + shift)
