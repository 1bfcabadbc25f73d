"""What one web process knows of the live stream: a ring of ready-made events, and who is waiting for them.

The measured design (docs/benchmarks.md): every event is encoded once, a burst wakes each client once, and a client
that was busy sends everything new in one chunk, which clients with the same sight share.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from prometheus_client import Counter, Gauge

RING_SIZE = 4096
# Wake-ups are at least this far apart, so that a burst becomes one chunk per client instead of a hundred.
WAKE_GAP_S = 0.01

CLIENTS = Gauge("lantu_live_clients", "Open live streams")
ONLINE = Gauge("lantu_live_online", "1 while nudges arrive from the broker")
NUDGES = Counter("lantu_live_nudges_received", "Nudges received from the broker")
SENT = Counter("lantu_live_nudges_sent", "Nudges written to clients")
DROPPED = Counter("lantu_live_clients_dropped", "Streams ended by us", ["why"])


class Sight(NamedTuple):
    """What a reader may hear of: everything, or these projects. City-wide facts reach every signed-in reader."""

    city: bool
    project_ids: frozenset[int]


class Entry(NamedTuple):
    """One event of the ring. ``event_id`` 0: a word about the stream itself, which is for everybody."""

    event_id: int
    project_id: int | None
    data: bytes


def encode_nudge(*, event_id: int, kind: str, project: str | None, ts: int) -> bytes:
    """The server-sent event of one nudge: ``{"id","kind","project","ts"}``."""
    body = json.dumps({"id": event_id, "kind": kind, "project": project, "ts": ts}, separators=(",", ":"))
    return f"id: {event_id}\nevent: nudge\ndata: {body}\n\n".encode()


def encode_word(word: str) -> bytes:
    """A word about the stream: ``online``, ``offline`` (the broker is away), ``resync`` (read everything again)."""
    return f"event: {word}\ndata: {{}}\n\n".encode()


@dataclass(eq=False)
class Client:
    """One open stream. ``sending_since`` is the loop time at which an unfinished write began.

    ``over``: it has gone, or we ended it; ``waiter`` is what it sleeps on while nothing is new.
    """

    credentials: Any
    user_id: int
    sight: Sight
    cursor: int
    task: asyncio.Task[Any] | None = None
    waiter: asyncio.Future[None] | None = None
    sending_since: float | None = None
    told_at: float = 0.0
    over: bool = False

    def wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def end(self) -> None:
        """Let the stream finish: the client has gone, or may not listen any more."""
        self.over = True
        self.wake()


@dataclass
class Hub:
    """The ring and its readers. Lives in one event loop; nothing here is thread-safe."""

    ring_size: int = RING_SIZE
    online: bool = False
    closing: bool = False
    clients: set[Client] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._ring: list[Entry] = []
        self._base = 0
        self._last_wake = 0.0
        self._wake_later: asyncio.TimerHandle | None = None
        self._chunks: dict[int, bytes] = {}

    @property
    def end(self) -> int:
        """The position after the newest entry."""
        return self._base + len(self._ring)

    async def news_for(self, client: Client) -> None:
        """Return when something is new, when it is time for a heartbeat, or when the stream is over.

        A future of its own for every client: waiting on a shared one costs three times as much (asyncio.wait).
        """
        if client.cursor < self.end or client.over or self.closing:
            return
        client.waiter = asyncio.get_running_loop().create_future()
        await client.waiter

    def push(self, entry: Entry) -> None:
        """Append and wake everybody, at once or a few milliseconds later."""
        self._ring.append(entry)
        if len(self._ring) > 2 * self.ring_size:
            surplus = len(self._ring) - self.ring_size
            del self._ring[:surplus]
            self._base += surplus
        self._chunks.clear()
        self.wake_soon()

    def wake_soon(self) -> None:
        """Wake the clients, unless a wake-up is already on its way."""
        if self._wake_later is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._last_wake + WAKE_GAP_S - loop.time()
        if wait <= 0:
            self._wake()
        else:
            self._wake_later = loop.call_later(wait, self._wake)

    def _wake(self) -> None:
        self._wake_later = None
        self._last_wake = asyncio.get_running_loop().time()
        for client in self.clients:
            client.wake()

    def set_online(self, online: bool) -> None:
        """Tell everybody once that nudges stopped, or that they flow again (and some may have been missed)."""
        if online == self.online:
            return
        self.online = online
        ONLINE.set(int(online))
        if online:
            self.push(Entry(0, None, encode_word("online") + encode_word("resync")))
        else:
            self.push(Entry(0, None, encode_word("offline")))

    def after_event(self, event_id: int) -> int | None:
        """The position after this event; None when the ring no longer (or never) held it."""
        for offset in range(len(self._ring) - 1, -1, -1):
            if self._ring[offset].event_id == event_id:
                return self._base + offset + 1
        return None

    def take(self, client: Client) -> bytes:
        """Everything new that this client may hear of, in one chunk; its cursor moves to the end."""
        start, client.cursor = client.cursor, self.end
        if start < self._base:
            DROPPED.labels("lost_events").inc()
            return encode_word("resync")
        if client.sight.city:
            chunk = self._chunks.get(start)
            if chunk is None:
                chunk = b"".join(entry.data for entry in self._ring[start - self._base :])
                self._chunks[start] = chunk
            SENT.inc(self.end - start)
            return chunk
        mine = [
            entry.data
            for entry in self._ring[start - self._base :]
            if entry.project_id is None or entry.project_id in client.sight.project_ids
        ]
        SENT.inc(len(mine))
        return b"".join(mine)

    def join(self, client: Client) -> None:
        self.clients.add(client)
        CLIENTS.set(len(self.clients))

    def leave(self, client: Client) -> None:
        self.clients.discard(client)
        CLIENTS.set(len(self.clients))

    def streams_of(self, user_id: int) -> int:
        return sum(1 for client in self.clients if client.user_id == user_id)

    def close(self) -> None:
        """End all streams: they finish by themselves at the next wake-up, which is now."""
        self.closing = True
        self._wake()
