import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.identifiers import (
    CodeScheme,
    UsccFinding,
    area_level,
    make_uscc,
    organisation_check_digit,
    parse_project_code,
    uscc_check_digit,
    uscc_findings,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y43",
        "91110000600037341L",
        "91110000802100433B",
        "91110108551385082Q",
        "91440300708461136T",
        "91310115591693856A",
    ],
)
def test_valid_credit_codes(code):
    assert uscc_findings(code) == []


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        ("91350100M000100Y44", UsccFinding.CHECK_DIGIT),
        ("911101080000000000", UsccFinding.CHECK_DIGIT),
        ("11371400MB28474937", UsccFinding.CHECK_DIGIT),
        ("91350100M0001TGQXM", UsccFinding.CHECK_DIGIT),  # real, from an early pilot: warn only
        ("91350100M000100Y4", UsccFinding.LENGTH),
        ("91350100M000100O43", UsccFinding.CHARACTER),
        ("91350100m000100y43", UsccFinding.CHARACTER),
    ],
)
def test_credit_codes_with_a_finding(code, finding):
    assert finding in uscc_findings(code)


@pytest.mark.parametrize(("code", "digit"), [("91110108000000000", "7"), ("11371400MB2847493", "Y")])
def test_the_right_check_digit(code, digit):
    assert uscc_check_digit(code) == digit


@pytest.mark.parametrize(
    ("first8", "digit"), [("M000100Y", "4"), ("60003734", "1"), ("70846113", "6"), ("55138508", "2")]
)
def test_organisation_check_digits(first8, digit):
    assert organisation_check_digit(first8) == digit


@given(st.text(ALPHABET, min_size=8, max_size=8), st.text(ALPHABET, min_size=8, max_size=8))
def test_a_made_code_has_no_findings(prefix, serial):
    assert uscc_findings(make_uscc(prefix, serial)) == []


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_the_check_digit_notices_any_single_change(first17, place, other):
    if first17[place] != other:
        changed = first17[:place] + other + first17[place + 1 :]
        assert uscc_check_digit(changed) != uscc_check_digit(first17)


def test_lengths_are_checked():
    with pytest.raises(ValueError, match="17"):
        uscc_check_digit("123")
    with pytest.raises(ValueError, match="eight"):
        organisation_check_digit("123")


def test_a_new_project_code():
    code = parse_project_code("2603-371402-04-01-123456")
    assert (code.scheme, code.year, code.month) == (CodeScheme.GBT_40058, 2026, 3)
    assert (code.area, code.city, code.department, code.kind) == ("371402", "3714", "04", "01")


def test_an_old_project_code():
    code = parse_project_code("2019-371402-48-03-012345")
    assert (code.scheme, code.year, code.month) == (CodeScheme.BEFORE_2020, 2019, None)


@pytest.mark.parametrize(
    "text",
    [
        "2613-371402-04-01-123456",
        "2014-371402-04-01-12345",
        "2603-371402-04-01-12345X",
        " 2603-371402-04-01-123456",
        "",
    ],
)
def test_what_is_no_project_code_is_refused(text):
    with pytest.raises(ValueError):
        parse_project_code(text)


@pytest.mark.parametrize(
    ("code", "level"), [("370000", "province"), ("371400", "city"), ("371481", "county")]
)
def test_levels_of_administrative_divisions(code, level):
    assert area_level(code) == level


def test_a_zone_code_is_no_division():
    with pytest.raises(ValueError, match="six digits"):
        area_level("3714T1")
