"""An MQTT 3.1.1 publisher with QoS 1 on asyncio: real CONNECT, real PUBACK, thousands of connections in one process."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from typing import cast

KEEP_ALIVE_S = 120
CONNACK, PUBACK, PINGRESP = 0x20, 0x40, 0xD0


class MqttRefused(ConnectionError):
    """The broker refused the connection; ``code`` is its return code (4, 5: wrong credentials)."""

    def __init__(self, code: int) -> None:
        super().__init__(f"connection refused with code {code}")
        self.code = code


def remaining_length(size: int) -> bytes:
    """MQTT's variable length, 0 … 268,435,455."""
    out = bytearray()
    while True:
        size, digit = divmod(size, 128)
        out.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(out)


def text(value: str) -> bytes:
    """A length-prefixed UTF-8 string."""
    raw = value.encode()
    return struct.pack("!H", len(raw)) + raw


def connect_packet(client_id: str, user: str, password: str) -> bytes:
    """CONNECT with clean session, user name and password."""
    body = (
        text("MQTT")
        + bytes([4, 0xC2])
        + struct.pack("!H", KEEP_ALIVE_S)
        + text(client_id)
        + text(user)
        + text(password)
    )
    return b"\x10" + remaining_length(len(body)) + body


def publish_packet(topic: bytes, packet_id: int, payload: bytes) -> bytes:
    """PUBLISH with QoS 1; ``topic`` is already length-prefixed."""
    size = len(topic) + 2 + len(payload)
    return b"\x32" + remaining_length(size) + topic + struct.pack("!H", packet_id) + payload


class Publisher(asyncio.Protocol):
    """One connection. ``in_flight`` counts what is unacknowledged; ``window`` is how much the owner means to allow."""

    def __init__(self) -> None:
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._packet_id = 0
        self.in_flight = 0
        self.acked = 0
        self.window = 64
        self.closed = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, host: str, port: int, *, client_id: str, user: str, password: str) -> Publisher:
        """Connect and wait for CONNACK. Raises MqttRefused, OSError or TimeoutError."""
        loop = asyncio.get_running_loop()
        transport, publisher = await loop.create_connection(cls, host, port)
        transport.write(connect_packet(client_id, user, password))
        try:
            await asyncio.wait_for(publisher._connected, timeout=20)
        except BaseException:
            transport.close()
            raise
        return publisher

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._connected.done():
            self._connected.set_exception(exc or ConnectionError("closed by the broker"))
        if not self.closed.done():
            self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data
        position, acks = 0, 0
        while position + 2 <= len(buffer):
            size = buffer[position + 1]  # everything a publisher receives is shorter than 128 bytes
            end = position + 2 + size
            if end > len(buffer):
                break
            kind = buffer[position] & 0xF0
            if kind == PUBACK:
                acks += 1
            elif kind == CONNACK and not self._connected.done():
                code = buffer[position + 3]
                self._connected.set_exception(MqttRefused(code)) if code else self._connected.set_result(None)
            position = end
        self._buffer = buffer[position:]
        if acks:
            self.acked += acks
            self.in_flight -= acks

    @property
    def is_open(self) -> bool:
        """False once the connection is gone."""
        return not self.closed.done()

    def send(self, topic: bytes, payload: bytes) -> None:
        """Publish without waiting. Raises ConnectionError when the connection is gone."""
        self.send_many(topic, [payload])

    def send_many(self, topic: bytes, payloads: Sequence[bytes]) -> None:
        """Publish several messages in one write."""
        if not self.is_open or self._transport is None:
            raise ConnectionError("the broker has closed the connection")
        packets = []
        for payload in payloads:
            self._packet_id = self._packet_id % 65535 + 1
            packets.append(publish_packet(topic, self._packet_id, payload))
        self.in_flight += len(packets)
        self._transport.write(b"".join(packets))

    def ping(self) -> None:
        """Keep an idle connection alive."""
        if self.is_open and self._transport is not None:
            self._transport.write(b"\xc0\x00")

    def close(self) -> None:
        """DISCONNECT and close."""
        if self._transport is not None and self.is_open:
            self._transport.write(b"\xe0\x00")
            self._transport.close()
