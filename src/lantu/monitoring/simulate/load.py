"""Load: many connections, QoS 1, at a fixed rate or as fast as the broker acknowledges."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from lantu.monitoring.simulate.actors import Actor
from lantu.monitoring.simulate.mqtt import Publisher, text

TICK_S = 0.005
CONNECTS_AT_ONCE = 64


@dataclass
class LoadReport:
    """What was sent and acknowledged. Rates in messages per second; ``exceeding`` messages broke a limit."""

    connections: int = 0
    sent: int = 0
    acked: int = 0
    exceeding: int = 0
    seconds: float = 0.0
    seconds_to_ack: float = 0.0
    lost_connections: int = 0
    started_at: float = 0.0

    @property
    def rate(self) -> float:
        """Messages per second over the sending time."""
        return self.sent / self.seconds if self.seconds else 0.0


@dataclass
class Sender:
    """A connected device with its ready-made payload pieces."""

    publisher: Publisher
    topic: bytes
    normal: bytes
    exceeding: bytes
    last_ms: int = 0


def payload_tail(actor: Actor, *, exceeding: bool) -> bytes:
    """Everything after the time stamp: four plausible values, PM10 beyond every limit when ``exceeding``."""
    usual = {"pm10": 88.1, "pm25": 40.2, "noise": 51.2, "wind_speed": 3.2}
    values = {key: usual.get(key, 1.0) for key, _decimals in actor.channels[:4]}
    if exceeding and actor.channels:
        first = actor.channels[0][0]
        values[first] = {"pm10": 320.5}.get(first, values[first] * 4)
    body = ",".join(f'"{key}":{value}' for key, value in values.items())
    return b',"values":{%s}}' % body.encode()


async def connect_all(actors: list[Actor], *, host: str, port: int, window: int) -> list[Sender]:
    """One authenticated connection per actor. Raises the first refusal."""
    gate = asyncio.Semaphore(CONNECTS_AT_ONCE)

    async def one(actor: Actor) -> Sender:
        async with gate:
            publisher = await Publisher.open(
                host, port, client_id=actor.code, user=actor.code, password=actor.token
            )
        publisher.window = window
        return Sender(
            publisher,
            text(actor.topic),
            payload_tail(actor, exceeding=False),
            payload_tail(actor, exceeding=True),
        )

    return list(await asyncio.gather(*(one(actor) for actor in actors)))


async def run_load(
    senders: list[Sender],
    *,
    rate: float,
    seconds: float,
    count: int | None = None,
    exceed_every: int = 0,
    stop: asyncio.Event | None = None,
) -> LoadReport:
    """Send for ``seconds`` (or ``count`` messages, or until ``stop``) at ``rate`` per second; rate 0 = as fast as
    acknowledged.

    Every ``exceed_every``-th message breaks a limit (0 = none). Returns after the last acknowledgement.
    """
    report = LoadReport(connections=len(senders), started_at=time.time())
    before = sum(sender.publisher.acked for sender in senders)
    start = time.monotonic()
    turn = 0
    while (count is None or report.sent < count) and time.monotonic() - start < seconds:
        if stop is not None and stop.is_set():
            break
        elapsed = time.monotonic() - start
        due = int(elapsed * rate) - report.sent if rate else len(senders) * 8
        if count is not None:
            due = min(due, count - report.sent)
        done = 0
        while done < due:
            sender = senders[turn % len(senders)]
            turn += 1
            room = sender.publisher.window - sender.publisher.in_flight
            share = min(due - done, max(1, due // len(senders)), room)
            if share > 0:
                _send(sender, share, report, exceed_every)
                done += share
            elif turn % len(senders) == 0:
                break
        await asyncio.sleep(TICK_S if rate else 0)
    report.seconds = time.monotonic() - start
    deadline = time.monotonic() + 60
    while any(s.publisher.in_flight and s.publisher.is_open for s in senders) and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    report.seconds_to_ack = time.monotonic() - start
    report.acked = sum(sender.publisher.acked for sender in senders) - before
    report.lost_connections = sum(not sender.publisher.is_open for sender in senders)
    return report


def _send(sender: Sender, share: int, report: LoadReport, exceed_every: int) -> None:
    # Distinct times per device: equal (device, time) would be a duplicate.
    now = int(time.time() * 1000)
    payloads = []
    for _ in range(share):
        report.sent += 1
        breaks = exceed_every and report.sent % exceed_every == 0
        report.exceeding += bool(breaks)
        sender.last_ms = max(sender.last_ms + 1, now)
        payloads.append(b'{"ts":%d%s' % (sender.last_ms, sender.exceeding if breaks else sender.normal))
    sender.publisher.send_many(sender.topic, payloads)
