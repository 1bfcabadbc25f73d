"""There and back for everything that can be written; no crash and no growth for everything else."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.jt808 import (
    Assembly,
    Authentication,
    BadBody,
    BadFrame,
    Packet,
    Position,
    Registration,
    Splitter,
    decode_ack,
    decode_authentication,
    decode_batch,
    decode_frame,
    decode_position,
    decode_register,
    decode_registered,
    encode_authentication,
    encode_batch,
    encode_frame,
    encode_position,
    encode_register,
    escape,
    in_parts,
    short_phone,
    unescape,
)
from lantu.calc.jt808.framing import MAX_FRAME, MAX_OPEN_ASSEMBLIES
from lantu.calc.workdays import BEIJING

U16 = st.integers(0, 0xFFFF)
VERSIONS = st.sampled_from([2013, 2019])
PHONES = st.from_regex(r"1[0-9]{10}", fullmatch=True)
PACKETS = st.builds(
    Packet, msg_id=U16, phone=PHONES, serial=U16, body=st.binary(max_size=1023), version=VERSIONS
)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)).map(
    lambda at: at.replace(microsecond=0, tzinfo=BEIJING)
)
POSITIONS = st.builds(
    Position,
    at=TIMES,
    lon=st.integers(0, 180_000_000).map(lambda n: n / 1e6),
    lat=st.integers(0, 90_000_000).map(lambda n: n / 1e6),
    speed_kmh=U16.map(lambda n: n / 10),
    direction=U16,
    altitude_m=U16,
    status=st.integers(0, 0xFFFFFFFF).map(lambda bits: bits & ~0b1100),
    alarm=st.integers(0, 0xFFFFFFFF),
    extras=st.dictionaries(st.integers(0, 255), st.binary(max_size=8), max_size=5),
)


@given(st.binary(max_size=300))
def test_escapes_there_and_back(data):
    escaped = escape(data)
    assert b"\x7e" not in escaped
    assert unescape(escaped) == data


@given(PACKETS)
def test_frames_there_and_back(packet):
    (content,) = Splitter().feed(encode_frame(packet))
    found = decode_frame(content)
    assert replace(found, phone=short_phone(found.phone)) == packet


@given(st.lists(PACKETS, min_size=1, max_size=4), st.integers(1, 50), st.binary(max_size=20))
def test_however_a_stream_is_cut_the_same_frames_come_out(packets, size, noise):
    """Garbage in between costs its own segment, never a frame."""
    stream = b"".join(noise.replace(b"\x7e", b"") + encode_frame(packet) for packet in packets)
    splitter, found = Splitter(), []
    for at in range(0, len(stream), size):
        for content in splitter.feed(stream[at : at + size]):
            try:
                found.append(decode_frame(content))
            except BadFrame:
                continue
    assert [replace(packet, phone=short_phone(packet.phone)) for packet in found] == packets


@given(POSITIONS)
def test_positions_there_and_back(position):
    assert decode_position(encode_position(position)) == position


@given(st.lists(POSITIONS, max_size=5), st.booleans())
def test_batches_there_and_back(positions, refill):
    assert decode_batch(encode_batch(positions, refill=refill)) == (positions, [], refill)


@given(st.binary(min_size=1, max_size=3000), st.integers(1, 400), PHONES, U16, VERSIONS, st.randoms())
def test_a_message_in_parts_is_put_together_in_any_order(body, size, phone, serial, version, random):
    parts = in_parts(Packet(0x0704, phone, serial, body, version), max(size, len(body) // 60 + 1))
    last = parts[-1].serial
    random.shuffle(parts)
    assembly = Assembly()
    *early, whole = [assembly.add(part) for part in parts]
    assert set(early) <= {None}
    assert whole == Packet(0x0704, phone, last, body, version)


def test_unfinished_messages_are_forgotten_and_endless_ones_refused():
    assembly = Assembly()
    for number in range(50):
        assembly.add(Packet(0x0704, "13912345678", number * 10, b"x", total=3, part=1))
    assert len(assembly._open) <= MAX_OPEN_ASSEMBLIES
    with pytest.raises(BadFrame):
        assembly.add(Packet(0x0704, "13912345678", 0, b"x", total=60000, part=1))


@given(
    st.builds(
        Registration,
        province=U16,
        city=U16,
        maker=st.from_regex(r"[A-Z0-9]{0,5}", fullmatch=True),
        model=st.from_regex(r"[A-Z0-9-]{0,20}", fullmatch=True),
        terminal_id=st.from_regex(r"[A-Z0-9]{0,7}", fullmatch=True),
        plate_colour=st.integers(0, 9),
        plate=st.from_regex(r"鲁N[A-Z0-9]{5,6}", fullmatch=True),
    ),
    VERSIONS,
)
def test_registrations_there_and_back(given_, version):
    assert decode_register(encode_register(given_, version), version) == given_


def test_a_terminal_of_2011_is_told_by_its_shorter_model():
    given_ = Registration(37, 1400, "70123", "TR-8", "T000001", 2, "鲁N12345")
    assert decode_register(encode_register(given_, 2011), 2013) == given_


@given(st.from_regex(r"[A-Za-z0-9.-]{1,60}", fullmatch=True), VERSIONS)
def test_authentications_there_and_back(code, version):
    given_ = Authentication(
        code, "123456789012345" if version == 2019 else "", "v2" if version == 2019 else ""
    )
    assert decode_authentication(encode_authentication(given_, version), version) == given_


@given(st.binary(max_size=400), VERSIONS)
def test_bodies_of_any_bytes_are_understood_or_refused(body, version):
    for decode in (
        decode_position,
        decode_batch,
        decode_ack,
        decode_registered,
        lambda raw: decode_register(raw, version),
        lambda raw: decode_authentication(raw, version),
    ):
        # Any other exception fails the test.
        with suppress(BadBody):
            decode(body)


@given(st.lists(st.binary(max_size=600), max_size=20))
def test_any_bytes_on_the_line_cost_little(chunks):
    splitter = Splitter()
    for chunk in chunks:
        for content in splitter.feed(chunk):
            assert len(content) <= MAX_FRAME + 1
            with suppress(BadFrame):
                decode_frame(content)
        assert len(splitter._rest) <= MAX_FRAME


@given(st.integers(0, 12), st.binary(min_size=1, max_size=3))
def test_a_flood_without_delimiter_is_refused_once_and_the_next_frame_is_read(times, filler):
    filler = filler.replace(b"\x7e", b"x")
    good = encode_frame(Packet(0x0002, "13912345678", 7, b""))
    splitter = Splitter()
    flood = filler * (MAX_FRAME * 2 // len(filler))
    contents = [content for _ in range(times + 1) for content in splitter.feed(flood)]
    assert [len(content) for content in contents] == [MAX_FRAME + 1]
    with pytest.raises(BadFrame):
        decode_frame(contents[0])
    (last,) = splitter.feed(good)
    assert decode_frame(last).serial == 7


def test_a_batch_with_one_bad_report_gives_the_others():
    at = datetime(2026, 11, 22, 8, 0, tzinfo=BEIJING)
    good = [Position(at=at + timedelta(seconds=n), lon=116.3, lat=37.4, status=3) for n in range(3)]
    body = bytearray(encode_batch(good))
    body[3 + 2 + 22 + 1] = 0x13  # month 13 of the first report
    found, wrong, refill = decode_batch(bytes(body))
    assert (found, refill) == (good[1:], True)
    assert [problem.reason for problem in wrong] == ["time"]
