"""Frames of real terminals and of published notes: layout, check byte and meaning."""

from datetime import UTC, datetime, timedelta

import pytest

from lantu.calc.jt808 import (
    Ack,
    BadBody,
    BadFrame,
    Load,
    Msg,
    Packet,
    Registered,
    Splitter,
    decode_ack,
    decode_authentication,
    decode_frame,
    decode_position,
    decode_register,
    decode_registered,
    encode_frame,
    encode_position,
    encode_register,
    implausible,
    platform_ack,
    registered,
    short_phone,
)
from lantu.calc.workdays import BEIJING

MILEAGE_AND_FUEL = "7E02000026123456789012007D02000000010000000200BA7F0E07E4F11C0028003C00001810151010100104000000640202007D01137E"
CHENGDU = "7e0200002c0138083582460440000000000000000301d37b35063f5e4901a0014a011b210917171126010400000c4530011531010461021d74a27e"
BARE = "7e0200001c14401217103100de0000000000000003026249e006ee6d8c003701d80153120516184631a17e"
UNKNOWN_ITEMS = "7e0200002f01820124826403480200000000040003025dfd2a06be4ecc03d80000000014092813571101040000e99e03020000690100ef0400000000da7e"
SHIFTED = (
    "7e02000025101004347417001b000000000000030001004f660450c03b010453170118210032010400000000df011ee00103877e"
)
HEARTBEAT_2013 = "7E000200000145332243520004427E"
HEARTBEAT_2019 = "7e000240000100000000017299841738ffff027e"
AUTH_2013 = "7E010200140145332243520002465A4B2D42534A2D4B5432302D434F4E4649524D3F7E"
REGISTER_2013 = "7e010000300000000000010001001f006e63643132337777772e3830382e636f6d0000000000000000003736353433323101b2e2413132333435363738797e"
ACK_2013 = "7e8001000501234567890100007fff0002008e7e"
ACK_2019 = "7e8001400501000000000172998417380000ffff000200867e"
REGISTERED_2019 = "7e8100400d01000000000139123443290000006f006f6b2e2e6f6b2e2e6f6bd27e"
ALL = [
    MILEAGE_AND_FUEL, CHENGDU, BARE, UNKNOWN_ITEMS, SHIFTED, HEARTBEAT_2013, HEARTBEAT_2019, AUTH_2013, REGISTER_2013,
    ACK_2013, ACK_2019, REGISTERED_2019,
]  # fmt: skip


def packet_of(text: str) -> Packet:
    (content,) = Splitter().feed(bytes.fromhex(text))
    return decode_frame(content)


@pytest.mark.parametrize("text", ALL)
def test_every_vector_is_read_and_written_back_byte_for_byte(text):
    assert encode_frame(packet_of(text)) == bytes.fromhex(text)


def test_an_escaped_serial_and_two_items():
    packet = packet_of(MILEAGE_AND_FUEL)
    assert (packet.msg_id, packet.version, packet.phone, packet.serial) == (
        Msg.POSITION,
        2013,
        "123456789012",
        0x7E,
    )
    position = decode_position(packet.body)
    assert (position.alarm, position.status) == (1, 2)
    assert (position.lat, position.lon) == (12.222222, 132.444444)
    assert (position.altitude_m, position.speed_kmh) == (40, 6.0)
    assert position.at == datetime(2018, 10, 15, 10, 10, 10, tzinfo=BEIJING)
    assert (position.mileage_km, position.fuel_l) == (10.0, 12.5)
    assert (position.located, position.acc_on, position.alarms) == (True, False, ("sos",))
    assert encode_position(position) == packet.body


def test_signal_strength_and_satellites():
    position = decode_position(packet_of(CHENGDU).body)
    assert (position.lat, position.lon) == (30.636853, 104.816201)
    assert (position.altitude_m, position.speed_kmh, position.direction) == (416, 33.0, 283)
    assert position.at == datetime(2021, 9, 17, 17, 11, 26, tzinfo=BEIJING)
    assert (position.mileage_km, position.rssi, position.satellites) == (314.1, 21, 4)
    assert position.acc_on


def test_a_position_without_items():
    position = decode_position(packet_of(BARE).body)
    assert (position.lat, position.lon) == (39.995872, 116.288908)
    assert (position.speed_kmh, position.direction, position.extras) == (47.2, 339, {})


def test_unknown_items_are_kept_as_they_came():
    position = decode_position(packet_of(UNKNOWN_ITEMS).body)
    assert (position.alarm, position.status) == (0x02000000, 0x40003)
    assert (position.lat, position.lon) == (39.714090, 113.135308)
    assert position.extras[0x69] == b"\x00"
    assert position.extras[0xEF] == bytes(4)
    assert not position.cut


def test_a_whole_frame_with_a_shifted_body_is_told_by_its_impossible_time():
    with pytest.raises(BadBody) as caught:
        decode_position(packet_of(SHIFTED).body)
    assert caught.value.reason == "time"


def test_heartbeats_of_both_years():
    old, new = packet_of(HEARTBEAT_2013), packet_of(HEARTBEAT_2019)
    assert (old.msg_id, old.version, old.phone, old.body) == (Msg.HEARTBEAT, 2013, "014533224352", b"")
    assert (new.msg_id, new.version, new.phone, new.serial) == (
        Msg.HEARTBEAT,
        2019,
        "00000000017299841738",
        0xFFFF,
    )
    assert short_phone(new.phone) == "17299841738"


def test_authentication_of_2013_is_the_bare_code():
    packet = packet_of(AUTH_2013)
    assert decode_authentication(packet.body, packet.version).code == "FZK-BSJ-KT20-CONFIRM"


def test_registration_of_2013():
    packet = packet_of(REGISTER_2013)
    found = decode_register(packet.body, packet.version)
    assert (found.province, found.city, found.maker, found.model) == (31, 110, "cd123", "www.808.com")
    assert (found.terminal_id, found.plate_colour, found.plate) == ("7654321", 1, "测A12345678")
    assert encode_register(found, 2013) == packet.body


@pytest.mark.parametrize(("text", "serial"), [(ACK_2013, 0x7FFF), (ACK_2019, 0xFFFF)])
def test_the_answer_to_a_heartbeat(text, serial):
    packet = packet_of(text)
    assert decode_ack(packet.body) == (serial, Msg.HEARTBEAT, Ack.OK)
    assert platform_ack(serial, Msg.HEARTBEAT, Ack.OK) == packet.body


def test_the_answer_to_a_registration():
    packet = packet_of(REGISTERED_2019)
    assert decode_registered(packet.body) == (0x6F, Registered.OK, "ok..ok..ok")
    assert registered(0x6F, Registered.OK, "ok..ok..ok") == packet.body
    assert registered(1, Registered.NO_SUCH_TERMINAL, "never told") == b"\x00\x01\x04"


def test_a_frame_with_a_wrong_check_byte_and_a_wrong_length_is_refused():
    # Found in a public test: declared length 47, 27 bytes follow.
    negative = "7E0200002F01391234567800010000000000000000025B8D8006F4C10001F4006400012301010101017E"
    with pytest.raises(BadFrame) as caught:
        packet_of(negative)
    assert caught.value.reason == "checksum"


def test_a_declared_length_that_is_not_there_is_refused_even_with_a_good_check_byte():
    whole = bytearray(bytes.fromhex(HEARTBEAT_2013)[1:-1])
    whole[3] ^= 5
    whole[-1] ^= 5
    with pytest.raises(BadFrame) as caught:
        decode_frame(bytes(whole))
    assert (caught.value.reason, caught.value.phone) == ("length", "014533224352")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"status": 1 << 5}, "encrypted"),
        ({"direction": 360}, "direction"),
        ({"speed_kmh": 300.0}, "speed"),
        ({"lat": 16.0, "lon": 60.0}, "place"),
    ],
)
def test_what_cannot_be_true(change, word):
    from dataclasses import replace

    good = decode_position(packet_of(CHENGDU).body)
    received = good.at + timedelta(seconds=2)
    assert implausible(good, received) == ""
    assert implausible(replace(good, **change), received).startswith(word)


def test_times_far_off_cannot_be_true():
    good = decode_position(packet_of(CHENGDU).body)
    assert implausible(good, good.at - timedelta(minutes=6)).startswith("future")
    assert implausible(good, datetime(2026, 11, 22, tzinfo=UTC)).startswith("old")


def test_without_a_fix_the_place_is_not_judged():
    from dataclasses import replace

    lost = replace(decode_position(packet_of(CHENGDU).body), status=1, lat=0.0, lon=0.0)
    assert implausible(lost, lost.at) == ""
    assert lost.load == Load.EMPTY
