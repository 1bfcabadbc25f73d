import pytest

from lantu.calc.rules import Compare, Level, Reason, Verdict
from lantu.calc.rules.tests.feed import MINUTE, NOON, bench, rule


def test_a_rule_without_readings_abstains():
    assert bench(rule()).state.verdict(0) == (Verdict.NOT_YET, Reason.NO_DATA)


def test_far_from_the_limit_the_verdict_is_false():
    wind = bench(rule())
    result = wind.feed([3.0, 4.0])
    assert wind.state.verdict(0) == (Verdict.FALSE, None)
    assert (result.judged, result.late, len(result.changed)) == (1, 0, 0)


def test_the_level_is_the_highest_limit_reached():
    wind = bench(rule())
    wind.feed([10.8, 12.5, 14.0])
    assert wind.moves == [(0, 0, 2), (0, 2, 3), (0, 3, 4)]
    assert wind.state.verdict(0) == (Verdict.TRUE, None)


def test_a_jump_goes_straight_to_red_and_says_why():
    wind = bench(rule())
    result = wind.feed([15.0])
    (move,) = result.transitions
    assert (move.level_from, move.level_to, move.ts_ms, move.value) == (0, 4, NOON, 15.0)
    assert move.inputs["limit"] == 13.8
    assert (move.inputs["rule"], move.inputs["version"]) == ("wind", 1)
    assert result.changed.tolist() == [0]


def test_greater_than_does_not_include_the_limit():
    noise = bench(rule(compare=Compare.GT, levels=(Level(3, 70.0),)))
    noise.feed([70.0])
    assert noise.moves == []
    noise.one(NOON + MINUTE, 70.1)
    assert noise.moves == [(0, 0, 3)]


def test_small_values_can_be_the_danger():
    cold = bench(rule(compare=Compare.LE, levels=(Level(2, 5.0), Level(3, 0.0, clear_limit=1.0))))
    cold.feed([6.0, 5.0, -0.5])
    assert cold.moves == [(0, 0, 2), (0, 2, 3)]


def test_an_absolute_comparison_sees_both_directions():
    tilt = bench(rule(compare=Compare.ABS_GE, levels=(Level(3, 0.2), Level(4, 0.23))))
    tilt.feed([-0.1, -0.21])
    assert tilt.moves == [(0, 0, 3)]


def test_an_exceedance_must_last_for_the_duration():
    wind = bench(rule(duration_s=120))
    wind.feed([14, 14, 9, 14, 14])
    assert wind.moves == []
    wind.one(NOON + 5 * MINUTE, 14)
    assert wind.moves == [(0, 0, 4)]


def test_each_level_has_its_own_duration():
    wind = bench(rule(duration_s=120))
    wind.feed([11, 11, 14, 14])  # yellow for three minutes, red for one
    assert wind.moves == [(0, 0, 2)]


def test_an_exceedance_may_need_a_number_of_samples():
    pit = bench(rule(samples=3))
    pit.feed([11, 11, 9, 11, 11, 11])
    assert pit.moves == [(0, 0, 2)]


def test_a_gap_breaks_the_exceedance():
    wind = bench(rule(duration_s=120))
    wind.one(NOON, 14)
    wind.one(NOON + 30 * MINUTE, 14)
    assert wind.moves == []


def test_a_level_clears_only_after_n_samples_below_the_clear_limit():
    wind = bench(rule(levels=(Level(3, 12.0, clear_limit=11.0),)))
    wind.feed([12, 11.5, 10.5, 11.5, 10.5])
    assert wind.state.level(0) == 3
    wind.one(NOON + 5 * MINUTE, 10.9)
    assert wind.moves == [(0, 0, 3), (0, 3, 0)]


def test_a_level_falls_step_by_step():
    wind = bench(rule())
    wind.feed([14, 12, 12, 12, 3, 3])
    assert wind.moves == [(0, 0, 4), (0, 4, 3), (0, 3, 0)]


def test_silence_never_lowers_a_level():
    wind = bench(rule())
    wind.one(NOON, 14)
    wind.one(NOON + 600 * MINUTE, 9)
    assert wind.state.level(0) == 4


def test_without_pit_depth_the_limits_are_an_upper_bound_and_never_normal():
    pit = bench(rule(), upper_bound_only=True)
    pit.one(NOON, 3)
    assert pit.state.verdict(0) == (Verdict.NOT_YET, Reason.MISSING_H)
    result = pit.one(NOON + MINUTE, 14)
    assert pit.state.verdict(0) == (Verdict.TRUE, None)
    assert result.transitions[0].inputs["upper_bound_only"] == "MISSING_H"


def test_late_and_repeated_samples_are_left_out():
    wind = bench(rule())
    wind.one(NOON + MINUTE, 3)
    result = wind.batch([(0, NOON, 20.0), (0, NOON + MINUTE, 20.0)])
    assert (result.late, result.judged, wind.moves) == (2, 0, [])


def test_what_is_not_a_number_is_left_out():
    wind = bench(rule())
    assert wind.one(NOON, float("nan")).judged == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"levels": ()}, "at least one level"),
        ({"levels": (Level(3, 12.0), Level(2, 14.0))}, "severities rise"),
        ({"levels": (Level(2, 12.0), Level(3, 11.0))}, "further out"),
        ({"levels": (Level(5, 12.0),)}, "severities rise"),
        ({"levels": (Level(2, 12.0, clear_limit=13.0),)}, "safe side"),
        ({"levels": (Level(2, float("nan")),)}, "must be a number"),
        ({"samples": 0}, "start at 1"),
        ({"validity": 0.0}, "shares"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        rule(**changes)
