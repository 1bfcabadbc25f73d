"""The gateway process: one sink, one server per protocol, and a turn every few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError, connection

from lantu.monitoring.gateway.meters import Meters
from lantu.monitoring.gateway.protocol import GatewayProtocol, Handler
from lantu.monitoring.gateway.server import SWEEP_S, Limits, Server
from lantu.monitoring.gateway.sink import Publishes, Sink
from lantu.monitoring.gateway.status import save_status

log = structlog.get_logger(__name__)
UPKEEP_S = 4.0
STOP_S = 10.0


@dataclass(frozen=True)
class Listener:
    """A protocol and where to listen for it."""

    protocol: GatewayProtocol
    host: str
    port: int


class Gateway:
    """All protocols of one process. ``ports`` tells where each listens once :meth:`start` has returned."""

    def __init__(
        self, name: str, publisher: Publishes, *, clock: Callable[[], datetime], limits: Limits | None = None
    ) -> None:
        self.name = name
        self.clock = clock
        self.limits = limits or Limits()
        self.meters: dict[str, Meters] = {}
        self.ports: dict[str, int] = {}
        self.sink = Sink(publisher, self._meters("sink"))
        self._servers: list[tuple[Server, Handler]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gateway-upkeep")

    async def start(self, listeners: list[Listener]) -> None:
        """Read the stations and open the listeners. Raises OSError when a port is taken."""
        for listener in listeners:
            handler = listener.protocol.handler()
            meters = self._meters(listener.protocol.name)
            server = Server(
                listener.protocol, handler, self.sink, meters, clock=self.clock, limits=self.limits
            )
            self._servers.append((server, handler))
        await self._upkeep()
        for listener, (server, _handler) in zip(listeners, self._servers, strict=True):
            port = await server.listen(listener.host, listener.port)
            self.ports[listener.protocol.name] = port
            log.info("gateway_listening", protocol=listener.protocol.name, host=listener.host, port=port)

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set; what was received by then is still given to the stream."""
        sending = asyncio.create_task(self.sink.run())
        sweeping = asyncio.create_task(self._sweep())
        keeping = asyncio.create_task(self._keep_up())
        stopping = asyncio.create_task(stop.wait())
        # None of the three ends by itself: if one does, the supervisor shall start us anew.
        done, _ = await asyncio.wait(
            {stopping, sending, sweeping, keeping}, return_when=asyncio.FIRST_COMPLETED
        )
        for server, _handler in self._servers:
            await server.close()
        for task in (stopping, sweeping, keeping):
            task.cancel()
        await asyncio.gather(stopping, sweeping, keeping, return_exceptions=True)
        self.sink.stop()
        try:
            await asyncio.wait_for(sending, STOP_S)
        except TimeoutError:
            log.warning("gateway_stopped_with_rest")
        await self._upkeep()
        self._thread.shutdown()
        for ended in done - {stopping}:
            ended.result()

    def counters(self) -> Mapping[str, Mapping[str, int]]:
        """All counters by protocol; “sink” for the way into the stream."""
        return {name: meters.as_json() for name, meters in self.meters.items()}

    def _meters(self, name: str) -> Meters:
        return self.meters.setdefault(name, Meters())

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            for server, _handler in self._servers:
                server.sweep()

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(UPKEEP_S)
            await self._upkeep()

    async def _upkeep(self) -> None:
        """In a thread of its own: a slow database must not keep devices waiting."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._ask_database)

    def _ask_database(self) -> None:
        now = self.clock()
        try:
            for _server, handler in self._servers:
                handler.upkeep(now)
            save_status(self.name, self.counters(), self.ports, now=now)
        except (InterfaceError, DatabaseError) as error:
            # Devices go on with the stations known so far.
            log.error(
                "gateway_database_trouble", why=str(error).splitlines()[0] if str(error) else repr(error)
            )
            connection.close()
