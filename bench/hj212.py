"""HJ 212: how many packets one core reads, how many pass the gateway into the stream, what idle connections cost.

The gateway runs in a process of its own, as under `lantu up`, against a NATS of its own with the stream TELEMETRY on disk; the
load generator shares the machine. Stations are given directly, so no database takes part: what happens behind the stream
is measured by telemetry_live.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.tables import Table, number, percentile
from bench.telemetry_fleet import setup_django

STATIONS = 200
IDLE = 5_000
SECONDS = 8.0
WINDOW = 8
FACTORS = (
    "a34002-Rtd=66.0,a34002-Flag=N;a34004-Rtd=25.0,a34004-Flag=N;a34001-Rtd=132.0,a34001-Flag=N;LA-Rtd=66.8,LA-Flag=N;"
    "a01001-Rtd=13.5,a01001-Flag=N;a01002-Rtd=43.8,a01002-Flag=N;a01007-Rtd=3.5,a01007-Flag=N;a01008-Rtd=30,a01008-Flag=N"
)
READINGS = 8


def _mn(index: int) -> str:
    return f"BENCH{index:019d}"


def _packet(index: int, at: datetime, qn: int) -> bytes:
    from lantu.calc import hj212

    return hj212.build(
        cn="2011",
        mn=_mn(index),
        st="39",
        qn=str(qn),
        pw="123456",
        flag=5,
        content=f"DataTime={hj212.time_text(at)};{FACTORS}",
    )


def _directory() -> Any:
    from lantu.monitoring.gateway.hj212.factors import Limits
    from lantu.monitoring.gateway.hj212.stations import Directory, Station

    wide = Limits("", -1e9, 1e9)
    keys = ("pm10", "pm25", "tsp", "noise", "temperature", "humidity", "wind_speed", "wind_direction")
    channels = dict.fromkeys(keys, wide)
    return Directory(
        [
            Station(
                index + 1,
                _mn(index),
                f"B{index}",
                f"lantu.bench.B{index}.telemetry",
                pw="123456",
                channels=channels,
            )
            for index in range(max(STATIONS, IDLE))
        ]
    )


async def _serve(url: str) -> None:
    """The gateway's process: prints its port, then a line of JSON whenever a line comes on standard input."""
    import psutil

    from lantu.monitoring.gateway.hj212.handler import PROTOCOL, Hj212Handler
    from lantu.monitoring.gateway.meters import Meters
    from lantu.monitoring.gateway.server import Limits, Server
    from lantu.monitoring.gateway.sink import Sink
    from lantu.monitoring.ingest.publish import Publisher

    meters = Meters()
    sink = Sink(Publisher(url), meters)
    limits = Limits(packets_per_s=1e9, burst=1e9, greeting_s=900, idle_s=900, per_address=20_000)
    server = Server(
        PROTOCOL, Hj212Handler(_directory()), sink, meters, clock=lambda: datetime.now(UTC), limits=limits
    )
    port = await server.listen("127.0.0.1", 0)
    sending = asyncio.create_task(sink.run())
    print(port, flush=True)
    own = psutil.Process()
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        server.sweep()
        cpu = own.cpu_times()
        print(
            json.dumps({"rss": own.memory_info().rss, "cpu": cpu.user + cpu.system, **meters.as_json()}),
            flush=True,
        )
    sending.cancel()


class _Gateway:
    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self.port = port

    def state(self) -> dict[str, float]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: dict[str, float] = json.loads(self._process.stdout.readline())
        return found


@contextmanager
def _gateway(url: str) -> Iterator[_Gateway]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.hj212", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield _Gateway(process, int(process.stdout.readline()))
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)


class _Device(asyncio.Protocol):
    """A logger that keeps WINDOW packets on their way; ``waits`` are the times from sending to acknowledgement."""

    def __init__(self, packets: list[bytes], waits: list[float]) -> None:
        self._packets = packets
        self._waits = waits
        self._sent: list[float] = []
        self._next = 0
        self._rest = b""
        self.acked = 0
        self.running = True
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, count: int) -> None:
        assert self._transport is not None
        chosen = [self._packets[(self._next + n) % len(self._packets)] for n in range(count)]
        self._next += count
        self._sent += [time.perf_counter()] * count
        self._transport.write(b"".join(chosen))

    def data_received(self, data: bytes) -> None:
        got = (self._rest + data).count(b"\r\n")
        self._rest = data[-1:] if data.endswith(b"\r") else b""
        if not got:
            return
        moment = time.perf_counter()
        self._waits.extend(moment - sent for sent in self._sent[:got])
        del self._sent[:got]
        self.acked += got
        if self.running:
            self.send(got)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def _load(port: int, devices: int, window: int, seconds: float) -> tuple[int, float, list[float]]:
    """(acknowledged packets, seconds, waits)."""
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    start = datetime.now(UTC) - timedelta(hours=2)
    fleet = []
    for index in range(devices):
        packets = [
            _packet(index, start + timedelta(seconds=n), 20_260_101_000_000_000 + n) for n in range(1_000)
        ]
        _transport, device = await loop.create_connection(
            lambda p=packets: _Device(p, waits), "127.0.0.1", port
        )
        fleet.append(device)
    began = time.perf_counter()
    for device in fleet:
        device.send(window)
    await asyncio.sleep(seconds)
    acked, took = sum(device.acked for device in fleet), time.perf_counter() - began
    for device in fleet:
        device.running = False
    await asyncio.sleep(0.5)
    for device in fleet:
        device.close()
    return acked, took, waits


def _decode_rate() -> tuple[float, float, float]:
    """Packets per second in one process: cut and checked; read into factors; turned into the stream's message."""
    from lantu.calc import hj212
    from lantu.monitoring.gateway.hj212.admit import admit, read_data

    directory = _directory()
    now = datetime.now(UTC)
    stream = b"".join(_packet(n % STATIONS, now, 20_260_101_000_000_000 + n) for n in range(20_000))
    rates = []
    for depth in (1, 2, 3):
        framer = hj212.Framer()
        count = 0
        began = time.perf_counter()
        for at in range(0, len(stream), 32_768):
            for item in framer.feed(
                stream[at : at + 32_768], lambda f: hj212.crc_fits(f.segment, f.crc, hj212.CrcMode.STD)
            ):
                assert isinstance(item, hj212.Frame)
                count += 1
                if depth == 2:
                    hj212.parse(item.segment)
                elif depth == 3:
                    read_data(*admit(directory, item.segment), now)
        rates.append(count / (time.perf_counter() - began))
    return rates[0], rates[1], rates[2]


async def _hold(port: int, gateway: _Gateway) -> tuple[float, float, list[float]]:
    """(bytes per idle connection, seconds to open them, waits of one device that talks meanwhile)."""
    from lantu.calc import hj212

    beat = {
        index: hj212.build(cn="9015", mn=_mn(index), st="39", qn="20260101000000000", pw="123456", flag=9)
        for index in range(IDLE)
    }
    before = gateway.state()["rss"]
    began = time.perf_counter()
    writers = []
    for first in range(0, IDLE, 100):
        pairs = await asyncio.gather(
            *(asyncio.open_connection("127.0.0.1", port) for _ in range(min(100, IDLE - first)))
        )
        for offset, (reader, writer) in enumerate(pairs):
            writer.write(beat[first + offset])
            writers.append((reader, writer))
        await asyncio.gather(*(reader.readuntil(b"\r\n") for reader, _ in pairs))
    opened = time.perf_counter() - began
    state = gateway.state()
    assert state["connections"] == IDLE, state
    _acked, _took, waits = await _load(port, 1, 1, 3.0)
    for _reader, writer in writers:
        writer.close()
    return (state["rss"] - before) / IDLE, opened, waits


def measure() -> list[Table]:
    """See the module."""
    setup_django()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    from lantu.monitoring.ingest.stream import ensure_stream
    from lantu.monitoring.ingest.wire import Wire
    from lantu.runtime.testing import temporary_nats

    framed, parsed, whole = _decode_rate()
    with temporary_nats() as nats:
        ensure_stream(Wire(nats.url, name="bench"))
        with _gateway(nats.url) as gateway:
            before = gateway.state()
            acked, took, waits = asyncio.run(_load(gateway.port, STATIONS, WINDOW, SECONDS))
            after = gateway.state()
            busy = (after["cpu"] - before["cpu"]) / took
        with _gateway(nats.url) as gateway:
            per_connection, opened, calm = asyncio.run(_hold(gateway.port, gateway))
    size = len(_packet(0, datetime.now(UTC), 20_260_101_000_000_000))
    rows = [
        ["cut out of the byte stream, check sum verified", f"{number(framed, 0)} packets/s per core"],
        ["… and read into factors", f"{number(parsed, 0)} packets/s per core"],
        [
            "… admitted (MN, password), units, ranges, message for the stream",
            f"{number(whole, 0)} packets/s per core",
        ],
        [
            f"through the gateway: {STATIONS} connections, stored in the stream, acknowledged",
            f"{number(acked / took, 0)} packets/s = {number(READINGS * acked / took, 0)} readings/s; {number(busy, 2)} cores of the gateway",
        ],
        [
            "wait for the acknowledgement under that load, p50 / p99",
            f"{_ms(waits, 0.5)} / {_ms(waits, 0.99)} ms",
        ],
        [
            f"{number(IDLE, 0)} idle connections: memory of the gateway per connection",
            f"{number(per_connection / 1024, 1)} KiB",
        ],
        [f"opening and greeting {number(IDLE, 0)} connections", f"{number(opened, 1)} s"],
        ["one device that talks beside them: wait p50 / p99", f"{_ms(calm, 0.5)} / {_ms(calm, 0.99)} ms"],
    ]
    notes = [
        f"Packets of {size} bytes with eight factors and eight marks, flag 5 (answer wanted); {WINDOW} unanswered packets per connection under load: the wait is mostly theirs.",
        "NATS syncs its file every second: acknowledged means that it survives any process, and a power failure after that second.",
    ]
    goals = [(f"{number(IDLE, 0)} idle connections held", True)]
    return [Table("HJ 212 gateway", ["what", "measured"], rows, notes, goals)]


def _ms(waits: list[float], share: float) -> str:
    return number(1000 * percentile(waits, share), 1) if waits else "—"


if __name__ == "__main__":
    setup_django()
    asyncio.run(_serve(sys.argv[1]))
