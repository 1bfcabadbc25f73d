"""Signals are plausible and repeatable; the packets are MQTT."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.monitoring.simulate import signals
from lantu.monitoring.simulate.actors import Actor
from lantu.monitoring.simulate.load import payload_tail
from lantu.monitoring.simulate.mqtt import connect_packet, publish_packet, remaining_length, text
from lantu.packs.load import national

NOON = 1_780_023_600.0  # 2026-05-29 11:00 in Dezhou, a working hour


@given(
    st.floats(1_700_000_000, 1_900_000_000), st.sampled_from(sorted(national().channels)), st.integers(0, 500)
)
def test_values_stay_within_the_packs_ranges(at: float, key: str, number: int) -> None:
    channel = national().channels[key]
    value = signals.value_at(f"D{number}", key, at, installed_at=at - 86_400 * 60, chance=0.05)
    assert channel.low <= value <= channel.high
    assert value == signals.value_at(f"D{number}", key, at, installed_at=at - 86_400 * 60, chance=0.05)


def test_days_have_a_shape() -> None:
    night = NOON + 15 * 3600
    day_noise = [signals.reading(f"D{n}", "noise", NOON) for n in range(50)]
    night_noise = [signals.reading(f"D{n}", "noise", night) for n in range(50)]
    assert sum(day_noise) / 50 > sum(night_noise) / 50 + 8
    assert max(night_noise) < 55, "nights are quiet unless something is wrong"


def test_excesses_are_rare_and_last() -> None:
    hits = [
        (n, hour)
        for n in range(200)
        for hour in range(400)
        if signals.in_excess(f"D{n}", "pm10", NOON + hour * 3600 + 1800, chance=0.001)
    ]
    assert 20 < len(hits) < 250
    gaps = sum(signals.in_gap("D1", NOON + 60 * n) for n in range(60 * 24 * 60))
    assert gaps < 60 * 24 * 60 * 0.02


def test_packets() -> None:
    assert [remaining_length(n) for n in (0, 127, 128, 16383, 2097152)] == [
        b"\x00", b"\x7f", b"\x80\x01", b"\xff\x7f", b"\x80\x80\x80\x01",
    ]  # fmt: skip
    assert text("温") == b"\x00\x03\xe6\xb8\xa9"
    assert connect_packet("c", "u", "p")[:2] == b"\x10\x13"
    assert publish_packet(text("a/b"), 258, b"xy") == b"\x32\x09\x00\x03a/b\x01\x02xy"


@pytest.mark.parametrize("exceeding", [False, True])
def test_payloads_are_contract_json(exceeding: bool) -> None:
    actor = Actor("D1", "P1", "t", (("pm10", 1), ("noise", 1)), 60)
    assert json.loads(actor.payload(NOON))["ts"] == int(NOON * 1000)
    assert actor.topic == "lantu/P1/D1/telemetry"
    values = json.loads(b'{"ts":1' + payload_tail(actor, exceeding=exceeding))["values"]
    assert (values["pm10"] > 250) is exceeding


@pytest.mark.parametrize("port", ["off", "", None])
def test_trucks_stay_at_home_where_their_door_is_closed(port: str | None) -> None:
    from lantu.monitoring.management.commands.simulate import _trucks_on_the_road

    with _trucks_on_the_road("127.0.0.1", port):
        pass
