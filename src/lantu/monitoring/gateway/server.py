"""The TCP server of the gateway: it holds thousands of quiet connections cheaply and lets no single one take more than its share.

One buffer serves the reading of all connections; a connection keeps bytes only while a packet is incomplete. Bytes that
are no packet do not keep a connection open; a device that sends too fast is read more slowly (TCP tells it to wait).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from lantu.monitoring.gateway.meters import Meters
from lantu.monitoring.gateway.protocol import GatewayProtocol, Handler, Rejection, Session
from lantu.monitoring.gateway.rejects import rejection_message
from lantu.monitoring.gateway.sink import Sink
from lantu.monitoring.ingest.publish import Outgoing

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]
READ_SIZE = 32 * 1024
WRITE_LIMIT = 64 * 1024
SWEEP_S = 2.0


@dataclass(frozen=True)
class Limits:
    """What one connection, one address and the whole server may take.

    greeting_s: until the first packet of a device that may speak; idle_s: between packets. packets_per_s is a mean over
    ``burst`` packets: a device that fills a gap from its memory may be quicker for a while.
    """

    greeting_s: float = 60.0
    idle_s: float = 300.0
    packets_per_s: float = 50.0
    burst: float = 1_000.0
    connections: int = 20_000
    per_address: int = 5_000
    strangers_kept_per_minute: int = 60


@dataclass
class _Minute:
    """How many packets of strangers were kept in the running minute."""

    started: float = 0.0
    kept: int = 0


class Server:
    """All connections of one protocol in this process."""

    def __init__(
        self, protocol: GatewayProtocol, handler: Handler, sink: Sink, meters: Meters, *, clock: Clock, limits: Limits | None = None,
    ) -> None:  # fmt: skip
        self.protocol = protocol
        self.handler = handler
        self.sink = sink
        self.meters = meters
        self.clock = clock
        self.limits = limits or Limits()
        self.connections: set[Connection] = set()
        self.by_address: Counter[str] = Counter()
        self.paused: set[Connection] = set()
        self.strangers = _Minute()
        self.buffer = bytearray(READ_SIZE)
        self.monotonic = time.monotonic
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Open the listener; returns its port (useful with port 0)."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), host, port, backlog=4096)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """No new connections; the present ones are ended."""
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            connection.close("shutdown")

    def sweep(self) -> None:
        """Every SWEEP_S seconds: end what is idle, wake what waited, let sessions see the time."""
        now, moment = self.clock(), self.monotonic()
        for connection in list(self.paused):
            connection.resume(moment)
        for connection in list(self.connections):
            connection.sweep(now, moment)
        self.meters.gauge("connections", len(self.connections))
        self.meters.gauge("paused", len(self.paused))

    def keep_stranger(self) -> bool:
        """Whether one more packet of somebody unknown may go into quarantine this minute."""
        moment = self.monotonic()
        if moment - self.strangers.started >= 60:
            self.strangers.started, self.strangers.kept = moment, 0
        self.strangers.kept += 1
        return self.strangers.kept <= self.limits.strangers_kept_per_minute


class Connection(asyncio.BufferedProtocol):
    """One device's connection: limits, counting, and the bridge between socket, session and sink."""

    __slots__ = (
        "_closing",
        "_filled",
        "_greeted",
        "_last",
        "_outgoing",
        "_server",
        "_session",
        "_tokens",
        "_transport",
        "peer",
    )

    def __init__(self, server: Server) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._session: Session | None = None
        self.peer = ""
        self._last = self._filled = server.monotonic()
        self._greeted = False
        self._tokens = server.limits.burst
        self._closing = False
        self._outgoing: list[bytes] = []

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        server = self._server
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self.peer = str(peer[0]) if peer else ""
        if (
            len(server.connections) >= server.limits.connections
            or server.by_address[self.peer] >= server.limits.per_address
        ):
            server.meters.count("refused_connections")
            self._closing = True
            transport.abort()
            return
        sock = transport.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):  # gone already; the transport will say so
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        transport.set_write_buffer_limits(high=WRITE_LIMIT)
        server.connections.add(self)
        server.by_address[self.peer] += 1
        server.meters.count("accepted_connections")
        self._session = server.handler.session(self)

    def get_buffer(self, sizehint: int) -> bytearray:
        # Safe to share: the loop fills it and calls buffer_updated before it turns to another connection.
        return self._server.buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._closing or self._session is None:
            return
        server = self._server
        server.meters.counts["bytes_received"] += nbytes
        data = bytes(server.buffer[:nbytes])
        try:
            self._session.feed(data, server.clock())
        except Exception:
            # A defect of ours: it costs this connection, never the others.
            log.exception("gateway_session_failed", protocol=server.protocol.name, peer=self.peer)
            server.meters.count("session_failures")
            self.reject(Rejection("unprocessable", "session failed", data))
            self.close("failure")
            return
        if self._tokens < 0 or server.sink.crowded:
            self._pause()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        server = self._server
        server.paused.discard(self)
        if self in server.connections:
            server.connections.discard(self)
            server.by_address[self.peer] -= 1
            if not server.by_address[self.peer]:
                del server.by_address[self.peer]
        session, self._session = self._session, None
        self._closing = True
        if session is not None:
            try:
                session.closed(server.clock())
            except Exception:
                log.exception("gateway_session_failed", protocol=server.protocol.name, peer=self.peer)
                server.meters.count("session_failures")

    # What the session calls (protocol.Link).

    def send(self, data: bytes) -> None:
        if self._transport is None or self._closing:
            return
        if not self._outgoing:
            # One batch of the stream answers many packets of a connection: they leave in one write.
            asyncio.get_running_loop().call_soon(self._flush)
        self._outgoing.append(data)

    def _flush(self) -> None:
        data, self._outgoing = b"".join(self._outgoing), []
        if not data or self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > WRITE_LIMIT:
            # It asks and does not listen.
            self.close("does_not_read")

    def store(self, messages: Sequence[Outgoing], stored: Callable[[], None] | None = None) -> None:
        self._server.sink.put(messages, stored)

    def reject(self, rejection: Rejection, stored: Callable[[], None] | None = None) -> None:
        meters = self._server.meters
        meters.count("rejected")
        meters.count(f"rejected_{rejection.reason}")
        self._tokens -= 1
        if rejection.known or self._server.keep_stranger():
            self._server.sink.put([rejection_message(self._server.protocol.name, rejection)], stored)
        else:
            meters.count("rejected_not_kept")

    def heard(self, packets: int = 1) -> None:
        self._greeted = True
        self._last = self._server.monotonic()
        self._tokens -= packets
        self._server.meters.counts["packets"] += packets

    def count(self, name: str, number: int = 1) -> None:
        self._server.meters.count(name, number)

    def close(self, why: str) -> None:
        if self._closing or self._transport is None:
            return
        self._flush()
        self._closing = True
        self._server.meters.count(f"closed_{why}")
        # A peer that does not read would hold a polite close for ever.
        if self._transport.get_write_buffer_size() > WRITE_LIMIT:
            self._transport.abort()
        else:
            self._transport.close()

    # What the server calls.

    def sweep(self, now: datetime, moment: float) -> None:
        """Refill the allowance, end what is idle, let the session see the time."""
        limits = self._server.limits
        self._refill(moment)
        patience = limits.idle_s if self._greeted else limits.greeting_s
        if moment - self._last > patience:
            if self._closing and self._transport is not None:
                self._transport.abort()
            self.close("idle" if self._greeted else "no_greeting")
        elif self._session is not None and not self._closing:
            try:
                self._session.tick(now)
            except Exception:
                log.exception("gateway_session_failed", protocol=self._server.protocol.name, peer=self.peer)
                self._server.meters.count("session_failures")
                self.close("failure")

    def resume(self, moment: float) -> None:
        """Read again when the allowance and the way into the stream permit."""
        self._refill(moment)
        if self._tokens >= 0 and not self._server.sink.crowded:
            self._server.paused.discard(self)
            if self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()

    def _refill(self, moment: float) -> None:
        limits = self._server.limits
        self._tokens = min(limits.burst, self._tokens + (moment - self._filled) * limits.packets_per_s)
        self._filled = moment

    def _pause(self) -> None:
        if self._transport is not None and self not in self._server.paused and not self._closing:
            self._server.paused.add(self)
            self._server.meters.count("throttled")
            self._transport.pause_reading()
