"""The gateway against a real NATS: what is acknowledged stands in the stream, once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from lantu.monitoring.ingest.publish import Publisher
from lantu.monitoring.ingest.stream import ensure_stream, stream_info
from lantu.monitoring.ingest.wire import Wire
from lantu.monitoring.tests.hj212_station import NOW, data
from lantu.monitoring.tests.test_gateway_server import serving
from lantu.runtime.testing import TemporaryNats, temporary_nats

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def nats() -> Iterator[TemporaryNats]:
    with temporary_nats() as server, closing(Wire(server.url, name="test")) as wire:
        ensure_stream(wire)
        yield server


def messages(nats: TemporaryNats) -> int:
    with closing(Wire(nats.url, name="test")) as wire:
        return stream_info(wire).messages


def test_repeats_are_acknowledged_and_stand_in_the_stream_once(nats: TemporaryNats) -> None:
    async def talk() -> None:
        async with serving(stream=Publisher(nats.url)) as bench:
            packets = [data(NOW - timedelta(minutes=n)) for n in range(200)]
            before = messages(nats)
            for _ in range(2):
                reader, writer = await bench.connect()
                writer.write(b"".join(packets))
                for _ in packets:
                    assert b"CN=9014" in await asyncio.wait_for(reader.readuntil(b"\r\n"), 20)
                writer.close()
            assert messages(nats) - before == 200
            assert bench.meters.counts["batches"] < 400

    asyncio.run(talk())


def test_what_was_not_acknowledged_is_sent_again_and_nothing_is_doubled(nats: TemporaryNats) -> None:
    """A gateway that dies between the stream's and its own acknowledgement: the logger repeats to the next one."""

    async def talk() -> None:
        packets = [data(NOW - timedelta(hours=9, minutes=n)) for n in range(100)]
        before = messages(nats)
        async with serving(stream=Publisher(nats.url)) as first:
            _reader, writer = await first.connect()
            writer.write(b"".join(packets[:60]))
            await first.until(lambda: first.meters.counts["messages_stored"])
            writer.transport.abort()
        async with serving(stream=Publisher(nats.url)) as second:
            reader, writer = await second.connect()
            writer.write(b"".join(packets))
            for _ in packets:
                assert b"CN=9014" in await asyncio.wait_for(reader.readuntil(b"\r\n"), 20)
            writer.close()
        assert messages(nats) - before == 100

    asyncio.run(talk())


def test_quarantine_takes_the_same_way(nats: TemporaryNats) -> None:
    async def talk() -> None:
        async with serving(stream=Publisher(nats.url)) as bench:
            before = messages(nats)
            _reader, writer = await bench.connect()
            writer.write(data(mn="NOBODY1") + b"junk junk")
            await bench.until(lambda: bench.meters.counts["messages_stored"] >= 2)
            assert messages(nats) - before == 2
            writer.close()

    asyncio.run(talk())
