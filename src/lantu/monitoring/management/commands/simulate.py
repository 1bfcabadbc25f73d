"""`manage simulate`: play the demonstration's devices, or make load."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lantu.monitoring.ingest.models import IngestOffset
from lantu.monitoring.simulate.actors import Actor
from lantu.monitoring.simulate.cast import demo_actors, prepare_demo_tokens
from lantu.monitoring.simulate.fleet import run_fleet
from lantu.monitoring.simulate.load import LoadReport, connect_all, run_load
from lantu.monitoring.simulate.signals import EXCESS_CHANCE
from lantu.monitoring.simulate.trucks import demo_trucks, run_trucks


class Command(BaseCommand):
    help = "Publish plausible readings over MQTT for the demonstration city, or load with --rate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sites", type=int, help="play the devices of this many projects (default: all)")
        parser.add_argument(
            "--rate", type=float, help="load: messages per second over all devices; 0 = at full speed"
        )
        parser.add_argument("--seconds", type=float, default=30.0, help="load: how long to send")
        parser.add_argument(
            "--exceed", type=int, default=100, help="load: every n-th message breaks a limit; 0 = none"
        )
        parser.add_argument(
            "--window", type=int, default=64, help="load: unacknowledged messages per connection"
        )
        parser.add_argument(
            "--chance",
            type=float,
            default=EXCESS_CHANCE,
            help="live: chance of an excess per channel and hour",
        )

        parser.add_argument(
            "--hj212",
            action=argparse.BooleanOptionalAction,
            default=True,
            help="live: stations of HJ 212 speak to the gateway (LANTU_HJ212_PORT), not MQTT",
        )

        parser.add_argument(
            "--jt808",
            action=argparse.BooleanOptionalAction,
            default=True,
            help="live: slag trucks report to the gateway (LANTU_JT808_PORT)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = (
            os.environ.get("LANTU_MQTT_HOST") or "127.0.0.1",
            int(os.environ.get("LANTU_MQTT_PORT") or 1883),
        )
        prepare_demo_tokens()
        actors = demo_actors(sites=options["sites"])
        if not actors:
            raise CommandError(
                "There are no demonstration devices to play: seed the demonstration city first."
            )
        if options["rate"] is None:
            gateway = os.environ.get("LANTU_HJ212_PORT") if options["hj212"] else None
            place = (host, int(gateway)) if gateway and gateway.isdigit() else None
            trucks = os.environ.get("LANTU_JT808_PORT") if options["jt808"] else None
            with _trucks_on_the_road(host, trucks):
                asyncio.run(_live(actors, host, port, options["chance"], place))
        else:
            self._load(actors, host, port, options)

    def _load(self, actors: list[Actor], host: str, port: int, options: dict[str, Any]) -> None:
        stored_before = stored_messages()
        report = asyncio.run(_load(actors, host, port, options))
        last, progressed = stored_messages(), time.time()
        # Wait for the worker to drain what the stream holds, as long as it makes progress.
        while last - stored_before < report.acked and time.time() - progressed < 15:
            time.sleep(0.05)
            now = stored_messages()
            if now != last:
                last, progressed = now, time.time()
        seconds = progressed - report.started_at
        stored = last - stored_before
        self.stdout.write(
            f"connections {report.connections}  sent {report.sent}  acknowledged {report.acked}  "
            f"exceeding {report.exceeding}  lost connections {report.lost_connections}\n"
            f"sent {report.rate:,.0f} messages/s; stored {stored} = {stored / max(seconds, 0.001):,.0f} messages/s"
        )


def stored_messages() -> int:
    """Messages that ingest has taken so far, over all partitions."""
    return sum(IngestOffset.objects.values_list("messages", flat=True))


@contextmanager
def _trucks_on_the_road(host: str, port: str | None) -> Iterator[None]:
    """Let the demonstration's trucks drive in a thread of their own meanwhile."""
    # Without a port, or with ``off``, there is no door for them.
    door = int(port) if port and port.isdigit() else 0
    trucks = demo_trucks() if door else []
    stop = threading.Event()
    thread = threading.Thread(
        target=run_trucks,
        args=(trucks,),
        kwargs={"host": host, "port": door, "stop": stop},
        daemon=True,
    )
    if trucks:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if trucks:
            thread.join(timeout=15)


async def _live(
    actors: list[Actor], host: str, port: int, chance: float, gateway: tuple[str, int] | None
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run_fleet(actors, host=host, port=port, stop=stop, chance=chance, gateway=gateway)


async def _load(actors: list[Actor], host: str, port: int, options: dict[str, Any]) -> LoadReport:
    senders = await connect_all(actors, host=host, port=port, window=options["window"])
    try:
        return await run_load(
            senders, rate=options["rate"], seconds=options["seconds"], exceed_every=options["exceed"]
        )
    finally:
        for sender in senders:
            sender.publisher.close()
