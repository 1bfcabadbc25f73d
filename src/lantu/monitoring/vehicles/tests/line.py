"""A connection and a handler that only keep what happens, and a terminal that speaks to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.cast import NOW

from lantu.calc import jt808
from lantu.calc.jt808 import Ack, Authentication, Msg, Packet
from lantu.monitoring.gateway.jt808.directory import Directory, Truck
from lantu.monitoring.gateway.jt808.session import Jt808Session
from lantu.monitoring.gateway.protocol import Rejection
from lantu.monitoring.vehicles.tracks import Report

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
