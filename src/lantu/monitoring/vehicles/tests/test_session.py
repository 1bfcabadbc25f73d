"""JT/T 808 sessions: who may speak, what is answered and when, what goes to quarantine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import NOW

from lantu.calc import jt808
from lantu.calc.jt808 import Ack, Msg, Packet, Registered, Registration
from lantu.monitoring.gateway.jt808.directory import Truck
from lantu.monitoring.vehicles.tests.ground import position
from lantu.monitoring.vehicles.tests.line import CODE, PHONE, TRUCK, admitted, frame, talk


@pytest.mark.parametrize("version", [2013, 2019])
def test_registration_hands_out_the_code_in_the_header_of_its_year(version: int) -> None:
    session, line, desk = talk()
    given_ = Registration(37, 1400, "70123", "LT", "T1", 2, "鲁N12345")
    session.feed(frame(Msg.REGISTER, jt808.encode_register(given_, version), 9, version), NOW)
    (answer,) = line.sent
    assert (answer.msg_id, answer.version, jt808.short_phone(answer.phone)) == (
        Msg.REGISTERED,
        version,
        PHONE,
    )
    assert jt808.decode_registered(answer.body) == (9, Registered.OK, CODE)
    assert desk.notes[7]["model"] == "LT"


@pytest.mark.parametrize(
    ("phone", "plate", "known", "result"),
    [
        ("13900000000", "鲁N12345", TRUCK, Registered.NO_SUCH_TERMINAL),
        (PHONE, "鲁N99999", TRUCK, Registered.NO_SUCH_VEHICLE),
        (PHONE, "鲁N12345", replace(TRUCK, retired=True), Registered.NO_SUCH_VEHICLE),
        (PHONE, "鲁N12345", replace(TRUCK, terminal_id="OTHER"), Registered.VEHICLE_TAKEN),
    ],
)
def test_a_registration_that_does_not_fit_the_register(
    phone: str, plate: str, known: Truck, result: Registered
) -> None:
    session, line, _desk = talk(known)
    given_ = Registration(37, 1400, "70123", "LT", "T1", 2, plate)
    session.feed(frame(Msg.REGISTER, jt808.encode_register(given_, 2013), 1, phone=phone), NOW)
    assert jt808.decode_registered(line.sent[0].body) == (1, result, "")
    assert line.rejected[0].reason == "unknown_device"
    assert line.heards == 0


def test_a_wrong_code_is_refused_and_never_kept() -> None:
    session, line, _desk = talk()
    session.feed(frame(Msg.AUTHENTICATE, b"WRONG"), NOW)
    assert line.answers() == [(1, Msg.AUTHENTICATE, Ack.FAILED)]
    assert line.rejected == []
    session.feed(frame(Msg.POSITION, jt808.encode_position(position(NOW, 0)), 2), NOW)
    assert line.answers()[-1] == (2, Msg.POSITION, Ack.FAILED)
    assert (line.rejected[0].reason, line.rejected[0].known) == ("unknown_device", False)


def test_whoever_keeps_guessing_is_shown_out() -> None:
    session, line, _desk = talk()
    for serial in range(12):
        session.feed(frame(Msg.AUTHENTICATE, b"WRONG", serial), NOW)
    assert line.closed == "garbage"


def test_a_position_is_acknowledged_when_it_is_stored_and_not_before() -> None:
    session, line, desk = admitted()
    session.feed(
        frame(Msg.POSITION, jt808.encode_position(position(NOW, 100)), 5), NOW + timedelta(seconds=2)
    )
    assert line.sent == []
    ((reports, stored_, _failed),) = desk.waiting
    assert [(report.vehicle_id, report.position.at, report.refilled) for report in reports] == [
        (7, NOW, False)
    ]
    stored_()
    assert line.answers() == [(5, Msg.POSITION, Ack.OK)]


def test_what_cannot_be_stored_is_refused_and_kept() -> None:
    session, line, desk = admitted()
    session.feed(frame(Msg.POSITION, jt808.encode_position(position(NOW, 100)), 5), NOW)
    desk.waiting[0][2]()
    assert line.answers() == [(5, Msg.POSITION, Ack.FAILED)]
    assert line.rejected[0].reason == "unprocessable"


def test_without_room_there_is_no_answer() -> None:
    session, line, desk = admitted()
    desk.full = True
    session.feed(frame(Msg.POSITION, jt808.encode_position(position(NOW, 100)), 5), NOW)
    assert line.sent == []
    assert "no_room" in line.counted


def test_a_long_batch_in_parts_is_one_message() -> None:
    session, line, desk = admitted()
    run = [position(NOW - timedelta(seconds=10 * n), 100 * n) for n in range(60)]
    parts = jt808.in_parts(Packet(Msg.BATCH, PHONE, 20, jt808.encode_batch(run)))
    assert len(parts) == 2
    for part in parts:
        session.feed(jt808.encode_frame(part), NOW)
    ((reports, stored_, _failed),) = desk.waiting
    assert len(reports) == 60
    assert reports[0].refilled
    stored_()
    assert line.answers() == [(21, Msg.BATCH, Ack.OK)]


def test_heartbeat_logout_and_what_is_not_supported() -> None:
    session, line, _desk = admitted(2019)
    session.feed(frame(Msg.HEARTBEAT, b"", 2, 2019) + frame(0x0107, b"x", 3, 2019), NOW)
    session.feed(frame(Msg.TERMINAL_ACK, jt808.platform_ack(0, 0x8103, Ack.OK), 4, 2019), NOW)
    session.feed(frame(Msg.LOGOUT, b"", 5, 2019) + frame(Msg.HEARTBEAT, b"", 6, 2019), NOW)
    assert [result for _serial, _id, result in line.answers()] == [
        Ack.OK, Ack.UNSUPPORTED, Ack.OK, Ack.FAILED,
    ]  # fmt: skip
    assert [packet.serial for packet in line.sent] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (jt808.encode_position(position(NOW + timedelta(hours=1), 0)), "future_time"),
        (jt808.encode_position(position(NOW - timedelta(days=500), 0)), "too_old"),
        (jt808.encode_position(position(NOW, 0))[:-3] + b"\x25\x00\x32", "bad_time"),
        (jt808.encode_position(replace(position(NOW, 0), lon=10.0)), "out_of_range"),
        (b"short", "bad_shape"),
    ],
)
def test_what_cannot_be_true_goes_to_quarantine_under_the_trucks_name(body: bytes, reason: str) -> None:
    session, line, desk = admitted()
    session.feed(frame(Msg.POSITION, body, 3), NOW)
    assert desk.waiting == []
    assert line.answers() == [(3, Msg.POSITION, Ack.BAD_MESSAGE)]
    (rejection,) = line.rejected
    assert (rejection.reason, rejection.device, rejection.known) == (reason, "鲁N12345", True)
    assert rejection.raw == frame(Msg.POSITION, body, 3)


def test_an_encrypted_body_is_not_supported() -> None:
    session, line, _desk = admitted()
    session.feed(jt808.encode_frame(Packet(Msg.POSITION, PHONE, 3, b"secret", encryption=1)), NOW)
    assert line.answers() == [(3, Msg.POSITION, Ack.UNSUPPORTED)]


def test_a_forwarding_platform_speaks_for_several_trucks_each_with_its_code() -> None:
    other = replace(TRUCK, vehicle_id=8, phone="13900000008", code="B" * 24)
    session, line, desk = talk(TRUCK, other)
    session.feed(frame(Msg.AUTHENTICATE, CODE.encode(), 1), NOW)
    late = frame(Msg.POSITION, jt808.encode_position(position(NOW, 0)), 2, phone=other.phone)
    session.feed(late, NOW)
    assert line.answers()[-1][2] == Ack.FAILED
    session.feed(frame(Msg.AUTHENTICATE, b"B" * 24, 3, phone=other.phone) + late, NOW)
    assert [reports[0].vehicle_id for reports, _s, _f in desk.waiting] == [8]


@given(st.lists(st.binary(max_size=200), max_size=10))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_refused_quietly(chunks: list[bytes]) -> None:
    session, line, desk = talk()
    for chunk in chunks:
        session.feed(chunk, NOW)
    assert desk.waiting == []
    assert line.heards == 0


@given(
    st.sampled_from([0x0100, 0x0102, 0x0200, 0x0704, 0x0002, 0x0900]),
    st.binary(max_size=120),
    st.integers(0, 1),
)
def test_any_body_of_an_admitted_terminal_is_answered_or_refused(
    msg_id: int, body: bytes, modern: int
) -> None:
    session, line, desk = admitted()
    session.feed(frame(msg_id, body, 3, 2019 if modern else 2013), NOW)
    assert line.sent or desk.waiting
