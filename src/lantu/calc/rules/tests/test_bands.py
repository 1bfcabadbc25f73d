"""Colour bands: every corner of the table, and a pit that is watched for days."""

import numpy as np
import pytest

from lantu.calc.rules import Compare, Kind, Level, Reason, Rule, Slot, Verdict
from lantu.calc.rules.bands import BAND_LIMITS_PCT, band_index
from lantu.calc.rules.tests.feed import NOON, Bench, rule

HOUR = 3_600_000
DAY = 24 * HOUR


def colour(cumulative: float, rate: float) -> int:
    """The severity of two shares: 0 none, 2 黄, 3 橙, 4 红."""
    index = float(band_index(np.array([cumulative]), np.array([rate]), 2.0)[0])
    return sum(index >= limit for limit in BAND_LIMITS_PCT) and 1 + sum(
        index >= limit for limit in BAND_LIMITS_PCT
    )


@pytest.mark.parametrize(
    ("cumulative", "rate", "expected"),
    [
        (0.69, 0.69, 0), (0.84, 0.69, 0), (0.84, 0.0, 0),
        (0.70, 0.70, 2), (0.85, 0.0, 2), (0.0, 0.85, 2), (0.99, 0.84, 2), (0.84, 0.84, 2),
        (0.85, 0.85, 3), (1.0, 0.0, 3), (0.0, 1.0, 3), (1.5, 0.99, 3), (3.0, 0.1, 3),
        (1.0, 1.0, 4), (1.4, 1.0, 4), (0.1, 2.0, 4),
    ],
)  # fmt: skip
def test_the_table_of_bands(cumulative, rate, expected):
    assert colour(cumulative, rate) == expected


def test_an_unknown_rate_adds_nothing():
    index = band_index(np.array([0.84, 1.2]), np.array([np.nan, np.nan]), 2.0)
    assert index[0] == pytest.approx(84)
    assert 114.9 < index[1] < 115


def band(**changes: object) -> Rule:
    """Limits 20 mm and 2 mm/d over a day."""
    fields: dict = {
        "code": "pit", "version": 3, "kind": Kind.BAND, "compare": Compare.GE, "window_s": 86_400, "samples": 1,
        "gap_s": 345_600, "cumulative": 20.0, "rate": 2.0,
        "levels": tuple(Level(severity, limit) for severity, limit in zip((2, 3, 4), BAND_LIMITS_PCT, strict=True)),
    }  # fmt: skip
    return Rule(**{**fields, **changes})


def test_one_reading_a_day_is_judged_by_the_days_that_passed():
    one = Bench([Slot(rule=band(), channel=0, period_s=300)])
    one.one(NOON, -10.0)
    assert one.state.verdict(0) == (Verdict.NOT_YET, Reason.MISSING_PREVIOUS)
    one.one(NOON + 2 * DAY, -13.0)  # 3 mm in two days: 1.5 mm/d = 75 %, cumulative 65 %
    assert one.state.verdict(0) == (Verdict.FALSE, None)
    one.one(NOON + 3 * DAY, -14.6)  # 1.6 mm/d = 80 %, cumulative 73 %: both above 70 %
    assert one.moves == [(0, 0, 2)]
    result = one.one(NOON + 4 * DAY, -20.0)  # 5.4 mm/d is more than twice the limit, cumulative 100 %
    move = result.transitions[0]
    assert (move.level_from, move.level_to) == (2, 4)
    assert move.inputs["rate"] == pytest.approx(-5.4)
    assert move.inputs["cumulative_share_pct"] == 100
    assert (move.inputs["version"], move.inputs["rate_limit"]) == (3, 2.0)


def test_the_first_reading_alarms_when_the_cumulative_value_is_beyond_doubt():
    one = Bench([Slot(rule=band(), channel=0, period_s=300)])
    one.one(NOON, 20.0)
    assert one.moves == [(0, 0, 3)]


def test_without_the_depth_nothing_is_called_normal():
    one = Bench([Slot(rule=band(), channel=0, period_s=300, upper_bound_only=True)])
    one.one(NOON, 4.0)
    one.one(NOON + DAY, 4.1)
    assert one.state.verdict(0) == (Verdict.NOT_YET, Reason.MISSING_H)
    one.one(NOON + 2 * DAY, 25.0)
    assert one.moves == [(0, 0, 4)], "beyond the upper bound is an alarm all the same"


def test_three_readings_running_may_lie_a_day_apart():
    three = rule(
        kind=Kind.RATE, compare=Compare.ABS_GE, levels=(Level(3, 1.4),), window_s=86_400, samples=3,
        duration_s=72_000, gap_s=345_600,
    )  # fmt: skip
    one = Bench([Slot(rule=three, channel=0, period_s=300)])
    one.feed([0, 1.5, 3.0], step=DAY)
    assert one.moves == []
    one.one(NOON + 3 * DAY, 4.5)
    assert one.moves == [(0, 0, 3)]


def test_a_long_pause_breaks_the_three_readings():
    three = rule(
        kind=Kind.RATE,
        compare=Compare.ABS_GE,
        levels=(Level(3, 1.4),),
        window_s=86_400,
        samples=3,
        gap_s=345_600,
    )
    one = Bench([Slot(rule=three, channel=0, period_s=300)])
    one.feed([0, 1.5, 3.0], step=DAY)
    one.one(NOON + 8 * DAY, 12.0)
    assert one.moves == []


def test_a_band_without_its_limits_is_refused():
    with pytest.raises(ValueError, match="cumulative limit"):
        band(cumulative=0.0)


def test_two_readings_of_one_morning_share_their_reference():
    one = Bench([Slot(rule=band(), channel=0, period_s=300)])
    one.one(NOON, 10.0)
    one.one(NOON + DAY, 11.0)
    one.one(NOON + DAY + 300_000, 11.1)
    assert one.state.verdict(0) == (Verdict.FALSE, None)
    assert one.state.core["a_val"][0] == pytest.approx(1.1 / (1 + 300 / 86_400))


def test_a_lonely_spike_is_no_reference_later():
    """Every five minutes for two days, 5 mm, once 48 mm: alone it needs a second reading, and a day later it is no base."""
    one = Bench([Slot(rule=band(samples=2), channel=0, period_s=300)])
    values = [5.0] * 600
    values[100] = 48.0
    one.feed(values, step=300_000)
    assert one.moves == []
    assert one.state.verdict(0) == (Verdict.FALSE, None)


def test_a_step_that_stays_is_red():
    one = Bench([Slot(rule=band(samples=2), channel=0, period_s=300)])
    one.feed([5.0] * 400 + [12.0] * 3, step=300_000)
    assert one.moves == [(0, 0, 4)]
