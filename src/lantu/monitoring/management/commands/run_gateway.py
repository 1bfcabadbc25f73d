"""`manage run_gateway`: the door of the gateway."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lantu.monitoring.gateway.registry import protocols
from lantu.monitoring.gateway.run import Gateway, Listener
from lantu.monitoring.ingest.publish import Publisher

OFF = {"off", "no", "0"}


class Command(BaseCommand):
    help = "Listen for devices that speak HJ 212, JT/T 808 and the like, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--host", default=None, help="address to listen on (default: LANTU_HOST or 127.0.0.1)"
        )
        parser.add_argument("--only", action="append", default=[], help="a protocol by name; may be repeated")
        parser.add_argument(
            "--name", default=None, help="name of this process in the status (default: host name)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.NATS_URL:
            raise CommandError("LANTU_NATS_URL is not set: there is no stream to write to.")
        host = options["host"] or os.environ.get("LANTU_HOST") or "127.0.0.1"
        unknown = set(options["only"]) - set(protocols())
        if unknown:
            raise CommandError(
                f"no such protocol: {', '.join(sorted(unknown))}; there are: {', '.join(protocols())}"
            )
        listeners = [
            Listener(protocol, host, int(port))
            for name, protocol in protocols().items()
            if not options["only"] or name in options["only"]
            for port in [os.environ.get(protocol.variable) or str(protocol.default_port)]
            if port not in OFF
        ]
        asyncio.run(_serve(options["name"] or socket.gethostname()[:60], listeners))


async def _serve(name: str, listeners: list[Listener]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    gateway = Gateway(name, Publisher(settings.NATS_URL), clock=timezone.now)
    await gateway.start(listeners)
    await gateway.run(stop)
