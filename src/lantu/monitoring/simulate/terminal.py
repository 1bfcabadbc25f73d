"""A truck's terminal as JT/T 808 wants it: registers, proves itself, reports, and waits for each answer."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from types import TracebackType

from lantu.calc import jt808
from lantu.calc.jt808 import Ack, Authentication, Msg, Packet, Position, Registered, Registration

TIMEOUT_S = 10.0


class Refusal(ConnectionError):
    """The platform said no, or hung up."""


class Terminal:
    """One connection. Blocking; every method that sends raises Refusal or OSError when it is not acknowledged."""

    def __init__(self, host: str, port: int, phone: str, *, version: int = 2019) -> None:
        self.phone = phone
        self.version = version
        self._socket = socket.create_connection((host, port), timeout=TIMEOUT_S)
        self._splitter = jt808.Splitter()
        self._serial = 0
        self._answers: list[Packet] = []

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def register(
        self, plate: str, *, maker: str = "70123", model: str = "LT-808", number: str = "LT00001"
    ) -> str:
        """0x0100; returns the code of 0x8100."""
        given = Registration(37, 1400, maker, model, number, 2, plate)
        packet = self._send(Msg.REGISTER, jt808.encode_register(given, self.version))
        serial, result, code = jt808.decode_registered(self._answer(Msg.REGISTERED).body)
        if serial != packet.serial or result != Registered.OK:
            raise Refusal(f"registration: {result.name}")
        return code

    def authenticate(self, code: str) -> None:
        """0x0102."""
        imei = "860000000000001" if self.version == 2019 else ""
        body = jt808.encode_authentication(Authentication(code, imei, "1.0" if imei else ""), self.version)
        self._acknowledged(self._send(Msg.AUTHENTICATE, body))

    def heartbeat(self) -> None:
        """0x0002."""
        self._acknowledged(self._send(Msg.HEARTBEAT, b""))

    def report(self, position: Position) -> None:
        """0x0200."""
        self._acknowledged(self._send(Msg.POSITION, jt808.encode_position(position)))

    def refill(self, positions: Sequence[Position]) -> None:
        """0x0704 of what could not be sent before, in parts if it is long."""
        packet = Packet(Msg.BATCH, self.phone, self._next(), jt808.encode_batch(positions), self.version)
        parts = jt808.in_parts(packet)
        self._serial = (self._serial + len(parts) - 1) % 0x10000
        for part in parts:
            self._socket.sendall(jt808.encode_frame(part))
        self._acknowledged(parts[-1])

    def _next(self) -> int:
        serial, self._serial = self._serial, (self._serial + 1) % 0x10000
        return serial

    def _send(self, msg_id: int, body: bytes) -> Packet:
        packet = Packet(msg_id, self.phone, self._next(), body, self.version)
        self._socket.sendall(jt808.encode_frame(packet))
        return packet

    def _answer(self, msg_id: int) -> Packet:
        while not self._answers:
            data = self._socket.recv(4096)
            if not data:
                raise Refusal("the platform hung up")
            self._answers += [jt808.decode_frame(content) for content in self._splitter.feed(data)]
        answer = self._answers.pop(0)
        if answer.msg_id != msg_id:
            raise Refusal(f"unexpected message {answer.msg_id:04X}")
        return answer

    def _acknowledged(self, packet: Packet) -> None:
        serial, msg_id, result = jt808.decode_ack(self._answer(Msg.PLATFORM_ACK).body)
        if (serial, msg_id) != (packet.serial, packet.msg_id) or result != Ack.OK:
            raise Refusal(f"message {packet.msg_id:04X} serial {packet.serial}: {result.name}")
