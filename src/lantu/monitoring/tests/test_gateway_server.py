"""Real sockets: nothing acknowledged before it is durable, and nobody lives at the others' cost."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from lantu.monitoring.gateway.hj212.handler import PROTOCOL, Hj212Handler
from lantu.monitoring.gateway.hj212.stations import Directory
from lantu.monitoring.gateway.meters import Meters
from lantu.monitoring.gateway.server import Limits, Server
from lantu.monitoring.gateway.sink import Sink
from lantu.monitoring.ingest.publish import Outgoing, StreamUnavailable
from lantu.monitoring.tests.hj212_station import NOW, data, packet, station


class Stream:
    """Stands for the stream: takes, or is away as often as asked."""

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []
        self.away = 0

    def publish(self, messages: Sequence[Outgoing]) -> list[int]:
        if self.away:
            self.away -= 1
            raise StreamUnavailable("away")
        self.taken.extend(messages)
        return list(range(len(messages)))


class Bench:
    """A server with a stream of our own and a clock in our hand."""

    def __init__(self, stream: Any, limits: Limits) -> None:
        self.stream = stream
        self.meters = Meters()
        self.sink = Sink(stream, self.meters)
        handler = Hj212Handler(Directory([station(f"ZX{n:05d}", n) for n in range(1, 50)]))
        self.server = Server(PROTOCOL, handler, self.sink, self.meters, clock=lambda: NOW, limits=limits)
        self.moment = 1000.0
        self.server.monotonic = lambda: self.moment
        self.port = 0

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not true():
                await asyncio.sleep(0.005)

    def kept(self) -> list[str]:
        return [(m.headers or {}).get("Lantu-Reason", "") for m in self.stream.taken]


@asynccontextmanager
async def serving(limits: Limits | None = None, stream: Any = None) -> AsyncIterator[Bench]:
    bench = Bench(stream or Stream(), limits or Limits())
    bench.port = await bench.server.listen("127.0.0.1", 0)
    sending = asyncio.create_task(bench.sink.run())
    try:
        yield bench
    finally:
        await bench.server.close()
        bench.sink.stop()
        await asyncio.wait_for(sending, 10)


async def ended(reader: asyncio.StreamReader) -> bool:
    """Wait for the end of a connection; a reset is as good as an end."""
    try:
        return await asyncio.wait_for(reader.read(), 10) == b""
    except ConnectionError:
        return True


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(test())


def test_a_packet_is_stored_and_then_acknowledged() -> None:
    async def talk() -> None:
        async with serving() as bench:
            reader, writer = await bench.connect()
            writer.write(data())
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)
            assert b"CN=9014" in answer
            (message,) = bench.stream.taken
            assert json.loads(message.payload)["values"] == {"pm10": 66.0}
            writer.close()

    run(talk)


def test_a_stream_that_is_away_keeps_devices_waiting_and_loses_nothing() -> None:
    async def talk() -> None:
        stream = Stream()
        stream.away = 2
        async with serving(stream=stream) as bench:
            reader, writer = await bench.connect()
            writer.write(data() + data(mn="ZX00002"))
            for _ in range(2):
                assert b"CN=9014" in await asyncio.wait_for(reader.readuntil(b"\r\n"), 20)
            assert len(stream.taken) == 2
            assert bench.meters.counts["stream_unavailable"] == 2
            writer.close()

    run(talk)


def test_rejected_packets_travel_to_quarantine_through_the_stream() -> None:
    async def talk() -> None:
        async with serving() as bench:
            _reader, writer = await bench.connect()
            writer.write(b"hello\r\n" + data(pw="wrong") + data(pw="wrong\r\nLantu-Source: mqtt"))
            await bench.until(lambda: len(bench.stream.taken) >= 3)
            assert bench.kept()[:2] == ["bad_frame", "wrong_password"]
            assert {message.subject for message in bench.stream.taken} == {"lantu.gateway.hj212.telemetry"}
            headers = bench.stream.taken[1].headers or {}
            # A mere claim of a name never looks like a device of ours.
            assert headers["Lantu-Device"] == "%3FZX00001"
            writer.close()

    run(talk)


def test_bytes_without_a_packet_do_not_keep_a_connection_open() -> None:
    async def talk() -> None:
        async with serving(Limits(greeting_s=60, idle_s=300)) as bench:
            slow, slow_writer = await bench.connect()
            good, good_writer = await bench.connect()
            good_writer.write(packet(cn="9015", flag=8))
            await asyncio.wait_for(good.readuntil(b"\r\n"), 10)
            for byte in b"##0100QN=":
                slow_writer.write(bytes([byte]))
                bench.moment += 10
                await asyncio.sleep(0.01)
                bench.server.sweep()
            assert await ended(slow)
            assert bench.meters.counts["closed_no_greeting"] == 1
            assert len(bench.server.connections) == 1
            bench.moment += 301
            bench.server.sweep()
            assert await ended(good)
            assert bench.meters.counts["closed_idle"] == 1
            slow_writer.close()
            good_writer.close()

    run(talk)


def test_a_device_that_sends_too_fast_is_read_slowly_and_the_others_are_not() -> None:
    async def talk() -> None:
        async with serving(Limits(packets_per_s=10, burst=20)) as bench:
            _reader, loud = await bench.connect()
            loud.write(b"".join(data(flag=4, factors=f"a34002-Rtd={n}") for n in range(60)))
            await bench.until(lambda: bench.meters.counts["throttled"])
            stored = len(bench.stream.taken)
            loud.write(data(flag=4, factors="a34002-Rtd=99"))
            reader, quiet = await bench.connect()
            quiet.write(data(mn="ZX00002"))
            assert b"9014" in await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)
            bench.server.sweep()
            await asyncio.sleep(0.05)
            assert len(bench.server.paused) == 1
            bench.moment += 30
            bench.server.sweep()
            await bench.until(lambda: len(bench.stream.taken) > stored + 1)
            assert not bench.server.paused
            loud.close()
            quiet.close()

    run(talk)


def test_garbage_is_cut_off_and_kept_in_samples_only() -> None:
    async def talk() -> None:
        async with serving(Limits(strangers_kept_per_minute=5)) as bench:
            for _ in range(4):
                reader, writer = await bench.connect()
                writer.write(b"\x16\x03\x01" + b"\xff" * 200_000)
                assert await ended(reader)
                writer.close()
            await bench.until(lambda: bench.meters.counts["closed_garbage"] == 4)
            await bench.until(lambda: bench.meters.counts["messages_stored"] == 5)
            assert bench.meters.counts["rejected_not_kept"] > 0
            assert all(len(message.payload) <= 16 * 1024 for message in bench.stream.taken)

    run(talk)


def test_connections_are_limited_in_all_and_per_address() -> None:
    async def talk() -> None:
        async with serving(Limits(connections=3, per_address=2)) as bench:
            pairs = [await bench.connect() for _ in range(2)]
            await bench.until(lambda: len(bench.server.connections) == 2)
            reader, _writer = await bench.connect()
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await asyncio.wait_for(reader.readexactly(1), 10)
            assert bench.meters.counts["refused_connections"] == 1
            for _reader, writer in pairs:
                writer.close()
            await bench.until(lambda: not bench.server.connections)
            assert not bench.server.by_address

    run(talk)


def test_a_peer_that_asks_and_never_reads_is_dropped() -> None:
    async def talk() -> None:
        async with serving(Limits(burst=1e9, packets_per_s=1e9)) as bench:
            sock = socket.create_connection(("127.0.0.1", bench.port))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.setblocking(False)
            loop = asyncio.get_running_loop()
            burst = packet(cn="9015", flag=8) * 2_000

            async def push() -> None:
                while True:
                    await loop.sock_sendall(sock, burst)

            pushing = asyncio.create_task(push())
            await bench.until(lambda: bench.meters.counts["closed_does_not_read"])
            pushing.cancel()
            await asyncio.gather(pushing, return_exceptions=True)
            sock.close()

    run(talk)


def test_a_failure_of_ours_costs_one_connection_only(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk() -> None:
        async with serving() as bench:
            reader, writer = await bench.connect()
            await bench.until(lambda: bench.server.connections)
            (connection,) = bench.server.connections
            session = connection._session
            monkeypatch.setattr(type(session), "_frame", lambda *_: 1 / 0)
            writer.write(data())
            assert await ended(reader)
            monkeypatch.undo()
            reader, again = await bench.connect()
            again.write(data())
            assert b"9014" in await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)
            assert bench.meters.counts["session_failures"] == 1
            assert "unprocessable" in bench.kept()
            writer.close()
            again.close()

    run(talk)


def test_a_message_that_cannot_be_published_is_left_out_alone() -> None:
    class Picky(Stream):
        def publish(self, messages: Sequence[Outgoing]) -> list[int]:
            if any(b"13.0" in message.payload for message in messages):
                raise ValueError("defect")
            return super().publish(messages)

    async def talk() -> None:
        async with serving(stream=Picky()) as bench:
            reader, writer = await bench.connect()
            writer.write(b"".join(data(factors=f"a34002-Rtd={n}.0") for n in range(20)))
            for _ in range(19):
                assert b"9014" in await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)
            assert len(bench.stream.taken) == 19
            assert bench.meters.counts["unpublishable"] == 1
            assert not bench.sink.crowded
            writer.close()

    run(talk)
