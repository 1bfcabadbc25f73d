"""The contract check: never raises, never loses a value, keeps the good part of a bad message."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.monitoring.ingest.checks import FUTURE_MS, OLD_MS
from lantu.monitoring.ingest.columns import Columns
from lantu.monitoring.ingest.decode import decode_batch
from lantu.monitoring.ingest.deliveries import Delivery
from lantu.monitoring.ingest.registry import ChannelRow, DeviceRow, Registry
from lantu.monitoring.ingest.shapes import MOST_SHAPES

RECEIVED = 1_780_000_000_000
SUBJECT = b"lantu.P1.D1.telemetry"
KEYS = ["pm10", "pm25", "noise", "wind_speed"]
UNITS = ["µg/m³", "µg/m³", "dB(A)", "m/s"]


def registry() -> Registry:
    devices = [
        DeviceRow(1, "D1", 7, "P1", "dust", "in_service", {}),
        DeviceRow(2, "D2", 7, "P1", "dust", "retired", {}),
        DeviceRow(3, "D3", 8, "P2", "tilt", "in_service", {}),
    ]
    channels = [
        ChannelRow(10 * device + rank, device, key, unit, -50.0, 1000.0, 60, 1, rank)
        for device in (1, 2)
        for rank, (key, unit) in enumerate(zip(KEYS, UNITS, strict=True), start=1)
    ]
    channels.append(ChannelRow(31, 3, "tilt_deg", "°", -5.0, 5.0, 10, 3, 1))
    return Registry(1, devices, channels)


REGISTRY = registry()


def decode(*payloads: bytes, subject: bytes = SUBJECT, headers: bytes | None = None) -> Columns:
    return decode_batch(
        REGISTRY, [Delivery(seq, RECEIVED, subject, headers, p) for seq, p in enumerate(payloads, start=1)]
    )


def values_of(columns: Columns) -> dict[tuple[int, str], float]:
    return {
        (int(row), REGISTRY.key_at(int(at))): float(value)
        for row, at, value in zip(columns.row, columns.at, columns.value, strict=True)
    }


def test_plain_message() -> None:
    got = decode(b'{"ts":1780000000123,"values":{"pm10":88.1,"noise":61}}')
    assert values_of(got) == {(0, "pm10"): 88.1, (0, "noise"): 61.0}
    assert got.ts_ms.tolist() == [1_780_000_000_123]
    assert not got.rejected


def test_time_defaults_to_receipt_and_lists_are_records() -> None:
    got = decode(b'[{"values":{"pm10":1}},{"ts":1779999999000,"values":{"pm10":2}}]')
    assert got.ts_ms.tolist() == [RECEIVED, 1_779_999_999_000]


def test_one_bad_channel_keeps_the_good_ones() -> None:
    got = decode(b'{"values":{"pm10":88,"pm25":99999,"noise":"61","dust":1,"wind_speed":3}}')
    assert values_of(got) == {(0, "pm10"): 88.0, (0, "wind_speed"): 3.0}
    (entry,) = got.rejected
    assert {(p.channel, p.reason) for p in entry.problems} == {
        ("noise", "bad_value"), ("dust", "unknown_channel"), ("pm25", "out_of_range"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "bad_json"),
        (b"\xff\xfe", "bad_json"),
        (b"{", "bad_json"),
        (b"[" * 5000, "bad_json"),
        (b"1" * 6000, "bad_json"),
        (b"null", "bad_shape"),
        (b"42", "bad_shape"),
        (b"[]", "empty"),
        (b"[[]]", "bad_shape"),
        (b'{"ts":1}', "bad_shape"),
        (b'{"values":[]}', "bad_shape"),
        (b'{"values":{}}', "empty"),
        (b'{"values":{"pm10":null}}', "empty"),
        (b'{"values":{"pm10":NaN}}', "not_finite"),
        (b'{"values":{"pm10":-Infinity}}', "not_finite"),
        (b'{"values":{"pm10":1e999}}', "not_finite"),
        (b'{"values":{"pm10":' + b"9" * 400 + b"}}", "not_finite"),
        (b'{"ts":' + b"9" * 400 + b',"values":{"pm10":1}}', "bad_time"),
        (b'{"values":{"pm10":true}}', "bad_value"),
        (b'{"values":{"pm10":{"v":1}}}', "bad_value"),
        (b'{"values":{"pm10":1001}}', "out_of_range"),
        (b'{"values":{"\xe6\xb8\xa9":1}}', "unknown_channel"),
        (b'{"ts":"2026-11-22","values":{"pm10":1}}', "bad_time"),
        (b'{"ts":true,"values":{"pm10":1}}', "bad_time"),
        (b'{"ts":NaN,"values":{"pm10":1}}', "bad_time"),
        (b'{"ts":1780000000,"values":{"pm10":1}}', "too_old"),
        (b'{"ts":-5,"values":{"pm10":1}}', "too_old"),
        (b'{"ts":9e30,"values":{"pm10":1}}', "future_time"),
        (b'{"ts":' + str(RECEIVED + FUTURE_MS + 1).encode() + b',"values":{"pm10":1}}', "future_time"),
        (b'{"ts":' + str(RECEIVED - OLD_MS - 1).encode() + b',"values":{"pm10":1}}', "too_old"),
        (b'{"values":{"pm10":1},"units":{"pm10":"mg/m3"}}', "wrong_unit"),
        (b'{"values":{"pm10":1},"units":7}', "bad_shape"),
    ],
)
def test_bad_input_is_named(payload: bytes, reason: str) -> None:
    got = decode(payload, b'{"values":{"pm10":5}}')
    assert got.rejected[0].problems[0].reason == reason
    assert got.rejected[0].delivery.payload == payload
    assert values_of(got) == {(0, "pm10"): 5.0}


def test_units_in_other_spellings() -> None:
    assert not decode(b'{"values":{"pm10":1,"noise":50},"units":{"pm10":"ug/m3","noise":"dB"}}').rejected


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        (b"lantu.P1.XX.telemetry", "unknown_device"),
        (b"lantu.P2.D1.telemetry", "wrong_project"),
        (b"lantu.P1.D2.telemetry", "retired_device"),
        (b"lantu.P1.D1.status", "bad_topic"),
        (b"other.P1.D1.telemetry", "bad_topic"),
        (b"lantu.P1.D1.a.b", "bad_topic"),
    ],
)
def test_subjects(subject: bytes, reason: str) -> None:
    got = decode(b'{"values":{"pm10":1}}', subject=subject)
    assert [p.reason for p in got.rejected[0].problems] == [reason]
    assert not len(got.value)


def test_a_payload_cannot_break_out_of_its_message() -> None:
    """Joining payloads into one array would let `{A},{B}` shift values to the next device."""
    got = decode(b'{"values":{"pm10":1}},{"values":{"pm10":2}}', b'{"values":{"pm10":5}}')
    assert values_of(got) == {(0, "pm10"): 5.0}
    assert got.rejected[0].problems[0].reason == "bad_json"


def test_replayed_message_keeps_its_first_receipt() -> None:
    head = b"NATS/1.0\r\nLantu-Source: replay\r\nLantu-Received-Ms: 1779000000000\r\n\r\n"
    got = decode(b'{"values":{"pm10":1}}', headers=head)
    assert got.ts_ms.tolist() == [1_779_000_000_000]


numbers = (
    st.integers()
    | st.floats()
    | st.booleans()
    | st.text(max_size=5)
    | st.none()
    | st.lists(st.integers(), max_size=2)
)
keys = st.sampled_from([*KEYS, "pm1", "", "NaN"])
times = (
    st.none()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.integers(RECEIVED - 10_000, RECEIVED + 10_000)
)
records = st.fixed_dictionaries(
    {"values": st.dictionaries(keys, numbers, max_size=6)}, optional={"ts": times}
)
documents = records | st.lists(records, max_size=5) | numbers | st.lists(numbers, max_size=3)


def count_values(document: Any) -> int:
    """Numbers and other non-null values that the message carries in contract position."""
    found = document if isinstance(document, list) else [document]
    return sum(
        sum(value is not None for value in record["values"].values())
        for record in found
        if isinstance(record, dict) and isinstance(record.get("values"), dict)
    )


@given(st.lists(documents, max_size=6))
def test_no_value_is_lost(batch: list[Any]) -> None:
    got = decode(*(json.dumps(document).encode() for document in batch))
    blamed = {entry.delivery.seq: entry.problems for entry in got.rejected}
    assert len(blamed) == len(got.rejected), "one entry per message"
    lost_records = 0
    blamed_values = 0
    for seq, document in enumerate(batch, start=1):
        found = document if isinstance(document, list) else [document]
        for problem in blamed.get(seq, []):
            if problem.channel or problem.reason == "unknown_channel":
                blamed_values += found[problem.record]["values"].get(problem.channel) is not None
            elif problem.record >= 0 and isinstance(found[problem.record], dict):
                lost_records += count_values(found[problem.record])
    total = sum(count_values(document) for document in batch)
    assert len(got.value) + blamed_values + lost_records == total
    assert all(math.isfinite(value) for value in got.value)


usual = st.builds(
    lambda ts, pm10, noise: b'{"ts":%d,"values":{"pm10":%.1f,"noise":%d}}' % (ts, pm10, noise),
    st.integers(RECEIVED - 10_000, RECEIVED + 10_000) | st.sampled_from([0, RECEIVED + FUTURE_MS + 1, 2**60]),
    st.floats(-60, 60),
    st.integers(40, 70) | st.just(2000),
)
odd = st.sampled_from(
    [
        b"", b"{}", b'{"ts":1780000000000,"values":{"pm10":1}}', b'{"ts":1780000000000,"values":{"pm10":1,"noise":null}}',
        b'{"ts":1780000000000,"values":{"noise":50,"pm10":1}}', b'{"ts":1780000000000.5,"values":{"pm10":1,"noise":50}}',
        b'{"ts":1780000000000,"values":{"pm10":1,"noise":50},"flags":{"pm10":"D"}}', b'{"values":{"pm10":1,"noise":50}}',
        b'{"ts":1780000000000,"values":{"pm10":1,"noise":"50"}}', b'{"ts":1780000000000,"values":{"pm10":1,"noise":50,"x":1}}',
        b'[{"ts":1780000000000,"values":{"pm10":1,"noise":50}}]', b'{"ts":1780000000000,"values":{"pm10":1e999,"noise":50}}',
        b'{"ts":1780000000000,\n"values":{"pm10":1,"noise":50}}', b'{"ts":1780000000000,"values":{"pm10":1,"pm10":2,"noise":50}}',
    ]
)  # fmt: skip
heads = st.sampled_from(
    [None, b"NATS/1.0\r\nNmqtt-Pub:1\r\n\r\n", b"NATS/1.0\r\nLantu-Received-Ms: 1779999990000\r\n\r\n"]
)


@given(
    st.lists(
        st.tuples(st.sampled_from([SUBJECT, SUBJECT, b"lantu.P2.D3.telemetry", b"x"]), usual | odd, heads)
    )
)
def test_what_a_device_usually_sends_is_read_like_anything_else(messages: list[Any]) -> None:
    batch = [
        Delivery(seq, RECEIVED, subject, head, p) for seq, (subject, p, head) in enumerate(messages, start=1)
    ]
    knowing = registry()
    first = b'{"ts":1780000000000,"values":{"pm10":1,"noise":50}}'
    decode_batch(knowing, [Delivery(1, RECEIVED, SUBJECT, None, first)])
    assert knowing.shapes is not None
    assert len(knowing.shapes.known) == 1
    quick, slow = decode_batch(knowing, batch), decode_batch(registry(), batch)
    for name in ("place", "ts_ms", "received_ms", "row"):
        assert getattr(quick, name).tolist() == getattr(slow, name).tolist(), name
    # The channels of one message may come in another order.
    values = [
        sorted(
            zip(*(getattr(found, name).tolist() for name in ("row", "at", "value", "quality")), strict=True)
        )
        for found in (quick, slow)
    ]
    assert values[0] == values[1]
    assert sorted(quick.rejected, key=lambda one: one.delivery.seq) == [
        one._replace(device=one.device and knowing.by_code[one.device.row.code])
        for one in sorted(slow.rejected, key=lambda one: one.delivery.seq)
    ]


def test_a_sender_of_ever_new_keys_does_not_fill_the_memory() -> None:
    channels = [ChannelRow(n, 1, f"k{n}", "", -1.0, 1e9, 60, 1, n) for n in range(1, 901)]
    wide = Registry(1, [DeviceRow(1, "D1", 7, "P1", "dust", "in_service", {})], channels)
    for n in range(1, 901):
        decode_batch(
            wide, [Delivery(n, RECEIVED, SUBJECT, None, b'{"ts":%d,"values":{"k%d":1}}' % (RECEIVED, n))]
        )
    assert wide.shapes is not None
    assert len(wide.shapes.known) <= MOST_SHAPES
    assert len(wide.devices[0].layouts) <= 64


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_bytes_never_raise(batch: list[bytes]) -> None:
    got = decode(*batch)
    assert (
        len({entry.delivery.seq for entry in got.rejected} | {int(row) for row in got.row}) <= len(batch) * 2
    )
