"""The demonstration's devices, live: each connects with its own token and reports at its own period."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

import structlog

from lantu.monitoring.simulate.actors import Actor
from lantu.monitoring.simulate.logger import talk
from lantu.monitoring.simulate.mqtt import KEEP_ALIVE_S, MqttRefused, Publisher, text
from lantu.monitoring.simulate.signals import EXCESS_CHANCE, in_gap, unit

log = structlog.get_logger(__name__)
CONNECTS_AT_ONCE = 20
LONGEST_PAUSE_S = 60.0
# A visitor first sees the city as its history left it; new trouble comes later.
CALM_AFTER_START_S = 1800.0


async def run_fleet(
    actors: Iterable[Actor], *, host: str, port: int, stop: asyncio.Event, chance: float = EXCESS_CHANCE,
    gateway: tuple[str, int] | None = None,
) -> None:  # fmt: skip
    """Play all devices until ``stop`` is set; stations of HJ 212 over the gateway, where there is one."""
    gate = asyncio.Semaphore(CONNECTS_AT_ONCE)
    tasks = [
        asyncio.create_task(
            _play_logger(actor, *gateway, chance)
            if gateway is not None and actor.mn
            else _play(actor, host, port, gate, chance)
        )
        for actor in actors
    ]
    log.info("fleet_started", devices=len(tasks))
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _play(actor: Actor, host: str, port: int, gate: asyncio.Semaphore, chance: float) -> None:
    """One device: connect, report, and connect again after any loss."""
    # Spread over the period, so that thousands of devices do not speak in the same second.
    await asyncio.sleep(unit(actor.code, "phase") * min(actor.period_s, 60))
    pause = 1.0
    while True:
        try:
            async with gate:
                publisher = await Publisher.open(
                    host, port, client_id=actor.code, user=actor.code, password=actor.token
                )
            pause = 1.0
            await _report(actor, publisher, chance)
        except MqttRefused as refusal:
            log.warning("device_refused", device=actor.code, code=refusal.code)
        except (OSError, TimeoutError) as error:
            log.info("device_offline", device=actor.code, why=str(error) or repr(error))
        await asyncio.sleep(pause * (1 + unit(actor.code, time.time())))
        pause = min(pause * 2, LONGEST_PAUSE_S)


async def _play_logger(actor: Actor, host: str, port: int, chance: float) -> None:
    """One station of HJ 212: connect, report, and connect again after any loss."""
    await asyncio.sleep(unit(actor.code, "phase") * min(actor.period_s, 60))
    pause = 1.0
    while True:
        connected = time.monotonic()
        try:
            await talk(actor, host, port, chance=chance)
        except OSError as error:
            log.info("device_offline", device=actor.code, why=str(error) or repr(error))
        pause = 1.0 if time.monotonic() - connected > LONGEST_PAUSE_S else min(pause * 2, LONGEST_PAUSE_S)
        await asyncio.sleep(pause * (1 + unit(actor.code, time.time())))


async def _report(actor: Actor, publisher: Publisher, chance: float) -> None:
    topic = text(actor.topic)
    pinged = started = time.monotonic()
    try:
        while publisher.is_open:
            at = time.time()
            if not in_gap(actor.code, at):
                calm = time.monotonic() - started < CALM_AFTER_START_S
                publisher.send(topic, actor.payload(at, chance=0.0 if calm else chance))
                pinged = time.monotonic()
            elif time.monotonic() - pinged > KEEP_ALIVE_S / 2:
                publisher.ping()
                pinged = time.monotonic()
            await asyncio.wait([publisher.closed], timeout=min(actor.period_s, KEEP_ALIVE_S / 2))
            while publisher.is_open and time.time() - at < actor.period_s:
                publisher.ping()
                await asyncio.wait(
                    [publisher.closed], timeout=min(actor.period_s - (time.time() - at), KEEP_ALIVE_S / 2)
                )
    finally:
        publisher.close()
