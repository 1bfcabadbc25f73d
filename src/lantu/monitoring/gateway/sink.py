"""The way into the stream for all connections of the gateway: many small packets, few round trips.

While one batch is on its way the next one gathers, so batches grow with the load and a lone packet waits for nothing but
LINGER_S. A packet's ``stored`` is called when the stream has acknowledged its batch: then it survives any process.
When the stream is away the batch is kept and tried again; the servers stop reading from devices when ``crowded``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import structlog

from lantu.monitoring.gateway.meters import Meters
from lantu.monitoring.ingest.publish import Outgoing, StreamUnavailable

log = structlog.get_logger(__name__)
LINGER_S = 0.002
BATCH = 1000
CROWDED_MESSAGES = 20_000
CROWDED_BYTES = 64 << 20
LONGEST_PAUSE_S = 5.0


Entry = tuple[Sequence[Outgoing], Callable[[], None] | None]


class Publishes(Protocol):
    """What the sink needs of ingest.publish.Publisher."""

    def publish(self, messages: Sequence[Outgoing]) -> list[int]:
        """Return when the stream holds all messages. Raises StreamUnavailable."""
        ...


class Sink:
    """Batches messages of all connections. Used from the event loop only; publishing runs in one thread."""

    def __init__(self, publisher: Publishes, meters: Meters) -> None:
        self._publisher = publisher
        self._meters = meters
        self._waiting: list[Entry] = []
        self._messages = 0
        self._bytes = 0
        self._something = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gateway-sink")
        self._stopping = False

    @property
    def crowded(self) -> bool:
        """True when so much waits for the stream that no more should be read from devices."""
        return self._messages > CROWDED_MESSAGES or self._bytes > CROWDED_BYTES

    def put(self, messages: Sequence[Outgoing], stored: Callable[[], None] | None = None) -> None:
        """Take messages for the next batch."""
        if not messages:
            if stored is not None:
                stored()
            return
        self._waiting.append((messages, stored))
        self._messages += len(messages)
        self._bytes += sum(len(message.payload) for message in messages)
        self._something.set()

    async def run(self) -> None:
        """Publish until :meth:`stop`, and then what is still waiting, once."""
        while True:
            await self._something.wait()
            if not self._waiting:
                if self._stopping:
                    break
                self._something.clear()
                continue
            if len(self._waiting) < BATCH and not self._stopping:
                await asyncio.sleep(LINGER_S)
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            await self._publish(batch)
        self._thread.shutdown(wait=False)

    def stop(self) -> None:
        """Ask :meth:`run` to end when nothing waits any more; a stream that is away is not waited for."""
        self._stopping = True
        self._something.set()

    async def _publish(self, batch: list[Entry]) -> None:
        """Publish a batch, for as long as it takes; a message that cannot be published at all is left out alone."""
        messages = [message for group, _ in batch for message in group]
        pause = 0.2
        while True:
            try:
                await asyncio.get_running_loop().run_in_executor(
                    self._thread, self._publisher.publish, messages
                )
                break
            except StreamUnavailable as error:
                self._meters.count("stream_unavailable")
                log.warning("gateway_stream_unavailable", waiting=self._messages, why=str(error))
                if self._stopping:
                    # Nothing of it is acknowledged: devices that wait for an answer send it again.
                    self._meters.count("given_up_at_stop", len(messages))
                    return
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
            except Exception:
                if len(batch) > 1:
                    half = len(batch) // 2
                    await self._publish(batch[:half])
                    await self._publish(batch[half:])
                    return
                # A defect of ours in making it: it must not hold up the others, and is not acknowledged.
                log.exception("gateway_message_unpublishable", subject=messages[0].subject[:200])
                self._meters.count("unpublishable")
                self._leave(messages)
                return
        self._leave(messages)
        self._meters.count("messages_stored", len(messages))
        self._meters.count("batches")
        for _group, stored in batch:
            if stored is not None:
                try:
                    stored()
                except Exception:
                    log.exception("gateway_answer_failed")
                    self._meters.count("answer_failures")

    def _leave(self, messages: list[Outgoing]) -> None:
        self._messages -= len(messages)
        self._bytes -= sum(len(message.payload) for message in messages)
