"""A station without a database, a link without a socket, and a logger that writes packets."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from lantu.calc import hj212
from lantu.calc.hj212 import CrcMode
from lantu.monitoring.gateway.hj212.factors import Limits
from lantu.monitoring.gateway.hj212.handler import Hj212Handler
from lantu.monitoring.gateway.hj212.stations import Directory, Station
from lantu.monitoring.gateway.protocol import Rejection
from lantu.monitoring.ingest.publish import Outgoing

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
PW = "s3cret"
CHANNELS = {
    "pm10": Limits("µg/m³", 0, 5000),
    "pm25": Limits("µg/m³", 0, 5000),
    "tsp": Limits("µg/m³", 0, 20000),
    "noise": Limits("dB(A)", 20, 140),
    "pressure": Limits("kPa", 80, 110),
}


def station(mn: str = "ZX00001", number: int = 1, **more: Any) -> Station:
    return Station(
        device_id=number, mn=mn, code=f"D{number}", subject=f"lantu.P1.D{number}.telemetry", pw=PW, channels=CHANNELS, **more
    )  # fmt: skip


class FakeLink:
    """Keeps what the session does; ``store_now`` lets the stream acknowledge."""

    peer = "192.0.2.7"

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.published: list[Outgoing] = []
        self.rejected: list[Rejection] = []
        self.counts: dict[str, int] = {}
        self.closed = ""
        self.packets = 0
        self._waiting: list[Callable[[], None]] = []

    def send(self, data: bytes) -> None:
        self.sent.append(data)

    def store(self, messages: Sequence[Outgoing], stored: Callable[[], None] | None = None) -> None:
        self.published.extend(messages)
        if stored is not None:
            self._waiting.append(stored)

    def reject(self, rejection: Rejection, stored: Callable[[], None] | None = None) -> None:
        self.rejected.append(rejection)
        if stored is not None:
            self._waiting.append(stored)

    def heard(self, packets: int = 1) -> None:
        self.packets += packets

    def count(self, name: str, number: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + number

    def close(self, why: str) -> None:
        self.closed = self.closed or why

    def store_now(self) -> None:
        waiting, self._waiting = self._waiting, []
        for stored in waiting:
            stored()

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(message.payload) for message in self.published]

    @property
    def packets_sent(self) -> list[hj212.Packet]:
        framer = hj212.Framer()
        items = framer.feed(b"".join(self.sent), lambda _frame: True)
        return [hj212.parse(item.segment) for item in items if isinstance(item, hj212.Frame)]


class Logger:
    """The other side of a session."""

    def __init__(self, *stations: Station) -> None:
        self.handler = Hj212Handler(Directory(list(stations or [station()])))
        self.link = FakeLink()
        self.session = self.handler.session(self.link)
        self.now = NOW

    def says(self, data: bytes, *, store: bool = True) -> FakeLink:
        self.session.feed(data, self.now)
        if store:
            self.link.store_now()
        return self.link

    def later(self, **delta: float) -> FakeLink:
        self.now += timedelta(**delta)
        self.session.tick(self.now)
        return self.link


def packet(content: str = "", **more: Any) -> bytes:
    """A packet of the station ZX00001, real-time data with answer wanted unless said otherwise."""
    fields: dict[str, Any] = {
        "cn": "2011", "mn": "ZX00001", "st": "22", "pw": PW, "flag": 5, "qn": hj212.time_text(NOW, millis=True), "mode": CrcMode.STD,
    }  # fmt: skip
    return hj212.build(content=content, **fields | more)


def data(at: datetime = NOW, factors: str = "a34002-Rtd=66.0,a34002-Flag=N", **more: Any) -> bytes:
    return packet(f"DataTime={hj212.time_text(at)};{factors}", **more)
