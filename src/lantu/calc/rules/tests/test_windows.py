import numpy as np
import pytest

from lantu.calc.rules import (
    DAY,
    NIGHT,
    Compare,
    HoursOfDay,
    Kind,
    Level,
    Per,
    Reason,
    Slot,
    Stat,
    Verdict,
    silent,
)
from lantu.calc.rules.tests.feed import MINUTE, NOON, Bench, bench, rule

HOUR = 60 * MINUTE
PM10 = rule(
    code="pm10",
    compare=Compare.GT,
    stat=Stat.MEAN,
    window_s=3600,
    levels=(Level(2, 120), Level(3, 150), Level(4, 250)),
)
LEQ_NIGHT = rule(
    code="night",
    compare=Compare.GT,
    stat=Stat.LEQ,
    window_s=1200,
    hours=NIGHT,
    levels=(Level(2, 52), Level(3, 55)),
)
LEQ_DAY = rule(
    code="day",
    compare=Compare.GT,
    stat=Stat.LEQ,
    window_s=1200,
    hours=DAY,
    levels=(Level(2, 67), Level(3, 70)),
)


def test_an_hourly_mean_waits_for_45_valid_minutes():
    dust = bench(PM10)
    dust.feed([400.0] * 44)
    assert dust.state.verdict(0) == (Verdict.NOT_YET, Reason.NOT_ENOUGH_SAMPLES)
    result = dust.one(NOON + 44 * MINUTE, 400.0)
    assert dust.moves == [(0, 0, 4)]
    assert (result.transitions[0].inputs["samples"], result.transitions[0].inputs["samples_needed"]) == (
        45,
        45,
    )


def test_the_mean_forgets_what_left_the_window():
    dust = bench(PM10)
    dust.feed([100.0] * 60)
    dust.feed([160.0] * 60, start=NOON + HOUR)
    assert dust.state.core["x"][0] == pytest.approx(160.0)
    assert dust.moves == [(0, 0, 2), (0, 2, 3)]


def test_a_mean_after_a_long_gap_starts_anew():
    dust = bench(PM10)
    dust.feed([400.0] * 60)
    dust.one(NOON + 5 * HOUR, 10.0)
    assert dust.state.verdict(0) == (Verdict.NOT_YET, Reason.NOT_ENOUGH_SAMPLES)
    assert dust.state.level(0) == 4  # abstaining lowers nothing


def test_leq_is_the_energy_mean():
    noise = bench(rule(compare=Compare.GT, stat=Stat.LEQ, window_s=240, levels=(Level(3, 69.4),)))
    result = noise.feed([68.0, 72.0, 65.0, 70.0])
    assert noise.state.core["x"][0] == pytest.approx(69.46, abs=0.005)
    assert result.transitions[0].level_to == 3


def test_day_and_night_judge_by_their_own_hours():
    noise = Bench([Slot(rule=LEQ_DAY, channel=0, period_s=60), Slot(rule=LEQ_NIGHT, channel=0, period_s=60)])
    ten_at_night = NOON + 10 * HOUR
    noise.feed([71.0] * 30, start=ten_at_night - 30 * MINUTE)
    assert noise.moves == [(0, 0, 3)]
    noise.one(ten_at_night, 71.0)
    assert noise.moves[-1] == (0, 3, 0)  # the day rule ends at 22:00 …
    assert noise.state.verdict(0) == (Verdict.NOT_YET, Reason.OUT_OF_HOURS)
    noise.feed([71.0] * 13, start=ten_at_night + MINUTE)
    assert noise.state.level(1) == 0  # … and the night rule hears 15 minutes of its own first
    noise.one(ten_at_night + 14 * MINUTE, 71.0)
    assert noise.moves[-1] == (1, 0, 3)


def test_the_morning_ends_the_night():
    noise = bench(LEQ_NIGHT)
    noise.feed([60.0] * 20, start=NOON - 6 * HOUR - 20 * MINUTE)
    assert noise.state.level(0) == 3
    noise.one(NOON - 6 * HOUR, 60.0)
    assert noise.state.level(0) == 0


def test_hours_of_day_need_two_times():
    with pytest.raises(ValueError, match="hours of day"):
        HoursOfDay(360, 360)


RATE = rule(
    code="rate", kind=Kind.RATE, compare=Compare.ABS_GE, window_s=86_400, per=Per.DAY, levels=(Level(3, 2.0),)
)


def test_a_rate_abstains_until_it_has_a_reading_old_enough():
    pit = bench(RATE, period_s=3600)
    pit.feed([0.1 * h for h in range(18)], step=HOUR)
    assert pit.state.verdict(0) == (Verdict.NOT_YET, Reason.MISSING_PREVIOUS)
    result = pit.one(NOON + 18 * HOUR, 1.8)
    assert pit.state.verdict(0) == (Verdict.TRUE, None)
    assert result.transitions[0].value == pytest.approx(2.4)  # 1.8 mm in 18 h
    assert result.transitions[0].inputs["reference_ts_ms"] == NOON


def test_the_jitter_of_neighbouring_readings_is_no_movement():
    pit = bench(RATE)
    wobble = np.resize([5.0, 5.2, 4.9], 1200)
    pit.feed(wobble.tolist())
    assert pit.moves == []
    assert pit.state.verdict(0) == (Verdict.FALSE, None)


def test_rare_readings_use_the_actual_interval():
    pit = bench(RATE, period_s=86_400)
    pit.one(NOON, 10.0)
    result = pit.one(NOON + 72 * HOUR, 15.1)
    assert pit.state.core["x"][0] == pytest.approx(1.7)
    assert result.transitions == []


CONCRETE = rule(
    code="core", kind=Kind.DIFFERENCE, compare=Compare.GT, levels=(Level(2, 22.5), Level(3, 25.0))
)


def test_a_difference_judges_a_message_that_holds_both_channels_once():
    slab = bench(CONCRETE, other=1)
    result = slab.batch([(0, NOON, 62.0), (1, NOON, 36.0)])
    assert (slab.moves, result.judged) == ([(0, 0, 3)], 1)
    slab.batch([(1, NOON + MINUTE, 60.0), (0, NOON + MINUTE, 62.0)])
    assert slab.state.core["x"][0] == 2.0


def test_a_difference_abstains_when_the_other_channel_is_missing_or_old():
    slab = bench(CONCRETE, other=1)
    slab.one(NOON, 62.0)
    assert slab.state.verdict(0) == (Verdict.NOT_YET, Reason.STALE_PAIR)
    slab.one(NOON, 36.0, channel=1)
    slab.one(NOON + HOUR, 64.0)
    assert slab.state.verdict(0) == (Verdict.NOT_YET, Reason.STALE_PAIR)
    assert slab.state.level(0) == 3


def test_a_ratio_abstains_on_a_zero_denominator():
    load = bench(rule(kind=Kind.RATIO, compare=Compare.GT, levels=(Level(3, 0.9),)), other=1)
    load.batch([(0, NOON, 5.0), (1, NOON, 0.0)])
    assert load.state.verdict(0) == (Verdict.NOT_YET, Reason.ZERO_DENOMINATOR)
    load.batch([(0, NOON + MINUTE, 5.0), (1, NOON + MINUTE, 5.0)])
    assert load.moves == [(0, 0, 3)]


def test_dust_above_the_county_mean_is_a_difference_of_a_mean():
    diff = rule(
        kind=Kind.DIFFERENCE,
        compare=Compare.GT,
        stat=Stat.MEAN,
        window_s=3600,
        pair_s=5400,
        levels=(Level(3, 80),),
    )
    dust = bench(diff, other=1)
    dust.one(NOON, 60.0, channel=1)
    dust.feed([150.0] * 44)
    assert dust.state.verdict(0) == (Verdict.NOT_YET, Reason.NOT_ENOUGH_SAMPLES)
    dust.one(NOON + 44 * MINUTE, 150.0)
    assert dust.moves == [(0, 0, 3)]
    assert dust.state.core["x"][0] == 90.0


def test_a_pair_needs_two_channels_and_a_window_needs_a_length():
    with pytest.raises(ValueError, match="second channel"):
        bench(CONCRETE)
    with pytest.raises(ValueError, match="window_s"):
        rule(stat=Stat.MEAN)


def test_three_periods_without_a_word_are_silence():
    now = NOON
    last = np.array([NOON - 180_000, NOON - 180_001, NOON - 20_000])
    assert silent(last, np.array([60.0, 60.0, 5.0]), now).tolist() == [False, True, True]
