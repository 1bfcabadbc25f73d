"""JT/T 808 sessions: who may speak, what is answered and when, what goes to quarantine; then over real sockets."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import NOW

from lantu.calc import jt808
from lantu.calc.jt808 import Ack, Authentication, Msg, Packet, Registered, Registration
from lantu.core.refusals import Refused
from lantu.monitoring.gateway.jt808 import writer as writing
from lantu.monitoring.gateway.jt808.directory import Directory, Truck, load_directory
from lantu.monitoring.gateway.jt808.handler import PROTOCOL, Jt808Handler, replay
from lantu.monitoring.gateway.jt808.session import Jt808Session
from lantu.monitoring.gateway.jt808.writer import Job, Writer
from lantu.monitoring.gateway.meters import Meters
from lantu.monitoring.gateway.protocol import Rejection
from lantu.monitoring.gateway.server import Server
from lantu.monitoring.gateway.sink import Sink
from lantu.monitoring.simulate.terminal import Refusal, Terminal
from lantu.monitoring.vehicles.models import VehicleFinding, VehicleState
from lantu.monitoring.vehicles.services.change_vehicle import change_vehicle, renew_code
from lantu.monitoring.vehicles.tests.ground import drive, lay_ground, position, truck
from lantu.monitoring.vehicles.tracks import Report, stored

PHONE, CODE = "13912345678", "A" * 24
TRUCK = Truck(7, PHONE, "鲁N12345", "", "", CODE, "", False)


class Line:
    """A connection that keeps what happens to it."""

    peer = "192.0.2.7"

    def __init__(self) -> None:
        self.sent: list[Packet] = []
        self.rejected: list[Rejection] = []
        self.counted: list[str] = []
        self.heards = 0
        self.closed = ""

    def send(self, data: bytes) -> None:
        self.sent += [jt808.decode_frame(content) for content in jt808.Splitter().feed(data)]

    def store(self, messages: Sequence[Any], stored: Callable[[], None] | None = None) -> None:
        raise AssertionError("positions do not go through the stream")

    def reject(self, rejection: Rejection) -> None:
        self.rejected.append(rejection)

    def heard(self, packets: int = 1) -> None:
        self.heards += packets

    def count(self, name: str, number: int = 1) -> None:
        self.counted.append(name)

    def close(self, why: str) -> None:
        self.closed = why

    def answers(self) -> list[tuple[int, int, Ack]]:
        return [jt808.decode_ack(packet.body) for packet in self.sent if packet.msg_id == Msg.PLATFORM_ACK]


class Desk:
    """Stands for the handler: keeps reports until told that they are stored."""

    def __init__(self, *trucks: Truck) -> None:
        self.directory = Directory({one.phone: one for one in trucks or (TRUCK,)})
        self.waiting: list[tuple[list[Report], Callable[[], None], Callable[[], None]]] = []
        self.notes: dict[int, dict[str, str]] = {}
        self.full = False

    def put(self, reports: list[Report], stored: Callable[[], None], failed: Callable[[], None]) -> bool:
        if not self.full:
            self.waiting.append((reports, stored, failed))
        return not self.full

    def note(self, vehicle_id: int, facts: dict[str, str]) -> None:
        self.notes.setdefault(vehicle_id, {}).update(facts)


def talk(*trucks: Truck) -> tuple[Jt808Session, Line, Desk]:
    line, desk = Line(), Desk(*trucks)
    return Jt808Session(line, desk), line, desk


def frame(msg_id: int, body: bytes = b"", serial: int = 1, version: int = 2013, phone: str = PHONE) -> bytes:
    return jt808.encode_frame(Packet(msg_id, phone, serial, body, version))


def admitted(version: int = 2013) -> tuple[Jt808Session, Line, Desk]:
    session, line, desk = talk()
    body = jt808.encode_authentication(Authentication(CODE), version)
    session.feed(frame(Msg.AUTHENTICATE, body, 1, version), NOW)
    assert line.answers() == [(1, Msg.AUTHENTICATE, Ack.OK)]
    line.sent.clear()
    return session, line, desk


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


# With a database.


@pytest.mark.django_db
def test_the_directory_knows_who_may_speak(road: SimpleNamespace, cast: SimpleNamespace) -> None:
    (known,) = load_directory().trucks.values()
    assert (known.phone, known.retired) == (road.vehicle.terminal_phone, False)
    assert known.knows(known.code)
    renew_code(road.vehicle, reason="换终端", now=NOW, actor=cast.officer)
    renewed = load_directory().find("0" + known.phone)
    assert renewed is not None
    assert not renewed.knows(known.code)
    change_vehicle(road.vehicle, values={"status": "retired"}, now=NOW, actor=cast.officer)
    assert not load_directory().trucks[known.phone].knows(renewed.code)


@pytest.mark.django_db
def test_a_quarantined_packet_is_taken_once_its_truck_is_registered(
    cast: SimpleNamespace, site_project: Any
) -> None:
    raw = frame(Msg.POSITION, jt808.encode_position(position(NOW, 100)))
    with pytest.raises(Refused) as caught:
        replay(raw, NOW)
    assert caught.value.code == "monitoring.packet_still_bad"
    _dump, route = lay_ground(cast, site_project)
    vehicle = truck(cast, site_project, route, phone=PHONE)
    assert replay(raw, NOW) == []
    assert VehicleState.objects.get(vehicle=vehicle).at == NOW
    with pytest.raises(Refused):
        replay(b"\x7e\x00\x01\x7e", NOW)


@pytest.mark.django_db
def test_the_writer_isolates_what_cannot_be_stored(road: SimpleNamespace) -> None:
    writer, told = Writer(clock=lambda: NOW), []
    good = drive(road.vehicle, NOW - timedelta(hours=1), to=500)
    for name, reports in (("stranger", [replace(good[0], vehicle_id=999_999)]), ("good", good)):
        writer.put(
            Job(reports, lambda n=name: told.append(f"{n} stored"), lambda n=name: told.append(f"{n} failed"))
        )
    assert writer.store_waiting()
    assert told == ["stranger failed", "good stored"]
    assert len(stored(road.vehicle.pk, NOW - timedelta(days=1), NOW)) == len(good)


@pytest.mark.django_db
def test_the_writer_waits_for_a_database_that_is_away(
    road: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, told = Writer(clock=lambda: NOW), []
    run = drive(road.vehicle, NOW - timedelta(hours=1), to=500)
    writer.put(Job(run, lambda: told.append("stored"), lambda: told.append("failed")))
    real = writing.store_reports
    monkeypatch.setattr(writing.connection, "close", lambda: None)

    def away(*_args: Any, **_more: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(writing, "store_reports", away)
    assert not writer.store_waiting()
    assert told == []
    monkeypatch.setattr(writing, "store_reports", real)
    assert writer.store_waiting()
    assert told == ["stored"]


def test_the_writer_has_an_end() -> None:
    writer = Writer(clock=lambda: NOW)
    many = [Report(1, position(NOW, 0), NOW)] * (writing.MOST_WAITING - 1)
    assert writer.put(Job(many, lambda: None, lambda: None))
    assert not writer.put(Job(many[:2], lambda: None, lambda: None))


class NoStream:
    def publish(self, messages: Sequence[Any]) -> list[int]:
        return list(range(len(messages)))


@contextmanager
def gateway(handler: Jt808Handler) -> Iterator[int]:
    """The real server in a thread; yields its port. The test itself does the writer's work, in its own transaction."""
    ready, port, stop = threading.Event(), [0], []

    async def serve() -> None:
        meters = Meters()
        server = Server(PROTOCOL, handler, Sink(NoStream(), meters), meters, clock=timezone.now)
        port[0] = await server.listen("127.0.0.1", 0)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(ended.set))
        ready.set()
        await ended.wait()
        await server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield port[0]
    finally:
        stop[0]()
        thread.join(20)


@pytest.mark.django_db
@pytest.mark.parametrize("version", [2013, 2019])
def test_a_terminal_over_tcp(road: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    vehicle = road.vehicle
    start = timezone.now().replace(microsecond=0) - timedelta(minutes=20)
    run = [report.position for report in drive(vehicle, start, kmh=70, to=4000)]
    monkeypatch.setattr(Writer, "start", lambda self: None)
    handler = Jt808Handler(load_directory())
    acknowledged: list[str] = []

    def talk(port: int) -> None:
        with Terminal("127.0.0.1", port, vehicle.terminal_phone, version=version) as terminal:
            with pytest.raises(Refusal):
                terminal.report(run[0])
            with pytest.raises(Refusal):
                terminal.register("鲁N00000")
            terminal.authenticate(terminal.register(vehicle.plate))
            terminal.heartbeat()
            for report in run[:3]:
                terminal.report(report)
                acknowledged.append("report")
            terminal.refill(run[2:])
            acknowledged.append("refill")

    with gateway(handler) as port, ThreadPoolExecutor(1) as pool:
        talking = pool.submit(talk, port)
        for done in range(4):
            wait_for(lambda: handler.writer.waiting or talking.done())
            # It waits for the answer, and the answer waits for the commit.
            assert len(acknowledged) == done
            assert handler.writer.store_waiting()
        talking.result(20)
    assert acknowledged == ["report"] * 3 + ["refill"]
    rows = stored(vehicle.pk, start, timezone.now())
    assert [row.fix.at for row in rows] == [report.at.timestamp() for report in run]
    assert [finding.rule_code for finding in VehicleFinding.objects.all()] == ["vehicle.overspeed"]
    handler.upkeep(timezone.now())
    assert VehicleState.objects.get(vehicle=vehicle).terminal["version"] == str(version)


def wait_for(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.django_db
def test_the_writers_thread_stores_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread itself, with a store that stands for the database."""
    kept: list[int] = []
    monkeypatch.setattr(writing, "store_reports", lambda reports, **_more: kept.append(len(reports)))
    monkeypatch.setattr(writing, "connection", SimpleNamespace(close=lambda: kept.append(-1)))
    writer, told = Writer(clock=lambda: NOW), threading.Event()
    writer.start()
    writer.put(Job([Report(1, position(NOW, 0), NOW)], told.set, lambda: None))
    assert told.wait(20)
    writer.stop()
    assert kept == [1, -1]
    assert writer.waiting == 0
