import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.hashchain import (
    GENESIS,
    Link,
    canonical_json,
    chain_hash,
    first_fault,
    plain,
    root_hash,
)

BEIJING = timezone(timedelta(hours=8))


def chain_of(records: list[dict]) -> list[Link]:
    links, previous = [], GENESIS
    for number, record in enumerate(records, 1):
        digest = chain_hash(previous, record)
        links.append(Link(seq=number, prev_hex=previous, hash_hex=digest, fields=record))
        previous = digest
    return links


def test_canonical_form_is_spelled_in_one_way():
    value = {"b": 1, "a": {"值": "德州", "x": [True, None, 1.5]}}
    assert canonical_json(value) == '{"a":{"x":[true,null,1.5],"值":"德州"},"b":1}'.encode()


def test_the_worked_example_can_be_checked_with_sha256sum():
    expected = hashlib.sha256(("0" * 64 + '\n{"n":1}').encode()).hexdigest()
    assert chain_hash("", {"n": 1}) == chain_hash(GENESIS, {"n": 1}) == expected


def test_the_same_instant_in_another_zone_hashes_alike():
    here = datetime(2026, 11, 22, 9, 2, 3, tzinfo=BEIJING)
    there = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
    assert plain(here) == plain(there) == "2026-11-22T01:02:03.000000Z"


def test_dates_decimals_and_identifiers_become_text():
    identifier = UUID("12345678123456781234567812345678")
    assert plain([date(2026, 1, 2), Decimal("1.50"), identifier]) == [
        "2026-01-02",
        "1.50",
        str(identifier),
    ]


@pytest.mark.parametrize(("value", "kept"), [(1.0, 1), (-0.0, 0), (1e16, 10**16), (0.1, 0.1)])
def test_a_float_is_written_as_jsonb_returns_it(value, kept):
    assert plain(value) == kept
    assert type(plain(value)) is type(kept)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), datetime(2026, 1, 1)])
def test_what_has_no_one_spelling_is_refused(value):
    with pytest.raises(ValueError, match="canonical form"):
        chain_hash("", {"value": value})


@pytest.mark.parametrize("value", [object(), b"x", {1: "number as key"}])
def test_other_types_are_refused(value):
    with pytest.raises(TypeError):
        chain_hash("", {"value": value})


@pytest.mark.parametrize("prev", ["abc", "G" * 64, "A" * 64, "0" * 63])
def test_a_malformed_predecessor_is_refused(prev):
    with pytest.raises(ValueError, match="64"):
        chain_hash(prev, {})


def test_an_intact_chain_has_no_fault():
    links = chain_of([{"n": 1}, {"n": 2}, {"n": 3}])
    assert first_fault(links) is None
    assert first_fault(links[1:], first_seq=2, prev_hex=links[0].hash_hex) is None
    assert first_fault([]) is None


def test_an_altered_record_is_found_at_its_place():
    links = chain_of([{"n": 1}, {"n": 2}, {"n": 3}])
    second = links[1]
    links[1] = Link(seq=2, prev_hex=second.prev_hex, hash_hex=second.hash_hex, fields={"n": 20})
    fault = first_fault(links)
    assert fault is not None
    assert (fault.seq, fault.reason) == (2, "altered")


def test_an_altered_record_with_a_new_hash_breaks_the_next_link():
    links = chain_of([{"n": 1}, {"n": 2}, {"n": 3}])
    forged = {"n": 20}
    prev = links[1].prev_hex
    links[1] = Link(seq=2, prev_hex=prev, hash_hex=chain_hash(prev, forged), fields=forged)
    fault = first_fault(links)
    assert fault is not None
    assert (fault.seq, fault.reason) == (3, "broken")


def test_a_removed_record_is_a_gap():
    links = chain_of([{"n": 1}, {"n": 2}, {"n": 3}])
    fault = first_fault([links[0], links[2]])
    assert fault is not None
    assert (fault.seq, fault.reason) == (2, "gap")


def test_the_root_depends_on_every_head_and_not_on_order():
    heads = {"city": (9, "a" * 64), "17": (3, "b" * 64)}
    assert root_hash(heads) == root_hash(dict(reversed(heads.items())))
    assert root_hash(heads) != root_hash({**heads, "17": (2, "b" * 64)})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON))
def test_plain_is_idempotent_and_survives_a_json_round_trip(fields):
    once = plain(fields)
    assert plain(once) == once
    assert chain_hash("", json.loads(canonical_json(fields))) == chain_hash("", fields)
