import math

from lantu.calc.dust import Difference, above_county, day_complies, hourly_mean, humid_severity


def test_an_hour_needs_45_valid_minutes():
    assert hourly_mean([100.0] * 45 + [math.nan] * 15).value == 100
    short = hourly_mean([100.0] * 44 + [math.nan] * 16)
    assert (short.value, short.minutes, short.needed) == (None, 44, 45)
    assert hourly_mean([90.0, 110.0, 100.0], period_s=900).value == 100


def test_difference_to_the_county():
    assert above_county(205, 110) == Difference(95, True)
    assert above_county(180, 110) == Difference(70, False)
    assert above_county(260, 190) == Difference(110, True), "the county counts as at most 150"


def test_without_the_county_there_is_no_verdict():
    assert above_county(205, None) == Difference(None, None, ("county",))
    assert above_county(None, None).missing == ("site", "county")


def test_two_hours_a_day_are_allowed():
    over, fine, unknown = Difference(95, True), Difference(10, False), Difference(None, None, ("county",))
    assert day_complies([over, over, fine]) is True
    assert day_complies([over, over, over, unknown]) is False
    assert day_complies([over, over, unknown]) is None
    assert day_complies([fine, unknown]) is True


def test_humid_air_only_warns():
    assert humid_severity(4, 85.0) == 2
    assert humid_severity(4, 84.9) == 4
    assert humid_severity(3, None) == 3
